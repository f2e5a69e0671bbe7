//! Rules for the keys of maps.

use crate::protocol::value::Value;

use super::super::path::Path;
use super::super::schema::Validator;

/// As many letters a key may be off and still be taken for a slip of the pen.
const SLIP: usize = 2;

/// A map with no keys but these, each of which is a `what`.
pub fn keys_of(what: &'static str, known: &'static [&'static str]) -> impl Validator {
    Keys { what, known }
}

struct Keys {
    what: &'static str,
    known: &'static [&'static str],
}

impl Keys {
    fn unknown(&self, key: &str) -> String {
        let distances = self.known.iter().map(|known| (strsim::levenshtein(key, known), known));
        let nearest = distances.min().filter(|(distance, _)| *distance <= SLIP);
        let guess = nearest.map(|(_, known)| format!(" Did you mean {known:?}?")).unwrap_or_default();
        let known: Vec<String> = self.known.iter().map(|known| format!("`{known}`")).collect();
        format!(
            "The {what} {key:?} does not exist.{guess} The {what}s are {}.",
            known.join(", "),
            what = self.what
        )
    }
}

impl Validator for Keys {
    fn rule(&self) -> String {
        format!("must have only known {}s as keys", self.what)
    }

    fn check(&self, value: &Value) -> Result<(), String> {
        self.violations(&Path::top(), value).into_iter().next().map_or(Ok(()), |(_, why)| Err(why))
    }

    fn violations(&self, at: &Path, value: &Value) -> Vec<(Path, String)> {
        let Value::Map(entries) = value else { return Vec::new() };
        let strangers = entries.keys().filter(|key| !self.known.contains(&key.as_str()));
        strangers.map(|key| (at.key(key), self.unknown(key))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_key_is_told_where_it_stands_with_the_nearest_known_one() {
        let scopes = keys_of("scope", &["trunks", "calls"]);
        let told = |key: &str| scopes.violations(&Path::root("scopes"), &Value::map([(key, Value::Null)]));
        assert_eq!(told("calls"), []);
        let wrong =
            "The scope \"trunk\" does not exist. Did you mean \"trunks\"? The scopes are `trunks`, `calls`.";
        assert_eq!(told("trunk"), [(Path::root("scopes").key("trunk"), wrong.to_owned())]);
        assert_eq!(
            told("messages")[0].1,
            "The scope \"messages\" does not exist. The scopes are `trunks`, `calls`."
        );
    }
}
