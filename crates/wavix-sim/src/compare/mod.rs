//! Compares a server, meant to be the real API, with a fresh simulator: the same requests to both, and for everything that
//! the documents leave open what is assumed, what was seen, and which knob imitates a difference.

mod assumptions;
mod belongings;
mod evidence;
mod profile;
mod reading;
mod report;
mod session;
mod sweep;
mod writing;

use serde_json::{Value, json};
use tokio::sync::watch;
use tokio_rustls::rustls::crypto::aws_lc_rs;

use crate::{Sim, secret::Secret};

use belongings::Belongings;
use evidence::Evidence;
use session::Session;
use writing::Workshop;

pub use assumptions::{Assumption, Seen, UNOBSERVED, assumptions};
pub use belongings::{COMPARISON, Mark};
pub use profile::behave;
pub use report::{Report, Row};
pub use session::{Scheme, Trouble};
pub use sweep::{Sweep, Swept};

/// Where the real API is.
pub const WAVIX: &str = "https://api.wavix.com";

/// What to compare, and how much may be done for it.
#[derive(Debug, Clone)]
pub struct Comparison {
    base_url: String,
    key: Secret,
    scheme: Scheme,
    writes: bool,
    asks_for_review: bool,
}

/// A comparison that did not come to its end.
#[derive(Debug, Clone)]
pub struct Failure {
    /// Why.
    pub trouble: Trouble,
    /// What it made and could not remove.
    pub left: Vec<String>,
}

impl Comparison {
    /// With the server at this URL, whose account the key opens. Only reads.
    pub fn new(base_url: impl Into<String>, key: impl Into<String>) -> Self {
        Self {
            base_url: base_url.into(),
            key: Secret::new(key),
            scheme: Scheme::Bearer,
            writes: false,
            asks_for_review: false,
        }
    }

    /// Presents the key in another way than as a bearer token.
    #[must_use]
    pub fn scheme(mut self, scheme: Scheme) -> Self {
        self.scheme = scheme;
        self
    }

    /// Also makes trunks to which nobody can register, keys, and a webhook in an empty slot, and removes them.
    #[must_use]
    pub fn write(mut self) -> Self {
        self.writes = true;
        self
    }

    /// Also makes a trunk that asks for IP authentication, which people at Wavix look at.
    #[must_use]
    pub fn ask_for_review(mut self) -> Self {
        self.asks_for_review = true;
        self.write()
    }

    /// Asks both. When `interrupted` becomes true, nothing more is made, and what was made is removed.
    ///
    /// # Errors
    /// When the server is out of reach, is not Wavix, refuses the key, or the comparison was interrupted.
    pub async fn run(&self, interrupted: watch::Receiver<bool>) -> Result<Report, Failure> {
        let (seen, left) = self.ask(interrupted).await?;
        let assumed = self.ask_a_fresh_simulator().await?;
        Ok(report::report(self, &assumed, &seen, left))
    }

    /// What an untouched simulator answers, whose account has something of everything.
    async fn ask_a_fresh_simulator(&self) -> Result<Evidence, Failure> {
        let trunk = |label: &str| json!({ "label": label });
        let sim = Sim::builder().trunk(trunk("One")).trunk(trunk("Two")).phone_numbers(1).try_start();
        let here =
            |error: std::io::Error| Failure { trouble: Trouble::Here(error.to_string()), left: Vec::new() };
        let sim = sim.map_err(here)?;
        let twin = Self {
            base_url: sim.base_url(),
            key: Secret::new(sim.api_key()),
            scheme: Scheme::Bearer,
            ..self.clone()
        };
        let (_interrupt, never) = watch::channel(false);
        // The simulator ends with this function, and whatever is left with it.
        Ok(twin.ask(never).await?.0)
    }

    async fn ask(&self, interrupted: watch::Receiver<bool>) -> Result<(Evidence, Vec<String>), Failure> {
        let mut belongings = Belongings::default();
        let session = Session::new(&self.base_url, self.key.reveal(), self.scheme, interrupted);
        let mut session = session.map_err(|trouble| Failure { trouble, left: Vec::new() })?;
        let outcome = self.script(&mut session, &mut belongings).await;
        let must_tidy_up = self.writes
            && !matches!(outcome, Err(Trouble::NotWavix(_) | Trouble::KeyRefused | Trouble::BaseUrl(_)));
        let left = if must_tidy_up {
            belongings::remove(&mut session, &belongings, COMPARISON).await.1
        } else {
            Vec::new()
        };
        match outcome {
            Ok(()) => Ok((session.evidence, left)),
            Err(trouble) => Err(Failure { trouble, left }),
        }
    }

    async fn script(&self, session: &mut Session, belongings: &mut Belongings) -> Result<(), Trouble> {
        reading::introduce(session).await?;
        if !self.writes {
            return reading::look(session).await;
        }
        // Of an earlier one that was killed.
        belongings::remove(session, &Belongings::default(), COMPARISON).await;
        let mut workshop = Workshop::new(belongings, self.asks_for_review)?;
        workshop.make(session).await?;
        reading::look(session).await?;
        workshop.change(session).await?;
        workshop.unmake(session).await
    }
}

/// So many letters and digits that nobody can guess.
fn unguessable(length: usize) -> Result<String, Trouble> {
    let mut bytes = vec![0; length.div_ceil(2)];
    let random = aws_lc_rs::default_provider().secure_random.fill(&mut bytes);
    random.map_err(|_| Trouble::Here("the system gives no random numbers".to_owned()))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>().chars().take(length).collect())
}

/// Whether a value is something else than `null`, `""`, and nothing.
fn is_set(value: &Value) -> bool {
    !value.is_null() && value.as_str() != Some("")
}
