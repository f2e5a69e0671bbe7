//! The checks, as a table. Each asks one thing, starts its own processes, and
//! says nothing about what other checks ask.

mod abilities;
mod apply;
mod context;
mod load;
mod plan;
mod process;
mod read;
mod robustness;
mod run;
mod schema;
mod start;

use futures_util::future::LocalBoxFuture;

use crate::core::{CallError, NotInterrupted, StartError};
use crate::oracle::{Violation, describe};
use crate::value::ValueError;

pub use context::Context;
pub use run::{Checked, Outcome, Report, RunError, Settings, run};

/// Why a check did not pass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stop {
    /// The provider breaks the rule.
    Fail(String),
    /// There is nothing to ask, and why.
    NotApplicable(String),
}

/// What a check finds.
pub type Verdict = Result<(), Stop>;

impl From<CallError> for Stop {
    fn from(error: CallError) -> Self {
        Self::Fail(error.to_string())
    }
}

impl From<NotInterrupted> for Stop {
    fn from(reason: NotInterrupted) -> Self {
        match reason {
            NotInterrupted::Unable => Self::NotApplicable(reason.to_string()),
            NotInterrupted::Refused(_) => Self::Fail(reason.to_string()),
        }
    }
}

impl From<StartError> for Stop {
    fn from(error: StartError) -> Self {
        Self::Fail(error.to_string())
    }
}

impl From<ValueError> for Stop {
    fn from(error: ValueError) -> Self {
        Self::Fail(error.to_string())
    }
}

fn fail<T>(message: impl Into<String>) -> Result<T, Stop> {
    Err(Stop::Fail(message.into()))
}

fn not_applicable<T>(reason: impl Into<String>) -> Result<T, Stop> {
    Err(Stop::NotApplicable(reason.into()))
}

/// The verdict of several cases: one that has nothing to ask leaves those that
/// have.
fn of_all(verdicts: impl IntoIterator<Item = Verdict>) -> Verdict {
    let (mut asked, mut reason) = (false, None);
    for verdict in verdicts {
        match verdict {
            Ok(()) => asked = true,
            Err(Stop::NotApplicable(why)) => reason = reason.or(Some(why)),
            Err(stop) => return Err(stop),
        }
    }
    match reason {
        Some(reason) if !asked => not_applicable(reason),
        _ => Ok(()),
    }
}

fn ensure(holds: bool, otherwise: impl FnOnce() -> String) -> Verdict {
    if holds { Ok(()) } else { fail(otherwise()) }
}

fn unbroken(what: &str, violations: &[Violation]) -> Verdict {
    ensure(violations.is_empty(), || format!("{what}: {}", describe(violations)))
}

/// What must work before a check makes sense.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Needs {
    /// A program.
    Program,
    /// A plugin that starts.
    Start,
    /// Schemas that can be read.
    Schemas,
}

/// One check.
pub struct Check {
    /// Its number.
    pub number: u8,
    /// What it is called.
    pub title: &'static str,
    /// The rule that it asks for.
    pub rule: &'static str,
    /// Where the rule comes from.
    pub source: &'static str,
    /// What must work before.
    pub needs: Needs,
    /// Asks.
    pub run: for<'a> fn(&'a Context<'a>) -> LocalBoxFuture<'a, Verdict>,
}

macro_rules! checks {
    ($($number:literal $needs:ident $module:ident::$name:ident $title:literal $rule:literal $source:literal)*) => {
        [$(Check {
            number: $number,
            title: $title,
            rule: $rule,
            source: $source,
            needs: Needs::$needs,
            run: |context| Box::pin($module::$name(context)),
        }),*]
    };
}

/// Every check, by number.
pub static CHECKS: [Check; 42] = checks! {
    1 Program start::refuses_without_cookie
        "started by hand"
        "Without the magic cookie, or with a wrong one: nothing on standard output, a notice on standard error, exit code 1, no socket."
        "go-plugin server.go"
    2 Program start::announces_itself
        "handshake line"
        "The first line on standard output has the six fields 1|6|network|address|grpc|certificate, within 60 s, and the address can be connected to."
        "go-plugin client.go, server.go"
    3 Start start::chooses_version
        "protocol version"
        "Of 5,6 and of 6,5 the highest is chosen: field 2 is 6."
        "go-plugin server.go, protocolVersion"
    4 Start start::speaks_tls
        "AutoMTLS"
        "With a P-521 client certificate the sixth field is unpadded standard base64 of a certificate that is good for localhost now, and the TLS handshake succeeds with ALPN h2."
        "go-plugin mtls.go, client.go; grpc-go from 1.67"
    5 Start start::refuses_strangers
        "strangers"
        "A client with another certificate, with none, with the right one but not its key, or without TLS gets no answer."
        "go-plugin server.go, RequireAndVerifyClientCert"
    6 Start start::works_without_tls
        "without TLS"
        "Without PLUGIN_CLIENT_CERT the sixth field is empty, and plaintext HTTP/2 works."
        "Terraform TF_DISABLE_PLUGIN_TLS; go-plugin server.go"
    7 Start schema::is_valid
        "schemas"
        "Every block, function result and action schema is there and keeps Core's rules; below 64 MiB; the same in every process."
        "Terraform configschema/internal_validate.go, loadschemas/plugins.go"
    8 Schemas schema::is_optional
        "no GetProviderSchema first"
        "Validate, Configure and Plan work in a process that nobody has asked for its schemas."
        "Terraform plugin6/grpc_provider.go, GetProviderSchemaOptional"
    9 Start process::shuts_down
        "shutdown"
        "Shutdown answers, and the process ends with code 0 within 2 s and leaves no socket, also while side streams are open and an apply is running."
        "go-plugin client.go Kill, grpc_controller.go"
    10 Start process::side_services
        "side services"
        "StreamStdio and StartStream stay open and silent; the health of \"plugin\" is SERVING."
        "go-plugin grpc_client.go, grpc_stdio.go, guide-plugin-write-non-go.md"
    11 Schemas plan::nulls_write_only
        "write-only in plans"
        "A write-only value in proposed_new_state is null in planned_state."
        "Terraform objchange/plan_valid.go"
    12 Schemas plan::creates
        "plan of a create"
        "Every known planned attribute is as configured; computed ones are unknown or final; nothing is encoded in a way Core cannot read."
        "Terraform objchange/plan_valid.go"
    13 Schemas plan::reads_numbers
        "number encodings"
        "Integers, floats of both sizes and decimal text, of any length, are understood, and the planned value is equal to the digit."
        "go-cty msgpack/marshal.go"
    14 Schemas plan::reads_unknowns
        "unknown encodings"
        "Every MessagePack extension stands for an unknown value: type 0, refined (12, with keys nobody knows), others, of any length."
        "Terraform docs/plugin-protocol/object-wire-format.md"
    15 Schemas plan::plans_nothing
        "plan of no change"
        "With an unchanged configuration the planned state is the prior state, and nothing asks for a replacement."
        "Terraform resource-instance-change-lifecycle.md"
    16 Schemas plan::destroys
        "plan of a destroy"
        "The planned state is null, and prior_private goes into planned_private."
        "Terraform node_resource_abstract_instance.go"
    17 Schemas plan::replaces
        "plan of a replace"
        "With a null prior state, prior_private and prior_identity are of what is replaced: planned_private still has what the delete needs, and what takes its place is created."
        "Terraform node_resource_abstract_instance.go, plan"
    18 Schemas apply::creates
        "apply of a create"
        "The new state is wholly known, has every known planned value, no write-only value, and a known identity."
        "Terraform objchange/compatible.go"
    19 Schemas apply::reports_half_created
        "failure after the create"
        "When the API fails after it has created: an error diagnostic and a state with the id, and no gRPC error."
        "Terraform node_resource_abstract_instance.go, apply"
    20 Schemas apply::deletes
        "apply of a delete"
        "The new state is null; deleting what is gone succeeds."
        "Terraform node_resource_abstract_instance.go, apply"
    21 Schemas read::finds_nothing
        "read"
        "What does not exist reads as null without an error; what does keeps its private data and its identity."
        "Terraform plugin6/grpc_provider.go, ReadResource"
    22 Schemas read::is_stable
        "read twice"
        "Two reads give the same value, whatever order the API's answers have."
        "Terraform resource-instance-change-lifecycle.md"
    23 Schemas read::upgrades
        "state upgrade"
        "Indented JSON, unknown attributes, missing attributes and older versions are read; a flatmap alone is an error."
        "Terraform plugin6/grpc_provider.go; terraform-plugin-framework"
    24 Schemas process::stops
        "stop"
        "StopProvider during an apply answers within 1 s, the apply comes to an end and says what is there, and the process goes on working."
        "Terraform context.go watchStop; terraform-plugin-go tf6server"
    25 Schemas process::survives_interrupt
        "interrupt"
        "SIGINT, even twice, ends neither the process nor the apply."
        "go-plugin server.go"
    26 Schemas robustness::validates_anything
        "validation of everything unknown, and of nothing"
        "Unknown values are no errors, and null ones nothing worse than errors."
        "Terraform node_resource_validate.go"
    27 Schemas robustness::configures_unknown
        "unknown provider configuration"
        "Configuring with unknown values breaks nothing, and Plan and Read still answer."
        "Terraform node_provider.go"
    28 Schemas robustness::refuses_unknown_types
        "unknown type names"
        "Every RPC about a type that does not exist answers with an error diagnostic, not with a gRPC error."
        "Terraform plugin6/grpc_error.go"
    29 Schemas load::concurrently
        "a hundred at once"
        "A hundred concurrent calls on one connection are all answered, each with its own answer."
        "Terraform context.go, parallelism"
    30 Schemas load::large_states
        "large states"
        "A state of 100 MiB is read and planned."
        "terraform-plugin-go tf6server, 256 MiB"
    31 Schemas process::logs
        "log lines"
        "JSON lines on standard error have text for @level, @message and @timestamp (six digits), are shorter than 64 KiB, and hold no secret."
        "go-plugin client.go logStderr, log_entry.go"
    32 Schemas process::keeps_stdout
        "standard output"
        "Nothing follows the handshake line."
        "go-plugin client.go"
    33 Schemas process::reports_panics
        "panics"
        "A panic writes a line that begins with \"panic: \", and the call ends with a diagnostic or with the process."
        "Terraform logging/panic.go"
    34 Schemas robustness::diagnoses
        "diagnostics"
        "Every diagnostic has a severity and a summary, and its path leads to something in the schema."
        "tfplugin6.proto Diagnostic; Terraform plugin6/convert/diagnostics.go"
    35 Schemas read::imports
        "import"
        "An import gives one resource with its type, a state and an identity, which can be read; an id that is nobody's is an error; import by identity works."
        "Terraform node_resource_import.go"
    36 Schemas plan::never_defers
        "deferral"
        "Nothing is deferred, whether it is allowed or not."
        "Terraform node_resource_abstract_instance.go, deferred"
    37 Schemas abilities::functions
        "functions"
        "A fresh process gives the same result twice, of the declared type; an empty value is null."
        "Terraform lang/function_results.go; OpenTofu plugin6/grpc_provider.go"
    38 Schemas abilities::ephemeral
        "ephemeral resources"
        "The result agrees with the configuration and is known; Close works with what Open gave, after several renewals."
        "Terraform node_resource_ephemeral.go"
    39 Schemas abilities::actions_and_lists
        "actions and lists"
        "Every event of an action has a type, and the last is the completion; a list has identities, and stops at the client's limit."
        "Terraform node_action_instance.go, node_resource_plan_instance_query.go"
    40 Program start::reattaches
        "debug mode"
        "With -debug: prints TF_REATTACH_PROVIDERS with Test true and version 6, serves plaintext to one client after another, and ends on SIGINT."
        "terraform-plugin-go tf6server; Terraform getproviders/reattach"
    41 Schemas robustness::ignores_unknown_fields
        "unknown fields"
        "Fields and capabilities of later protocol versions change nothing."
        "protocol buffers; Terraform tfplugin6.proto"
    42 Start start::ends_with_its_parent
        "orphans"
        "When Terraform is killed, the plugin ends by itself (Go plugins do not)."
        "recommended"
};
