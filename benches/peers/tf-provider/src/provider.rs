//! The provider block.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use tf_provider::schema::{Attribute, AttributeConstraint, AttributeType, Block, Description, Schema};
use tf_provider::value::{Value, ValueEmpty};
use tf_provider::{map, Diagnostics, DynamicDataSource, DynamicResource, Provider};

use crate::api::Api;
use crate::resource::SipTrunkResource;

const DEFAULT_BASE_URL: &str = "https://api.wavix.com";

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Config {
    api_key: Value<String>,
    base_url: Value<String>,
}

#[derive(Debug, Default)]
pub struct WavixProvider {
    api: Arc<OnceLock<Api>>,
}

fn argument(description: &str, sensitive: bool) -> Attribute {
    Attribute {
        attr_type: AttributeType::String,
        description: Description::markdown(description),
        constraint: AttributeConstraint::Optional,
        sensitive,
        ..Default::default()
    }
}

fn either(configured: Value<String>, variable: &str) -> Option<String> {
    match configured {
        Value::Value(text) if !text.is_empty() => Some(text),
        _ => std::env::var(variable).ok().filter(|text| !text.is_empty()),
    }
}

#[async_trait]
impl Provider for WavixProvider {
    type Config<'a> = Config;
    type MetaState<'a> = ValueEmpty;

    fn schema(&self, _diags: &mut Diagnostics) -> Option<Schema> {
        Some(Schema {
            version: 1,
            block: Block {
                description: Description::markdown("Manages SIP trunks of [Wavix](https://wavix.com)."),
                attributes: map! {
                    "api_key" => argument("API key.", true),
                    "base_url" => argument("Root of the API.", false),
                },
                ..Default::default()
            },
        })
    }

    async fn validate<'a>(&self, _diags: &mut Diagnostics, _config: Config) -> Option<()> {
        Some(())
    }

    async fn configure<'a>(
        &self,
        diags: &mut Diagnostics,
        _terraform_version: String,
        config: Config,
    ) -> Option<()> {
        let Some(key) = either(config.api_key, "WAVIX_API_KEY") else {
            diags.root_error_short("Missing API key");
            return None;
        };
        let base_url =
            either(config.base_url, "WAVIX_BASE_URL").unwrap_or_else(|| DEFAULT_BASE_URL.to_owned());
        match Api::new(&base_url, key) {
            // Terraform configures a process once.
            Ok(api) => self.api.set(api).ok(),
            Err(error) => {
                diags.root_error("Cannot set up the HTTP client", error.to_string());
                None
            }
        }
    }

    fn get_resources(&self, _diags: &mut Diagnostics) -> Option<HashMap<String, Box<dyn DynamicResource>>> {
        Some(map! { "sip_trunk" => SipTrunkResource { api: Arc::clone(&self.api) } })
    }

    fn get_data_sources(
        &self,
        _diags: &mut Diagnostics,
    ) -> Option<HashMap<String, Box<dyn DynamicDataSource>>> {
        Some(map! {})
    }
}
