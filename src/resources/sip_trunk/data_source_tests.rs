//! The data sources against a simulated account.

use serde_json::json;
use tokio::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;
use wavix_sim::{Access, ApiKey, Fault, Sim, behaviour};

use super::*;
use crate::client::{Client, ClientSettings};
use crate::framework::data_source::DataSource;
use crate::framework::diagnostics::Diagnostic;
use crate::framework::object::{Attr, Mapped, SetOf};
use crate::framework::path::Path;
use crate::framework::schema::{Kind, Mode};
use crate::protocol::number::Number;
use crate::protocol::value::{UNKNOWN, Value};

fn context(sim: &Sim) -> Context {
    let settings = ClientSettings {
        base_url: sim.base_url(),
        max_retries: 0,
        ..ClientSettings::new(sim.api_key().to_owned())
    };
    Context::new(Client::new(settings.validate().unwrap()), Vec::new())
}

async fn read_in<D: DataSource<Context>>(
    context: &Context,
    source: &D,
    config: &[(&str, Value)],
) -> Result<D::Model, Diagnostics> {
    let cancel = CancellationToken::new();
    let call = Call { ctx: context, cancel: &cancel, deadline: Instant::now() + Duration::from_secs(60) };
    source.read(&call, D::Model::from_value(&Value::map(config.iter().cloned())).unwrap()).await
}

async fn read<D: DataSource<Context>>(
    sim: &Sim,
    source: &D,
    config: &[(&str, Value)],
) -> Result<D::Model, Diagnostics> {
    read_in(&context(sim), source, config).await
}

crate::object! {
    /// Some of the results.
    pub(super) struct SipTrunkData {
        pub(super) id: Attr<String>,
        pub(super) label: Attr<String>,
        pub(super) login: Attr<String>,
        pub(super) status: Attr<String>,
        pub(super) auth_method: Attr<String>,
        pub(super) host_request: Attr<HostRequestData>,
        pub(super) callerid: Attr<String>,
        pub(super) talk_time: Attr<Number>,
        pub(super) charge: Attr<Number>,
        pub(super) allowed_ips: Attr<SetOf<Attr<String>>>,
        pub(super) max_call_cost: Attr<Number>,
        pub(super) max_channels: Attr<i64>,
    }
}

crate::object! {
    pub(super) struct HostRequestData {
        pub(super) host: Attr<String>,
        pub(super) status: Attr<String>,
    }
}

crate::object! {
    pub(super) struct SipTrunksData {
        pub(super) label_regex: Attr<String>,
        pub(super) sip_trunks: Attr<Vec<SipTrunkData>>,
    }
}

pub(super) const ONE: &SipTrunkDataSource = &views::One::NEW;
pub(super) const ALL: &SipTrunksDataSource = &views::Plural::NEW;

async fn one(sim: &Sim, argument: &str, value: &str) -> SipTrunkData {
    SipTrunkData::from_value(&one_value(sim, argument, value).await).unwrap()
}

async fn one_value(sim: &Sim, argument: &str, value: &str) -> Value {
    read(sim, ONE, &[(argument, Value::string(value))]).await.unwrap()
}

async fn all(sim: &Sim, config: &[(&str, Value)]) -> SipTrunksData {
    SipTrunksData::from_value(&read(sim, ALL, config).await.unwrap()).unwrap()
}

/// The only error of looking a trunk up.
async fn refusal(sim: &Sim, argument: &str, value: &str) -> Diagnostic {
    let result = read(sim, ONE, &[(argument, Value::string(value))]).await;
    let errors: Vec<Diagnostic> = result.unwrap_err().into_iter().collect();
    let [error] = errors.as_slice() else { panic!("not one error: {errors:?}") };
    assert_eq!(error.summary, "Cannot find SIP trunk");
    error.clone()
}

fn complaints<D: DataSource<Context>>(source: &D, config: &[(&str, Value)]) -> Vec<(String, String)> {
    let mut diagnostics = Diagnostics::new();
    source.validate(&D::Model::from_value(&Value::map(config.iter().cloned())).unwrap(), &mut diagnostics);
    diagnostics.into_iter().map(|error| (error.path.unwrap().to_string(), error.summary)).collect()
}

fn rule_says<D: DataSource<Context>>(source: &D, attribute: &str, value: &str) -> Result<(), String> {
    let schema = source.schema();
    let attribute = schema.attribute(attribute).unwrap();
    attribute.validators.iter().try_for_each(|validator| validator.check(&Value::string(value)))
}

#[test]
fn the_results_are_the_providers_to_decide_and_the_lists_come_first() {
    fn names(attributes: &[crate::framework::schema::Attribute]) -> Vec<&str> {
        attributes.iter().map(|attribute| attribute.name.as_str()).collect()
    }
    let (single, plural) = (ONE.schema(), ALL.schema());
    assert_eq!(names(&plural.attributes), ["label_regex", "status", "sip_trunks"]);
    let Kind::Nested(_, listed) = &plural.attribute("sip_trunks").unwrap().kind else { panic!("not nested") };
    assert!(names(&single.attributes).starts_with(&names(listed)));
    assert!(listed.iter().all(|attribute| attribute.mode == Mode::Computed));
}

/// The resource's attributes, but for secrets and what is no result.
#[test]
fn a_trunk_tells_what_the_resource_tells_but_for_secrets() {
    let schema = Resource::schema(&SipTrunk);
    let own = ONE.schema();
    for attribute in &schema.attributes {
        let told = own.attribute(&attribute.name);
        let is_secret = attribute.sensitive || attribute.name == "password_wo_version";
        assert_eq!(told.is_none(), is_secret, "{}", attribute.name);
        if let (Some(told), Kind::Value(ty)) = (told, &attribute.kind) {
            assert_eq!(told.ty(), *ty, "{}", attribute.name);
        }
    }
}

#[test]
fn exactly_one_key_says_which_trunk() {
    let text = |text: &str| Value::string(text);
    let check = |config: &[(&str, Value)]| complaints(ONE, config);
    assert_eq!(check(&[("id", text("1"))]), []);
    assert_eq!(check(&[("label", text("a"))]), []);
    assert_eq!(check(&[("login", UNKNOWN)]), [], "it may turn out to be set");
    assert_eq!(check(&[("login", UNKNOWN), ("label", text("a"))]), [], "it may turn out null");
    assert_eq!(check(&[]), [("id".into(), "Missing SIP trunk".into())]);
    let ambiguous = |argument: &str| (argument.to_owned(), "Ambiguous SIP trunk".to_owned());
    assert_eq!(check(&[("id", text("1")), ("label", text("a"))]), [ambiguous("label")]);
    assert_eq!(check(&[("id", text("1")), ("login", text("a"))]), [ambiguous("login")]);
    let certain = Attr::<String>::Unknown(crate::protocol::value::Unknown { not_null: true }).into_value();
    assert_eq!(check(&[("id", text("1")), ("login", certain)]), [ambiguous("login")]);
    for id in ["office", "0", "-1", "01", "+1", " 1", "9223372036854775808"] {
        assert_eq!(check(&[("id", text(id))]), [("id".into(), "Invalid id".into())], "{id}");
    }
    assert!(rule_says(ONE, "login", "").is_err());
    assert!(rule_says(ONE, "label", " ").is_ok(), "the account may hold it");
}

#[tokio::test]
async fn keys_that_turn_out_null_or_malformed_are_refused_when_read() {
    let sim = Sim::start().await;
    for config in [vec![], vec![("id", Value::string("x"))]] {
        assert!(read(&sim, ONE, &config).await.is_err());
    }
    assert_eq!(sim.journal().entries().len(), 0);
}

#[tokio::test]
async fn a_trunk_is_found_by_id_by_login_and_by_label() {
    let sim = Sim::start().await;
    sim.add_trunk(json!({"label": "other"}));
    let id = sim.add_trunk(json!({
        "label": "office", "callerid": "13132847320", "cost_limit": true, "max_call_cost": 0.18,
        "channels_restrict": false, "max_channels": 2, "ip_restrict": true,
        "allowed_ips": [{"ip": "203.0.113.9"}], "talk_time": 61, "charge": "0.30",
    }));
    let login = sim.trunk(id).unwrap().name;
    let by_label = one(&sim, "label", "office").await;
    assert_eq!(by_label, one(&sim, "id", &id.to_string()).await);
    assert_eq!(by_label, one(&sim, "login", &login).await);

    let text = |text: &str| Attr::Known(text.to_owned());
    assert_eq!(by_label.id, text(&id.to_string()));
    assert_eq!(by_label.login, text(&login));
    assert_eq!((by_label.status, by_label.auth_method), (text("active"), text("Digest")));
    assert_eq!(by_label.callerid, text("13132847320"));
    assert_eq!(by_label.max_call_cost.known().unwrap().to_string(), "0.18");
    assert_eq!(by_label.charge, Attr::Known("0.3".parse().unwrap()), "an exact number");
    assert_eq!(by_label.talk_time, Attr::Known(61.into()));
    assert_eq!(by_label.max_channels, Attr::Null, "not enforced");
    assert_eq!(by_label.allowed_ips.known().unwrap().0, [text("203.0.113.9")]);
    assert_eq!(by_label.host_request, Attr::Null);
}

#[tokio::test]
async fn a_trunk_under_review_shows_its_request() {
    let sim = Sim::start().await;
    let id = sim.add_trunk(json!({"label": "pbx", "host_request": {"host": "203.0.113.9"}}));
    let trunk = one(&sim, "label", "pbx").await;
    assert_eq!(trunk.status, Attr::Known("pending".to_owned()));
    let request = trunk.host_request.known().unwrap();
    assert_eq!(request.host, Attr::Known("203.0.113.9".to_owned()));
    assert_eq!(request.status, Attr::Known("pending".to_owned()));
    sim.approve(id);
    assert_eq!(one(&sim, "id", &id.to_string()).await.status, Attr::Known("active".to_owned()));
}

#[tokio::test]
async fn every_result_is_known_and_no_secret_is_among_them() {
    let sim = Sim::start().await;
    let id = sim.add_trunk(json!({"label": "office", "password": "pa55word"}));
    let value = one_value(&sim, "label", "office").await;
    assert!(value.is_wholly_known());
    let token = sim.trunk(id).unwrap().access_token().unwrap().to_owned();
    let shown = format!("{value:?}");
    assert!(!shown.contains("pa55word") && !shown.contains(&token), "{shown}");
}

#[tokio::test]
async fn a_trunk_on_the_last_page_is_found() {
    let sim = Sim::builder().behaviour(|api| api.per_page_cap = Some(2)).start().await;
    for number in 0..7 {
        sim.add_trunk(json!({"label": format!("trunk {number}")}));
    }
    assert_eq!(one(&sim, "label", "trunk 6").await.label, Attr::Known("trunk 6".to_owned()));
    let all = all(&sim, &[]).await;
    assert_eq!(all.sip_trunks.known().unwrap().len(), 7);
}

#[tokio::test]
async fn several_matches_are_an_error_that_names_them() {
    let sim = Sim::start().await;
    let ids = [(); 2].map(|()| sim.add_trunk(json!({"label": "office"})));
    sim.add_trunk(json!({"label": "home"}));
    let error = refusal(&sim, "label", "office").await;
    assert_eq!(error.path, Some(Path::root("label")));
    for id in ids {
        let login = sim.trunk(id).unwrap().name;
        let line = format!("id {id}, label \"office\", login \"{login}\"");
        assert!(error.detail.contains(&line), "{}", error.detail);
    }
    assert!(!error.detail.contains("home") && error.detail.contains("set `id`"), "{}", error.detail);
}

#[tokio::test]
async fn no_match_is_an_error_that_names_what_there_is() {
    let sim = Sim::start().await;
    for (argument, value) in [("id", "999"), ("login", "nobody"), ("label", "Office")] {
        let error = refusal(&sim, argument, value).await;
        assert!(error.detail.contains("no SIP trunks at all"), "{}", error.detail);
    }
    for number in 0..12 {
        sim.add_trunk(json!({"label": format!("trunk {number}")}));
    }
    for (argument, value) in [("id", "999"), ("login", "nobody"), ("label", "Trunk 1")] {
        let error = refusal(&sim, argument, value).await;
        assert_eq!(error.path, Some(Path::root(argument)));
        assert!(error.detail.contains("label \"trunk 1\""), "{}", error.detail);
        assert!(error.detail.contains("and 2 more"), "{}", error.detail);
    }
}

/// The list may lag behind; the trunk itself is there.
#[tokio::test]
async fn a_trunk_that_the_list_does_not_show_yet_is_found_by_id() {
    let sim = Sim::start().await;
    let id = sim.add_trunk(json!({"label": "new"}));
    let lag = wavix_sim::Answer::new(200).json(&json!({"sip_trunks": null, "pagination": null}));
    sim.fault("GET", "/v1/trunks", Fault::answer(lag));
    let trunk = one(&sim, "id", &id.to_string()).await;
    assert_eq!(trunk.label, Attr::Known("new".to_owned()));
    assert_eq!((trunk.status, trunk.charge), (Attr::Null, Attr::Null));
}

/// A 404 for a trunk that is listed speaks of something else than its absence.
#[tokio::test]
async fn a_listed_trunk_that_cannot_be_read_is_not_called_missing() {
    let sim = Sim::start().await;
    let id = sim.add_trunk(json!({"label": "office"}));
    sim.faults().times(2, "GET", &format!("/v1/trunks/{id}"), Fault::status(404));
    let error = refusal(&sim, "label", "office").await;
    assert!(error.detail.contains("404") && !error.detail.contains("There is no"), "{}", error.detail);
}

#[tokio::test]
async fn a_key_without_the_scope_is_told_which() {
    let sim = Sim::builder().key(ApiKey::new("k").scope("account", Access::Read)).start().await;
    let error = refusal(&sim, "label", "office").await;
    assert!(error.detail.contains("`trunks:read`"), "{}", error.detail);
    assert!(!error.detail.contains("state"), "a data source has none: {}", error.detail);
    assert!(read(&sim, ALL, &[]).await.is_err());
}

#[tokio::test]
async fn several_data_sources_share_one_walk() {
    let sim = Sim::start().await;
    sim.add_trunk(json!({"label": "office"}));
    let context = context(&sim);
    let by_label = [("label", Value::string("office"))];
    let (one, two, all) = tokio::join!(
        read_in(&context, ONE, &by_label),
        read_in(&context, ONE, &by_label),
        read_in(&context, ALL, &[]),
    );
    assert!(one.is_ok() && two.is_ok() && all.is_ok());
    assert_eq!(sim.journal().count("GET", "/v1/trunks"), 1);
}

async fn labels(sim: &Sim, config: &[(&str, Value)]) -> Vec<String> {
    let result = all(sim, config).await;
    result.sip_trunks.known().unwrap().iter().map(|trunk| trunk.label.known().unwrap().clone()).collect()
}

/// Terraform writes form C, whatever the configuration is typed in.
#[tokio::test]
async fn a_label_is_found_in_whatever_unicode_form_wavix_holds_it() {
    let sim = Sim::start().await;
    let id = sim.add_trunk(json!({"label": "Bu\u{308}ro Mu\u{308}nchen"}));
    let blank = sim.add_trunk(json!({"label": " "}));
    for spelling in ["B\u{fc}ro M\u{fc}nchen", "Bu\u{308}ro Mu\u{308}nchen"] {
        assert_eq!(one(&sim, "label", spelling).await.id, Attr::Known(id.to_string()));
        let regex = format!("^{spelling}$");
        assert_eq!(labels(&sim, &[("label_regex", Value::string(regex))]).await.len(), 1, "{spelling:?}");
    }
    assert_eq!(labels(&sim, &[("label_regex", Value::string("^B[\u{fc}]ro"))]).await.len(), 1);
    assert_eq!(one(&sim, "label", " ").await.id, Attr::Known(blank.to_string()));
}

#[tokio::test]
async fn trunks_are_filtered_and_in_order_of_their_ids() {
    let order = |api: &mut wavix_sim::Behaviour| api.list_order = behaviour::ListOrder::Descending;
    let sim = Sim::builder().behaviour(order).start().await;
    for label in ["office", "office-backup", "Home office"] {
        sim.add_trunk(json!({"label": label}));
    }
    sim.add_trunk(json!({"label": "office-new", "host_request": {"host": "203.0.113.9"}}));
    let text = |text: &str| Value::string(text);

    let all = ["office", "office-backup", "Home office", "office-new"];
    assert_eq!(labels(&sim, &[]).await, all);
    assert_eq!(labels(&sim, &[("label_regex", text("^office(-|$)"))]).await, [all[0], all[1], all[3]]);
    assert_eq!(labels(&sim, &[("label_regex", text("(?i)^HOME"))]).await, ["Home office"]);
    assert_eq!(labels(&sim, &[("status", text("pending"))]).await, ["office-new"]);
    let both = [("label_regex", text("backup")), ("status", text("pending"))];
    assert_eq!(labels(&sim, &both).await, [""; 0]);
}

#[tokio::test]
async fn the_list_keeps_its_arguments_and_tells_no_secret() {
    let sim = Sim::start().await;
    let id = sim.add_trunk(json!({"label": "office", "charge": "1.50"}));
    let value = read(&sim, ALL, &[("label_regex", Value::string("^o"))]).await.unwrap();
    let result = SipTrunksData::from_value(&value).unwrap();
    assert_eq!(result.label_regex, Attr::Known("^o".to_owned()));
    let trunk = &result.sip_trunks.known().unwrap()[0];
    assert_eq!(trunk.id, Attr::Known(id.to_string()));
    assert_eq!(trunk.login, Attr::Known(sim.trunk(id).unwrap().name));
    assert_eq!(trunk.charge, Attr::Known("1.5".parse().unwrap()));
    let token = sim.trunk(id).unwrap().access_token().unwrap().to_owned();
    assert!(value.is_wholly_known() && !format!("{value:?}").contains(&token));
}

#[tokio::test]
async fn an_account_without_trunks_has_an_empty_list() {
    let sim = Sim::start().await;
    assert_eq!(labels(&sim, &[]).await, [""; 0]);
}

#[tokio::test]
async fn bad_filters_are_refused() {
    let complaint = rule_says(ALL, "label_regex", "office(").unwrap_err();
    assert!(complaint.starts_with("\"office(\" is not a regular expression: "), "{complaint}");
    assert!(rule_says(ALL, "label_regex", "^office").is_ok());
    assert!(rule_says(ALL, "status", "Active").unwrap_err().contains("`active`"));
    assert!(rule_says(ALL, "status", "active").is_ok());

    let sim = Sim::start().await;
    let unknown_until_now = [("label_regex", Value::string("("))];
    assert!(read(&sim, ALL, &unknown_until_now).await.is_err());
    assert_eq!(sim.journal().entries().len(), 0);
}

/// It must not pass for a trunk that cost nothing.
#[tokio::test]
async fn a_charge_that_is_no_number_costs_nothing_else() {
    let sim = Sim::start().await;
    let id = sim.add_trunk(json!({"label": "office"}));
    sim.edit_trunk(id, |trunk| trunk.charge = "n/a".to_owned());
    let found = one(&sim, "label", "office").await;
    assert_eq!((found.id, found.charge), (Attr::Known(id.to_string()), Attr::Null));
}
