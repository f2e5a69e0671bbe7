//! Objects that somebody has just used, of which a plan that destroys them warns.

use std::time::{Duration, SystemTime};

use crate::framework::diagnostics::Diagnostic;
use crate::framework::path::Path;
use crate::framework::resource::PlanRequest;

use super::context::Context;
use super::noun::capitalized;
use super::object::{RemoteObject, key_of};

/// What was used so recently is in use.
const RECENTLY: Duration = Duration::from_secs(24 * 60 * 60);
/// What was used so recently may be in use by this very run.
const JUST_NOW: Duration = Duration::from_secs(5 * 60);

/// The warning, if the list says that the object is in use. `advice` says what to do
/// first; `perhaps_here` is a sentence for one that may be in use by this very run.
pub async fn warning<T: RemoteObject>(
    request: &PlanRequest<'_, Context, T::Model>,
    prior: &T::Model,
    advice: &str,
    perhaps_here: Option<&str>,
) -> Option<Diagnostic> {
    let (ctx, key) = (request.ctx?, key_of::<T>(prior)?);
    let listed = ctx.slot::<T>().at_first(ctx, request.cancel).await?;
    let found = listed.iter().find(|found| found.key == key)?;
    let (used, at) = (found.text(T::USED_AT?)?, found.time(T::USED_AT?)?);
    let now = ctx.client().server_now().unwrap_or_else(SystemTime::now);
    let age = now.duration_since(at).unwrap_or_default();
    if age > RECENTLY {
        return None;
    }
    let perhaps_here =
        perhaps_here.filter(|_| age < JUST_NOW).map(|text| format!(" {text}")).unwrap_or_default();
    let name = T::NOUN.name;
    Some(
        Diagnostic::warning(
            format!("{} {key} is in use and will be destroyed", capitalized(name)),
            format!(
                "The {name} {key} ({:?}) was last used on {used}. Its users lose access when it is destroyed, which \
                 cannot be undone.{perhaps_here}\n\n{advice}",
                found.label().unwrap_or_default(),
            ),
        )
        .at(Path::root(T::KEY.attribute())),
    )
}
