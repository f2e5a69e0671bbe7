//! What the sweeper is told, and what it answers.

use wavix_sim::compare::{Sweep, WAVIX};

use super::marks::{ALLOWED_BY, FOREIGN_TRUNKS, MARK};

const USAGE: &str = "usage: sweep [--dry-run]

--dry-run  say what would be removed, and remove nothing

WAVIX_API_KEY             the key of the account, which is one for tests
WAVIX_BASE_URL            where the API is [default: https://api.wavix.com]
WAVIX_ACC_FOREIGN_TRUNKS  how many trunks the account may have that are not from tests [default: 5]
";

/// What is printed, and the exit code.
#[derive(Debug)]
pub struct Outcome {
    pub code: u8,
    pub text: String,
}

impl Outcome {
    fn of(code: u8, text: String) -> Self {
        Self { code, text }
    }
}

/// Sweeps as the arguments and the environment say.
pub async fn carry_out(
    arguments: impl Iterator<Item = String>,
    variable: impl Fn(&str) -> Option<String>,
) -> Outcome {
    let mut only_looks = false;
    for argument in arguments {
        match argument.as_str() {
            "--dry-run" => only_looks = true,
            "--help" | "-h" => return Outcome::of(0, USAGE.to_owned()),
            other => return Outcome::of(2, format!("unknown argument {other:?}; {USAGE}")),
        }
    }
    let set = |name: &str| variable(name).filter(|value| !value.is_empty());
    let Some(key) = set("WAVIX_API_KEY") else {
        return Outcome::of(2, format!("WAVIX_API_KEY is not set; {USAGE}"));
    };
    let Ok(most) = set(ALLOWED_BY).map_or(Ok(FOREIGN_TRUNKS), |most| most.parse()) else {
        return Outcome::of(2, format!("{ALLOWED_BY} is a number of trunks; {USAGE}"));
    };
    let sweep = Sweep::new(set("WAVIX_BASE_URL").unwrap_or_else(|| WAVIX.to_owned()), key, MARK, most);
    let hint = |trouble| Outcome::of(1, format!("{trouble}\n{ALLOWED_BY} allows more trunks of others.\n"));
    if only_looks {
        return match sweep.preview().await {
            Ok(found) if found.is_empty() => Outcome::of(0, "Nothing is left of tests.\n".to_owned()),
            Ok(found) => Outcome::of(0, format!("Would remove {}.\n", found.join(", "))),
            Err(trouble) => hint(trouble),
        };
    }
    match sweep.run().await {
        Ok(swept) if swept.left.is_empty() => Outcome::of(0, format!("Removed {} objects.\n", swept.removed)),
        Ok(swept) => {
            Outcome::of(1, format!("Removed {} objects. Left: {}.\n", swept.removed, swept.left.join(", ")))
        }
        Err(trouble) => hint(trouble),
    }
}
