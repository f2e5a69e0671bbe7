//! What each program was seen to do, as the table that the guides quote. A run
//! of all tests makes it: `TELEPHONY_WRITE=1` writes it into `results.md`, any
//! other whole run is held against that file. The row of a program that is not
//! there stays as it is.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::sync::Mutex;

use crate::machine::{Program, WRITE};

/// Whether each test passed, by its full name.
static OUTCOMES: Mutex<BTreeMap<String, bool>> = Mutex::new(BTreeMap::new());

/// A column: its head, and the tests that must pass for a "yes", of each guide.
const COLUMNS: [(&str, &[&str]); 11] = [
    ("loads", &[CALLS_OF_ASTERISK, SCENARIO_CALLS, CALLS_OF_KAMAILIO, CALLS_OF_FREESWITCH, CALLS_OF_LIVEKIT]),
    ("registers", &[CALLS_OF_ASTERISK, SCENARIO_CALLS, CALLS_OF_KAMAILIO, CALLS_OF_FREESWITCH]),
    (
        "calls out",
        &[CALLS_OF_ASTERISK, SCENARIO_CALLS, CALLS_OF_KAMAILIO, CALLS_OF_FREESWITCH, CALLS_OF_LIVEKIT],
    ),
    (
        "calls in from all 4 gateways",
        &[CALLS_OF_ASTERISK, SCENARIO_CALLS, CALLS_OF_KAMAILIO, CALLS_OF_FREESWITCH, CALLS_OF_LIVEKIT],
    ),
    (
        "rotation",
        &[
            ROTATIONS_OF_ASTERISK,
            SCENARIO_ROTATIONS,
            ROTATIONS_OF_KAMAILIO,
            ROTATIONS_OF_FREESWITCH,
            ROTATIONS_OF_LIVEKIT,
        ],
    ),
    (
        "refused rotation",
        &[
            ROTATIONS_OF_ASTERISK,
            SCENARIO_ROTATIONS,
            ROTATIONS_OF_KAMAILIO,
            ROTATIONS_OF_FREESWITCH,
            ROTATIONS_OF_LIVEKIT,
        ],
    ),
    (
        "restart, also after destroy",
        &[
            ROTATIONS_OF_ASTERISK,
            SCENARIO_ROTATIONS,
            ROTATIONS_OF_KAMAILIO,
            ROTATIONS_OF_FREESWITCH,
            ROTATIONS_OF_LIVEKIT,
        ],
    ),
    (
        "carrier lost and back",
        &[
            "asterisk_calls::a_silent_carrier_is_found_again",
            "asterisk_calls::a_refusal_for_long_is_got_over",
            "kamailio_guide::by_password_it_finds_a_lost_carrier_again",
            "freeswitch_calls::a_lost_carrier_is_found_again",
            "livekit_guide::a_lost_carrier_is_found_again",
        ],
    ),
    (
        "51 passwords work or are refused",
        &[
            "asterisk_calls::every_password_works_or_is_refused",
            "kamailio_guide::every_password_registers",
            "freeswitch_calls::every_password_works_or_is_refused",
            "livekit_guide::every_password_works",
        ],
    ),
    (
        "SRTP",
        &[ENCRYPTION_OF_ASTERISK, ENCRYPTION_OF_KAMAILIO, ENCRYPTION_OF_FREESWITCH, ENCRYPTION_OF_LIVEKIT],
    ),
    (
        "TLS",
        &[ENCRYPTION_OF_ASTERISK, ENCRYPTION_OF_KAMAILIO, ENCRYPTION_OF_FREESWITCH, ENCRYPTION_OF_LIVEKIT],
    ),
];

const CALLS_OF_ASTERISK: &str = "asterisk_guide::the_guide_registers_and_calls_both_ways";
const SCENARIO_CALLS: &str = "asterisk_guide::the_scenario_registers_and_calls_both_ways";
const CALLS_OF_KAMAILIO: &str = "kamailio_guide::by_password_it_registers_and_calls_both_ways";
const CALLS_OF_FREESWITCH: &str = "freeswitch_guide::the_guide_registers_and_calls_both_ways";
const ROTATIONS_OF_FREESWITCH: &str = "freeswitch_guide::the_guide_survives_rotations_and_a_destroy";
const ENCRYPTION_OF_FREESWITCH: &str = "freeswitch_guide::the_guide_speaks_tls_and_srtp";
const CALLS_OF_LIVEKIT: &str = "livekit_guide::the_guide_calls_both_ways";
const ROTATIONS_OF_LIVEKIT: &str = "livekit_guide::the_guide_survives_rotations_and_a_destroy";
const ENCRYPTION_OF_LIVEKIT: &str = "livekit_guide::the_guide_speaks_tls_and_srtp";
const ENCRYPTION_OF_ASTERISK: &str = "asterisk_guide::the_guide_speaks_tls_and_srtp";
const ENCRYPTION_OF_KAMAILIO: &str = "kamailio_guide::by_password_it_speaks_tls_and_passes_srtp_on";
const ROTATIONS_OF_ASTERISK: &str = "asterisk_guide::the_guide_survives_rotations_and_a_destroy";
const SCENARIO_ROTATIONS: &str = "asterisk_guide::the_scenario_survives_rotations_and_a_destroy";
const ROTATIONS_OF_KAMAILIO: &str = "kamailio_guide::by_password_it_survives_rotations_and_a_destroy";

/// What a program does not do at all. LiveKit has the password in each call.
const BY_NATURE: [(Program, &str); 1] = [(Program::LiveKit, "registers")];

const PROGRAMS: [Program; 6] = [
    Program::Asterisk22,
    Program::Asterisk16,
    Program::Kamailio6,
    Program::Kamailio5,
    Program::FreeSwitch,
    Program::LiveKit,
];

/// Notes how a test ended.
pub fn note(test: &str, passed: bool) {
    OUTCOMES.lock().unwrap().insert(test.to_owned(), passed);
}

/// Writes the table of a whole run, or holds it against the file. True if all is well.
pub fn conclude() -> bool {
    let outcomes = OUTCOMES.lock().unwrap();
    let written = std::fs::read_to_string(file()).unwrap();
    let date = Command::new("date").arg("+%F").output().unwrap();
    let date = String::from_utf8(date.stdout).unwrap();
    let mut table = head();
    for program in PROGRAMS {
        if program.missing().is_some() {
            let theirs = written.lines().filter(|line| line.starts_with(&format!("| {}", name(program))));
            table.extend(theirs.map(|line| format!("{line}\n")));
            continue;
        }
        let cells = COLUMNS.map(|(head, tests)| {
            if BY_NATURE.contains(&(program, head)) {
                return "-";
            }
            let suffix = format!("::{}", program.word());
            let of_it = tests.iter().filter_map(|test| outcomes.get(&format!("{test}{suffix}")));
            let passed: Vec<bool> = of_it.copied().collect();
            match passed.as_slice() {
                [] => "not tried",
                all if all.iter().all(|passed| *passed) => "yes",
                _ => "no",
            }
        });
        table += &format!("| {} | {} | {} |\n", version(program), date.trim(), cells.join(" | "));
    }
    if std::env::var_os(WRITE).is_some_and(|value| value == "1") {
        std::fs::write(file(), table).unwrap();
        return true;
    }
    let is_so = rows(&table) == rows(&written);
    if !is_so {
        eprintln!("tests/telephony/results.md does not say what was seen; {WRITE}=1 writes it:\n{table}");
    }
    is_so
}

/// What two tables are compared by. The line below the heads has no cells.
fn rows(table: &str) -> Vec<String> {
    table.lines().filter(|line| line.starts_with("| ")).map(cells_only).collect()
}

/// A row without the version, which Debian raises as it likes, and the date.
fn cells_only(line: &str) -> String {
    let cells: Vec<&str> = line.split(" | ").collect();
    let program = cells[0].split('.').next().unwrap_or_default();
    format!("{program} {}", cells[2..].join(" "))
}

fn head() -> String {
    let heads = COLUMNS.map(|(head, _)| head).join(" | ");
    format!("| program | tried on | {heads} |\n|---|---|{}\n", "---|".repeat(COLUMNS.len()))
}

/// How its row begins.
fn name(program: Program) -> &'static str {
    match program {
        Program::Asterisk22 => "Asterisk 22",
        Program::Asterisk16 => "Asterisk 16",
        Program::Kamailio6 => "Kamailio 6",
        Program::Kamailio5 => "Kamailio 5",
        Program::FreeSwitch => "FreeSWITCH",
        Program::LiveKit => "livekit-sip",
    }
}

fn version(program: Program) -> String {
    let asks = match program {
        Program::Asterisk22 | Program::Asterisk16 => "-V",
        Program::Kamailio6 | Program::Kamailio5 => "-v",
        Program::FreeSwitch => "-version",
        Program::LiveKit => "--version",
    };
    let said = if program == Program::LiveKit {
        Command::new(program.root().join(program.path())).arg(asks).output()
    } else {
        let path = Path::new("/").join(program.path());
        Command::new("chroot").arg(program.root()).arg(path).arg(asks).output()
    };
    let said = String::from_utf8(said.unwrap().stdout).unwrap();
    let number = said.split_whitespace().find(|word| word.starts_with(|c: char| c.is_ascii_digit())).unwrap();
    let number: String = number.chars().take_while(|c| c.is_ascii_digit() || *c == '.').collect();
    let product = name(program).split(' ').next().unwrap();
    format!("{product} {}", number.trim_end_matches('.'))
}

fn file() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/telephony/results.md")
}

/// The guides against the file.
pub mod quoted {
    use super::*;

    trials![each_guide_quotes_what_was_seen_of_its_program, only_what_was_seen_is_compared];

    fn only_what_was_seen_is_compared() {
        let table = |row: &str| format!("{}{row}\n", head());
        let seen = rows(&table("| Asterisk 22.10.1 | 2026-11-28 | yes | no |"));
        assert_eq!(seen.len(), 2, "{seen:?}");
        assert_eq!(seen, rows(&table("| Asterisk 22.11.0 | 2027-01-01 | yes | no |")));
        assert_ne!(seen, rows(&table("| Asterisk 22.10.1 | 2026-11-28 | yes | yes |")));
        assert_ne!(seen, rows(&table("| Asterisk 16.28.0 | 2026-11-28 | yes | no |")));
    }

    fn each_guide_quotes_what_was_seen_of_its_program() {
        let results = std::fs::read_to_string(file()).unwrap();
        for (guide, program) in [
            ("asterisk", "Asterisk"),
            ("kamailio", "Kamailio"),
            ("freeswitch", "FreeSWITCH"),
            ("livekit", "livekit-sip"),
        ] {
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("docs/guides/{guide}.md"));
            let page = std::fs::read_to_string(path).unwrap();
            let lines = results.lines().filter(|line| {
                !line.starts_with("| ")
                    || line.starts_with("| program")
                    || line.starts_with(&format!("| {program} "))
            });
            let expected: String = lines.map(|line| format!("{line}\n")).collect();
            let mark = format!("<!-- results: {guide} -->\n");
            let quoted =
                page.split_once(&mark).unwrap_or_else(|| panic!("docs/guides/{guide}.md has no {mark}")).1;
            assert!(
                quoted.trim_start().starts_with(expected.trim()),
                "docs/guides/{guide}.md does not quote tests/telephony/results.md:\n{expected}"
            );
        }
    }
}
