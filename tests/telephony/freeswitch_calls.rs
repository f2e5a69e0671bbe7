//! What `freeswitch_gateway` writes, in FreeSWITCH.

use crate::asterisk_calls::{evaluate, literal};
use crate::carrier::caller::Call;
use crate::carrier::{Carrier, GATEWAYS, Kind};
use crate::freeswitch::FreeSwitch;
use crate::machine::{Machine, Program, until};
use crate::passwords::awkward;

machine_trials![FreeSwitch;
    a_lost_carrier_is_found_again,
    every_password_works_or_is_refused,
    the_callers_number_leaves_in_the_header_that_was_chosen,
    tcp_works_and_a_trunk_known_by_its_address_calls_without_a_password,
];

/// The text of a call of the function.
fn gateway(login: &str, options: &str) -> String {
    let call =
        format!("provider::wavix::freeswitch_gateway({login:?}, \"s3cret\", \"nl.wavix.net\", {options})");
    evaluate(&[call])[0].as_str().unwrap().to_owned()
}

/// Refused and then met with silence, and nobody comes to help.
fn a_lost_carrier_is_found_again(program: Program) {
    let machine = Machine::here();
    let carrier = Carrier::start();
    carrier.account("67758", "another");
    let mut freeswitch = FreeSwitch::install(&machine, program);
    // How long a pause is, is not what is asked, but whether there is an end to them.
    let impatient = gateway("67758", "{}")
        .replace("name=\"retry-seconds\" value=\"30\"", "name=\"retry-seconds\" value=\"5\"");
    freeswitch.gateways(&impatient);
    freeswitch.start();
    let refused = || carrier.since(0).iter().filter(|event| matches!(event.kind, Kind::Refused(_))).count();
    // The pause grows with each refusal.
    until("it was refused three times", || if refused() >= 3 { Ok(()) } else { Err(freeswitch.log()) });
    carrier.behave(|rules| rules.silent = GATEWAYS.map(|(host, _)| host).into());
    let mark = carrier.mark();
    carrier.wait(mark, "it asks in vain", |event| event.kind == Kind::Ignored);
    carrier.account("67758", "s3cret");
    carrier.behave(|rules| rules.silent.clear());
    carrier.registered(mark, "67758");
    freeswitch.registered("wavix-67758");
}

fn every_password_works_or_is_refused(program: Program) {
    let machine = Machine::here();
    let carrier = Carrier::start();
    let passwords = awkward();
    let call = |(name, password): &(&str, String)| {
        let password = literal(password);
        format!(
            "try(provider::wavix::freeswitch_gateway({name:?}, {password}, \"nl.wavix.net\"), \"refused\")"
        )
    };
    let texts = evaluate(&passwords.iter().map(call).collect::<Vec<_>>());
    let mut refused = Vec::new();
    let mut accepted = Vec::new();
    let mut freeswitch = FreeSwitch::install(&machine, program);
    for ((name, password), text) in passwords.iter().zip(&texts) {
        carrier.account(name, password);
        if text == "refused" {
            refused.push(*name);
        } else {
            freeswitch.write(&format!("sip_profiles/external/{name}.xml"), text.as_str().unwrap());
            accepted.push(*name);
        }
    }
    let mark = carrier.mark();
    freeswitch.start();
    for name in accepted {
        carrier.registered(mark, name);
    }
    assert_eq!(
        refused,
        ["escaped-variable", "address", "colon", "colons", "tab", "255-characters", "300-characters"]
    );
}

fn the_callers_number_leaves_in_the_header_that_was_chosen(program: Program) {
    let machine = Machine::here();
    let carrier = Carrier::start();
    let mut freeswitch = FreeSwitch::install(&machine, program);
    let choices = [("1001", "none"), ("1002", "from"), ("1003", "pai"), ("1004", "rpid")];
    for (login, choice) in choices {
        carrier.account(login, "s3cret");
        let text = gateway(login, &format!("{{ caller_id = {choice:?} }}"));
        freeswitch.write(&format!("sip_profiles/external/{login}.xml"), &text);
    }
    freeswitch.start();
    for (login, choice) in choices {
        freeswitch.registered(&format!("wavix-{login}"));
        let mark = carrier.mark();
        let line = "origination_caller_id_number=4930999";
        freeswitch
            .cli(&format!("bgapi originate {{{line}}}sofia/gateway/wavix-{login}/493012345678 &sleep(1000)"))
            .succeeded();
        let message = carrier.called(mark, login).message;
        let from = format!("sip:{}@nl.wavix.net", if choice == "from" { "4930999" } else { login });
        assert!(message.must("From").contains(&from), "{choice}: {}", message.must("From"));
        for (header, wanted) in [("P-Asserted-Identity", "pai"), ("Remote-Party-ID", "rpid")] {
            let has_it = message.header(header).is_some_and(|value| value.contains("sip:4930999@"));
            assert_eq!(has_it, choice == wanted, "{choice}: {:?}", message.headers);
        }
    }
}

fn tcp_works_and_a_trunk_known_by_its_address_calls_without_a_password(program: Program) {
    let machine = Machine::here();
    let carrier = Carrier::start();
    let mut freeswitch = FreeSwitch::install(&machine, program);
    carrier.account("67758", "s3cret");
    let text =
        gateway("67758", "{ transport = \"tcp\", name = \"main\", expiration = 300, context = \"default\" }");
    freeswitch.write("sip_profiles/external/main.xml", &text);
    let by_address = gateway("67759", "{ authentication = \"ip\", name = \"address\" }");
    freeswitch.write("sip_profiles/external/address.xml", &by_address);
    let mark = carrier.mark();
    freeswitch.start();
    let registered = carrier.registered(mark, "67758");
    assert_eq!((registered.transport, registered.message.header("Expires")), ("TCP", Some("300")));
    freeswitch.registered("main");
    let mark = carrier.mark();
    freeswitch.cli("bgapi originate sofia/gateway/main/493012345678 &sleep(1000)").succeeded();
    assert_eq!(carrier.called(mark, "67758").transport, "TCP");
    // The context of the option, by the number in To.
    let outcome = carrier.call(Call::to("67758", "1000"));
    assert_eq!(outcome.status, Some(200), "{}\n{}", carrier.story(mark), freeswitch.log());

    carrier.behave(|rules| rules.knows_address = true);
    let mark = carrier.mark();
    freeswitch.cli("bgapi originate sofia/gateway/address/493012345678 &sleep(1000)").succeeded();
    carrier.wait(mark, "a call", |event| event.kind == Kind::Called(String::new()));
    let asked = carrier
        .since(0)
        .into_iter()
        .any(|event| event.message.must("From").contains("67759") && event.message.method() == "REGISTER");
    assert!(!asked, "{}", carrier.story(0));
}
