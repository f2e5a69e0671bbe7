//! The guide for Asterisk and its scenario, followed to the letter.

use crate::asterisk::Asterisk;
use crate::asterisk_calls::{a_stranger_is_refused, calls_out, phone, rings_from_each_gateway};
use crate::carrier::caller::Call;
use crate::carrier::{Carrier, Kind, RECEPTION};
use crate::machine::{Machine, Program, until};
use crate::pasted::{Pasted, guide, here};
use crate::user::User;

machine_trials![Asterisk22, Asterisk16;
    the_guide_registers_and_calls_both_ways,
    the_guide_survives_rotations_and_a_destroy,
    the_guide_speaks_tls_and_srtp,
    the_scenario_registers_and_calls_both_ways,
    the_scenario_survives_rotations_and_a_destroy,
    a_password_that_cannot_be_written_makes_no_trunk,
];

/// A PBX whose phones are there, and a user who follows the page.
struct Site<'a> {
    asterisk: Asterisk<'a>,
    user: User,
    carrier: Carrier,
    page: Pasted,
}

impl<'a> Site<'a> {
    fn new(machine: &'a Machine, program: Program, variant: &str) -> Self {
        let carrier = Carrier::start();
        let asterisk = Asterisk::install(machine, program);
        asterisk.trust(carrier.authority());
        let page = guide("asterisk", variant);
        let blocks: Vec<String> = page.terraform.iter().map(|block| as_read(block, variant)).collect();
        let user = User::pasting(machine, &blocks, "s3cret; and more");
        carrier.serves(&user.sim);
        Self { asterisk, user, carrier, page }
    }

    fn of_the_scenario(machine: &'a Machine, program: Program) -> Self {
        let mut site = Self::new(machine, program, "udp");
        let variables = std::fs::read_to_string("examples/scenarios/asterisk/variables.tf").unwrap();
        // The command that the variable's description gives.
        let reload =
            variables.split("an Asterisk on this machine: `").nth(1).and_then(|rest| rest.split('`').next());
        site.user = User::copying(machine, "asterisk", "s3cret; and more");
        site.carrier.serves(&site.user.sim);
        site.user.set("directory", "/etc/asterisk");
        site.user.set("reload_command", reload.unwrap());
        site
    }

    /// Lays the page's files, starts Asterisk, and then applies. Gives the login.
    fn start(&mut self) -> String {
        for (file, text) in &self.page.files {
            let name = file.strip_prefix("/etc/asterisk/").unwrap();
            let phones = if name == "pjsip.conf" { phone("reception", RECEPTION) } else { String::new() };
            self.asterisk.write(name, &format!("{text}\n{phones}"));
        }
        // Before there is a trunk.
        self.asterisk.start();
        let mark = self.carrier.mark();
        let login = self.user.applies();
        // The user changes the example's login to theirs.
        let dial_plan = self.asterisk.read("extensions.conf").replace("67758", &login);
        self.asterisk.write("extensions.conf", &dial_plan);
        self.asterisk.rx("dialplan reload").succeeded();
        self.carrier.registered(mark, &login);
        self.adapt();
        assert_eq!(self.asterisk.complaints(), [""; 0]);
        login
    }

    /// What Terraform wrote has the vendor's addresses, which are elsewhere here.
    fn adapt(&self) {
        let path = "/etc/asterisk/pjsip_wavix.conf";
        let text = std::fs::read_to_string(path).unwrap();
        // In place: owner and mode are what they are.
        std::fs::write(path, here(&text)).unwrap();
    }

    fn calls_both_ways(&self, login: &str, extension: &str) {
        let mark = self.carrier.mark();
        self.asterisk.rx(&format!("channel originate Local/{extension} application Wait 1")).succeeded();
        let called = self.carrier.called(mark, login);
        let number = crate::carrier::message::user(called.message.uri());
        assert_eq!(number.trim_start_matches('+'), "493012345678", "{}", self.carrier.story(mark));
        calls_out(&self.asterisk, &self.carrier, login, "493012345678");
        for number in ["13132847320", "+13132847320"] {
            rings_from_each_gateway(&self.carrier, login, number, RECEPTION);
        }
        let mark = self.carrier.mark();
        let outcome = self.carrier.call(Call::to(login, "13132847320"));
        assert_eq!(outcome.status, Some(200), "{}", self.carrier.story(mark));
        a_stranger_is_refused(&self.carrier, login);
    }

    /// A refused rotation changes nothing, a restart is harmless, a rotation
    /// takes effect at once, and after a destroy the phones still work.
    fn survives(&mut self, login: &str) {
        let before = self.asterisk.read("pjsip_wavix.conf");
        self.user.is_refused_a_rotation(2);
        assert_eq!(self.asterisk.read("pjsip_wavix.conf"), before);
        self.restarts_and_registers(login);

        let mark = self.carrier.mark();
        self.user.rotates("an0ther", 3);
        assert_ne!(self.asterisk.read("pjsip_wavix.conf"), before);
        // Nobody restarted or reloaded anything.
        self.carrier.registered(mark, login);
        self.adapt();
        self.restarts_and_registers(login);

        self.user.destroys();
        self.asterisk.stop();
        self.asterisk.start();
        until("the phones are there", || {
            let said = self.asterisk.rx("pjsip show endpoints").text;
            if said.contains("reception") { Ok(()) } else { Err(said) }
        });
        let mark = self.carrier.mark();
        self.asterisk.rx("channel originate PJSIP/reception application Wait 1").succeeded();
        self.carrier.wait(mark, "the phone rings", |event| event.kind == Kind::Rang(RECEPTION));
    }

    fn restarts_and_registers(&mut self, login: &str) {
        self.asterisk.stop();
        let mark = self.carrier.mark();
        self.asterisk.start();
        self.carrier.registered(mark, login);
    }
}

/// A block as a reader leaves it who wants encryption.
fn as_read(block: &str, variant: &str) -> String {
    if variant != "tls" {
        return block.to_owned();
    }
    block.replace("encrypted = false", "encrypted = true")
}

fn the_guide_registers_and_calls_both_ways(program: Program) {
    let machine = Machine::here();
    let mut site = Site::new(&machine, program, "udp");
    let login = site.start();
    site.calls_both_ways(&login, "00493012345678@outbound");
}

fn the_guide_survives_rotations_and_a_destroy(program: Program) {
    let machine = Machine::here();
    let mut site = Site::new(&machine, program, "udp");
    let login = site.start();
    site.survives(&login);
}

fn the_scenario_registers_and_calls_both_ways(program: Program) {
    let machine = Machine::here();
    let mut site = Site::of_the_scenario(&machine, program);
    let login = site.with_its_dial_plan();
    site.calls_both_ways(&login, "+493012345678@to-wavix");
}

fn the_scenario_survives_rotations_and_a_destroy(program: Program) {
    let machine = Machine::here();
    let mut site = Site::of_the_scenario(&machine, program);
    let login = site.with_its_dial_plan();
    site.survives(&login);
}

impl Site<'_> {
    fn with_its_dial_plan(&mut self) -> String {
        let login = self.start();
        let dial_plan = self.user.tf().output("extensions_conf");
        self.asterisk.write("extensions.conf", dial_plan.as_str().unwrap());
        self.asterisk.rx("dialplan reload").succeeded();
        login
    }
}

fn the_guide_speaks_tls_and_srtp(program: Program) {
    let machine = Machine::here();
    let mut site = Site::new(&machine, program, "tls");
    site.carrier.behave(|rules| {
        rules.demands_srtp = true;
        rules.demands_tls = true;
    });
    let login = site.start();
    let called = calls_out(&site.asterisk, &site.carrier, &login, "493012345678");
    assert_eq!(called.transport, "TLS");
    let mark = site.carrier.mark();
    let outcome = site.carrier.call(Call { is_encrypted: true, ..Call::to(&login, "13132847320") });
    assert_eq!(outcome.status, Some(200), "{}", site.carrier.story(mark));
    assert!(outcome.media.is_some_and(|media| media.profile == "RTP/SAVP" && media.has_key));
    // An open call is no call.
    let open = site.carrier.call(Call::to(&login, "13132847320"));
    assert_eq!(open.status, Some(488), "{open:?}");
}

/// What Asterisk cannot read is refused before there is a trunk that nobody can use.
fn a_password_that_cannot_be_written_makes_no_trunk(_: Program) {
    let machine = Machine::here();
    for password in [" first-blank", "last-blank ", "a\tb"] {
        let page = guide("asterisk", "udp");
        for user in [
            User::pasting(&machine, &page.terraform, password),
            User::copying(&machine, "asterisk", password),
        ] {
            user.tf().apply_err();
            assert_eq!(user.sim.journal().count("POST", "/v1/trunks"), 0, "{password:?}");
        }
    }
}
