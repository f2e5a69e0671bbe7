//! Plans.

use super::context::{Subject, no_errors};
use super::{Context, Verdict, ensure, fail, not_applicable, unbroken};
use crate::core::{Instance, Planned, Resource, errors};
use crate::oracle::{self, nulled_write_only};
use crate::proto::tfplugin6 as pb;
use crate::proto::tfplugin6::attribute_path::step::Selector;
use crate::schema::{Attribute, Kind};
use crate::value::{Forms, NumberForm, Type, UnknownForm, Value, encode};

pub(super) async fn nulls_write_only(context: &Context<'_>) -> Verdict {
    let mut asked = false;
    for (case, subject) in context.subjects()? {
        let session = context.configured(Some(case)).await?;
        let resource = Resource::new(&session, &subject.type_name)?;
        let config = resource.config(&subject.config)?;
        let block = &resource.schema().block;
        if oracle::null_write_only(block, &config).is_empty() {
            continue;
        }
        asked = true;
        let planned = resource.plan(&Instance::absent(), &config).await?;
        no_errors("planning", &planned.diagnostics)?;
        unbroken("the plan", &oracle::null_write_only(block, &planned.state))?;
    }
    if asked { Ok(()) } else { not_applicable("no case sets a write-only attribute") }
}

pub(super) async fn creates(context: &Context<'_>) -> Verdict {
    for (case, subject) in context.subjects()? {
        let session = context.configured(Some(case)).await?;
        let resource = Resource::new(&session, &subject.type_name)?;
        let config = resource.config(&subject.config)?;
        no_errors("validating", &resource.validate(&config).await?)?;
        let planned = resource.plan(&Instance::absent(), &config).await?;
        no_errors("planning", &planned.diagnostics)?;
        ensure(!planned.legacy, || {
            "the plan asks for the old SDK's exceptions (legacy_type_system)".to_owned()
        })?;
        // Write-only values are another check's.
        let block = &resource.schema().block;
        let (config, state) = (nulled_write_only(block, &config), nulled_write_only(block, &planned.state));
        unbroken("the plan", &oracle::planned(block, &Value::Null, &config, &state))?;
    }
    Ok(())
}

/// The attributes that `config` sets, of the given type.
fn configured<'a>(
    resource: &'a Resource<'_>,
    config: &Value,
    wanted: &Type,
) -> Vec<(&'a String, &'a Attribute)> {
    let attributes = resource.schema().block.attributes.iter();
    let fits = |(name, attribute): &(&String, &Attribute)| {
        attribute.kind == Kind::Plain(wanted.clone()) && !attribute.write_only && !config.get(name).is_null()
    };
    attributes.filter(fits).collect()
}

/// Whether every error is about this attribute.
fn is_about(diagnostics: &[pb::Diagnostic], name: &str) -> bool {
    diagnostics.iter().filter(|diagnostic| diagnostic.severity == 1).all(|diagnostic| {
        let first = diagnostic.attribute.as_ref().and_then(|path| path.steps.first());
        matches!(first.and_then(|step| step.selector.as_ref()), Some(Selector::AttributeName(n)) if n == name)
    })
}

pub(super) async fn reads_numbers(context: &Context<'_>) -> Verdict {
    let mut asked = false;
    for (case, subject) in context.subjects()? {
        let session = context.configured(Some(case)).await?;
        let resource = Resource::new(&session, &subject.type_name)?;
        let config = resource.config(&subject.config)?;
        for (name, _) in configured(&resource, &config, &Type::Number) {
            asked = true;
            let own = config.get(name);
            // As a float, a number is another one; it is given back as it came.
            let float = float_next_to(own);
            for (own, form) in
                [(own, NumberForm::Core), (own, NumberForm::Text), (&float, NumberForm::Float64)]
            {
                let config = config.clone().with(name, own.clone());
                let planned = plan_number(context, (case, subject), &resource, (&config, form)).await?;
                no_errors(&format!("planning {name} = {own} as {form:?}"), &planned.diagnostics)?;
                equal(&planned, name, own, form)?;
            }
            for (text, form) in [
                ("0.1", NumberForm::Core),
                // The float next to 0.1: Core sends floats as floats.
                ("0.1000000000000000055511151231257827021181583404541015625", NumberForm::Core),
                ("7", NumberForm::Core),
                ("1000000000000000000", NumberForm::Core),
                ("1.5", NumberForm::Core),
                ("1.5", NumberForm::Float32),
                ("1234567890123456789012345678901", NumberForm::Core),
                ("0.1234567890123456789012345678901", NumberForm::Core),
            ] {
                let Some(number) = Value::number(text) else { continue };
                let config = config.clone().with(name, number.clone());
                let planned = plan_number(context, (case, subject), &resource, (&config, form)).await?;
                // A value may be out of range; it must not be misread.
                match errors(&planned.diagnostics) {
                    None => equal(&planned, name, &number, form)?,
                    Some(_) if is_about(&planned.diagnostics, name) => {}
                    Some(errors) => return fail(format!("planning {name} = {text} as {form:?}: {errors}")),
                }
            }
        }
    }
    if asked { Ok(()) } else { not_applicable("no case sets a number") }
}

fn float_next_to(number: &Value) -> Value {
    let float = number.to_string().parse().ok().and_then(Value::float);
    float.unwrap_or_else(|| number.clone())
}

async fn plan_number(
    context: &Context<'_>,
    subject: Subject<'_>,
    resource: &Resource<'_>,
    (config, number): (&Value, NumberForm),
) -> Result<Planned, super::Stop> {
    let own = context.own_session(subject).await?;
    let own = own.as_ref().map(|session| Resource::new(session, &resource.type_name)).transpose()?;
    let resource = own.as_ref().unwrap_or(resource);
    let forms = Forms { number, ..Forms::default() };
    let mut diagnostics = resource.validate_as(config, &forms).await?;
    if errors(&diagnostics).is_none() {
        let planned = resource.plan_as(&Instance::absent(), config, &forms).await?;
        diagnostics.extend(planned.diagnostics.clone());
        return Ok(Planned { diagnostics, ..planned });
    }
    let prior = Instance::absent();
    Ok(Planned {
        config: config.clone(),
        proposed: Value::Null,
        state: Value::Null,
        private: Vec::new(),
        identity: Value::Null,
        replace: Vec::new(),
        diagnostics,
        deferred: None,
        legacy: false,
        prior,
    })
}

fn equal(planned: &Planned, name: &str, wanted: &Value, form: NumberForm) -> Verdict {
    let found = planned.state.get(name);
    ensure(found == wanted, || format!("{name} = {wanted} as {form:?} is planned as {found}"))
}

pub(super) async fn reads_unknowns(context: &Context<'_>) -> Verdict {
    // { 1: false, 99: "?" }: not null, and something of a later version.
    let refined = vec![0x82, 0x01, 0xc2, 0x63, 0xa1, b'?'];
    let mut padded = vec![0x82, 0x01, 0xc2, 0x02, 0xd9, 200];
    padded.extend([b'x'; 200]);
    let forms = [
        ("type 0", UnknownForm::Plain),
        ("type 12, refined", UnknownForm::Extension(12, refined)),
        ("type 12, refined with a long prefix", UnknownForm::Extension(12, padded)),
        ("type 7", UnknownForm::Extension(7, vec![0])),
        ("type 7, 3 bytes", UnknownForm::Extension(7, vec![1, 2, 3])),
        ("type 0, 16 bytes", UnknownForm::Extension(0, vec![0; 16])),
        ("type 9, 300 bytes", UnknownForm::Extension(9, vec![0; 300])),
    ];
    let mut asked = false;
    for (case, subject) in context.subjects()? {
        let session = context.configured(Some(case)).await?;
        let resource = Resource::new(&session, &subject.type_name)?;
        let config = resource.config(&subject.config)?;
        for (name, attribute) in configured(&resource, &config, &Type::String) {
            let config = config.clone().with(name, Value::Unknown);
            for (what, unknown) in &forms {
                asked = true;
                let own = context.own_session((case, subject)).await?;
                let resource = Resource::new(own.as_ref().unwrap_or(&session), &subject.type_name)?;
                let forms = Forms { unknown: unknown.clone(), ..Forms::default() };
                let doing = format!("{name} unknown ({what})");
                no_errors(&format!("validating {doing}"), &resource.validate_as(&config, &forms).await?)?;
                let planned = resource.plan_as(&Instance::absent(), &config, &forms).await?;
                no_errors(&format!("planning {doing}"), &planned.diagnostics)?;
                let found = planned.state.get(name);
                ensure(attribute.computed || *found == Value::Unknown, || {
                    format!("{doing} is planned as {found}")
                })?;
            }
        }
    }
    if asked { Ok(()) } else { not_applicable("no case sets a string") }
}

pub(super) async fn plans_nothing(context: &Context<'_>) -> Verdict {
    for (case, subject) in context.subjects()? {
        let session = context.configured(Some(case)).await?;
        let resource = Resource::new(&session, &subject.type_name)?;
        let config = resource.config(&subject.config)?;
        let question = async |created: &Instance| {
            let planned = resource.plan(created, &config).await?;
            no_errors("planning no change", &planned.diagnostics)?;
            let differences = oracle::applied(&resource.schema().block, &created.state, &planned.state);
            unbroken("planning no change", &differences)?;
            // What is compatible may still be unknown on one side.
            // Write-only values are another check's.
            let block = &resource.schema().block;
            let (prior, state) =
                (nulled_write_only(block, &created.state), nulled_write_only(block, &planned.state));
            ensure(state == prior, || "planning no change plans a change".to_owned())?;
            ensure(planned.replace.is_empty(), || "planning no change asks for a replacement".to_owned())
        };
        context.with_created(&resource, &config, question).await?;
    }
    Ok(())
}

pub(super) async fn destroys(context: &Context<'_>) -> Verdict {
    if !context.schemas.capabilities.plan_destroy {
        return not_applicable("the provider does not want to be asked (plan_destroy is false)");
    }
    for (case, subject) in context.subjects()? {
        let session = context.configured(Some(case)).await?;
        let resource = Resource::new(&session, &subject.type_name)?;
        let config = resource.config(&subject.config)?;
        let question = async |created: &Instance| {
            // Only what the provider itself stores: others' data it may refuse.
            let planned = resource.plan(created, &Value::Null).await?;
            no_errors("planning the destroy", &planned.diagnostics)?;
            unbroken("planning the destroy", &oracle::planned_destroy(&planned.state))?;
            ensure(planned.private == created.private, || {
                let (before, after) = (created.private.len(), planned.private.len());
                format!("prior_private has {before} bytes, planned_private {after} or others")
            })
        };
        context.with_created(&resource, &config, question).await?;
    }
    Ok(())
}

pub(super) async fn replaces(context: &Context<'_>) -> Verdict {
    for (case, subject) in context.subjects()? {
        let session = context.configured(Some(case)).await?;
        let resource = Resource::new(&session, &subject.type_name)?;
        let config = resource.config(&subject.config)?;
        let question = async |created: &Instance| {
            // Core plans and applies in other processes than the one that created it, and
            // plans once more when it applies.
            let planning = context.configured(Some(case)).await?;
            let resource = Resource::new(&planning, &subject.type_name)?;
            let without_state = Instance { state: Value::Null, ..created.clone() };
            let planned = resource.plan(&without_state, &config).await?;
            no_errors("planning the second half of a replace", &planned.diagnostics)?;
            ensure(created.private.is_empty() || !planned.private.is_empty(), || {
                let before = created.private.len();
                format!("with a null prior state, prior_private ({before} bytes) is lost in planned_private")
            })?;
            // Core deletes with what the second plan gave.
            let mut destroying = resource.plan_destroy(created).await?;
            destroying.private = planned.private;
            let applying = context.configured(Some(case)).await?;
            let resource = Resource::new(&applying, &subject.type_name)?;
            let deleted = resource.apply(&destroying).await?;
            no_errors("deleting with the private data of the replace's plan", &deleted.diagnostics)?;
            // The identity that is sent is that of what was replaced.
            let planned = resource.plan(&without_state, &config).await?;
            no_errors("planning what takes its place", &planned.diagnostics)?;
            let anew = resource.apply(&planned).await?;
            no_errors("creating what takes its place", &anew.diagnostics)?;
            let deleted = resource.apply(&resource.plan_destroy(&anew.instance).await?).await?;
            no_errors("deleting what took its place", &deleted.diagnostics)
        };
        context.with_created(&resource, &config, question).await?;
    }
    Ok(())
}

pub(super) async fn never_defers(context: &Context<'_>) -> Verdict {
    for (case, subject) in context.subjects()? {
        for unknown in [false, true] {
            let session = context.session(context.launch(Some(case))?).await?;
            let mut config = context.provider_config(Some(case))?;
            if unknown {
                config = super::robustness::everything_unknown(&context.schemas.provider.block);
            }
            context.try_configure(&session, &config).await?;
            let mut resource = Resource::new(&session, &subject.type_name)?;
            for allowed in [false, true] {
                resource.capabilities.deferral_allowed = allowed;
                let how = if allowed { "though it need not" } else { "though it must not" };
                let config = resource.config(&subject.config)?;
                let request = resource.plan_request(&Instance::absent(), &config, &Forms::default());
                let planned = session.plan_resource_change(request).await?;
                ensure(planned.deferred.is_none(), || format!("PlanResourceChange defers, {how}"))?;
                let imported = resource_import(&resource, &subject.missing_id);
                let imported = session.import_resource_state(imported).await?;
                ensure(imported.deferred.is_none(), || format!("ImportResourceState defers, {how}"))?;
                for data in &case.data_sources {
                    let Some(schema) = context.schemas.data_sources.get(&data.type_name) else { continue };
                    let config = crate::value::from_json(&data.resolved(&|_| "0".into()), &schema.ty())?;
                    let msgpack = encode(&schema.block.complete(config), &schema.ty());
                    let request = pb::read_data_source::Request {
                        type_name: data.type_name.clone(),
                        config: Some(pb::DynamicValue { msgpack, json: Vec::new() }),
                        provider_meta: resource.no_meta(),
                        client_capabilities: Some(resource.capabilities),
                    };
                    let read = session.read_data_source(request).await?;
                    ensure(read.deferred.is_none(), || format!("ReadDataSource defers, {how}"))?;
                }
            }
        }
    }
    Ok(())
}

fn resource_import(resource: &Resource<'_>, id: &str) -> pb::import_resource_state::Request {
    pb::import_resource_state::Request {
        type_name: resource.type_name.clone(),
        id: id.to_owned(),
        client_capabilities: Some(resource.capabilities),
        identity: None,
    }
}
