//! The guide for LiveKit, followed to the letter.

use crate::asterisk_calls::{evaluate, literal};
use crate::carrier::caller::{Call, Outcome};
use crate::carrier::message::user;
use crate::carrier::{Carrier, Event, GATEWAYS, Kind, STRANGER, sdp};
use crate::livekit::LiveKit;
use crate::machine::{Machine, Program};
use crate::passwords::awkward;
use crate::pasted::{Pasted, guide, here};
use crate::user::User;

machine_trials![LiveKit;
    the_guide_calls_both_ways,
    the_guide_survives_rotations_and_a_destroy,
    the_guide_speaks_tls_and_srtp,
    a_gateway_whose_certificate_nobody_signed_gets_no_call,
    another_name_in_a_certificate_counts_unless_livekit_has_one,
    a_lost_carrier_is_found_again,
    every_password_works,
    an_address_without_its_mask_lets_a_stranger_in,
    a_rule_for_all_trunks_lets_a_stranger_in,
];

/// LiveKit, and a user who has followed the page.
struct Site<'a> {
    machine: &'a Machine,
    livekit: LiveKit<'a>,
    user: User,
    carrier: Carrier,
    page: Pasted,
    login: String,
    outbound: String,
}

impl<'a> Site<'a> {
    /// Applies, and does what the page has done by hand. `change`: what a reader changes.
    fn start(machine: &'a Machine, program: Program, change: fn(String) -> String) -> Self {
        Self::start_on(machine, program, change, true)
    }

    /// `is_trusted`: the machine knows who signed the gateways' certificates.
    fn start_on(
        machine: &'a Machine,
        program: Program,
        change: fn(String) -> String,
        is_trusted: bool,
    ) -> Self {
        let carrier = Carrier::start();
        let mut livekit = LiveKit::install(machine, program);
        if is_trusted {
            machine.trust("/".as_ref(), carrier.authority());
        }
        let page = guide("livekit", "");
        let blocks: Vec<String> = page.terraform.iter().map(|block| change(here(block))).collect();
        let mut user = User::pasting(machine, &blocks, "s3cret\"; <and> & 'more' $x %s");
        carrier.serves(&user.sim);
        livekit.start();
        let login = user.applies();
        let trunks = livekit.trunks("outbound");
        assert_eq!(trunks.len(), 1, "{}", livekit.lk("sip outbound list").text);
        let outbound = trunks.first().unwrap().clone();
        user.set("outbound_trunk_id", &outbound);
        user.applies();

        let create = user.with_outputs(machine, &page.commands[1]);
        let file = machine.folder("outputs").join("inbound_trunk");
        let trunk = std::fs::read_to_string(&file).unwrap();
        assert_eq!(trunk.matches("/32\"").count(), GATEWAYS.len(), "{trunk}");
        // The provider's addresses are the vendor's.
        std::fs::write(&file, change(here(&trunk))).unwrap();
        machine.shell(&create).succeeded();
        let trunks = livekit.trunks("inbound");
        assert_eq!(trunks.len(), 1);
        let dispatch = page.commands[2].replace("ST_…", trunks.first().unwrap());
        machine.shell(&change(dispatch)).succeeded();
        Self { machine, livekit, user, carrier, page, login, outbound }
    }

    /// The page's command of a call out.
    fn calling(&self) -> String {
        self.page.commands[0].replace("ST_…", &self.outbound)
    }

    /// As the page calls out, by one gateway with digest authentication.
    fn calls_out(&self) -> Event {
        let mark = self.carrier.mark();
        self.machine.shell(&self.calling()).succeeded();
        let called = self.carrier.called(mark, &self.login);
        let events = self.carrier.since(mark);
        assert!(events.iter().any(|event| event.kind == Kind::Challenged), "{}", self.carrier.story(mark));
        assert!(!events.iter().any(|event| matches!(event.kind, Kind::Refused(_) | Kind::Registered(_))));
        assert_eq!(called.at, "us.wavix.net");
        assert_eq!(user(called.message.uri()), "493012345678");
        assert!(called.message.must("From").contains("13132847320@"), "{}", called.message.must("From"));
        called
    }

    /// A call in, and how many rooms it made.
    fn is_called(&self, call: Call<'_>) -> (Outcome, usize) {
        let (outcome, rooms) = self.livekit.answering(|| self.carrier.call(call));
        (outcome, rooms.len())
    }

    fn answers(&self, call: Call<'_>) -> Outcome {
        let mark = self.carrier.mark();
        let (outcome, rooms) = self.is_called(call);
        assert_eq!(
            (outcome.status, rooms),
            (Some(200), 1),
            "{outcome:?}\n{}\n{}",
            self.carrier.story(mark),
            self.livekit.log()
        );
        outcome
    }
}

fn call<'a>(gateway: &'a str, number: &'a str) -> Call<'a> {
    let at = Some(LiveKit::at());
    Call { gateway: Some(gateway), user: Some(number), at, ..Call::to("", number) }
}

/// Of somebody who writes a gateway's address where anybody writes what they like.
fn of_a_stranger() -> Call<'static> {
    let mut call = call("", "13132847320");
    (call.gateway, call.from, call.claims) = (None, Some(STRANGER), Some(GATEWAYS[1].1));
    call
}

fn as_it_is(text: String) -> String {
    text
}

fn encrypted(text: String) -> String {
    text.replace("encrypted = false", "encrypted = true")
}

fn the_guide_calls_both_ways(program: Program) {
    let machine = Machine::here();
    let site = Site::start(&machine, program, as_it_is);
    let called = site.calls_out();
    assert_eq!(called.transport, "UDP");
    assert_eq!(sdp::media(&called.message.body).unwrap().profile, "RTP/AVP");
    for (gateway, _) in GATEWAYS {
        for number in ["13132847320", "+13132847320"] {
            site.answers(call(gateway, number));
        }
    }
    let (outcome, rooms) = site.is_called(of_a_stranger());
    assert!(outcome.status != Some(200) && rooms == 0, "{outcome:?}");
}

fn the_guide_survives_rotations_and_a_destroy(program: Program) {
    let machine = Machine::here();
    let mut site = Site::start(&machine, program, as_it_is);
    site.user.is_refused_a_rotation(2);
    site.calls_out();
    site.user.rotates("an0ther", 3);
    // The same trunk, and not another.
    assert_eq!(site.livekit.trunks("outbound"), [site.outbound.clone()].into());
    site.calls_out();

    site.livekit.stop();
    site.livekit.start();
    site.calls_out();
    site.answers(call("us.wavix.net", "13132847320"));

    site.user.destroys();
    site.livekit.stop();
    site.livekit.start();
    assert_eq!(site.livekit.trunks("outbound"), [site.outbound.clone()].into());
    site.livekit.lk(&format!("sip outbound delete {}", site.outbound)).succeeded();
    assert_eq!(site.livekit.trunks("outbound"), [].into());
}

fn the_guide_speaks_tls_and_srtp(program: Program) {
    let machine = Machine::here();
    let site = Site::start(&machine, program, encrypted);
    site.carrier.behave(|rules| {
        rules.demands_srtp = true;
        rules.demands_tls = true;
    });
    assert_eq!(site.calls_out().transport, "TLS");
    let encrypted = Call { is_encrypted: true, ..call("us.wavix.net", "13132847320") };
    let media = site.answers(encrypted).media;
    assert!(media.is_some_and(|media| media.profile == "RTP/SAVP" && media.has_key));
    // An open call is no call.
    let (open, _) = site.is_called(call("us.wavix.net", "13132847320"));
    assert!(open.status != Some(200), "{open:?}");
}

/// Calls in vain: the certificate is why.
fn distrusts(site: &Site<'_>, why: &str) {
    // What `lk` says of it is not what is asked.
    let _ = site.machine.shell(&site.calling());
    site.livekit.says(why);
    assert_eq!(site.carrier.mark(), 0, "{}", site.carrier.story(0));
}

/// Or whoever is between could be the gateway.
fn a_gateway_whose_certificate_nobody_signed_gets_no_call(program: Program) {
    let machine = Machine::here();
    distrusts(
        &Site::start_on(&machine, program, encrypted, false),
        "certificate signed by unknown authority",
    );
}

/// The certificates have the gateways' names, and not their addresses. As the page
/// warns, that is nothing to a LiveKit that has a certificate itself.
fn another_name_in_a_certificate_counts_unless_livekit_has_one(program: Program) {
    let machine = Machine::here();
    let mut site = Site::start(&machine, program, |text| {
        let address = format!("= \"{}\"", GATEWAYS[1].1);
        encrypted(text).replace("= local.gateway", &address)
    });
    distrusts(&site, "cannot validate certificate for 127.0.0.3");
    site.livekit.stop();
    site.livekit.has_a_certificate();
    site.livekit.start();
    assert_eq!(site.calls_out().transport, "TLS");
}

/// LiveKit keeps nothing of a carrier that could be lost: the next call asks again.
fn a_lost_carrier_is_found_again(program: Program) {
    let machine = Machine::here();
    let site = Site::start(&machine, program, as_it_is);
    site.carrier.behave(|rules| rules.silent = GATEWAYS.map(|(host, _)| host).into());
    let mark = site.carrier.mark();
    // What `lk` says of a call that nobody answers is not what is asked.
    let _ = machine.shell(&site.calling());
    site.carrier.wait(mark, "it asks in vain", |event| event.kind == Kind::Ignored);
    site.carrier.behave(|rules| rules.silent.clear());
    site.calls_out();
    site.answers(call("us.wavix.net", "13132847320"));
}

/// Each password through the page's own command, and out to the carrier.
fn every_password_works(program: Program) {
    let machine = Machine::here();
    let carrier = Carrier::start();
    let mut livekit = LiveKit::install(&machine, program);
    livekit.start();
    let page = guide("livekit", "");
    let provisioner = page.terraform.iter().find_map(|block| Some(block.split_once("<<-SH\n")?.1)).unwrap();
    let provisioner = provisioner.split_once("SH\n").unwrap().0;
    let passwords = awkward();
    let trunk = |(name, password): &(&str, String)| {
        format!(
            "jsonencode({{ name = {name:?}, address = \"us.wavix.net\", transport = \"SIP_TRANSPORT_UDP\", \
             numbers = [\"+13132847320\"], auth_username = {name:?}, auth_password = {} }})",
            literal(password)
        )
    };
    let trunks = evaluate(&passwords.iter().map(trunk).collect::<Vec<_>>());
    let file = machine.folder("trunk").join("json");
    let mark = carrier.mark();
    for ((name, password), trunk) in passwords.iter().zip(&trunks) {
        carrier.account(name, password);
        std::fs::write(&file, trunk.as_str().unwrap()).unwrap();
        let before = livekit.trunks("outbound");
        machine.shell(&format!("TRUNK=$(cat {}) TRUNK_ID=\n{provisioner}", file.display())).succeeded();
        let after = livekit.trunks("outbound");
        let id = after.difference(&before).next().unwrap();
        // In a room of its own, whatever becomes of the others.
        let command = page.commands[0].replace("ST_…", id).replace("--room call", &format!("--room {name}"));
        machine.shell(&command).succeeded();
        carrier.called(mark, name);
        livekit.lk(&format!("room delete {name}")).succeeded();
    }
}

/// Why the page says to keep the `/32`: LiveKit compares a bare address with the
/// host of the From header too.
fn an_address_without_its_mask_lets_a_stranger_in(program: Program) {
    let machine = Machine::here();
    let site = Site::start(&machine, program, |text| text.replace("/32", ""));
    site.answers(of_a_stranger());
}

/// Why the page gives the rule the trunk's id.
fn a_rule_for_all_trunks_lets_a_stranger_in(program: Program) {
    let machine = Machine::here();
    let site = Site::start(&machine, program, |text| {
        let lines = text.lines().filter(|line| !line.contains("\"trunk_ids\""));
        lines.map(|line| format!("{line}\n")).collect()
    });
    site.answers(Call { claims: None, ..of_a_stranger() });
}
