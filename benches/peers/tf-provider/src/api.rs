//! The Wavix API over reqwest.

use anyhow::{bail, Context, Result};
use reqwest::{Client, Method, StatusCode};
use serde::{de::DeserializeOwned, Deserialize, Serialize};

/// A configured connection to the API.
#[derive(Debug, Clone)]
pub struct Api {
    http: Client,
    base_url: String,
    key: String,
}

#[derive(Debug, Serialize, Deserialize)]
pub struct AllowedIp {
    pub ip: String,
}

#[derive(Debug, Serialize)]
pub struct HostRequest {
    pub host: String,
}

/// What create and update send.
#[derive(Debug, Serialize)]
pub struct TrunkBody {
    pub label: String,
    pub password: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host_request: Option<HostRequest>,
    pub callerid: String,
    pub multiple_numbers: bool,
    pub ip_restrict: bool,
    pub allowed_ips: Vec<AllowedIp>,
    pub didinfo_enabled: bool,
    pub call_restrict: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub call_limit: Option<i64>,
    pub cost_limit: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_call_cost: Option<i64>,
    pub channels_restrict: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_channels: Option<i64>,
    pub rewrite_enabled: bool,
    pub rewrite_prefix: String,
    pub rewrite_cond: String,
    pub call_recording_enabled: bool,
    pub transcription_enabled: bool,
    pub transcription_threshold: i64,
    pub machine_detection_enabled: bool,
    pub encrypted_media: bool,
}

/// What create, get and update answer.
#[derive(Debug, Deserialize)]
pub struct Trunk {
    pub id: i64,
    pub name: String,
    pub label: String,
    pub callerid: Option<String>,
    pub multiple_numbers: bool,
    pub ip_restrict: bool,
    pub allowed_ips: Vec<AllowedIp>,
    pub didinfo_enabled: bool,
    pub call_restrict: bool,
    pub call_limit: Option<i64>,
    pub cost_limit: bool,
    pub channels_restrict: bool,
    pub max_channels: Option<i64>,
    pub rewrite_enabled: bool,
    pub rewrite_prefix: Option<String>,
    pub rewrite_cond: Option<String>,
    pub call_recording_enabled: bool,
    pub machine_detection_enabled: bool,
    pub transcription_enabled: bool,
    pub transcription_threshold: i64,
    pub encrypted_media: bool,
    pub created_at: String,
    pub host: String,
    pub passthrough: bool,
    pub access_token: Option<String>,
}

impl Api {
    pub fn new(base_url: &str, key: String) -> Result<Self> {
        let base_url = base_url.trim_end_matches('/').to_owned();
        Ok(Self { http: Client::builder().build()?, base_url, key })
    }

    pub async fn create(&self, body: &TrunkBody) -> Result<Trunk> {
        self.call(Method::POST, "/v1/trunks", Some(body)).await?.context("the trunk is gone")
    }

    /// `None` when there is no such trunk.
    pub async fn read(&self, id: &str) -> Result<Option<Trunk>> {
        self.call(Method::GET, &format!("/v1/trunks/{id}"), None).await
    }

    pub async fn update(&self, id: &str, body: &TrunkBody) -> Result<Trunk> {
        let path = format!("/v1/trunks/{id}");
        self.call(Method::PUT, &path, Some(body)).await?.context("the trunk is gone")
    }

    pub async fn delete(&self, id: &str) -> Result<()> {
        self.call::<serde_json::Value>(Method::DELETE, &format!("/v1/trunks/{id}"), None).await?;
        Ok(())
    }

    async fn call<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: Option<&TrunkBody>,
    ) -> Result<Option<T>> {
        let mut request = self
            .http
            .request(method, format!("{}{path}", self.base_url))
            .bearer_auth(&self.key)
            .header("Accept", "application/json");
        if let Some(body) = body {
            request = request.json(body);
        }
        let response = request.send().await?;
        let status = response.status();
        if status == StatusCode::NOT_FOUND {
            return Ok(None);
        }
        if !status.is_success() {
            bail!("HTTP {status}: {}", response.text().await?);
        }
        Ok(Some(response.json().await?))
    }
}
