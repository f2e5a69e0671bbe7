//! Function `kamailio_dispatcher`, gateways as the `dispatcher.list` of Kamailio.

use crate::framework::function::{Function, FunctionError, Parameter, Signature};
use crate::protocol::types::Type;

use super::pbx_options::{AnyValue, OPTIONS, PbxOptions};
use super::sip_address;

crate::object! {
    /// Arguments of `kamailio_dispatcher`.
    pub struct KamailioDispatcherArguments {
        /// Number of the destination set.
        pub setid: i64,
        /// Hosts, the preferred first.
        pub gateways: Vec<String>,
        /// None, or one object of options.
        pub options: Vec<AnyValue>,
    }
}

/// The function.
#[derive(Debug, Clone, Copy)]
pub struct KamailioDispatcher;

impl Function for KamailioDispatcher {
    type Arguments = KamailioDispatcherArguments;
    type Output = String;

    fn name(&self) -> &'static str {
        "kamailio_dispatcher"
    }

    fn signature(&self) -> Signature {
        Signature {
            summary: "Generates a Kamailio dispatcher.list of the Wavix gateways".to_owned(),
            description: "Returns one row for each gateway, with descending priority. Algorithm `8` of the \
                          `dispatcher` module uses the first available gateway, and fails over to the next one only \
                          with `modparam(\"dispatcher\", \"flags\", 2)`. Include all four gateways, so that Kamailio \
                          also recognizes calls from the others."
                .to_owned(),
            parameters: vec![
                Parameter::new("setid", Type::Number)
                    .describe("Number of the destination set, a whole number from 0."),
                Parameter::new("gateways", Type::list(Type::String))
                    .describe("Host names or IPv4 addresses without a port, in order of preference. See the function \
                               `sip_gateways`."),
            ],
            variadic: Some(Parameter::new(OPTIONS, Type::Dynamic).describe(
                "Object with the optional attribute `transport`: `udp` (default), `tcp` or `tls`. `tls` uses port \
                 5061.",
            )),
            result: Type::String,
            deprecation: None,
        }
    }

    fn call(&self, arguments: KamailioDispatcherArguments) -> Result<String, FunctionError> {
        let KamailioDispatcherArguments { setid, gateways, options } = arguments;
        if !(0..=i64::from(i32::MAX)).contains(&setid) {
            return Err(FunctionError::at("setid", "the number of the set must be a whole number from 0"));
        }
        let options = PbxOptions::read(&options)?;
        if options != (PbxOptions { transport: options.transport, ..PbxOptions::default() }) {
            return Err(FunctionError::at(OPTIONS, "a dispatcher.list has no option except transport"));
        }
        if gateways.is_empty() {
            return Err(FunctionError::at("gateways", "the list of gateways must not be empty"));
        }
        let suffix = options.uri_end();
        let mut text = "# setid destination flags priority\n".to_owned();
        for (index, gateway) in gateways.iter().enumerate() {
            let host = sip_address::host(gateway).map_err(|reason| FunctionError::at("gateways", reason))?;
            if gateways.iter().take(index).any(|other| other.eq_ignore_ascii_case(gateway)) {
                return Err(FunctionError::at("gateways", format!("the gateway {host} is listed twice")));
            }
            let priority = 10 * (gateways.len() - index);
            text.push_str(&format!("{setid} sip:{host}:{suffix} 0 {priority}\n"));
        }
        Ok(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::framework::function::ArgumentAt;
    use crate::framework::object::Mapped;
    use crate::protocol::value::Value;

    fn call(setid: i64, gateways: &[&str], options: &[(&str, Value)]) -> Result<String, FunctionError> {
        let object = Value::map(options.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
        let options = if options.is_empty() { vec![] } else { vec![AnyValue::from_value(&object).unwrap()] };
        let gateways = gateways.iter().map(|gateway| (*gateway).to_owned()).collect();
        KamailioDispatcher.call(KamailioDispatcherArguments { setid, gateways, options })
    }

    #[test]
    fn the_first_gateway_has_the_highest_priority() {
        assert_eq!(
            call(1, &["us.wavix.net", "nl.wavix.net"], &[]).unwrap(),
            "# setid destination flags priority\n1 sip:us.wavix.net:5060 0 20\n1 sip:nl.wavix.net:5060 0 10\n"
        );
        let tls = call(7, &["us.wavix.net"], &[("transport", Value::string("tls"))]).unwrap();
        assert!(tls.ends_with("7 sip:us.wavix.net:5061;transport=tls 0 10\n"), "{tls}");
    }

    #[test]
    fn what_a_row_cannot_carry_is_an_error_of_its_argument() {
        for (setid, gateways, options, argument) in [
            (-1, &["us.wavix.net"][..], &[][..], "setid"),
            (1, &[], &[], "gateways"),
            (1, &["us.wavix.net 0 99"], &[], "gateways"),
            (1, &["us.wavix.net", "us.wavix.net"], &[], "gateways"),
            (1, &["us.wavix.net"], &[("codecs", Value::List(vec![Value::string("opus")]))], OPTIONS),
        ] {
            let error = call(setid, gateways, options).unwrap_err();
            assert_eq!(error.argument, Some(ArgumentAt::Named(argument)), "{}", error.text);
        }
    }
}
