//! What the process does besides answering: ending, stopping, logging.

use std::cell::Cell;
use std::time::{Duration, Instant as Clock};

use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;

use super::context::{create, destroy, no_errors};
use super::{Context, Stop, Verdict, ensure, fail, not_applicable, of_all, unbroken};
use crate::case::{Case, Fault, ResourceCase};
use crate::core::{End, Instance, Resource, Session, errors};
use crate::oracle::{self, LogLine};
use crate::proto::tfplugin6 as pb;
use crate::secrets::Secrets;
use crate::value::{Value, from_json};

/// How long an apply runs before something happens to it.
const UNDER_WAY: Duration = Duration::from_millis(150);
/// How often something is looked at that may not last.
const GLANCE: Duration = Duration::from_millis(20);

pub(super) async fn shuts_down(context: &Context<'_>) -> Verdict {
    let Ok(subjects) = context.subjects() else {
        let session = context.session(context.launch(None)?).await?;
        return leaves(&session).await;
    };
    for (case, subject) in subjects {
        let question = async |session: Session| {
            let resource = Resource::new(&session, &subject.type_name)?;
            let config = resource.config(&subject.config)?;
            let planned = resource.plan(&Instance::absent(), &config).await?;
            // The result of the apply is lost, as Core would lose it.
            let (_, left, interrupted) = during(resource.apply(&planned), leaves(&session)).await;
            left?;
            was_slow(interrupted)
        };
        match context.while_broken(case, Fault::Slow, question).await {
            Err(Stop::NotApplicable(_)) => leaves(&context.configured(Some(case)).await?).await?,
            other => other?,
        }
    }
    Ok(())
}

async fn leaves(session: &Session) -> Verdict {
    let patience = session.patience();
    match session.shutdown(patience.end).await {
        // The connection may be closed instead of an answer.
        Ok(()) | Err(Some(_)) => {}
        Err(None) => {
            return fail(format!(
                "Shutdown has no answer after {:?}; Core would wait for ever",
                patience.end
            ));
        }
    }
    let mut plugin = session.plugin().await;
    match plugin.wait(patience.leave).await {
        End::Running => {
            return fail(format!("still running {:?} after Shutdown, and killed", patience.leave));
        }
        End::Exited(status) => ensure(status.success(), || format!("after Shutdown: {status} instead of 0"))?,
    }
    let sockets = plugin.sockets_left();
    ensure(sockets.is_empty(), || format!("after Shutdown there is still {sockets:?}"))
}

pub(super) async fn side_services(context: &Context<'_>) -> Verdict {
    let patience = context.settings.patience;
    let session = Session::start(context.launch(None)?, patience, context.trace.clone()).await?;
    let mut health = HealthClient::new(session.channel());
    let request = HealthCheckRequest { service: "plugin".to_owned() };
    let answer = tokio::time::timeout(patience.answer, health.check(request)).await;
    let answer = answer.map_err(|_| Stop::Fail("the health service does not answer".to_owned()))?;
    let answer = answer.map_err(|status| Stop::Fail(format!("the health of \"plugin\": {status}")))?;
    let status = answer.into_inner().status();
    ensure(status == ServingStatus::Serving, || format!("the health of \"plugin\" is {status:?}"))?;
    let side = session.side();
    let over = Clock::now() + patience.silence;
    loop {
        for (name, stream) in [("StreamStdio", &side.stdio), ("StartStream", &side.broker)] {
            if let Some(end) = stream.end() {
                return fail(format!("{name} does not stay open: {end}"));
            }
            let received = stream.received();
            ensure(received == 0, || format!("{name} is not silent: {received} messages"))?;
        }
        if Clock::now() >= over {
            return Ok(());
        }
        tokio::time::sleep(GLANCE).await;
    }
}

/// An apply during which something happens: the results of both, and whether
/// the apply was under way when it happened.
async fn during<A>(
    apply: impl Future<Output = A>,
    event: impl Future<Output = Verdict>,
) -> (A, Verdict, bool) {
    let over = Cell::new(false);
    let apply = async {
        let applied = apply.await;
        over.set(true);
        applied
    };
    let event = async {
        tokio::time::sleep(UNDER_WAY).await;
        let under_way = !over.get();
        (event.await, under_way)
    };
    let (applied, (happened, under_way)) = tokio::join!(apply, event);
    (applied, happened, under_way)
}

/// A fault that does not strike proves nothing.
fn was_slow(interrupted: bool) -> Verdict {
    ensure(interrupted, || {
        format!("the create is over within {UNDER_WAY:?}: the case's fault does not make it slow")
    })
}

/// The result of an apply during which something happened.
async fn comes_to_an_end(
    context: &Context<'_>,
    session: &Session,
    subject: &ResourceCase,
    event: impl Future<Output = Verdict>,
    Expected { slow, success }: Expected,
) -> Verdict {
    let resource = Resource::new(session, &subject.type_name)?;
    let config = resource.config(&subject.config)?;
    let planned = resource.plan(&Instance::absent(), &config).await?;
    no_errors("planning", &planned.diagnostics)?;
    let patience = context.settings.patience.end + context.settings.patience.stop;
    let apply = tokio::time::timeout(patience, resource.apply(&planned));
    let (applied, happened, interrupted) = during(apply, event).await;
    let late = |_| Stop::Fail(format!("the apply has not come to an end after {patience:?}"));
    let applied = applied.map_err(late)??;
    destroy(&resource, &applied.instance).await;
    happened?;
    was_slow(interrupted || !slow)?;
    let failed = errors(&applied.diagnostics);
    if let Some(errors) = failed.as_ref().filter(|_| success) {
        return fail(format!("the apply did not complete: {errors}"));
    }
    ensure(failed.is_some() || !applied.instance.state.is_null(), || {
        "the apply gives neither a state nor an error".to_owned()
    })?;
    no_errors("afterwards, validating", &resource.validate(&config).await?)
}

/// What is expected of an apply.
#[derive(Clone, Copy)]
struct Expected {
    /// That it is under way when something happens.
    slow: bool,
    /// That it is completed.
    success: bool,
}

pub(super) async fn stops(context: &Context<'_>) -> Verdict {
    let mut verdicts = Vec::new();
    for (case, subject) in context.subjects()? {
        let question = async |session: Session| {
            let stop = async {
                let begun = Clock::now();
                session.stop_provider(pb::stop_provider::Request {}).await?;
                let (took, limit) = (begun.elapsed(), context.settings.patience.stop);
                ensure(took < limit, || format!("StopProvider took {took:?}; Core holds a lock meanwhile"))
            };
            let expected = Expected { slow: true, success: false };
            comes_to_an_end(context, &session, subject, stop, expected).await
        };
        verdicts.push(context.while_broken(case, Fault::Slow, question).await);
    }
    of_all(verdicts)
}

pub(super) async fn survives_interrupt(context: &Context<'_>) -> Verdict {
    for (case, subject) in context.subjects()? {
        let question = async |session: Session, slow: bool| {
            let interrupt = async {
                for _ in 0..2 {
                    session.plugin().await.interrupt()?;
                    tokio::time::sleep(UNDER_WAY / 3).await;
                }
                let end = session.plugin().await.end();
                ensure(end == End::Running, || format!("SIGINT ends the process ({end})"))
            };
            comes_to_an_end(context, &session, subject, interrupt, Expected { slow, success: true }).await
        };
        let slowly = async |session: Session| question(session, true).await;
        match context.while_broken(case, Fault::Slow, slowly).await {
            // Without a slow API the signals come after the apply.
            Err(Stop::NotApplicable(_)) => question(context.configured(Some(case)).await?, false).await?,
            other => other?,
        }
    }
    Ok(())
}

/// A resource's life with everything logged. The session is over afterwards.
async fn full_run(context: &Context<'_>, case: Option<&Case>) -> Result<(Vec<String>, Vec<String>), Stop> {
    let launch = context.launch(case)?.env("TF_LOG", "TRACE").env("TF_LOG_PROVIDER", "TRACE");
    let session = context.configured_in(launch, case).await?;
    if let Some(subject) = case.and_then(|case| case.resource.as_ref()) {
        let resource = Resource::new(&session, &subject.type_name)?;
        let config = resource.config(&subject.config)?;
        no_errors("validating", &resource.validate(&config).await?)?;
        let created = create(&resource, &config).await?.instance;
        let (found, _) = resource.read(&created).await?;
        if let Some(changed) = &subject.changed {
            let planned = resource.plan(&found, &resource.config(changed)?).await?;
            if errors(&planned.diagnostics).is_none() {
                resource.apply(&planned).await?;
            }
        }
        resource.import(&subject.missing_id, &Value::Null).await?;
        for invalid in &subject.invalid {
            resource.validate(&resource.config(invalid)?).await?;
        }
        destroy(&resource, &found).await;
    }
    let patience = session.patience();
    // How it ends is another check's.
    let _ = session.shutdown(patience.leave).await;
    let plugin = session.plugin().await;
    let streams = async { tokio::join!(plugin.stdout.ended(), plugin.stderr.ended()) };
    let _ = tokio::time::timeout(patience.leave, streams).await;
    Ok((plugin.stdout.so_far(), plugin.stderr.so_far()))
}

fn cases<'a>(context: &Context<'a>) -> Vec<Option<&'a Case>> {
    let cases = &context.settings.cases;
    if cases.is_empty() { vec![None] } else { cases.iter().map(Some).collect() }
}

pub(super) async fn logs(context: &Context<'_>) -> Verdict {
    for case in cases(context) {
        let (_, stderr) = full_run(context, case).await?;
        let secrets = sensitive_values(context, case)?;
        let mut crashed = false;
        for line in &stderr {
            match oracle::log_line(line) {
                // What follows belongs to the crash.
                Ok(LogLine::Panic) => crashed = true,
                Ok(_) => {}
                Err(_) if crashed => {}
                Err(violation) => {
                    let line: String = line.chars().take(200).collect();
                    return unbroken(&format!("the line {line:?}"), &[violation]);
                }
            }
            let found = secrets.found_in(line);
            ensure(found == 0, || format!("{found} secret(s) in the line {:?}", secrets.mask(line)))?;
        }
    }
    Ok(())
}

/// What a log must not hold: sensitive and write-only values of the case.
fn sensitive_values(context: &Context<'_>, case: Option<&Case>) -> Result<Secrets, Stop> {
    let mut secrets = Secrets::default();
    secrets.add_sensitive(&context.schemas.provider.block, &context.provider_config(case)?);
    if let Some(subject) = case.and_then(|case| case.resource.as_ref())
        && let Some(schema) = context.schemas.resources.get(&subject.type_name)
    {
        for json in std::iter::once(&subject.config).chain(&subject.changed) {
            secrets.add_sensitive(&schema.block, &from_json(json, &schema.ty())?);
        }
    }
    Ok(secrets)
}

pub(super) async fn keeps_stdout(context: &Context<'_>) -> Verdict {
    for case in cases(context) {
        let (stdout, _) = full_run(context, case).await?;
        let after: Vec<&String> = stdout.iter().skip(1).take(5).collect();
        ensure(after.is_empty(), || format!("after the handshake line: {after:?}"))?;
    }
    Ok(())
}

pub(super) async fn reports_panics(context: &Context<'_>) -> Verdict {
    let mut asked = false;
    for (case, subject) in context.subjects()? {
        if case.panic_environment.is_empty() {
            continue;
        }
        asked = true;
        let launch = context.launch(Some(case))?.envs(&case.panic_environment);
        let session = context.configured_in(launch, Some(case)).await?;
        let resource = Resource::new(&session, &subject.type_name)?;
        let config = resource.config(&subject.config)?;
        let planned = resource.plan(&Instance::absent(), &config).await;
        let mut plugin = session.plugin().await;
        match planned {
            Ok(planned) => {
                let diagnosed = errors(&planned.diagnostics).is_some();
                ensure(diagnosed, || "the plan does not fail, though it should panic".to_owned())?;
            }
            Err(error) => match plugin.wait(context.settings.patience.leave).await {
                End::Exited(status) => {
                    ensure(!status.success(), || "a panic ends the process with 0".to_owned())?;
                }
                End::Running => return fail(format!("after a panic the process goes on, but: {error}")),
            },
        }
        let stderr = plugin.stderr.clone();
        let found = stderr.find(|line| line.starts_with("panic: ").then_some(()));
        let found = tokio::time::timeout(context.settings.patience.leave, found).await;
        ensure(found.ok().flatten().is_some(), || {
            format!("no line on standard error begins with \"panic: \": {}", plugin.stderr_excerpt())
        })?;
    }
    if asked { Ok(()) } else { not_applicable("no case says how to make the provider panic") }
}
