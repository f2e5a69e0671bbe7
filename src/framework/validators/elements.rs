//! Rules for what is inside a list, set or map.

use crate::protocol::value::Value;

use super::super::path::Path;
use super::super::schema::Validator;

/// How much of an element of a set is shown, in characters: more than any address
/// has.
const LONGEST_SHOWN: usize = 45;

/// A rule for each element of a list, set or map. Elements that are null or
/// unknown are passed over. Those of a set have no index, so a message repeats
/// the one it is about: not for sets of secrets.
pub fn each(element: impl Validator) -> impl Validator {
    Each { element }
}

struct Each<V> {
    element: V,
}

impl<V: Validator> Validator for Each<V> {
    fn rule(&self) -> String {
        format!("each element {}", self.element.rule())
    }

    fn check(&self, value: &Value) -> Result<(), String> {
        match self.violations(&Path::top(), value).into_iter().next() {
            None => Ok(()),
            Some(_) => Err(format!("Each element {}.", self.element.rule())),
        }
    }

    fn violations(&self, at: &Path, value: &Value) -> Vec<(Path, String)> {
        let elements: Vec<(Path, &Value)> = match value {
            Value::List(items) => items.iter().enumerate().map(|(i, item)| (at.index(i), item)).collect(),
            Value::Set(items) => items.iter().map(|item| (at.element(), item)).collect(),
            Value::Map(entries) => entries.iter().map(|(key, item)| (at.key(key), item)).collect(),
            _ => Vec::new(),
        };
        elements
            .into_iter()
            .filter(|(_, element)| !element.is_null() && !element.is_unknown())
            .flat_map(|(path, element)| {
                let mut violations = self.element.violations(&path, element);
                if let (Value::Set(_), Value::String(text)) = (value, element) {
                    let shown: String = text.chars().take(LONGEST_SHOWN).collect();
                    violations.iter_mut().for_each(|(_, sentence)| {
                        sentence.push_str(&format!(" This one is {shown:?}."));
                    });
                }
                violations
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::framework::validators::ipv4;
    use crate::protocol::value::UNKNOWN;

    #[test]
    fn each_element_is_checked_and_the_unknown_passed_over() {
        let addresses = each(ipv4());
        let good = Value::Set(vec![Value::string("192.0.2.1"), UNKNOWN, Value::Null]);
        assert_eq!(addresses.check(&good), Ok(()));
        assert_eq!(addresses.check(&Value::List(vec![])), Ok(()));
        assert!(
            addresses.check(&Value::Set(vec![Value::string("x")])).unwrap_err().starts_with("Each element")
        );
        let bad = Value::List(["192.0.2.1", "x", "y"].map(Value::string).into());
        let paths: Vec<String> = addresses
            .violations(&Path::root("ips"), &bad)
            .into_iter()
            .map(|(path, _)| path.to_string())
            .collect();
        assert_eq!(paths, ["ips[1]", "ips[2]"]);
    }
}
