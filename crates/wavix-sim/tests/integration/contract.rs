//! The simulator against the vendor's own schema (`openapi/trunks.json`): every answer it gives is valid there, and
//! every request that is invalid there is refused.

use jsonschema::Validator;
use serde_json::{Map, Value, json};
use wavix_sim::{Fault, Sim, behaviour::EmptyList};

use crate::client::{Client, Reply, minimal, number, with};

/// The vendor's document.
pub(crate) struct Contract(Value);

impl Contract {
    pub(crate) fn load() -> Self {
        Self(serde_json::from_str(include_str!("../../openapi/trunks.json")).expect("the excerpt is JSON"))
    }

    /// Every method and path of the document.
    pub(crate) fn operations(&self) -> Vec<(String, String)> {
        let paths = self.0["paths"].as_object().expect("the document has paths");
        let operations = paths.iter().flat_map(|(path, item)| {
            let methods = item.as_object().expect("a path has methods").keys();
            methods.map(|method| (method.to_uppercase(), path.clone()))
        });
        operations.collect()
    }

    fn schema(&self, name: &str) -> &Value {
        &self.0["components"]["schemas"][name]
    }

    /// A validator of a schema object of the document; references stay resolvable.
    fn validator(&self, schema: &Value) -> Validator {
        let rooted = json!({ "allOf": [schema], "components": self.0["components"] });
        jsonschema::draft202012::new(&rooted).expect("the vendor's schema compiles")
    }

    pub(crate) fn named(&self, name: &str) -> Validator {
        self.validator(self.schema(name))
    }

    /// The schema of an operation's answer; `None` when the vendor does not document the status.
    fn answer(&self, method: &str, template: &str, status: u16) -> Option<Validator> {
        let responses = &self.0["paths"][template][method.to_lowercase()]["responses"];
        assert!(responses.is_object(), "{method} {template} is not in the document");
        let mut response = responses.get(status.to_string())?;
        if let Some(reference) = response["$ref"].as_str() {
            response = self.0.pointer(reference.trim_start_matches('#')).expect("the reference resolves");
        }
        Some(self.validator(&response["content"]["application/json"]["schema"]))
    }

    pub(crate) fn check(&self, method: &str, template: &str, reply: &Reply) {
        let documented = self.answer(method, template, reply.status);
        let validator = documented.unwrap_or_else(|| {
            // What a real server answers although the document does not list it.
            let known = [
                ("GET", "/v1/trunks/{id}", 401),
                ("PUT", "/v1/trunks/{id}", 422),
                ("POST", "/v1/calls/webhooks", 422),
                ("PATCH", "/v1/numbers/{id}", 422),
            ];
            assert!(
                known.contains(&(method, template, reply.status)),
                "{method} {template} {}",
                reply.status
            );
            self.named("ValidationErrorResponse")
        });
        let errors: Vec<String> = validator.iter_errors(&reply.json).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{method} {template} {}: {errors:?} in {}", reply.status, reply.text);
        assert_eq!(reply.headers["content-type"], "application/json; charset=utf-8");
    }

    pub(crate) fn properties(&self, name: &str) -> Vec<&String> {
        self.schema(name)["properties"].as_object().expect("an object schema").keys().collect()
    }
}

/// A body with every field of the request schema.
fn complete() -> Value {
    with(json!({
        "host_request": { "host": "203.0.113.7" },
        "multiple_numbers": false,
        "ip_restrict": true,
        "allowed_ips": [{ "ip": "192.0.2.10" }, { "ip": "192.0.2.11" }],
        "call_restrict": true,
        "call_limit": 600,
        "cost_limit": true,
        "max_call_cost": number("0.18"),
        "channels_restrict": true,
        "max_channels": 2,
        "rewrite_enabled": true,
        "rewrite_prefix": "00",
        "rewrite_cond": "1",
        "call_recording_enabled": true,
        "machine_detection_enabled": true,
        "transcription_enabled": true,
        "encrypted_media": true,
    }))
}

#[tokio::test]
async fn the_fields_are_the_vendors() {
    let contract = Contract::load();
    let sim = Sim::start().await;
    let client = Client::new(&sim);
    fn keys(value: &Value) -> Vec<&String> {
        value.as_object().unwrap().keys().collect()
    }
    let mut documented = contract.properties("SIPTrunkCreateRequest");
    documented.sort();
    assert_eq!(keys(&complete()), documented);
    let created = client.post("/v1/trunks", &complete()).await;
    assert_eq!(created.status, 201, "{}", created.text);
    let mut documented = contract.properties("SIPTrunkResponse");
    documented.sort();
    assert_eq!(keys(&created.json), documented);
    let list = client.get("/v1/trunks").await.json;
    let mut documented = contract.properties("SIPTrunkSummary");
    documented.sort();
    assert_eq!(keys(&list["sip_trunks"][0]), documented);
    // What went in came back.
    for (name, sent) in complete().as_object().unwrap() {
        let expected = match name.as_str() {
            "password" | "host_request" => continue,
            "allowed_ips" => {
                let back: Vec<Value> = created.json["allowed_ips"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|allowed| json!({ "ip": allowed["ip"] }))
                    .collect();
                assert_eq!(&Value::from(back), sent);
                continue;
            }
            "max_call_cost" => json!("0.18"),
            _ => sent.clone(),
        };
        assert_eq!(created.json[name], expected, "{name}");
    }
}

#[tokio::test]
async fn every_answer_is_valid_in_the_vendors_schema() {
    let contract = Contract::load();
    let sim = Sim::start().await;
    let client = Client::new(&sim);
    let intruder = Client::with_key(&sim, Some("wrong"));
    let (list, one) = ("/v1/trunks", "/v1/trunks/{id}");

    contract.check("GET", list, &client.get(list).await);
    sim.configure(|behaviour| behaviour.empty_list = EmptyList::Null);
    let empty = client.get(list).await;
    assert_eq!(empty.json["sip_trunks"], Value::Null);
    contract.check("GET", list, &empty);

    for body in [
        minimal(),
        complete(),
        with(json!({ "callerid": "" })),
        with(json!({ "callerid": "", "multiple_numbers": true })),
        with(json!({ "allowed_ips": null })),
    ] {
        let created = client.post(list, &body).await;
        assert_eq!(created.status, 201, "{}", created.text);
        contract.check("POST", list, &created);
        let path = format!("/v1/trunks/{}", created.json["id"]);
        contract.check("GET", one, &client.get(&path).await);
        contract.check("PUT", one, &client.put(&path, &complete()).await);
        contract.check("PUT", one, &client.put(&path, &json!({})).await);
        contract.check("PUT", one, &client.put(&path, &with(json!({ "callerid": "999" }))).await);
        contract.check("GET", list, &client.get(list).await);
        sim.approve(created.json["id"].as_i64().unwrap());
        contract.check("GET", list, &client.get(list).await);
        contract.check("GET", one, &client.get(&path).await);
        sim.reject(created.json["id"].as_i64().unwrap());
        contract.check("GET", list, &client.get(list).await);
        contract.check("DELETE", one, &client.delete(&path).await);
        for method in ["GET", "PUT", "DELETE"] {
            let missing = client.send(method, &path, Some(&minimal())).await;
            assert_eq!(missing.status, 404);
            contract.check(method, one, &missing);
        }
    }
    contract.check("POST", list, &client.post(list, &json!({})).await);
    contract.check("POST", list, &client.post(list, &with(json!({ "callerid": "999" }))).await);
    for provisioned in [true, false] {
        sim.configure(|behaviour| behaviour.provisioned = provisioned);
        for (method, template, path) in [
            ("GET", list, list),
            ("POST", list, list),
            ("GET", one, "/v1/trunks/1"),
            ("PUT", one, "/v1/trunks/1"),
            ("DELETE", one, "/v1/trunks/1"),
        ] {
            let refused = if provisioned { &intruder } else { &client };
            let reply = refused.send(method, path, Some(&minimal())).await;
            assert!(matches!(reply.status, 401 | 403 | 404), "{method} {path} {}", reply.status);
            contract.check(method, template, &reply);
        }
    }
    for path in ["/v1/profile", "/v1/profile/config"] {
        contract.check("GET", path, &client.get(path).await);
    }
}

#[tokio::test]
async fn webrtc_tokens_follow_the_vendors_schema() {
    let contract = Contract::load();
    let sim = Sim::start().await;
    let client = Client::new(&sim);
    let login = sim.trunk(sim.add_trunk(json!({}))).unwrap().name;
    let (list, one) = ("/v2/webrtc/tokens", "/v2/webrtc/tokens/{id}");
    let body = json!({ "sip_trunk": login, "ttl": 3600, "payload": { "user_id": "42" } });
    let created = client.post(list, &body).await;
    assert_eq!(created.status, 201, "{}", created.text);
    contract.check("POST", list, &created);
    assert_eq!(sim.webrtc_tokens()[0].token(), created.json["token"].as_str().unwrap());
    let path = format!("/v2/webrtc/tokens/{}", created.json["uuid"].as_str().unwrap());
    let read = client.get(&path).await;
    assert_eq!(read.json.get("token"), None, "the JWT is shown once");
    contract.check("GET", one, &read);
    let updated = client.put(&path, &json!({ "payload": {} })).await;
    assert_eq!(updated.json["payload"], json!({}));
    contract.check("PUT", one, &updated);
    contract.check("GET", list, &client.get(list).await);
    contract.check("DELETE", one, &client.delete(&path).await);
    let gone = client.delete(&path).await;
    assert_eq!(gone.status, 404);
    contract.check("DELETE", one, &gone);

    let validator = contract.named("WebRTCTokenCreateRequest");
    for body in [
        json!({ "sip_trunk": login }),
        json!({ "ttl": 5 }),
        json!({ "sip_trunk": login, "ttl": 0 }),
        json!({ "sip_trunk": login, "ttl": "5" }),
        json!({ "sip_trunk": login, "ttl": 5, "payload": "text" }),
        json!({ "sip_trunk": login, "ttl": 5, "user": "x" }),
    ] {
        assert!(!validator.is_valid(&body), "{body}");
        assert_eq!(client.post(list, &body).await.status, 400, "{body}");
    }
    let forever = json!({ "sip_trunk": login, "ttl": null, "payload": null });
    assert!(validator.is_valid(&forever));
    assert_eq!(client.post(list, &forever).await.status, 201);
    let unknown = client.post(list, &json!({ "sip_trunk": "00000", "ttl": 5 })).await;
    assert_eq!(unknown.status, 404);
    contract.check("POST", list, &unknown);
}

/// Every way to spoil one value: left out, null, and each other JSON type.
fn spoilt(body: &Map<String, Value>, name: &str) -> Vec<Value> {
    let mut bodies: Vec<Value> =
        [Value::Null, json!(true), json!(7), json!("text"), json!([7]), json!({ "key": 7 }), json!(1.5)]
            .into_iter()
            .map(|value| {
                let mut body = body.clone();
                body.insert(name.to_owned(), value);
                body.into()
            })
            .collect();
    let mut without = body.clone();
    without.remove(name);
    bodies.push(without.into());
    bodies
}

#[tokio::test]
async fn what_the_vendors_schema_rejects_is_refused() {
    let contract = Contract::load();
    let validator = contract.named("SIPTrunkCreateRequest");
    let sim = Sim::start().await;
    let client = Client::new(&sim);
    let id = client.create(&complete()).await;
    let stored = sim.trunk(id).unwrap();
    let path = format!("/v1/trunks/{id}");
    let complete = complete();
    assert!(validator.is_valid(&complete));

    // What to send, and the field the refusal must name.
    let mut bodies: Vec<(String, Value)> = Vec::new();
    for name in contract.properties("SIPTrunkCreateRequest") {
        bodies
            .extend(spoilt(complete.as_object().unwrap(), name).into_iter().map(|body| (name.clone(), body)));
    }
    for unknown in ["passthrough", "host", "status", "id", "Label"] {
        bodies.push((unknown.to_owned(), with(json!({ unknown: true }))));
    }
    for host_request in
        [json!({}), json!({ "host": 1 }), json!({ "host": "203.0.113.7", "status": "approved" })]
    {
        bodies.push(("host_request".to_owned(), with(json!({ "host_request": host_request }))));
    }
    for item in [json!("192.0.2.1"), json!({}), json!({ "ip": 1 }), json!({ "ip": "192.0.2.1", "id": 3 })] {
        bodies.push(("allowed_ips".to_owned(), with(json!({ "allowed_ips": [item] }))));
    }

    let mut refused = 0;
    for (name, body) in &bodies {
        if validator.is_valid(body) {
            continue;
        }
        refused += 1;
        for (method, path) in [("POST", "/v1/trunks"), ("PUT", path.as_str())] {
            let reply = client.send(method, path, Some(body)).await;
            assert_eq!(reply.status, 400, "{method} {body}");
            assert_eq!(
                reply.json["message"],
                format!("Missing or invalid parameter {name}"),
                "{method} {body}"
            );
        }
    }
    // 22 fields, each spoilt in at least five ways: were the schema not applied, nothing would be refused.
    assert!(refused > 22 * 5, "only {refused} bodies were invalid");
    assert_eq!(sim.trunks(), [stored], "a refused request changes nothing");
}

#[tokio::test]
async fn what_is_no_json_object_is_refused() {
    let sim = Sim::start().await;
    let client = Client::new(&sim);
    for body in ["", "{", "[]", "\"text\"", "null"] {
        let reply = client.try_send("POST", "/v1/trunks", Some(body.to_owned())).await.unwrap();
        assert_eq!((reply.status, &reply.json["success"]), (400, &json!(false)), "{body}");
    }
    let unknown = client.get("/v1/trunk").await;
    assert_eq!((unknown.status, &unknown.json["success"]), (404, &json!(false)));
    assert_eq!(client.send("PATCH", "/v1/trunks", Some(&minimal())).await.status, 404);
}

/// The judge itself is tested: were references not resolved, everything would be valid.
#[tokio::test]
async fn a_wrong_answer_would_be_noticed() {
    let contract = Contract::load();
    let sim = Sim::start().await;
    let client = Client::new(&sim);
    sim.add_trunk(json!({}));
    let list = contract.answer("GET", "/v1/trunks", 200).unwrap();
    for fault in [
        Fault::with("/sip_trunks/0/charge", 1),
        Fault::with("/sip_trunks/0/password", "x"),
        Fault::without("/sip_trunks/0/host_request"),
        Fault::without("/pagination/total"),
    ] {
        sim.fault("GET", "/v1/trunks", fault);
        assert!(!list.is_valid(&client.get("/v1/trunks").await.json));
    }
    let detail = contract.answer("POST", "/v1/trunks", 201).unwrap();
    for fault in [
        Fault::with("max_call_cost", 1),
        Fault::with("rewrite_cond", Value::Null),
        Fault::without("id"),
        Fault::with("allowed_ips", json!(["192.0.2.1"])),
    ] {
        sim.fault("POST", "/v1/trunks", fault);
        assert!(!detail.is_valid(&client.post("/v1/trunks", &minimal()).await.json));
    }
    assert_eq!(sim.faults().pending(), 0);
}
