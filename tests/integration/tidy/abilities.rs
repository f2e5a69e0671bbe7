//! Every ability of the provider has a test that shows it: ARCHITECTURE.md says
//! which, and it is there.

use tf_conformance::CHECKS;

use super::document::{table, ticked};
use super::{assert_none, root, text};

trials![every_ability_is_shown];

fn every_ability_is_shown() {
    let mut complaints = Vec::new();
    for row in table("## Abilities") {
        let [ability, _, _, command_line, requests] = row.as_slice() else { panic!("five cells: {row:?}") };
        for cell in [command_line, requests] {
            complaints.extend(ticked(cell).iter().filter(|test| !exists(test)).map(|test| {
                format!("ARCHITECTURE.md says that {test} shows {ability}, and there is no such test")
            }));
        }
        let check = requests.strip_prefix("check ").and_then(|number| number.parse::<u8>().ok());
        let checked = check.is_some_and(|number| CHECKS.iter().any(|check| check.number == number));
        if ticked(requests).is_empty() && !checked {
            complaints.push(format!("nothing shows {ability} request by request: {requests}"));
        }
        if ticked(command_line).is_empty() && !command_line.starts_with("none: ") {
            complaints.push(format!("nothing says why {ability} is not shown with the command line"));
        }
    }
    assert_none(&complaints);
}

/// Whether a test has this path below `tests/integration`.
fn exists(test: &str) -> bool {
    let Some((module, name)) = test.rsplit_once("::") else { return false };
    let file = format!("tests/integration/{}.rs", module.replace("::", "/"));
    root().join(&file).exists() && text(&file).contains(&format!("fn {name}("))
}
