//! The program: what it prints, and that it serves.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
};

struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself, which the test has noticed by then.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::test]
async fn it_says_where_it_listens_and_prints_requests() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_wavix-sim"))
        .args(["--port", "0", "--api-key", "k3y", "--trunks", "3"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let _running = Running(child);
    let mut greeting = Vec::new();
    while greeting
        .last()
        .is_none_or(|line: &String| line != "}" || !greeting.iter().any(|line| line.contains("label")))
    {
        greeting.push(lines.next().unwrap().unwrap());
    }
    let base_url = greeting
        .iter()
        .find_map(|line| line.trim().strip_prefix("base_url = \"")?.strip_suffix('"'))
        .expect("the configuration names the server");
    assert!(greeting.iter().any(|line| line.contains("\"k3y\"")), "{greeting:?}");
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let reply =
        http.get(format!("{base_url}/v1/trunks")).header("authorization", "Bearer k3y").send().await.unwrap();
    assert!(reply.text().await.unwrap().contains("Trunk 3"));
    let request = lines.find(|line| line.as_ref().is_ok_and(|line| !line.is_empty())).unwrap().unwrap();
    assert_eq!(request, "GET /v1/trunks 200");
}

#[test]
fn a_wrong_option_is_explained() {
    let output = Command::new(env!("CARGO_BIN_EXE_wavix-sim")).arg("--prot").output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let complaint = String::from_utf8(output.stderr).unwrap();
    assert!(complaint.contains("--prot") && complaint.contains("--port PORT"), "{complaint}");
}

#[test]
fn help_shows_examples_on_standard_output_and_is_no_failure() {
    for option in ["--help", "-h"] {
        let output = Command::new(env!("CARGO_BIN_EXE_wavix-sim")).arg(option).output().unwrap();
        assert_eq!((output.status.code(), output.stderr.len()), (Some(0), 0));
        let help = String::from_utf8(output.stdout).unwrap();
        assert!(help.contains("\nExamples:\n  wavix-sim ") && help.contains("\nExit code: 0 "), "{help}");
    }
}

#[test]
fn a_port_that_is_taken_is_a_failure_of_another_kind() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let output = Command::new(env!("CARGO_BIN_EXE_wavix-sim")).args(["--port", &port]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let complaint = String::from_utf8(output.stderr).unwrap();
    assert!(
        complaint.contains(&format!("Cannot listen on 127.0.0.1:{port}: the port is in use")),
        "{complaint}"
    );
    assert!(complaint.contains("--port 0"), "{complaint}");
}

#[tokio::test]
async fn a_comparison_is_printed_saved_and_imitated() {
    let profile = std::env::temp_dir().join(format!("wavix-sim-profile-{}.json", std::process::id()));
    let run = |base_url: &str, arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_wavix-sim"));
        command.env("WAVIX_API_KEY", wavix_sim::DEFAULT_API_KEY).args(["compare", "--base-url", base_url]);
        command.args(arguments).output().unwrap()
    };
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    let odd = wavix_sim::Sim::builder().behaviour(|behaviour| behaviour.list_lag = 2).spawn();
    let output = run(&odd.base_url(), &["--write", "--save", profile.to_str().unwrap()]);
    let table = text(&output.stdout);
    assert_eq!((output.status.code(), text(&output.stderr).as_str()), (Some(3), ""), "{table}");
    assert!(table.contains("| **differs** | lists without a new trunk | none | 2 |"), "{table}");
    assert!(table.contains("| `list_lag`: `2` |") && table.contains(", 1 differ."), "{table}");
    assert_eq!(std::fs::read_to_string(&profile).unwrap(), "{\n  \"list_lag\": 2\n}\n");
    let alike = wavix_sim::Sim::spawn();
    let output = run(&alike.base_url(), &["--write"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stdout));

    let mut child = Command::new(env!("CARGO_BIN_EXE_wavix-sim"))
        .args(["--port", "0", "--profile", profile.to_str().unwrap()])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let greeting = BufReader::new(child.stdout.take().unwrap()).lines().next().unwrap().unwrap();
    let _running = Running(child);
    let base_url = greeting.split_whitespace().find_map(|word| word.strip_suffix(';')).unwrap();
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let knobs = http.get(format!("{base_url}/_sim/behaviour")).send().await.unwrap().text().await.unwrap();
    assert!(knobs.contains("\"list_lag\":2"), "{knobs}");
    std::fs::remove_file(profile).unwrap();
}

#[test]
fn a_comparison_without_a_key_or_a_server_says_so() {
    let run = |key: &str, base_url: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_wavix-sim"));
        command.env("WAVIX_API_KEY", key).args(["compare", "--base-url", base_url]).output().unwrap()
    };
    let output = run("", "https://api.wavix.example");
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8(output.stderr).unwrap().contains("set WAVIX_API_KEY"));
    // Nobody listens on a port that was just given back.
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let output = run("k3y-of-nobody", &format!("http://{free}"));
    let says = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(says.starts_with("There is no answer: ") && !says.contains("k3y-of-nobody"), "{says}");
}
