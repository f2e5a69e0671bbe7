//! The guide for Kamailio, followed to the letter: by password and by address.

use crate::asterisk::ADDRESS;
use crate::asterisk_calls::{evaluate, literal};
use crate::carrier::caller::{Call, Outcome};
use crate::carrier::{Carrier, Event, GATEWAYS, Kind, RECEPTION, STRANGER};
use crate::kamailio::Kamailio;
use crate::machine::{Machine, Program, until};
use crate::passwords::awkward;
use crate::pasted::guide;
use crate::user::User;

machine_trials![Kamailio6, Kamailio5;
    by_password_it_registers_and_calls_both_ways,
    by_password_it_survives_rotations_and_a_destroy,
    by_password_it_finds_a_lost_carrier_again,
    by_password_it_speaks_tls_and_passes_srtp_on,
    a_gateway_whose_certificate_nobody_signed_gets_no_registration,
    by_address_it_calls_both_ways_and_fails_over,
    by_address_it_speaks_tls_and_passes_srtp_on,
    every_password_registers,
];

/// Kamailio in front of a phone, and a user who follows the page.
struct Site<'a> {
    machine: &'a Machine,
    kamailio: Kamailio<'a>,
    user: User,
    carrier: Carrier,
    login: String,
    /// Whether its phone encrypts media.
    is_encrypted: bool,
}

impl<'a> Site<'a> {
    fn start(
        machine: &'a Machine,
        program: Program,
        variant: &str,
        change: impl Fn(String) -> String,
    ) -> Self {
        Self::start_on(machine, program, variant, change, true)
    }

    fn start_on(
        machine: &'a Machine,
        program: Program,
        variant: &str,
        change: impl Fn(String) -> String,
        is_trusting: bool,
    ) -> Self {
        let carrier = Carrier::start();
        let page = guide("kamailio", variant);
        let mut kamailio = Kamailio::install(machine, program);
        if is_trusting {
            kamailio.trust(carrier.authority());
        }
        let blocks: Vec<String> = page.terraform.into_iter().map(&change).collect();
        let user = User::pasting(machine, &blocks, "s3cret\"; and \\ more:");
        if variant == "address" {
            carrier.behave(|rules| rules.knows_address = true);
        }
        carrier.serves(&user.sim);
        let login = user.applies();
        for (file, text) in &page.files {
            kamailio.write(file, &change(text.replace("67758", &login)));
        }
        for command in &page.commands {
            // Those that reload something say so before there is anything to reload.
            let command: String = command
                .lines()
                .filter(|line| !line.contains("kamcmd"))
                .map(|line| format!("{line}\n"))
                .collect();
            let command = user.with_outputs(machine, &command);
            machine.shell(&command).succeeded();
        }
        kamailio.check().succeeded();
        kamailio.start();
        Self { machine, kamailio, user, carrier, login, is_encrypted: false }
    }

    /// The phone behind Kamailio calls.
    fn phone_calls(&self, number: &str, is_encrypted: bool) -> Outcome {
        let at = format!("{ADDRESS}:5060").parse().unwrap();
        self.carrier.call(Call {
            from: Some(RECEPTION),
            at: Some(at),
            user: Some(number),
            is_encrypted,
            ..Call::to("", number)
        })
    }

    fn registers(&self, mark: usize) {
        self.carrier.registered(mark, &self.login);
    }

    fn calls_out_by(&self, gateway: &str) -> Event {
        self.calls_out_to("493012345678", gateway)
    }

    /// As people dial it, the number reaches Wavix with its country code first.
    fn calls_out_however_it_is_dialled(&self) {
        for number in ["+493012345678", "00493012345678", "011493012345678"] {
            self.calls_out_to(number, "us.wavix.net");
        }
    }

    fn calls_out_to(&self, number: &str, gateway: &str) -> Event {
        let mark = self.carrier.mark();
        let outcome = self.phone_calls(number, self.is_encrypted);
        assert_eq!(outcome.status, Some(200), "{}\n{}", self.carrier.story(mark), self.kamailio.log());
        let called = self.carrier.wait(mark, "a call", |event| matches!(event.kind, Kind::Called(_)));
        assert_eq!(called.at, gateway, "{}", self.carrier.story(mark));
        assert_eq!(crate::carrier::message::user(called.message.uri()), "493012345678");
        // The caller's ACK and BYE reach the gateway that answered.
        self.carrier.wait(mark, "the BYE", |event| event.at == gateway && event.message.method() == "BYE");
        called
    }

    fn calls_in(&self) {
        let at = Some(format!("{ADDRESS}:5060").parse().unwrap());
        for (gateway, _) in GATEWAYS {
            let mark = self.carrier.mark();
            let call =
                Call { gateway: Some(gateway), user: Some(&self.login), at, ..Call::to("", "13132847320") };
            let outcome = self.carrier.call(call);
            assert_eq!(
                outcome.status,
                Some(200),
                "from {gateway}: {}\n{}",
                self.carrier.story(mark),
                self.kamailio.log()
            );
            self.carrier.wait(mark, "the phone rings", |event| event.kind == Kind::Rang(RECEPTION));
        }
        let call = Call { from: Some(STRANGER), user: Some(&self.login), at, ..Call::to("", "13132847320") };
        let outcome = self.carrier.call(call);
        assert!(outcome.status.is_some_and(|status| status >= 400), "{outcome:?}");
    }

    fn fails_over(&self) {
        self.carrier.behave(|rules| rules.unavailable = ["us.wavix.net"].into());
        self.calls_out_by("nl.wavix.net");
        self.carrier.behave(|rules| {
            rules.unavailable.clear();
            rules.silent = ["us.wavix.net"].into();
        });
        self.calls_out_by("nl.wavix.net");
        self.carrier.behave(|rules| rules.silent.clear());
    }
}

fn by_password_it_registers_and_calls_both_ways(program: Program) {
    let machine = Machine::here();
    let site = Site::start(&machine, program, "password", |text| text);
    site.registers(0);
    site.calls_out_by("us.wavix.net");
    site.calls_out_however_it_is_dialled();
    site.calls_in();
    site.fails_over();
    assert_eq!(site.kamailio.complaints(), [""; 0]);
}

fn by_password_it_survives_rotations_and_a_destroy(program: Program) {
    let machine = Machine::here();
    let mut site = Site::start(&machine, program, "password", |text| text);
    site.registers(0);
    site.user.is_refused_a_rotation(2);
    site.kamailio.stop();
    let mark = site.carrier.mark();
    site.kamailio.start();
    site.registers(mark);

    let mark = site.carrier.mark();
    site.user.rotates("an0ther", 3);
    // Nobody restarted anything.
    site.registers(mark);
    site.calls_out_by("us.wavix.net");

    site.user.destroys();
    site.kamailio.stop();
    site.kamailio.check().succeeded();
    site.kamailio.start();
    let uptime = site.machine.shell("kamcmd core.uptime");
    uptime.succeeded();
}

/// Refused and then met with silence, and nobody comes to help.
fn by_password_it_finds_a_lost_carrier_again(program: Program) {
    let machine = Machine::here();
    let impatient = |text: String| text.replace("\"reg_retry_interval\", 30", "\"reg_retry_interval\", 1");
    let site = Site::start(&machine, program, "password", impatient);
    site.registers(0);
    site.carrier.account(&site.login, "another");
    let mark = site.carrier.mark();
    site.machine.shell(&format!("kamcmd uac.reg_refresh {}-1", site.login)).succeeded();
    until("it was refused three times", || {
        let refused =
            site.carrier.since(mark).iter().filter(|event| matches!(event.kind, Kind::Refused(_))).count();
        if refused >= 3 { Ok(()) } else { Err(format!("{refused} times, {}", site.kamailio.log())) }
    });
    site.carrier.behave(|rules| rules.silent = GATEWAYS.map(|(host, _)| host).into());
    let mark = site.carrier.mark();
    site.carrier.wait(mark, "it asks in vain", |event| event.kind == Kind::Ignored);
    site.carrier.account(&site.login, site.user.sim.trunks()[0].password());
    site.carrier.behave(|rules| rules.silent.clear());
    let mark = site.carrier.mark();
    site.registers(mark);
}

fn by_address_it_calls_both_ways_and_fails_over(program: Program) {
    let machine = Machine::here();
    let site = Site::start(&machine, program, "address", |text| text);
    site.calls_out_by("us.wavix.net");
    site.calls_out_however_it_is_dialled();
    site.calls_in();
    site.fails_over();
    assert_eq!(site.kamailio.complaints(), [""; 0]);
}

/// What a reader changes who wants TLS.
fn with_tls(text: String) -> String {
    text.replace("transport = \"udp\"", "transport = \"tls\"")
        .replace("##!define WITH_TLS", "#!define WITH_TLS")
}

impl Site<'_> {
    /// The carrier takes neither another transport nor a call without SRTP.
    fn speaks_tls_and_passes_srtp_on(mut self) {
        self.carrier.behave(|rules| {
            rules.demands_srtp = true;
            rules.demands_tls = true;
        });
        let open = self.phone_calls("493012345678", false);
        assert_eq!(open.status, Some(488), "{open:?}");
        self.is_encrypted = true;
        assert_eq!(self.calls_out_by("us.wavix.net").transport, "TLS");
        self.carrier.behave(|rules| rules.unavailable = ["us.wavix.net"].into());
        assert_eq!(self.calls_out_by("nl.wavix.net").transport, "TLS");
    }

    /// Over the connection of the registration.
    fn is_called_over_tls(&self) {
        let mark = self.carrier.mark();
        let call = Call { is_encrypted: true, ..Call::to(&self.login, "13132847320") };
        let outcome = self.carrier.call(call);
        assert_eq!(outcome.status, Some(200), "{}\n{}", self.carrier.story(mark), self.kamailio.log());
        assert!(outcome.media.is_some_and(|media| media.profile == "RTP/SAVP" && media.has_key));
        self.carrier.wait(mark, "the phone rings", |event| event.kind == Kind::Rang(RECEPTION));
    }
}

fn by_password_it_speaks_tls_and_passes_srtp_on(program: Program) {
    let machine = Machine::here();
    let site = Site::start(&machine, program, "password", with_tls);
    site.registers(0);
    assert_eq!(site.carrier.registered(0, &site.login).transport, "TLS");
    site.is_called_over_tls();
    assert_eq!(site.kamailio.complaints(), [""; 0]);
    site.speaks_tls_and_passes_srtp_on();
}

/// Or whoever is between could be the gateway.
fn a_gateway_whose_certificate_nobody_signed_gets_no_registration(program: Program) {
    let machine = Machine::here();
    let site = Site::start_on(&machine, program, "password", with_tls, false);
    until("it sees the certificate", || {
        let log = site.kamailio.log();
        if log.contains("certificate verify failed") { Ok(()) } else { Err(log) }
    });
    assert_eq!(site.carrier.mark(), 0, "{}", site.carrier.story(0));
}

fn by_address_it_speaks_tls_and_passes_srtp_on(program: Program) {
    let machine = Machine::here();
    let site = Site::start(&machine, program, "address", with_tls);
    site.speaks_tls_and_passes_srtp_on();
}

/// Digests need no escape, whatever the password.
fn every_password_registers(program: Program) {
    let machine = Machine::here();
    let carrier = Carrier::start();
    let mut kamailio = Kamailio::install(&machine, program);
    let passwords = awkward();
    let calls: Vec<String> = passwords
        .iter()
        .map(|(name, password)| {
            format!("provider::wavix::kamailio_uacreg({name:?}, {}, [\"us.wavix.net\"])", literal(password))
        })
        .collect();
    let mut table = String::new();
    for (number, text) in evaluate(&calls).iter().enumerate() {
        let (columns, row) = text.as_str().unwrap().split_once('\n').unwrap();
        if number == 0 {
            table = format!("{columns}\n");
        }
        let (_, fields) = row.split_once(':').unwrap();
        table += &format!("{}:{fields}", number + 1);
    }
    for (name, password) in &passwords {
        carrier.account(name, password);
    }
    kamailio.write("/etc/kamailio/wavix/version", "table_name(string) table_version(int)\nuacreg:5\n");
    kamailio.write("/etc/kamailio/wavix/uacreg", &table);
    kamailio.write("/etc/kamailio/dispatcher.list", "1 sip:us.wavix.net:5060 0 1\n");
    for (file, text) in &guide("kamailio", "password").files {
        kamailio.write(file, text);
    }
    kamailio.start();
    for (name, _) in &passwords {
        carrier.registered(0, name);
    }
    assert_eq!(kamailio.complaints(), [""; 0]);
}
