//! What `pjsip_endpoint` writes, in Asterisk.

use serde_json::Value;

use crate::asterisk::{ADDRESS, Asterisk};
use crate::carrier::caller::{Call, Outcome};
use crate::carrier::{Carrier, Event, GATEWAYS, Kind, RECEPTION, SALES, STRANGER};
use crate::machine::{Machine, Program};
use crate::passwords::awkward;
use crate::pasted::here;
use crate::support::terraform::Terraform;

machine_trials![Asterisk22, Asterisk16;
    an_old_call_registers_and_calls_both_ways,
    two_trunks_share_a_pbx,
    a_refusal_for_long_is_got_over,
    a_silent_carrier_is_found_again,
    every_password_works_or_is_refused,
];

/// A transport, two phones and a place for the trunks.
pub fn pjsip_conf() -> String {
    format!(
        "[transport-udp]\ntype = transport\nprotocol = udp\nbind = {ADDRESS}:5060\n\n{}{}#include pjsip_wavix.conf\n",
        phone("reception", RECEPTION),
        phone("sales", SALES)
    )
}

/// Somebody who answers.
pub fn phone(name: &str, address: impl std::fmt::Display) -> String {
    format!(
        "[{name}]\ntype = aor\ncontact = sip:{name}@{address}:5060\n\n\
         [{name}]\ntype = endpoint\naors = {name}\ncontext = nowhere\ndisallow = all\nallow = alaw,ulaw\n\n"
    )
}

/// Every call from Wavix rings the reception; those of the second trunk, sales.
const DIAL_PLAN: &str = "[from-wavix]\n\
    exten => _[+0-9].,1,GotoIf($[\"${CHANNEL(endpoint)}\" = \"wavix-67759\"]?sales)\n \
    same => n,Dial(PJSIP/reception,30)\n \
    same => n(sales),Dial(PJSIP/sales,30)\n";

/// The values of these expressions of Terraform's language.
pub fn evaluate(expressions: &[String]) -> Vec<Value> {
    let tf = Terraform::unconfigured();
    let output = |(index, expression): (usize, &String)| {
        format!("output \"o{index}\" {{\n  value = {expression}\n}}\n")
    };
    tf.config(&expressions.iter().enumerate().map(output).collect::<String>());
    tf.run(["apply", "-auto-approve", "-input=false", "-no-color"]).succeeded();
    (0..expressions.len()).map(|index| tf.output(&format!("o{index}"))).collect()
}

/// A text of Terraform's language.
pub fn literal(text: &str) -> String {
    serde_json::to_string(text).unwrap().replace("${", "$${").replace("%{", "%%{")
}

/// The text of a call of `pjsip_endpoint`.
pub fn endpoint(login: &str, password: &str, others: &str) -> String {
    let call = format!("provider::wavix::pjsip_endpoint({login:?}, {password:?}, {others})");
    here(evaluate(&[call])[0].as_str().unwrap())
}

/// An Asterisk with these trunks, not yet started.
pub fn pbx<'a>(machine: &'a Machine, program: Program, trunks: &str) -> Asterisk<'a> {
    let asterisk = Asterisk::install(machine, program);
    asterisk.write("pjsip.conf", &pjsip_conf());
    asterisk.write("pjsip_wavix.conf", trunks);
    asterisk.write("extensions.conf", DIAL_PLAN);
    asterisk
}

/// Calls `number` through the trunk, and gives what the carrier got.
pub fn calls_out(asterisk: &Asterisk<'_>, carrier: &Carrier, login: &str, number: &str) -> Event {
    let mark = carrier.mark();
    asterisk.rx(&format!("channel originate PJSIP/{number}@wavix-{login} application Wait 1")).succeeded();
    let called = carrier.called(mark, login);
    let was_asked = carrier.since(mark).iter().any(|event| event.kind == Kind::Challenged);
    assert!(was_asked, "nobody asked for credentials: {}", carrier.story(mark));
    called
}

/// A call from each of the gateways, which must be answered by the phone.
pub fn rings_from_each_gateway(carrier: &Carrier, login: &str, number: &str, phone: std::net::Ipv4Addr) {
    for (gateway, _) in GATEWAYS {
        let mark = carrier.mark();
        let outcome =
            carrier.call(Call { gateway: Some(gateway), user: Some(login), ..Call::to(login, number) });
        assert_answered(&outcome, carrier, mark, gateway);
        carrier.wait(mark, "the phone rings", |event| event.kind == Kind::Rang(phone));
    }
}

fn assert_answered(outcome: &Outcome, carrier: &Carrier, mark: usize, gateway: &str) {
    assert_eq!(outcome.status, Some(200), "from {gateway}: {outcome:?}\n{}", carrier.story(mark));
}

/// A call from an address of nobody's, which must not ring.
pub fn a_stranger_is_refused(carrier: &Carrier, login: &str) {
    let mark = carrier.mark();
    let call = Call { from: Some(STRANGER), user: Some(login), ..Call::to(login, "13132847320") };
    let outcome = carrier.call(call);
    assert!(outcome.status.is_none_or(|status| status >= 400), "{outcome:?}");
    assert!(
        !carrier.since(mark).iter().any(|event| matches!(event.kind, Kind::Rang(_))),
        "{}",
        carrier.story(mark)
    );
}

fn an_old_call_registers_and_calls_both_ways(program: Program) {
    let machine = Machine::here();
    let carrier = Carrier::start();
    carrier.account("67758", "s3cret");
    let mut asterisk = pbx(&machine, program, &endpoint("67758", "s3cret", "\"nl.wavix.net\""));
    let mark = carrier.mark();
    asterisk.start();
    assert_eq!(carrier.registered(mark, "67758").at, "nl.wavix.net");
    asterisk.registration("wavix-67758", "Registered");
    assert_eq!(asterisk.complaints(), [""; 0]);

    let called = calls_out(&asterisk, &carrier, "67758", "493012345678");
    assert_eq!(called.message.uri(), "sip:493012345678@nl.wavix.net:5060", "{}", carrier.story(0));
    rings_from_each_gateway(&carrier, "67758", "13132847320", RECEPTION);
    a_stranger_is_refused(&carrier, "67758");
    // As Wavix calls: the contact as it was registered.
    let mark = carrier.mark();
    assert_answered(&carrier.call(Call::to("67758", "13132847320")), &carrier, mark, "nl.wavix.net");
}

fn two_trunks_share_a_pbx(program: Program) {
    let machine = Machine::here();
    let carrier = Carrier::start();
    carrier.account("67758", "s3cret");
    carrier.account("67759", "0ther");
    let first = endpoint("67758", "s3cret", "\"nl.wavix.net\"");
    let second = endpoint("67759", "0ther", "\"us.wavix.net\"");
    let mut asterisk = pbx(&machine, program, &format!("{first}\n{second}"));
    let mark = carrier.mark();
    asterisk.start();
    assert_eq!(carrier.registered(mark, "67758").at, "nl.wavix.net");
    assert_eq!(carrier.registered(mark, "67759").at, "us.wavix.net");
    assert_eq!(asterisk.complaints(), [""; 0]);
    for (login, phone) in [("67758", RECEPTION), ("67759", SALES)] {
        calls_out(&asterisk, &carrier, login, "493012345678");
        let mark = carrier.mark();
        assert_answered(&carrier.call(Call::to(login, "13132847320")), &carrier, mark, login);
        carrier.wait(mark, "its phone rings", |event| event.kind == Kind::Rang(phone));
    }
}

/// The pauses that a PBX makes between tries, shortened: how long they are is
/// not what is asked, but whether there is an end to them.
fn impatient(text: &str) -> String {
    let lines = text.lines().map(|line| match line.split_once(" = ") {
        Some((option, _)) if option.ends_with("retry_interval") => format!("{option} = 1\n"),
        Some(("expiration", _)) => "expiration = 60\n".to_owned(),
        _ => format!("{line}\n"),
    });
    lines.collect()
}

/// More refusals than Asterisk takes by itself: the first makes it stop, by its
/// defaults, and so do ten others.
fn a_refusal_for_long_is_got_over(program: Program) {
    let machine = Machine::here();
    let carrier = Carrier::start();
    carrier.account("67758", "another");
    let text = impatient(&endpoint("67758", "s3cret", "\"nl.wavix.net\""));
    let mut asterisk = pbx(&machine, program, &text);
    let mark = carrier.mark();
    asterisk.start();
    crate::machine::until("it was refused 15 times", || {
        let refused =
            carrier.since(mark).iter().filter(|event| matches!(event.kind, Kind::Refused(_))).count();
        if refused >= 15 {
            Ok(())
        } else {
            Err(format!("{refused} times, {}", asterisk.rx("pjsip show registrations").text))
        }
    });
    carrier.account("67758", "s3cret");
    let mark = carrier.mark();
    carrier.registered(mark, "67758");
    asterisk.registration("wavix-67758", "Registered");
}

fn a_silent_carrier_is_found_again(program: Program) {
    let machine = Machine::here();
    let carrier = Carrier::start();
    carrier.account("67758", "s3cret");
    carrier.behave(|rules| rules.silent = GATEWAYS.map(|(host, _)| host).into());
    let text = impatient(&endpoint("67758", "s3cret", "\"nl.wavix.net\""));
    // How long one try waits for an answer, shortened as far as Asterisk allows.
    let system = "[system]\ntype = system\ntimer_t1 = 100\ntimer_b = 6400\n\n";
    let mut asterisk = pbx(&machine, program, &text);
    asterisk.write("pjsip.conf", &format!("{system}{}", pjsip_conf()));
    let mark = carrier.mark();
    asterisk.start();
    let calls = || {
        let ids = carrier.since(mark).into_iter().filter(|event| event.message.method() == "REGISTER");
        // A repeated request is no new try.
        ids.map(|event| event.message.must("CSeq").to_owned())
            .collect::<std::collections::BTreeSet<_>>()
            .len()
    };
    crate::machine::until("it tried again", || if calls() >= 3 { Ok(()) } else { Err(calls().to_string()) });
    carrier.behave(|rules| rules.silent.clear());
    let mark = carrier.mark();
    carrier.registered(mark, "67758");
    asterisk.registration("wavix-67758", "Registered");
}

fn every_password_works_or_is_refused(program: Program) {
    let machine = Machine::here();
    let carrier = Carrier::start();
    let passwords = awkward();
    let calls: Vec<String> = passwords
        .iter()
        .map(|(name, password)| {
            let password = literal(password);
            format!(
                "try(provider::wavix::pjsip_endpoint({name:?}, {password}, \"nl.wavix.net\"), \"refused\")"
            )
        })
        .collect();
    let texts: Vec<String> = evaluate(&calls).iter().map(|text| text.as_str().unwrap().to_owned()).collect();
    let accepted = passwords.iter().zip(&texts).filter(|(_, text)| *text != "refused");
    let accepted: Vec<_> = accepted.map(|((name, _), text)| (*name, here(text))).collect();
    for (name, password) in &passwords {
        carrier.account(name, password);
    }
    let trunks: String = accepted.iter().map(|(_, text)| format!("{text}\n")).collect();
    let mut asterisk = pbx(&machine, program, &trunks);
    let mark = carrier.mark();
    asterisk.start();
    for (name, _) in &accepted {
        carrier.registered(mark, name);
    }
    assert_eq!(asterisk.complaints(), [""; 0]);
    let refused: Vec<_> = passwords
        .iter()
        .map(|(name, _)| *name)
        .filter(|name| !accepted.iter().any(|(other, _)| other == name))
        .collect();
    // Those that a line of its file cannot hold.
    assert_eq!(refused, ["first-blank", "last-blank", "tab"]);
}
