//! What users are told of the phone numbers that ring at a SIP trunk, and of the one that
//! it presents.

use std::sync::LazyLock;

use crate::framework::diagnostics::{Diagnostic, Diagnostics};
use crate::framework::path::Path;
use crate::framework::resource::{Call, PlanRequest};
use crate::framework::schema::{Attribute, Nesting};
use crate::lifecycle::context::Context;
use crate::lifecycle::plan::is_applying;
use crate::protocol::value::Value;

use super::routes;

/// The flag to ask with, and what is told.
const ASKED: &str = "include_phone_numbers";
const TOLD: &str = "phone_numbers";

/// What the data source tells on demand.
pub(super) fn on_demand() -> &'static [Attribute] {
    static ON_DEMAND: LazyLock<Vec<Attribute>> = LazyLock::new(|| {
        let result = |attribute: Attribute, words: &str| attribute.computed().describe(words);
        let number = vec![
            result(Attribute::string("number"), "The number in E.164 format."),
            result(Attribute::string("id"), "ID of the number at Wavix."),
            result(
                Attribute::integer("priority"),
                "Priority of the trunk among the destinations of the number.",
            ),
            result(Attribute::bool("backup"), "Whether another destination of the number is tried first."),
        ];
        vec![
            Attribute::bool(ASKED).describe(
                "Whether to list the phone numbers that are routed to the trunk. Requires the scope `numbers:read`, \
                 and reads the list of all numbers. Default: `false`.",
            ),
            Attribute::nested(TOLD, Nesting::List, number)
                .computed()
                .describe("Phone numbers that are routed to the trunk. Null unless they are included."),
        ]
    });
    &ON_DEMAND
}

/// The same for this trunk, if the configuration asks for it.
pub(super) async fn told_on_demand(
    call: &Call<'_, Context>,
    config: &Value,
    id: &str,
) -> Result<Vec<(&'static str, Value)>, Diagnostics> {
    if config.get(ASKED) != Some(&Value::Bool(true)) {
        return Ok(Vec::new());
    }
    let one = |number: routes::Ringing| {
        Value::map([
            ("number", Value::String(number.number)),
            ("id", Value::String(number.id)),
            ("priority", number.priority),
            ("backup", Value::Bool(number.is_backup)),
        ])
    };
    let all = routes::of_trunk(call, id).await?.into_iter().map(one).collect();
    Ok(vec![(TOLD, Value::List(all))])
}

/// Why a trunk may not be deleted.
pub(super) async fn in_the_way(call: &Call<'_, Context>, id: &str) -> Option<String> {
    let numbers = routes::in_words(&routes::of_trunk(call, id).await.ok()?)?;
    Some(format!(
        "Phone numbers are routed to the SIP trunk {id}, which may be why Wavix does not delete it: {numbers}. Route \
         them elsewhere, or destroy them with `on_destroy = \"unroute\"`, and try again."
    ))
}

/// Says which calls will not arrive once a trunk is gone.
pub(super) async fn before_destroy<M>(
    request: &PlanRequest<'_, Context, M>,
    trunk: Option<&String>,
    diagnostics: &mut Diagnostics,
) {
    if let (Some(ctx), Some(id)) = (request.ctx, trunk)
        && !is_applying(request)
        && let Some(numbers) = routes::at_trunk(ctx, id, request.cancel).await
    {
        let detail = format!(
            "Phone numbers are routed to the SIP trunk {id}, and their calls fail after the destroy, unless this run \
             reroutes them: {numbers}."
        );
        let warning =
            Diagnostic::warning("Phone numbers are routed to a SIP trunk that will be destroyed", detail);
        diagnostics.push(warning.at(Path::root("id")));
    }
}

/// Warns of a new caller ID that the account does not have as an active number.
pub(super) async fn check_caller_id<M>(
    request: &PlanRequest<'_, Context, M>,
    [before, wanted]: [Option<String>; 2],
    diagnostics: &mut Diagnostics,
) {
    let changed = wanted.filter(|digits| !digits.is_empty() && before.as_ref() != Some(digits));
    let (Some(ctx), Some(number)) = (request.ctx, changed) else { return };
    if diagnostics.has_errors() || is_applying(request) {
        return;
    }
    let problem = match routes::is_active(ctx, &number, request.cancel).await {
        Some(None) => "is not a number of the account. Wavix accepts it only if it is verified",
        Some(Some(false)) => "is inactive. Wavix accepts it only when it is active",
        _ => return,
    };
    let detail = format!("The number in `callerid` {problem}; otherwise, the apply fails.");
    let warning = Diagnostic::warning("Caller ID may be rejected", detail);
    diagnostics.push(warning.at(Path::root("callerid")));
}
