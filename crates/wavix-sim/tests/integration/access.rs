//! Keys, scopes, addresses, plans: who may do what.

use serde_json::json;
use wavix_sim::{Access, ApiKey, Sim, behaviour::AuthMode};

use crate::client::{Client, minimal};

const UNAUTHORIZED: &str = r#"{"error":true,"message":"Unauthorized","success":false}"#;
const NOT_PROVISIONED: &str = "The service is not provisioned for your account.";

#[tokio::test]
async fn a_missing_unknown_or_inactive_key_is_unauthorized() {
    let sim = Sim::builder().api_key("good").key(ApiKey::new("old").inactive()).start().await;
    for key in [None, Some("wrong"), Some("old")] {
        let reply = Client::with_key(&sim, key).get("/v1/trunks").await;
        assert_eq!((reply.status, reply.text.as_str()), (401, UNAUTHORIZED), "{key:?}");
    }
    assert_eq!(Client::new(&sim).get("/v1/trunks").await.status, 200);
}

#[tokio::test]
async fn a_key_works_only_from_its_addresses() {
    let sim = Sim::builder()
        .key(ApiKey::new("here").permitted_ip("127.0.0.1".parse().unwrap()))
        .key(ApiKey::new("elsewhere").permitted_ip("192.0.2.1".parse().unwrap()))
        .start()
        .await;
    assert_eq!(Client::with_key(&sim, Some("here")).get("/v1/trunks").await.status, 200);
    let reply = Client::with_key(&sim, Some("elsewhere")).get("/v1/trunks").await;
    assert_eq!((reply.status, reply.text.as_str()), (401, UNAUTHORIZED));
}

#[tokio::test]
async fn scopes_separate_reading_from_writing_and_trunks_from_the_account() {
    let sim = Sim::builder()
        .api_key("all")
        .key(ApiKey::new("reader").scope("trunks", Access::Read))
        .key(ApiKey::new("accountant").scope("account", Access::Read))
        .start()
        .await;
    let id = Client::new(&sim).create(&minimal()).await;
    let path = format!("/v1/trunks/{id}");
    let reader = Client::with_key(&sim, Some("reader"));
    assert_eq!(reader.get("/v1/trunks").await.status, 200);
    assert_eq!(reader.get(&path).await.status, 200);
    for (method, path) in [("POST", "/v1/trunks"), ("PUT", path.as_str()), ("DELETE", path.as_str())] {
        let reply = reader.send(method, path, Some(&minimal())).await;
        assert_eq!((reply.status, &reply.json["success"]), (403, &json!(false)), "{method} {path}");
    }
    assert_eq!(reader.get("/v1/profile/config").await.status, 403);
    let accountant = Client::with_key(&sim, Some("accountant"));
    assert_eq!(accountant.get("/v1/profile").await.status, 200);
    assert_eq!(accountant.get(&path).await.status, 403);
    assert_eq!(sim.trunks().len(), 1);
}

#[tokio::test]
async fn the_old_generation_takes_its_key_from_the_query() {
    let sim = Sim::builder().behaviour(|behaviour| behaviour.auth = AuthMode::AppId).start().await;
    let anonymous = Client::with_key(&sim, None);
    let with_key = format!("/v1/trunks?appid={}&page=1", sim.api_key());
    assert_eq!(anonymous.get(&with_key).await.status, 200);
    assert_eq!(Client::new(&sim).get("/v1/trunks").await.status, 401, "bearer only came later");
    sim.configure(|behaviour| behaviour.auth = AuthMode::Both);
    assert_eq!(anonymous.get(&with_key).await.status, 200);
    assert_eq!(Client::new(&sim).get("/v1/trunks").await.status, 200);
    sim.configure(|behaviour| behaviour.auth = AuthMode::Bearer);
    assert_eq!(anonymous.get(&with_key).await.status, 401);
}

#[tokio::test]
async fn an_account_without_the_service_is_told_so_everywhere() {
    let sim = Sim::start().await;
    let client = Client::new(&sim);
    let id = client.create(&minimal()).await;
    sim.configure(|behaviour| behaviour.provisioned = false);
    let path = format!("/v1/trunks/{id}");
    for (method, path, status) in [
        ("GET", "/v1/trunks", 403),
        ("POST", "/v1/trunks", 403),
        ("PUT", path.as_str(), 403),
        ("DELETE", path.as_str(), 403),
        ("GET", path.as_str(), 404),
    ] {
        let reply = client.send(method, path, Some(&minimal())).await;
        assert_eq!((reply.status, &reply.json["message"]), (status, &json!(NOT_PROVISIONED)), "{method}");
    }
    assert_eq!(sim.trunks().len(), 1);
}

#[tokio::test]
async fn keys_can_be_revoked_while_running() {
    let sim = Sim::start().await;
    let client = Client::new(&sim);
    assert_eq!(client.get("/v1/trunks").await.status, 200);
    sim.set_keys([ApiKey::new("next")]);
    assert_eq!(client.get("/v1/trunks").await.status, 401);
}
