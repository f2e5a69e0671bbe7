//! Several accounts: each has its own store, keys and balance, and the key of a request says which is meant.

use serde_json::json;
use wavix_sim::{Account, ApiKey, Sim};

use crate::client::{Client, minimal};

#[tokio::test]
async fn a_key_opens_its_own_account_and_no_other() {
    let sim = Sim::start().await;
    let customer = Account { id: 42, balance: "0.0".to_owned(), ..Account::default() };
    let acme = sim.add_account(customer, ApiKey::new("acme"));
    let (ours, theirs) = (Client::new(&sim), Client::with_key(&sim, Some("acme")));

    let trunk = ours.create(&minimal()).await;
    let hook = json!({ "event_type": "on-call", "url": "https://hooks.example.com/" });
    assert_eq!(theirs.post("/v1/calls/webhooks", &hook).await.status, 201);
    assert_eq!(theirs.get(&format!("/v1/trunks/{trunk}")).await.status, 404);
    assert_eq!(theirs.get("/v1/trunks").await.json["pagination"]["total"], 0);
    assert_eq!(ours.get("/v1/calls/webhooks").await.json, json!([]));
    assert_eq!((sim.trunks().len(), sim.webhooks().len()), (1, 0));
    assert_eq!((acme.trunks().len(), acme.webhooks().len()), (0, 1));

    let profile = async |client: &Client| client.get("/v1/profile").await.json["id"].clone();
    assert_eq!((profile(&ours).await, profile(&theirs).await), (json!(1), json!(42)));
    acme.configure_account(|account| account.balance = "12.5".to_owned());
    assert_eq!(theirs.get("/v1/profile/config").await.json["balance"], "12.5");
    assert_eq!((acme.account().balance, sim.account().balance), ("12.5".to_owned(), "309.06".to_owned()));

    let their_trunk = theirs.create(&minimal()).await;
    assert_ne!(their_trunk, trunk, "an id means one object, whoever asks");
    assert_eq!(ours.get(&format!("/v1/trunks/{their_trunk}")).await.status, 404);
    assert!(!sim.delete_trunk(their_trunk) && acme.delete_trunk(their_trunk));
    acme.set_keys([]);
    assert_eq!((theirs.get("/v1/trunks").await.status, ours.get("/v1/trunks").await.status), (401, 200));
}
