//! The revocation of all tokens of a trunk.

use std::sync::Mutex;

use crate::framework::action::Progress;

use super::*;

/// Invokes the action; `stop_after` interrupts it after so many lines.
async fn revoke(
    sim: &Sim,
    login: &str,
    stop_after: usize,
) -> (Vec<String>, Result<Diagnostics, Diagnostics>) {
    revoke_with(&context(sim), login, stop_after).await
}

async fn revoke_with(
    ctx: &Context,
    login: &str,
    stop_after: usize,
) -> (Vec<String>, Result<Diagnostics, Diagnostics>) {
    let cancel = CancellationToken::new();
    let lines = Mutex::new(Vec::new());
    let sink = |line: String| {
        let mut lines = lines.lock().unwrap();
        lines.push(line);
        if lines.len() == stop_after {
            cancel.cancel();
        }
    };
    let arguments = RevokeWebRtcTokensArguments { sip_trunk: text(login) };
    let result = REVOKE.invoke(&call(ctx, &cancel), arguments, &Progress::new(&sink)).await;
    (lines.into_inner().unwrap(), result)
}

const NEVER: usize = usize::MAX;

/// A trunk with three tokens, and one token of another trunk.
async fn populated(sim: &Sim) -> String {
    let (login, other) = (trunk(sim), trunk(sim));
    for login in [&login, &login, &other, &login] {
        open(sim, config(login)).await.unwrap();
    }
    sim.journal().clear();
    login
}

#[tokio::test]
async fn all_tokens_of_the_trunk_are_revoked_and_no_others() {
    let sim = Sim::start().await;
    let login = populated(&sim).await;
    let (lines, result) = revoke(&sim, &login, NEVER).await;
    assert!(result.unwrap().is_empty());
    assert_eq!(lines.len(), 3);
    assert!(lines[2].starts_with("Revoked WebRTC token") && lines[2].ends_with("(3 of 3)"), "{lines:?}");
    let [left] = <[SimToken; 1]>::try_from(sim.webrtc_tokens()).unwrap();
    assert_ne!(left.sip_trunk, login);
}

#[tokio::test]
async fn tokens_on_every_page_are_revoked() {
    let sim = Sim::builder().behaviour(|api| api.per_page_cap = Some(2)).start().await;
    let login = populated(&sim).await;
    assert_eq!(revoke(&sim, &login, NEVER).await.0.len(), 3);
    assert_eq!(sim.webrtc_tokens().len(), 1);
}

/// Tokens beyond the first page become visible when those before them are gone.
#[tokio::test]
async fn tokens_behind_a_page_that_is_always_the_first_are_revoked() {
    for paging in [Paging::Ignored, Paging::IgnoredButEchoed] {
        let sim = Sim::builder()
            .behaviour(|api| {
                api.per_page_cap = Some(2);
                api.paging = paging;
            })
            .start()
            .await;
        let (login, other) = (trunk(&sim), trunk(&sim));
        for login in [&other, &login, &login, &login, &login] {
            open(&sim, config(login)).await.unwrap();
        }
        let (lines, result) = revoke(&sim, &login, NEVER).await;
        assert!(result.is_ok(), "{paging:?}: {result:?}");
        let revoked = lines.iter().filter(|line| line.starts_with("Revoked")).count();
        let left: Vec<String> = sim.webrtc_tokens().into_iter().map(|token| token.sip_trunk).collect();
        assert_eq!((revoked, left), (4, vec![other]), "{paging:?}: {lines:?}");
    }
}

#[tokio::test]
async fn tokens_that_no_page_shows_are_an_error_that_says_so() {
    let sim = Sim::builder()
        .behaviour(|api| {
            api.per_page_cap = Some(2);
            api.paging = Paging::Ignored;
        })
        .start()
        .await;
    let (login, other) = (trunk(&sim), trunk(&sim));
    for login in [&other, &login, &other, &login] {
        open(&sim, config(login)).await.unwrap();
    }
    let (lines, result) = revoke(&sim, &login, NEVER).await;
    let error = one(result.unwrap_err());
    for part in ["may be valid", "Revoked so far: 1", "page 1 when asked for page 2"] {
        assert!(error.detail.contains(part), "no {part:?} in {}", error.detail);
    }
    assert_eq!((lines.len(), sim.webrtc_tokens().len()), (2, 3), "{lines:?}");
}

#[tokio::test]
async fn an_interrupt_ends_it_between_two_tokens_and_says_what_is_left() {
    let sim = Sim::start().await;
    let login = populated(&sim).await;
    let (lines, result) = revoke(&sim, &login, 1).await;
    assert_eq!(lines.len(), 1);
    let error = one(result.unwrap_err());
    assert!(error.detail.contains("Revoked 1 of 3"), "{}", error.detail);
    assert_eq!(sim.journal().count("DELETE", EVERY), 1);
    assert_eq!(revoke(&sim, &login, NEVER).await.0.len(), 2, "run again, it does the rest");
}

#[tokio::test]
async fn tokens_that_the_list_lacks_after_an_unclear_answer_are_as_good_as_revoked() {
    let committed = Fault::answer_after_commit;
    for fault in [
        committed(Answer::new(404).message("Record not found")),
        committed(Answer::new(200).html("<p>Welcome</p>")),
        committed(Answer::new(200).json(&json!({ "status": "ok" }))),
        committed(Answer::new(500)),
    ] {
        let name = format!("{fault:?}");
        let sim = Sim::start().await;
        let login = populated(&sim).await;
        sim.faults().times(2, "DELETE", EVERY, fault);
        let (lines, result) = revoke(&sim, &login, NEVER).await;
        assert!(result.is_ok(), "{name}: {result:?}");
        assert!(
            lines[0].contains("may not be revoked") && lines[2].starts_with("Revoked"),
            "{name}: {lines:?}"
        );
        assert!(lines[3].ends_with("is deleted") && lines[4].ends_with("is deleted"), "{name}: {lines:?}");
        let requests = (sim.journal().count("DELETE", EVERY), sim.journal().count("GET", ROUTE));
        assert_eq!((requests, sim.webrtc_tokens().len()), ((3, 2), 1), "{name}: one look for all");
    }
}

/// A leaked token is not revoked because something answered 200.
#[tokio::test]
async fn a_token_that_the_list_still_has_is_not_revoked_whatever_was_answered() {
    for answer in [
        Answer::new(404).message("Record not found"),
        Answer::new(200).html("<p>Welcome</p>"),
        Answer::new(200).empty(),
        Answer::new(200).json(&json!({})),
    ] {
        let name = format!("{answer:?}");
        let sim = Sim::start().await;
        let login = populated(&sim).await;
        let uuid = sim.webrtc_tokens()[0].uuid.clone();
        sim.fault("DELETE", EVERY, Fault::answer(answer));
        let error = one(revoke(&sim, &login, NEVER).await.1.unwrap_err());
        for part in ["Revoked 2 of 3", &uuid, "list still contains it"] {
            assert!(error.detail.contains(part), "{name}: no {part:?} in {}", error.detail);
        }
        assert_eq!(sim.webrtc_tokens().len(), 2, "{name}");
    }
}

#[tokio::test]
async fn a_token_that_nobody_can_look_for_may_still_be_valid() {
    let sim = Sim::start().await;
    let login = populated(&sim).await;
    sim.fault("DELETE", EVERY, Fault::answer_after_commit(Answer::new(200).empty()));
    // The list at the beginning is good.
    sim.fault("GET", ROUTE, Fault::delay_before_commit(Duration::ZERO));
    sim.fault("GET", ROUTE, Fault::status(503));
    let error = one(revoke(&sim, &login, NEVER).await.1.unwrap_err());
    assert!(error.detail.contains("Revoked 2 of 3") && error.detail.contains("503"), "{}", error.detail);
}

#[tokio::test]
async fn one_token_that_cannot_be_revoked_keeps_no_other_alive() {
    let sim = Sim::start().await;
    let login = populated(&sim).await;
    sim.fault("DELETE", EVERY, Fault::answer(Answer::new(500).message("stuck")));
    let (lines, result) = revoke(&sim, &login, NEVER).await;
    assert!(lines[0].contains("may not be revoked") && lines[3].starts_with("Could not revoke"), "{lines:?}");
    let error = one(result.unwrap_err());
    assert!(error.detail.contains("Revoked 2 of 3") && error.detail.contains("stuck"), "{}", error.detail);
    assert_eq!(sim.webrtc_tokens().len(), 2);
}

#[tokio::test]
async fn what_would_fail_for_all_is_tried_once() {
    let sim = Sim::start().await;
    let login = populated(&sim).await;
    sim.fault("DELETE", EVERY, Fault::status(403));
    let (lines, result) = revoke(&sim, &login, NEVER).await;
    assert_eq!(lines.len(), 1);
    assert!(one(result.unwrap_err()).detail.contains("`embeddable:write`"));
    assert_eq!(sim.webrtc_tokens().len(), 4);
}

/// The first is gone, as the list shows, and no other was asked for.
#[tokio::test]
async fn tokens_that_were_not_tried_are_an_error_that_names_them() {
    for answers in [
        // The connection broke: no status.
        vec![Fault::close_after_commit()],
        // Carried out at first, and then refused.
        vec![Fault::close_after_commit(), Fault::too_many_requests(None)],
    ] {
        let name = format!("{answers:?}");
        let sim = Sim::start().await;
        let login = populated(&sim).await;
        let requests = answers.len();
        let ctx = persistent(&sim, u32::try_from(requests - 1).unwrap());
        for answer in answers {
            sim.fault("DELETE", EVERY, answer);
        }
        let first = sim.webrtc_tokens()[0].uuid.clone();
        let (lines, result) = revoke_with(&ctx, &login, NEVER).await;
        assert!(lines[1].ends_with("is deleted"), "{name}: {lines:?}");
        let error = one(result.expect_err(&name));
        let left: Vec<String> = sim
            .webrtc_tokens()
            .into_iter()
            .filter(|token| token.sip_trunk == login)
            .map(|token| token.uuid)
            .collect();
        assert_eq!((left.len(), sim.journal().count("DELETE", EVERY)), (2, requests), "{name}");
        for part in left.iter().map(String::as_str).chain(["Revoked 1 of 3", "DELETE"]) {
            assert!(error.detail.contains(part), "{name}: no {part:?} in {}", error.detail);
        }
        assert!(!error.detail.contains(&format!("- {first}")), "{name}: {}", error.detail);
    }
}

/// What was sent is looked for, also when the action's time is over.
#[tokio::test]
async fn an_unclear_answer_in_an_interrupt_is_looked_into() {
    let sim = Sim::start().await;
    let login = populated(&sim).await;
    sim.faults().always("DELETE", EVERY, Fault::answer_after_commit(Answer::new(200).empty()));
    // After the line of the last token.
    let (lines, result) = revoke(&sim, &login, 3).await;
    assert!(result.is_ok() && lines.len() == 6, "{result:?} {lines:?}");
}

#[tokio::test]
async fn a_trunk_without_tokens_is_fine_and_an_unknown_one_is_warned_of() {
    let sim = Sim::start().await;
    let login = trunk(&sim);
    let (lines, result) = revoke(&sim, &login, NEVER).await;
    assert!(result.unwrap().is_empty());
    assert_eq!(lines, [format!("SIP trunk {login} has no WebRTC tokens")]);
    let warning = one(revoke(&sim, "office", NEVER).await.1.unwrap());
    assert_eq!((warning.severity, warning.path), (Severity::Warning, Some(Path::root("sip_trunk"))));
}

#[tokio::test]
async fn a_key_that_may_not_list_tokens_is_told_so() {
    let sim = Sim::builder().key(ApiKey::new("k").scope("trunks", Access::Write)).start().await;
    let error = one(revoke(&sim, "1", NEVER).await.1.unwrap_err());
    assert!(error.detail.contains("`embeddable:read`"), "{}", error.detail);
}
