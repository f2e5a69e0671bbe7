//! Tests of the API key resource: tables for what is pure, and each verb against a
//! simulated API.

mod answers;
mod guards;
mod lifecycle;
mod lost;
mod rules;

use std::collections::BTreeMap;

use wavix_sim::ApiKey as Stored;

use crate::framework::object::{Attr, SetOf};
use crate::resources::tests::bench;

use super::ApiKeyResource;
use super::schema::ApiKeyModel;

const KEYS: &str = "/v1/api-keys";
const KEY: &str = "/v1/api-keys/*";
const RESOURCE: ApiKeyResource = ApiKeyResource::NEW;

fn text(value: &str) -> Attr<String> {
    Attr::Known(value.to_owned())
}

fn addresses(texts: &[&str]) -> Attr<SetOf<Attr<String>>> {
    Attr::Known(SetOf(texts.iter().map(|address| text(address)).collect()))
}

fn scopes(granted: &[(&str, &str)]) -> Attr<BTreeMap<String, Attr<String>>> {
    Attr::Known(granted.iter().map(|(scope, access)| ((*scope).to_owned(), text(access))).collect())
}

/// A configuration with a label, and what `change` adds.
fn config(change: impl FnOnce(&mut ApiKeyModel)) -> ApiKeyModel {
    let mut config = ApiKeyModel { label: text("pbx"), ..ApiKeyModel::default() };
    change(&mut config);
    config
}

/// A configuration in which everything is restricted.
fn everything() -> ApiKeyModel {
    config(|key| {
        key.permitted_ips = addresses(&["192.0.2.10", "198.51.100.4"]);
        key.scopes = scopes(&[("trunks", "read"), ("calls", "write")]);
    })
}

type Bench = bench::Bench<ApiKeyResource>;

impl Bench {
    /// The plan, of which nothing is said.
    async fn plan(&self, config: &ApiKeyModel, prior: Option<&ApiKeyModel>) -> ApiKeyModel {
        let planned = self.try_plan(config, prior).await;
        assert!(planned.diagnostics.is_empty(), "{planned:?}");
        assert_eq!(planned.replaces, [], "nothing is a reason to replace a key");
        planned.state
    }

    /// The keys of the account but the first, which the provider presents.
    fn keys(&self) -> Vec<Stored> {
        let own = self.sim.api_key();
        self.sim.api_keys().into_iter().filter(|key| key.value() != own).collect()
    }

    fn stored(&self, state: &ApiKeyModel) -> Stored {
        let id = id_of(state);
        self.sim.api_keys().into_iter().find(|key| key.id == id).expect("the account has it")
    }
}

fn id_of(state: &ApiKeyModel) -> i64 {
    state.id.known().unwrap().parse().unwrap()
}
