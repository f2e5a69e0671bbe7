//! The guide for FreeSWITCH, followed to the letter.

use crate::asterisk::ADDRESS;
use crate::carrier::caller::Call;
use crate::carrier::message::user;
use crate::carrier::{Carrier, Event, GATEWAYS, Kind, RECEPTION, STRANGER};
use crate::freeswitch::{FreeSwitch, PORT};
use crate::machine::{Machine, Program};
use crate::pasted::guide;
use crate::user::User;

machine_trials![FreeSwitch;
    the_guide_registers_and_calls_both_ways,
    the_guide_survives_rotations_and_a_destroy,
    the_guide_speaks_tls_and_srtp,
    a_password_that_cannot_be_written_makes_no_trunk,
];

/// A PBX whose phone is there, and a user who follows the page.
struct Site<'a> {
    freeswitch: FreeSwitch<'a>,
    user: User,
    carrier: Carrier,
}

impl<'a> Site<'a> {
    /// Lays the page's files, starts FreeSWITCH, and then applies. Gives the login too.
    fn start(machine: &'a Machine, program: Program, variant: &str) -> (Self, String) {
        let carrier = Carrier::start();
        let mut freeswitch = FreeSwitch::install(machine, program);
        freeswitch.trust(carrier.authority());
        let page = guide("freeswitch", variant);
        let name = |file: &str| file.strip_prefix("/etc/freeswitch/").unwrap().to_owned();
        for (file, text) in &page.files {
            freeswitch.write(&name(file), text);
        }
        for (file, place, text) in &page.insertions {
            freeswitch.change(&name(file), |there| there.replacen(place, &format!("{text}{place}"), 1));
        }
        for command in &page.commands {
            machine.shell(command).succeeded();
        }
        let as_read = |block: String| match variant {
            "tls" => block.replace("encrypted = false", "encrypted = true"),
            _ => block,
        };
        if variant == "tls" {
            freeswitch.change("vars.xml", |vars| {
                vars.replace("external_ssl_enable=false", "external_ssl_enable=true")
            });
        }
        let blocks: Vec<String> = page.terraform.into_iter().map(as_read).collect();
        let user = User::pasting(machine, &blocks, "s3cret\"; <and> & more");
        carrier.serves(&user.sim);
        // Before there is a trunk.
        freeswitch.start();
        let mark = carrier.mark();
        let login = user.applies();
        carrier.registered(mark, &login);
        for gateway in ["wavix", "wavix-2"] {
            freeswitch.registered(gateway);
        }
        (Self { freeswitch, user, carrier }, login)
    }

    fn calls_out_by(&self, gateway: &str, login: &str) -> Event {
        let mark = self.carrier.mark();
        self.freeswitch.calls("00493012345678");
        let called = self.carrier.called(mark, login);
        assert_eq!(called.at, gateway, "{}", self.carrier.story(mark));
        assert_eq!(user(called.message.uri()), "493012345678");
        assert!(called.message.must("From").contains("sip:13132847320@"), "{}", called.message.must("From"));
        called
    }

    fn rings(&self, call: Call<'_>) {
        let mark = self.carrier.mark();
        let outcome = self.carrier.call(call);
        assert_eq!(
            outcome.status,
            Some(200),
            "{outcome:?}\n{}\n{}",
            self.carrier.story(mark),
            self.freeswitch.log()
        );
        self.carrier.wait(mark, "the phone rings", |event| event.kind == Kind::Rang(RECEPTION));
    }

    fn restarts_and_registers(&mut self, login: &str) {
        self.freeswitch.stop();
        let mark = self.carrier.mark();
        self.freeswitch.start();
        self.carrier.registered(mark, login);
    }
}

fn the_guide_registers_and_calls_both_ways(program: Program) {
    let machine = Machine::here();
    let (site, login) = Site::start(&machine, program, "udp");
    assert_eq!(site.freeswitch.complaints(), [""; 0]);
    site.calls_out_by("us.wavix.net", &login);
    // As Wavix calls: the contact as it was registered.
    site.rings(Call::to(&login, "13132847320"));
    let at = Some(format!("{ADDRESS}:{PORT}").parse().unwrap());
    for (gateway, _) in GATEWAYS {
        for number in ["13132847320", "+13132847320"] {
            site.rings(Call { gateway: Some(gateway), user: Some(&login), at, ..Call::to("", number) });
        }
    }
    let mark = site.carrier.mark();
    let call = Call { from: Some(STRANGER), user: Some(&login), at, ..Call::to("", "13132847320") };
    assert_eq!(site.carrier.call(call).status, Some(403), "{}", site.carrier.story(mark));
    site.carrier.behave(|rules| rules.unavailable = ["us.wavix.net"].into());
    site.calls_out_by("nl.wavix.net", &login);
}

fn the_guide_survives_rotations_and_a_destroy(program: Program) {
    let machine = Machine::here();
    let (mut site, login) = Site::start(&machine, program, "udp");
    let file = site.freeswitch.file("sip_profiles/external/wavix.xml");
    let before = std::fs::read_to_string(&file).unwrap();
    site.user.is_refused_a_rotation(2);
    assert_eq!(std::fs::read_to_string(&file).unwrap(), before);
    site.restarts_and_registers(&login);

    let mark = site.carrier.mark();
    site.user.rotates("an0ther", 3);
    // Nobody restarted or reloaded anything.
    site.carrier.registered(mark, &login);
    for gateway in ["wavix", "wavix-2"] {
        site.freeswitch.registered(gateway);
    }
    site.calls_out_by("us.wavix.net", &login);
    site.restarts_and_registers(&login);

    site.user.destroys();
    site.freeswitch.stop();
    site.freeswitch.start();
    let mark = site.carrier.mark();
    site.freeswitch.calls("1000");
    site.carrier.wait(mark, "the phone rings", |event| event.kind == Kind::Rang(RECEPTION));
}

fn the_guide_speaks_tls_and_srtp(program: Program) {
    let machine = Machine::here();
    let (site, login) = Site::start(&machine, program, "tls");
    site.carrier.behave(|rules| {
        rules.demands_srtp = true;
        rules.demands_tls = true;
    });
    assert_eq!(site.calls_out_by("us.wavix.net", &login).transport, "TLS");
    let mark = site.carrier.mark();
    let outcome = site.carrier.call(Call { is_encrypted: true, ..Call::to(&login, "13132847320") });
    assert_eq!(outcome.status, Some(200), "{}\n{}", site.carrier.story(mark), site.freeswitch.log());
    assert!(outcome.media.is_some_and(|media| media.profile == "RTP/SAVP" && media.has_key));
    // An open call is no call.
    let open = site.carrier.call(Call::to(&login, "13132847320"));
    assert_eq!(open.status, Some(488), "{open:?}");
}

/// What FreeSWITCH cannot carry is refused before there is a trunk that nobody can use.
fn a_password_that_cannot_be_written_makes_no_trunk(_: Program) {
    let machine = Machine::here();
    for password in ["a:b", "a\tb", "$${x}", &"x".repeat(230)] {
        let page = guide("freeswitch", "udp");
        let user = User::pasting(&machine, &page.terraform, password);
        user.tf().apply_err();
        assert_eq!(user.sim.journal().count("POST", "/v1/trunks"), 0, "{password:?}");
    }
}
