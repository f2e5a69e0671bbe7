//! Resources layer: what a key may be restricted to, and which restrictions would
//! leave it of use to nobody.

use crate::framework::path::Path;
use crate::framework::schema::Validator;
use crate::protocol::value::Value;

use super::schema::SCOPES;

/// What a scope grants that is not listed.
pub(super) const NONE: &str = "none";
/// What a scope may grant.
const ACCESS: [&str; 3] = [NONE, "read", "write"];

/// A rule in words and as a check.
#[derive(Debug, Clone, Copy)]
pub(super) enum Rule {
    /// At least one address.
    SomeAddress,
    /// Known scopes, with what they may grant.
    Scopes,
    /// At least one scope above `none`.
    SomeScope,
}

impl Validator for Rule {
    fn rule(&self) -> String {
        match self {
            Self::SomeAddress => "must have an address".to_owned(),
            Self::Scopes => {
                format!("must grant {} to scopes of Wavix", ACCESS.map(|word| format!("`{word}`")).join(", "))
            }
            Self::SomeScope => "must grant `read` or `write` to a scope".to_owned(),
        }
    }

    fn check(&self, value: &Value) -> Result<(), String> {
        match (self, value) {
            (Self::SomeAddress, Value::Set(items)) if items.is_empty() => Err(
                "The key would work from no address, so nobody could use it. Leave `permitted_ips` out for a key that \
                 works from everywhere; set `active = false` for one that is not to work."
                    .to_owned(),
            ),
            (Self::SomeScope, Value::Map(entries))
                if entries.values().all(|access| access.is_null() || access.as_str() == Some(NONE)) =>
            {
                Err("The key could do nothing. Leave `scopes` out for a key that may do everything; set \
                     `active = false` for one that is not to work."
                    .to_owned())
            }
            (Self::Scopes, _) => {
                self.violations(&Path::top(), value).into_iter().next().map_or(Ok(()), |(_, why)| Err(why))
            }
            _ => Ok(()),
        }
    }

    fn violations(&self, at: &Path, value: &Value) -> Vec<(Path, String)> {
        let (Self::Scopes, Value::Map(entries)) = (self, value) else {
            // Of a map, `Scopes` alone asks what is inside.
            let broken = if matches!(self, Self::Scopes) { Ok(()) } else { self.check(value) };
            return broken.err().map(|why| (at.clone(), why)).into_iter().collect();
        };
        let wrong = |(name, access): (&String, &Value)| {
            if !SCOPES.contains(&name.as_str()) {
                return Some(unknown(name));
            }
            let is_odd = access.as_str().is_some_and(|text| !ACCESS.contains(&text));
            is_odd.then(|| {
                format!("The value must be one of {}.", ACCESS.map(|word| format!("`{word}`")).join(", "))
            })
        };
        entries.iter().filter_map(|entry| Some((at.key(entry.0), wrong(entry)?))).collect()
    }
}

fn unknown(name: &str) -> String {
    let guess = SCOPES.into_iter().map(|scope| (strsim::levenshtein(name, scope), scope)).min();
    let guess =
        guess.filter(|(distance, _)| *distance <= 2).map(|(_, scope)| format!(" Did you mean {scope:?}?"));
    let known = SCOPES.map(|scope| format!("`{scope}`")).join(", ");
    format!("There is no scope {name:?}.{} The scopes are {known}.", guess.unwrap_or_default())
}

/// Whether two known maps of scopes grant the same: what is not listed is `none`.
pub(super) fn same_access(a: &Value, b: &Value) -> bool {
    let granted = |scopes: &Value, name: &str| {
        scopes.get(name).and_then(Value::as_str).filter(|access| *access != NONE).map(str::to_owned)
    };
    SCOPES.iter().all(|name| granted(a, name) == granted(b, name))
}
