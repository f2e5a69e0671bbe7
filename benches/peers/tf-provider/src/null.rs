//! The smallest provider that tf-provider can serve: one resource without an
//! API behind it, as in that crate's own example. It shows what the crate
//! itself costs, and what it does with the rules of the protocol.

use std::collections::hash_map::RandomState;
use std::collections::{BTreeMap, HashMap};
use std::hash::BuildHasher;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use tf_provider::schema::{Attribute, AttributeConstraint, AttributeType, Block, Description, Schema};
use tf_provider::value::{Value, ValueEmpty};
use tf_provider::{
    map, serve, AttributePath, Diagnostics, DynamicDataSource, DynamicResource, Provider, Resource,
};

type Kept = (NullState, ValueEmpty);

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct NullState {
    id: Value<String>,
    triggers: Value<BTreeMap<String, Value<String>>>,
}

#[derive(Debug, Default)]
struct NullResource;

#[async_trait]
impl Resource for NullResource {
    type State<'a> = NullState;
    type PrivateState<'a> = ValueEmpty;
    type ProviderMetaState<'a> = ValueEmpty;

    fn schema(&self, _diags: &mut Diagnostics) -> Option<Schema> {
        let attribute = |attr_type, constraint, description| Attribute {
            attr_type,
            constraint,
            description: Description::plain(description),
            ..Default::default()
        };
        let triggers = AttributeType::Map(Box::new(AttributeType::String));
        let block = Block {
            version: 0,
            description: Description::plain("Nothing."),
            attributes: map! {
                "id" => attribute(AttributeType::String, AttributeConstraint::Computed, "Random text."),
                "triggers" => attribute(triggers, AttributeConstraint::Optional, "Replace it when they change."),
            },
            ..Default::default()
        };
        Some(Schema { version: 0, block })
    }

    async fn read<'a>(
        &self,
        _diags: &mut Diagnostics,
        state: NullState,
        private: ValueEmpty,
        _meta: ValueEmpty,
    ) -> Option<Kept> {
        Some((state, private))
    }

    async fn plan_create<'a>(
        &self,
        _diags: &mut Diagnostics,
        mut proposed: NullState,
        _config: NullState,
        _meta: ValueEmpty,
    ) -> Option<Kept> {
        proposed.id = Value::Unknown;
        Some((proposed, ValueEmpty::default()))
    }

    async fn plan_update<'a>(
        &self,
        _diags: &mut Diagnostics,
        prior: NullState,
        proposed: NullState,
        _config: NullState,
        private: ValueEmpty,
        _meta: ValueEmpty,
    ) -> Option<(NullState, ValueEmpty, Vec<AttributePath>)> {
        let replace = if proposed.triggers == prior.triggers {
            Vec::new()
        } else {
            vec![AttributePath::new("triggers")]
        };
        Some((proposed, private, replace))
    }

    async fn plan_destroy<'a>(
        &self,
        _diags: &mut Diagnostics,
        _prior: NullState,
        private: ValueEmpty,
        _meta: ValueEmpty,
    ) -> Option<ValueEmpty> {
        Some(private)
    }

    async fn create<'a>(
        &self,
        _diags: &mut Diagnostics,
        mut planned: NullState,
        _config: NullState,
        private: ValueEmpty,
        _meta: ValueEmpty,
    ) -> Option<Kept> {
        planned.id = Value::Value(format!("{:016x}", RandomState::new().hash_one(())));
        Some((planned, private))
    }

    async fn update<'a>(
        &self,
        _diags: &mut Diagnostics,
        _prior: NullState,
        planned: NullState,
        _config: NullState,
        private: ValueEmpty,
        _meta: ValueEmpty,
    ) -> Option<Kept> {
        Some((planned, private))
    }

    async fn destroy<'a>(
        &self,
        _diags: &mut Diagnostics,
        _state: NullState,
        _private: ValueEmpty,
        _meta: ValueEmpty,
    ) -> Option<()> {
        Some(())
    }
}

#[derive(Debug, Default)]
struct NullProvider;

#[async_trait]
impl Provider for NullProvider {
    type Config<'a> = ValueEmpty;
    type MetaState<'a> = ValueEmpty;

    fn schema(&self, _diags: &mut Diagnostics) -> Option<Schema> {
        let block = Block { version: 0, description: Description::plain("Nothing."), ..Default::default() };
        Some(Schema { version: 0, block })
    }

    async fn configure<'a>(
        &self,
        _diags: &mut Diagnostics,
        _terraform_version: String,
        _config: ValueEmpty,
    ) -> Option<()> {
        Some(())
    }

    fn get_resources(&self, _diags: &mut Diagnostics) -> Option<HashMap<String, Box<dyn DynamicResource>>> {
        Some(map! { "resource" => NullResource })
    }

    fn get_data_sources(
        &self,
        _diags: &mut Diagnostics,
    ) -> Option<HashMap<String, Box<dyn DynamicDataSource>>> {
        Some(map! {})
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    serve("null", NullProvider).await
}
