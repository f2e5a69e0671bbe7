//! Function `e164`, a phone number in the one form that every system reads.

use crate::framework::function::{Function, FunctionError, Parameter, Signature};
use crate::protocol::types::Type;

use crate::resources::written_number::{FEWEST_DIGITS, MOST_DIGITS, SEPARATORS_IN_WORDS, international};

crate::object! {
    /// Arguments of `e164`.
    pub struct E164Arguments {
        /// As people write it.
        pub number: String,
    }
}

/// The function.
#[derive(Debug, Clone, Copy)]
pub struct E164;

impl Function for E164 {
    type Arguments = E164Arguments;
    type Output = String;

    fn name(&self) -> &'static str {
        "e164"
    }

    fn signature(&self) -> Signature {
        Signature {
            summary: "Formats a phone number in E.164".to_owned(),
            description: format!(
                "Returns an international phone number in E.164 format: `+` and digits. It removes \
                 {SEPARATORS_IN_WORDS} between the digits, and replaces a leading `00` with `+`. The number must \
                 start with its country code and have {FEWEST_DIGITS} to {MOST_DIGITS} digits. Everything else is an \
                 error: a national number such as `030 1234567` or `(202) 555-0123`, a `(0)` between country code and \
                 number, letters, an extension. A number without `+` also has to start with a country code: \
                 `2025550123` is a number in Egypt."
            ),
            parameters: vec![
                Parameter::string("number")
                    .describe("International phone number, such as `+1 (313) 284-7320` or `13132847320`."),
            ],
            variadic: None,
            result: Type::String,
            deprecation: None,
        }
    }

    fn call(&self, arguments: E164Arguments) -> Result<String, FunctionError> {
        // The value may be a sensitive one, which only Terraform knows.
        let digits = international(&arguments.number)
            .map_err(|reason| FunctionError::at("number", format!("the number {reason}")))?;
        Ok(format!("+{digits}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn e164(number: &str) -> Result<String, FunctionError> {
        E164.call(E164Arguments { number: number.to_owned() })
    }

    #[test]
    fn a_number_gets_a_plus() {
        assert_eq!(e164("1 (313) 284-7320"), Ok("+13132847320".to_owned()));
        assert_eq!(e164("0049 30 1234567"), Ok("+49301234567".to_owned()));
    }

    #[test]
    fn the_error_points_at_the_argument_and_does_not_repeat_it() {
        let error = e164("S3cr3t Pass!").unwrap_err();
        assert_eq!(error, FunctionError::at("number", error.text.clone()));
        assert!(!error.text.contains("S3") && !error.text.contains("Pass"), "{}", error.text);
        assert!(!error.text.ends_with('.'), "Terraform adds the full stop: {}", error.text);
    }
}
