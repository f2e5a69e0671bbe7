//! Data sources and ephemeral resources, asked of servers that are behind.

use std::time::Duration;

use serde_json::json;
use wavix_sim::{Answer, Fault};

use crate::framework::data_source::DataSource;
use crate::framework::diagnostics::Diagnostics;
use crate::framework::ephemeral::Ephemeral;
use crate::framework::object::{Attr, Mapped};
use crate::lifecycle::patience::Patience;
use crate::protocol::value::Value;
use crate::resources::webrtc_token::{WebRtcToken, WebRtcTokenData};

use super::super::data_source_tests::{ALL, ONE, SipTrunkData, SipTrunksData};
use crate::resources::sip_trunk_credentials::{SipTrunkCredentials, SipTrunkCredentialsData};

use super::super::SipTrunk;
use super::{Bench, config, hasty, id_of, text};

const TRUNK: &str = "/v1/trunks/*";

async fn patient() -> Bench {
    let bench = Bench::start().await;
    let patience = Patience { settling: Duration::from_secs(30), ..hasty() };
    Bench { ctx: bench.context(|_| {}).with_patience(patience), ..bench }
}

async fn look_up(bench: &Bench, argument: &str, value: &Attr<String>) -> Result<SipTrunkData, Diagnostics> {
    let key = Value::string(value.known().unwrap());
    let found = ONE.read(&bench.call(), Value::map([(argument, key)])).await?;
    Ok(SipTrunkData::from_value(&found).unwrap())
}

#[tokio::test]
async fn a_data_source_waits_for_a_trunk_that_this_process_has_just_made() {
    for argument in ["id", "login", "label"] {
        let bench = patient().await;
        bench.sim.configure(|knobs| (knobs.misses_after_create, knobs.list_lag) = (3, 2));
        let made = bench.create(&config(|_| {})).await.ok();
        let key = [("id", &made.id), ("login", &made.login), ("label", &made.label)];
        let key = key.into_iter().find(|(name, _)| *name == argument).unwrap().1;
        let found = look_up(&bench, argument, key).await.unwrap();
        assert_eq!((&found.id, &found.status), (&made.id, &text("active")), "{argument}");
    }
}

#[tokio::test]
async fn the_list_of_trunks_waits_for_one_that_this_process_has_just_made() {
    let bench = patient().await;
    bench.sim.configure(|knobs| knobs.list_lag = 2);
    let made = bench.create(&config(|_| {})).await.ok();
    let found = ALL.read(&bench.call(), Value::map::<&str>([])).await.unwrap();
    let found = SipTrunksData::from_value(&found).unwrap();
    let ids: Vec<_> = found.sip_trunks.known().unwrap().iter().map(|trunk| trunk.id.clone()).collect();
    assert_eq!(ids, [made.id]);
}

#[tokio::test]
async fn a_data_source_waits_for_what_this_process_has_just_changed() {
    let bench = patient().await;
    let made = bench.create(&config(|_| {})).await.ok();
    bench.sim.configure(|knobs| knobs.stale_reads_after_update = 3);
    bench.update(&config(|trunk| trunk.max_channels = Attr::Known(2)), &made).await.ok();
    assert_eq!(look_up(&bench, "id", &made.id).await.unwrap().max_channels, Attr::Known(2));
}

/// Made in another run, a moment ago.
#[tokio::test]
async fn a_data_source_waits_for_a_new_trunk_that_a_resource_has_read() {
    let bench = patient().await;
    let made = bench.create(&config(|_| {})).await.ok();
    let bench = Bench {
        ctx: bench.context(|_| {}).with_patience(Patience { settling: Duration::from_secs(30), ..hasty() }),
        ..bench
    };
    bench.read(&made).await.ok();
    let missing = || Fault::answer(Answer::new(404).message("Record not found"));
    bench.sim.faults().times(3, "GET", TRUNK, missing());
    assert_eq!(look_up(&bench, "id", &made.id).await.unwrap().id, made.id);
}

#[tokio::test]
async fn what_nobody_has_just_made_is_not_waited_for() {
    let bench = patient().await;
    let made = bench.create(&config(|_| {})).await.ok();
    assert!(look_up(&bench, "id", &text("999")).await.is_err());
    assert_eq!(bench.sim.journal().count("GET", TRUNK), 1);
    bench.delete(&made).await;
    let before = bench.sim.journal().count("GET", TRUNK);
    assert!(look_up(&bench, "id", &made.id).await.is_err());
    assert_eq!(bench.sim.journal().count("GET", TRUNK), before + 1, "it is gone for certain");
}

#[tokio::test]
async fn ephemeral_resources_wait_for_a_trunk_that_this_process_has_just_made() {
    let bench = patient().await;
    bench.sim.configure(|knobs| knobs.misses_after_create = 3);
    let made = bench.create(&config(|_| {})).await.ok();
    let credentials =
        SipTrunkCredentialsData { id: made.id.clone(), login: Attr::Null, access_token: Attr::Null };
    let opened = SipTrunkCredentials::<SipTrunk>::NEW.open(&bench.call(), credentials).await.unwrap();
    assert_eq!(opened.result.login, made.login);

    let missing = Fault::answer(Answer::new(404).message("Record not found"));
    bench.sim.faults().times(2, "POST", "/v2/webrtc/tokens", missing);
    let token = json!({ "sip_trunk": made.login.known(), "ttl": 60 });
    let token = WebRtcTokenData {
        sip_trunk: text(token["sip_trunk"].as_str().unwrap()),
        ttl: Attr::Known(60),
        payload: Attr::Null,
        revoke_on_close: Attr::Null,
        uuid: Attr::Null,
        token: Attr::Null,
    };
    assert!(WebRtcToken::<SipTrunk>::NEW.open(&bench.call(), token).await.is_ok());
    assert_eq!(bench.sim.webrtc_tokens().len(), 1);
    assert!(bench.sim.trunk(id_of(&made)).is_some());
}
