//! No secret in any message, log line or debug output, however it is echoed.

use std::{
    fmt::Write as _,
    sync::{Arc, Mutex, OnceLock},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use tracing::{
    Dispatch, Event, Level, Subscriber,
    field::Visit,
    level_filters::LevelFilter,
    subscriber::{DefaultGuard, NoSubscriber},
};
use tracing_subscriber::{Layer, layer::Context, layer::SubscriberExt};

use super::{
    KEY, client_of,
    server::{Server, Step, answer, json as reply, json_with},
    settings,
};
use crate::client::{AuthScheme, REMEMBERED_SECRETS, Secret, redact::Redactor};

/// A SIP password with every character that some encoding changes.
const PASSWORD: &str = r#"p/4=h;E a"C\85&Q<t>+~*é'"#;

/// Everything that is logged on this thread while the guard lives.
#[derive(Clone, Default)]
pub(super) struct Log(Arc<Mutex<Vec<String>>>);

impl Log {
    pub(super) fn lines(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }
}

/// With a single subscriber alive, an event first met by another thread is
/// switched off for the whole process. A second one, kept for ever, prevents that.
static BYSTANDER: OnceLock<Dispatch> = OnceLock::new();

pub(super) fn capture(level: Level) -> (Log, DefaultGuard) {
    BYSTANDER.get_or_init(|| Dispatch::new(NoSubscriber::default()));
    let log = Log::default();
    let subscriber =
        tracing_subscriber::registry().with(log.clone().with_filter(LevelFilter::from_level(level)));
    (log, tracing::subscriber::set_default(subscriber))
}

impl<S: Subscriber> Layer<S> for Log {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        struct Line(String);
        impl Visit for Line {
            fn record_debug(&mut self, field: &tracing::field::Field, value: &dyn std::fmt::Debug) {
                write!(self.0, " {field}={value:?}").unwrap();
            }
        }
        let metadata = event.metadata();
        let mut line = Line(format!("{} {}", metadata.level(), metadata.target()));
        event.record(&mut line);
        self.0.lock().unwrap().push(line.0);
    }
}

/// The spellings in which a server may repeat a value.
fn echoes(value: &str) -> Vec<String> {
    let percent = |keep: &str, space: &str, lower: bool| {
        let mut out = String::new();
        for byte in value.bytes() {
            let character = char::from(byte);
            match character {
                ' ' => out.push_str(space),
                _ if character.is_ascii_alphanumeric() || keep.contains(character) => out.push(character),
                _ if lower => write!(out, "%{byte:02x}").unwrap(),
                _ => write!(out, "%{byte:02X}").unwrap(),
            }
        }
        out
    };
    vec![
        value.to_owned(),
        format!("password={value},next"),
        percent("-._~", "%20", false),
        percent("-._~", "%20", true),
        percent("-._~", "+", false),
        percent("-_.!~*'()", "%20", false),
        STANDARD.encode(value),
        STANDARD.encode(format!("u:{value}")),
        STANDARD.encode(format!("us:{value}")),
        STANDARD.encode(format!("use:{value}@host")),
        Value::from(value).to_string(),
        json!({ "password": value }).to_string(),
        Value::from(value).to_string().replace('/', "\\/"),
        value.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;"),
    ]
}

/// What of a value must not be seen: the value and any longer piece of an encoding.
fn assert_hidden(text: &str, value: &str, context: &str) {
    for echo in echoes(value) {
        assert!(!text.contains(&echo), "{context}: {echo:?} in {text:?}");
    }
    let encoded = STANDARD.encode(value);
    assert!(!text.contains(&encoded[4..encoded.len() - 4]), "{context}: base64 in {text:?}");
}

/// Each character of the value in each of the ways in which software writes it.
#[test]
fn no_mixture_of_encodings_of_a_secret_survives() {
    let secret = r#"it's "5&6" <é>/\\x"#;
    let redactor = Redactor::new(&[Secret::new(secret)]);
    let every = |write: &dyn Fn(char) -> String| secret.chars().map(write).collect::<String>();
    let decimal = every(&|c| format!("&#{};", u32::from(c)));
    let hex = every(&|c| format!("&#x{:x};", u32::from(c)));
    let named = secret
        .replace('&', "&amp;")
        .replace('\'', "&#39;")
        .replace('"', "&quot;")
        .replace('<', "&lt;")
        .replace('>', "&gt;");
    let apostrophe = secret.replace('\'', "&apos;");
    let escaped = every(&|c| format!("\\u{:04x}", u32::from(c)));
    let percent: String = secret.bytes().map(|byte| format!("%{byte:02x}")).collect();
    let twice = percent.replace('%', "%25");
    let nested = named.replace('&', "&amp;");
    let mixed = secret.replace('\'', "%27").replace('"', "&#34;").replace('<', "%3C");
    for echo in [decimal, hex, named, apostrophe, escaped, percent, twice, nested, mixed] {
        let shown = redactor.clean(&format!("100% of <b>{echo}</b> is &amp; was bad"), 1000);
        assert_eq!(shown, "100% of <b>***</b> is &amp; was bad", "{echo}");
    }
    // Where there is no secret, nothing is changed.
    let text = r"100 %, %zz, &nothing; &#xFFFFFFFF; \q \u12 & 5&6";
    assert_eq!(redactor.clean(text, 1000), text);
}

#[test]
fn a_web_token_is_hidden_whoever_it_belongs_to() {
    let token = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c";
    let redactor = Redactor::default();
    let shown = redactor.clean(&format!("token {token} is expired, and so is \"{token}\""), 1000);
    assert_eq!(shown, "token *** is expired, and so is \"***\"");
    let other = "eyJ is no token, nor is eyJa.b, nor keyJob";
    assert_eq!(redactor.clean(other, 1000), other);
}

#[tokio::test]
async fn what_an_answer_told_in_secret_no_later_message_repeats() {
    let refusal = json!({ "success": false, "message": "access_token siptoken-4711 is not valid here" });
    let server = Server::start([reply("422 Unprocessable Content", &refusal.to_string())]).await;
    let client = client_of(settings(&server.url()));
    client.remember(&Secret::new("siptoken-4711"));
    for number in 0..REMEMBERED_SECRETS / 2 - 1 {
        client.remember(&Secret::new(format!("another-token-{number}")));
    }
    let error = client.get("/v1/trunks/1").send::<Value>().await.unwrap_err();
    assert_eq!(error.message(), Some("access_token *** is not valid here"));
}

#[test]
fn no_spelling_of_a_secret_survives() {
    for value in [KEY, PASSWORD, "SomePass", "äöü1"] {
        let redactor = Redactor::new(&[Secret::new(value)]);
        for echo in echoes(value) {
            let shown = redactor.clean(&format!("value {echo} is bad"), 1000);
            assert_hidden(&shown, value, &echo);
            assert!(shown.contains("***") && shown.ends_with("is bad"), "{shown:?}");
        }
        // On the edge of the cap, and with control characters inside.
        let shown = redactor.clean(&format!("{}{value}", "x".repeat(95)), 100);
        assert!(shown.ends_with("***"), "{shown:?}");
    }
    let redactor = Redactor::new(&[Secret::new("SomePass")]);
    assert_eq!(redactor.clean("So\u{0}me\u{200b}Pass", 100), "***");
}

#[test]
fn a_short_secret_does_not_eat_the_message() {
    let redactor = Redactor::new(&[Secret::new("1"), Secret::new("abc"), Secret::new("")]);
    assert_eq!(
        redactor.clean("password 1 or 'abc' in 2001: abcdef", 100),
        "password *** or '***' in 2001: abcdef"
    );
}

#[test]
fn control_characters_and_credentials_in_urls_go() {
    let redactor = Redactor::default();
    let shown = redactor.clean("a\r\nb\u{1b}[2Jc\u{202e}d\u{7f}  http://u:pw@proxy:1/x https://ok/ z", 100);
    assert_eq!(shown, "a b[2Jcd  http://***@proxy:1/x https://ok/ z");
}

#[test]
fn debug_output_shows_no_secret() {
    let mut settings = settings("https://api.wavix.com");
    settings.http_proxy = Some(Secret::new("http://user:s3cret@proxy:1"));
    let mut unchecked = settings.clone();
    unchecked.base_url = "https://user:s3cret@host".to_owned();
    let client = client_of(settings.clone());
    assert_eq!(client.0.redactor(&[]).clean("user:s3cret", 100), "user:***");
    let request =
        client.post("/v1/trunks").query("q", "s3cret").json("s3cret").redact(&Secret::new("s3cret"));
    let texts = [
        format!("{settings:?} {unchecked:?}"),
        format!("{client:?} {client:#?}"),
        format!("{:?}", client.config()),
        format!("{request:?}"),
        format!("{:?}", Secret::new("s3cret")),
    ];
    for text in texts {
        assert!(!text.contains("s3cret") && !text.contains(KEY), "{text}");
    }
    assert_eq!(format!("{:?}", Secret::new(KEY)), "Secret(***)");
}

#[tokio::test]
async fn whatever_the_server_echoes_nothing_shows_a_secret() {
    let mut steps = Vec::new();
    for echo in [echoes(KEY), echoes(PASSWORD)].concat() {
        let flat: String = echo.chars().filter(char::is_ascii).collect();
        steps.push(reply("422 X", &json!({ "message": echo }).to_string()));
        steps.push(reply("422 X", &json!({ "errors": { &echo: [&echo] } }).to_string()));
        steps.push(Step::Close(answer("400 X", "text/plain", "connection: close\r\n", &echo)));
        steps.push(Step::Close(answer("500 X", &format!("text/{flat}"), "connection: close\r\n", "")));
        steps.push(reply("200 OK", &json!({ "id": echo }).to_string()));
        steps.push(reply("200 OK", &json!({ "id": { &echo: 1 } }).to_string()));
        steps.push(json_with("302 X", &format!("location: https://{KEY}.example/?p={KEY}\r\n"), ""));
    }
    steps.push(Step::Reset(Vec::new()));
    steps.push(Step::Close(format!("HTTP/1.1 {KEY}\r\n\r\n").into_bytes()));
    for scheme in [AuthScheme::Bearer, AuthScheme::AppId] {
        let server = Server::start(steps.clone()).await;
        let mut settings = settings(&server.url());
        settings.auth_scheme = scheme;
        let client = client_of(settings);
        let (log, guard) = capture(Level::TRACE);
        let password = Secret::new(PASSWORD);
        for step in &steps {
            let request = client
                .post(crate::client::ApiPath::new("/v1/trunks").segment(PASSWORD))
                .query("search", PASSWORD)
                .json(&json!({ "password": password.expose() }))
                .redact(&password);
            #[derive(Debug, serde::Deserialize)]
            struct Trunk {
                #[expect(dead_code, reason = "only its decoding matters")]
                id: i64,
            }
            let error = request.send::<Trunk>().await.unwrap_err();
            for text in [error.to_string(), format!("{error:?}"), format!("{error:#?}")] {
                // Debug escapes quotes and backslashes once more; undo it.
                for text in [text.clone(), text.replace("\\\"", "\"").replace("\\\\", "\\")] {
                    for secret in [KEY, PASSWORD] {
                        assert_hidden(&text, secret, &format!("{step:?}"));
                    }
                }
            }
        }
        drop(guard);
        assert_eq!(server.requests().len(), steps.len(), "every step was met");
        let lines = log.lines();
        assert!(lines.len() >= steps.len(), "one line per attempt");
        for line in lines {
            for secret in [KEY, PASSWORD] {
                assert_hidden(&line, secret, "log");
            }
        }
    }
}

/// A server may complain about one object while it is asked for another.
#[tokio::test]
async fn the_secret_of_an_earlier_request_is_hidden_too() {
    let complaint = json!({ "success": false, "message": format!("{PASSWORD} is taken") }).to_string();
    let server = Server::start(vec![reply("201 X", "{}"), reply("422 X", &complaint)]).await;
    let client = client_of(settings(&server.url()));
    let created = client.post("/v1/trunks").json(&json!({})).redact(&Secret::new(PASSWORD));
    created.send::<Value>().await.unwrap();
    let error = client.clone().get("/v1/trunks/2").send::<Value>().await.unwrap_err();
    assert_hidden(&error.to_string(), PASSWORD, "the other request's error");
    assert!(error.to_string().contains("*** is taken"), "{error}");
}

/// In whatever order they are learned, and however many are known already: what
/// is looked for is the same, and the longest first.
#[test]
fn secrets_learned_one_by_one_are_hidden_as_if_they_were_known_from_the_start() {
    const LONG: &str = "user-pass-word";
    const BEGINNING: &str = "user-pass";
    let echoed: Vec<String> = [LONG, BEGINNING, "word"].into_iter().flat_map(echoes).collect();
    for learned in [[LONG, BEGINNING, "word"], ["word", BEGINNING, LONG], [BEGINNING, LONG, "word"]] {
        let learned = learned.map(Secret::from);
        let at_once = Redactor::new(&learned);
        // The API key is known, too: all are remembered, only the first is, or none is.
        for known in [0, REMEMBERED_SECRETS - 2, REMEMBERED_SECRETS] {
            let client = client_of(settings("https://api.wavix.com"));
            for number in 0..known {
                client.0.redactor(&[Secret::new(format!("filler {number}"))]);
            }
            for secret in &learned {
                client.0.redactor(std::slice::from_ref(secret));
            }
            let redactor = client.0.redactor(&learned);
            for text in &echoed {
                assert_eq!(
                    redactor.clean(text, 1000),
                    at_once.clean(text, 1000),
                    "{learned:?} {known}: {text}"
                );
            }
            assert_eq!(redactor.clean(LONG, 100), "***", "not `***-word`");
        }
    }
}

/// The second is how some software writes the first, and has spellings of its own.
#[test]
fn a_secret_that_is_a_spelling_of_another_is_learned_too() {
    let client = client_of(settings("https://api.wavix.com"));
    client.0.redactor(&[Secret::new("SomePass")]);
    client.0.redactor(&[Secret::new("somepass")]);
    let encoded = STANDARD.encode("somepass");
    assert_eq!(client.0.redactor(&[]).clean(&encoded, 100), "***");
}

#[tokio::test]
async fn one_debug_line_per_attempt_tells_what_is_needed_and_the_first_which_way() {
    let server = Server::start([reply("503 X", "{}"), reply("200 OK", r#"{"access_token":"tok-1"}"#)]).await;
    let client = client_of(settings(&server.url()));
    let (log, guard) = capture(Level::DEBUG);
    client.get("/v1/trunks").query("search", "private").send::<Value>().await.unwrap();
    drop(guard);
    let lines = log.lines();
    let ours: Vec<_> =
        lines.iter().filter(|line| line.contains("terraform_provider_wavix::client")).collect();
    assert_eq!(ours.len(), 3, "{lines:?}");
    assert!(ours[0].contains("requests go directly: neither http_proxy nor HTTP_PROXY is set"), "{lines:?}");
    for (line, (status, attempt)) in ours.iter().skip(1).zip([(503, 1), (200, 2)]) {
        let fields = [
            "method=\"GET\"".to_owned(),
            "path=\"/v1/trunks\"".to_owned(),
            format!("status={status}"),
            format!("attempt={attempt}"),
            "ms=".to_owned(),
        ];
        for field in fields {
            assert!(line.contains(&field), "{field} in {line}");
        }
    }
    assert!(lines.iter().all(|line| !line.contains("private") && !line.contains("tok-1")), "{lines:?}");
}
