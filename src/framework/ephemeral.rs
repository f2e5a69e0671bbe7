//! What the author of an ephemeral resource writes. Such an object lives as long as one
//! walk of Terraform and reaches neither plan nor state.

use std::future::Future;
use std::time::{Duration, SystemTime};

use super::diagnostics::{Diagnostic, Diagnostics};
use super::object::Object;
use super::private::Private;
use super::resource::Call;
use super::schema::Schema;

/// An object that was opened.
#[derive(Debug)]
pub struct Opened<M> {
    /// Configuration and results, wholly known.
    pub result: M,
    /// What renewing and closing need. Terraform keeps it in memory only, but
    /// passes what *opening* returned to close, where OpenTofu passes what the
    /// last renewal returned: what closing needs stays the same in all.
    pub private: Private,
    /// When it must be renewed; `None` for never.
    pub renew_at: Option<SystemTime>,
    /// What the user is told besides.
    pub warnings: Diagnostics,
}

impl<M> Opened<M> {
    /// One that need be neither renewed nor closed.
    pub fn new(result: M) -> Self {
        Self { result, private: Private::default(), renew_at: None, warnings: Diagnostics::new() }
    }
}

/// An object whose life was prolonged.
#[derive(Debug)]
pub struct Renewed {
    /// What renewing again and closing need; see [`Opened::private`].
    pub private: Private,
    /// When it must be renewed again; `None` for never.
    pub renew_at: Option<SystemTime>,
}

/// An ephemeral resource. Contract:
///
/// 1. [`schema`](Self::schema) is pure and answers the same in every process.
/// 2. [`validate`](Self::validate) never asks the API; unknown values trip no
///    check.
/// 3. [`open`](Self::open) gets a wholly known configuration and answers with a
///    wholly known object in which the configured values are unchanged. It is
///    called once per walk, so several times per command.
/// 4. An `open` that fails leaves nothing behind, or says what it may have left
///    and for how long: nobody closes what was not opened.
/// 5. [`close`](Self::close) gets what `open` or a later renewal kept, in the
///    same process. It is called after errors and interrupts too, and no
///    interrupt cancels it. An object that is gone already is a success.
/// 6. [`discard`](Self::discard) takes an opened object back that Terraform
///    never got: because nobody listened any more, or because the object breaks
///    rule 3. No interrupt cancels it either.
/// 7. Verbs may run at the same time for different objects, and a renewal
///    beside anything else.
pub trait Ephemeral<Ctx: Send + Sync + 'static>: Send + Sync + 'static {
    /// The struct for configuration and result.
    type Model: Object;

    /// `<provider>_<object>`.
    fn type_name(&self) -> &'static str;

    /// Arguments and results.
    fn schema(&self) -> Schema;

    /// How long a verb may take.
    fn timeout(&self) -> Duration {
        Duration::from_secs(5 * 60)
    }

    /// Rules that need more than one attribute.
    fn validate(&self, _config: &Self::Model, _diagnostics: &mut Diagnostics) {}

    /// Makes or fetches the object.
    fn open(
        &self,
        call: &Call<'_, Ctx>,
        config: Self::Model,
    ) -> impl Future<Output = Result<Opened<Self::Model>, Diagnostics>> + Send;

    /// Prolongs its life. Called only if a verb asked for it with a time.
    fn renew(
        &self,
        _call: &Call<'_, Ctx>,
        _private: Private,
    ) -> impl Future<Output = Result<Renewed, Diagnostics>> + Send {
        let never = Diagnostic::bug(
            format!("Cannot renew {}", self.type_name()),
            "Objects of this type are never renewed, but the provider requested a renewal.",
        );
        std::future::ready(Err(never.into()))
    }

    /// Ends its life. Called for every opened object.
    fn close(
        &self,
        _call: &Call<'_, Ctx>,
        _private: Private,
    ) -> impl Future<Output = Result<(), Diagnostics>> + Send {
        std::future::ready(Ok(()))
    }

    /// Takes back what Terraform never got.
    fn discard(
        &self,
        call: &Call<'_, Ctx>,
        opened: Opened<Self::Model>,
    ) -> impl Future<Output = Result<(), Diagnostics>> + Send {
        self.close(call, opened.private)
    }
}
