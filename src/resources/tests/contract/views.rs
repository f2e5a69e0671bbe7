//! Facts about what else Terraform shows of an object.

use tokio::sync::mpsc;

use super::{Case, Tested, key, nothing, with_one};
use crate::framework::erased::ErasedListRequest;
use crate::framework::generation;
use crate::framework::object::Mapped;
use crate::framework::schema::{Mode, Schema};
use crate::lifecycle::compare::differences;
use crate::lifecycle::object::{RemoteObject, value_of};
use crate::protocol::json;
use crate::protocol::value::Value;
use crate::resources::registry;
use crate::resources::tests::bench::plan_alone;

pub(super) async fn an_import_by_id_or_identity_finds_it_and_plans_nothing<R: Tested>() {
    let Case { config, missing, .. } = Case::<R>::read();
    let (bench, made, _) = with_one::<R>(&config).await;
    let schema = R::ONLY.identity_schema().expect("it has an identity");
    let identity = R::ONLY.identity(&made).unwrap();
    assert!(schema.is_complete(&identity), "{identity:?}");
    let by_id = R::ONLY.import(&key::<R>(&made)).unwrap();
    let by_identity = R::ONLY.import_identity(&identity).unwrap();

    let bench = bench.again();
    let left = bench.read(&by_id).await;
    assert_eq!(bench.read(&by_identity).await.ok(), left.state.clone().unwrap());
    assert_eq!(left.warned(), [""; 0]);
    let imported = left.ok();
    assert_eq!(differences::<R::Remote>(&made, &imported), []);
    for computed in R::ONLY.schema().attributes.iter().filter(|of| of.mode == Mode::Computed) {
        let value = |model| value_of::<R::Remote>(model, &computed.name);
        assert_eq!(value(&imported), value(&made), "{}", computed.name);
    }
    assert_eq!(R::ONLY.identity(&imported).unwrap(), identity);

    let state = imported.clone().into_value();
    let generated = generation::configuration(&R::ONLY.schema(), &state);
    let mut generated = R::Model::from_value(&generated).unwrap();
    R::ONLY.generate(&imported, &mut generated);
    let planned = plan_alone::<R>(&generated, Some(&imported));
    assert_eq!((planned.state, planned.diagnostics.is_empty()), (imported, true), "the generated one");

    let unknown = bench.again().import(&missing).await;
    assert!(unknown.error().summary.starts_with("Cannot import "), "{unknown:?}");
}

/// Arguments of a view: this, and null for the rest.
fn asking(schema: &Schema, argument: Option<(&str, &str)>) -> Value {
    let mut config = nothing(schema);
    config.extend(argument.map(|(name, value)| (name.to_owned(), value.into())));
    json::decode(&serde_json::to_vec(&config).unwrap(), &schema.ty()).unwrap()
}

pub(super) async fn data_sources_and_the_list_show_it_without_secrets<R: Tested>() {
    let Case { config, .. } = Case::<R>::read();
    let (bench, made, _) = with_one::<R>(&config).await;
    let bench = bench.again();
    let (key, attribute) = (key::<R>(&made), R::Remote::KEY.attribute());
    let noun = <R::Remote as RemoteObject>::NOUN;
    let secrets: Vec<String> = secrets::<R>(&config).chain(secrets::<R>(&made)).collect();
    let mut shown = String::new();
    let registry = registry();

    let data_source = |name| registry.data_sources().find(|found| found.type_name() == name);
    let all = data_source(noun.list).expect("there is a data source for all of them");
    let found = all.read(bench.call(), &asking(&all.schema(), None)).await.unwrap();
    shown += &format!("{found:?}");
    let list = noun.list.trim_start_matches("wavix_");
    let Some(Value::List(objects)) = found.get(list) else { panic!("{list}: {found:?}") };
    let is_it = |object: &&Value| object.get(attribute).and_then(Value::as_str) == Some(key.as_str());
    assert_eq!(objects.iter().filter(is_it).count(), 1, "{found:?}");

    if let Some(one) = data_source(noun.type_name) {
        let config = asking(&one.schema(), Some((attribute, &key)));
        let found = one.read(bench.call(), &config).await.unwrap();
        shown += &format!("{found:?}");
        assert!(is_it(&&found), "{found:?}");
    }

    let list = registry.list_resources().find(|list| list.type_name() == noun.type_name);
    let list = list.expect("there is a list resource");
    let (objects, mut listed) = mpsc::channel(1000);
    let config = asking(&list.schema(), None);
    let request = ErasedListRequest { config: &config, include_resource: true, limit: None };
    list.list(bench.call(), request, objects).await.unwrap();
    let mut states = Vec::new();
    while let Some(object) = listed.recv().await {
        states.push(R::Model::from_value(&object.state).unwrap());
    }
    let identity = R::ONLY.identity(&made);
    states.retain(|state| R::ONLY.identity(state) == identity);
    let [state] = states.as_slice() else { panic!("listed once: {states:?}") };
    assert_eq!(differences::<R::Remote>(&made, state), []);
    shown += &format!("{state:?}");
    for secret in secrets {
        assert!(!shown.contains(&secret), "a secret is shown");
    }
}

/// What must not be seen.
fn secrets<R: Tested>(model: &R::Model) -> impl Iterator<Item = String> {
    let attributes = R::ONLY.schema().attributes.into_iter();
    let model = model.clone().into_value();
    attributes
        .filter(|attribute| attribute.sensitive || attribute.write_only)
        .filter_map(move |attribute| model.get(&attribute.name)?.as_str().map(str::to_owned))
}
