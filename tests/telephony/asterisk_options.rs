//! The options of `pjsip_endpoint`, in Asterisk.

use crate::asterisk::ADDRESS;
use crate::asterisk_calls::{calls_out, endpoint, pbx, pjsip_conf};
use crate::carrier::caller::Call;
use crate::carrier::{Carrier, Kind};
use crate::machine::{Machine, Program, until};

machine_trials![Asterisk22, Asterisk16;
    a_second_gateway_is_used_when_the_first_is_silent,
    the_callers_number_leaves_in_the_header_that_was_chosen,
    tcp_and_a_name_of_ones_own_work,
    encrypted_media_works_over_udp,
    a_trunk_known_by_its_address_calls_without_a_password,
];

fn a_second_gateway_is_used_when_the_first_is_silent(program: Program) {
    let machine = Machine::here();
    let carrier = Carrier::start();
    carrier.account("67758", "s3cret");
    carrier.behave(|rules| rules.silent = ["nl.wavix.net"].into());
    let text = endpoint("67758", "s3cret", "\"nl.wavix.net\", { gateways = [\"us.wavix.net\"] }");
    let mut asterisk =
        pbx(&machine, program, &text.replace("qualify_frequency = 60", "qualify_frequency = 2"));
    let mark = carrier.mark();
    asterisk.start();
    assert_eq!(carrier.registered(mark, "67758").at, "us.wavix.net");
    assert_eq!(asterisk.complaints().iter().filter(|line| line.contains("ERROR")).count(), 0);
    until("the first gateway is known to be silent", || {
        let said = asterisk.rx("pjsip show contacts").text;
        let is_so = said.lines().any(|line| line.contains("nl.wavix.net") && line.contains("Unavail"));
        if is_so { Ok(()) } else { Err(said) }
    });
    assert_eq!(calls_out(&asterisk, &carrier, "67758", "493012345678").at, "us.wavix.net");
}

fn the_callers_number_leaves_in_the_header_that_was_chosen(program: Program) {
    let machine = Machine::here();
    let carrier = Carrier::start();
    let choices = [("1001", "none"), ("1002", "from"), ("1003", "pai"), ("1004", "rpid")];
    let mut trunks = String::new();
    for (login, choice) in choices {
        carrier.account(login, "s3cret");
        trunks += &endpoint(login, "s3cret", &format!("\"nl.wavix.net\", {{ caller_id = {choice:?} }}"));
        trunks += "\n";
    }
    let mut asterisk = pbx(&machine, program, &trunks);
    let plan: String = choices
        .iter()
        .map(|(login, _)| format!("exten => {login},1,Set(CALLERID(num)=4930999)\n same => n,Dial(PJSIP/493012345678@wavix-{login},10)\n"))
        .collect();
    asterisk.write("extensions.conf", &format!("[out]\n{plan}"));
    asterisk.start();
    for (login, choice) in choices {
        let mark = carrier.mark();
        asterisk.rx(&format!("channel originate Local/{login}@out application Wait 1")).succeeded();
        let message = carrier.called(mark, login).message;
        let from = format!("sip:{}@nl.wavix.net", if choice == "from" { "4930999" } else { login });
        assert!(message.must("From").contains(&from), "{choice}: {}", message.must("From"));
        for (header, wanted) in [("P-Asserted-Identity", "pai"), ("Remote-Party-ID", "rpid")] {
            let has_it = message.header(header).is_some_and(|value| value.contains("sip:4930999@"));
            assert_eq!(has_it, choice == wanted, "{choice}: {:?}", message.headers);
        }
    }
}

fn tcp_and_a_name_of_ones_own_work(program: Program) {
    let machine = Machine::here();
    let carrier = Carrier::start();
    carrier.account("67758", "s3cret");
    let text = endpoint(
        "67758",
        "s3cret",
        "\"nl.wavix.net\", { transport = \"tcp\", name = \"main\", expiration = 120 }",
    );
    let mut asterisk = pbx(&machine, program, &text);
    let tcp = format!("[transport-tcp]\ntype = transport\nprotocol = tcp\nbind = {ADDRESS}:5060\n\n");
    asterisk.write("pjsip.conf", &format!("{}\n{tcp}", pjsip_conf()));
    let mark = carrier.mark();
    asterisk.start();
    let registered = carrier.registered(mark, "67758");
    assert_eq!((registered.transport, registered.message.header("Expires")), ("TCP", Some("120")));
    let mark = carrier.mark();
    asterisk.rx("channel originate PJSIP/493012345678@main application Wait 1").succeeded();
    assert_eq!(carrier.called(mark, "67758").transport, "TCP");
    let outcome = carrier.call(Call::to("67758", "13132847320"));
    assert_eq!(outcome.status, Some(200), "{}", carrier.story(mark));
}

fn encrypted_media_works_over_udp(program: Program) {
    let machine = Machine::here();
    let carrier = Carrier::start();
    carrier.account("67758", "s3cret");
    carrier.behave(|rules| rules.demands_srtp = true);
    let text = endpoint("67758", "s3cret", "\"nl.wavix.net\", { encrypted_media = true }");
    let mut asterisk = pbx(&machine, program, &text);
    let mark = carrier.mark();
    asterisk.start();
    carrier.registered(mark, "67758");
    calls_out(&asterisk, &carrier, "67758", "493012345678");
    let mark = carrier.mark();
    let outcome = carrier.call(Call { is_encrypted: true, ..Call::to("67758", "13132847320") });
    assert_eq!(outcome.status, Some(200), "{}", carrier.story(mark));
}

fn a_trunk_known_by_its_address_calls_without_a_password(program: Program) {
    let machine = Machine::here();
    let carrier = Carrier::start();
    carrier.behave(|rules| rules.knows_address = true);
    let text = endpoint("67758", "unused", "\"nl.wavix.net\", { authentication = \"ip\" }");
    let mut asterisk = pbx(&machine, program, &text);
    let mark = carrier.mark();
    asterisk.start();
    assert_eq!(asterisk.complaints(), [""; 0]);
    asterisk.rx("channel originate PJSIP/493012345678@wavix-67758 application Wait 1").succeeded();
    carrier.wait(mark, "a call", |event| event.kind == Kind::Called(String::new()));
    assert!(!carrier.since(mark).iter().any(|event| event.message.method() == "REGISTER"));
    let at = Some(format!("{ADDRESS}:5060").parse().unwrap());
    let call =
        Call { gateway: Some("sg.wavix.net"), at, user: Some("13132847320"), ..Call::to("", "13132847320") };
    assert_eq!(carrier.call(call).status, Some(200), "{}", carrier.story(mark));
}
