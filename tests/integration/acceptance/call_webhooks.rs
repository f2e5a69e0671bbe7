//! Call webhooks: one slot for each kind of event, which may be somebody else's.

use std::thread;

use serde_json::json;
use wavix_sim::behaviour::{EmptySlot, SecondPost};
use wavix_sim::{Answer, Fault, Rule, Sim};

use crate::support::terraform::Terraform;

acceptance_trials! {
    an_endpoint_is_rotated_whatever_a_second_post_does,
    a_slot_of_somebody_else_is_refused_and_overwritten_when_told_so,
    the_old_url_is_put_back_when_a_rotation_fails,
    a_url_changed_or_deleted_behind_our_back_is_repaired,
    a_url_that_somebody_has_replaced_survives_a_destroy,
    a_webhook_is_imported_by_its_event,
    what_is_no_event_or_no_url_is_refused_before_anything_is_asked,
    one_slot_has_one_resource,
    a_resource_renamed_without_moved_keeps_its_url,
    lost_answers_of_every_verb_are_settled,
    another_event_is_another_webhook,
    the_data_source_tells_the_url_of_each_event,
    ; since (1, 12):
    a_webhook_is_imported_by_its_identity,
}

const PATH: &str = "/v1/calls/webhooks";
const OTHER: &str = "https://somebody.example.net/else";

/// Both webhooks of an account, at this host.
fn both(host: &str) -> String {
    format!(
        r#"resource "wavix_call_webhook" "this" {{
  for_each   = {{ on-call = "live", post-call = "cdr" }}
  event_type = each.key
  url        = "https://{host}/${{each.value}}"
}}
"#
    )
}

fn one(name: &str, event: &str, url: &str, more: &str) -> String {
    format!(
        "resource \"wavix_call_webhook\" \"{name}\" {{\n  event_type = \"{event}\"\n  url = \"{url}\"\n  {more}\n}}\n"
    )
}

fn urls(sim: &Sim) -> Vec<(String, String)> {
    let mut urls: Vec<_> =
        sim.webhooks().into_iter().map(|webhook| (webhook.event_type, webhook.url)).collect();
    urls.sort();
    urls
}

fn at(host: &str) -> Vec<(String, String)> {
    [("on-call", "live"), ("post-call", "cdr")]
        .map(|(event, path)| (event.to_owned(), format!("https://{host}/{path}")))
        .to_vec()
}

fn an_endpoint_is_rotated_whatever_a_second_post_does() {
    for (second_post, empty, posts, deletes) in [
        (SecondPost::Rejected, EmptySlot::Rejected, 4, 2),
        (SecondPost::Replaces, EmptySlot::Success, 2, 0),
        (SecondPost::Appends, EmptySlot::NotFound, 4, 2),
    ] {
        let sim = Sim::builder()
            .behaviour(|knobs| {
                (knobs.webhook_second_post, knobs.webhook_empty_delete) = (second_post, empty);
            })
            .spawn();
        let tf = Terraform::new(&sim);
        tf.config(&both("old.example.com")).apply_ok();
        assert_eq!(urls(&sim), at("old.example.com"));
        assert_eq!(sim.journal().count("POST", PATH), 2, "{}", sim.journal());
        sim.journal().clear();
        tf.config(&both("new.example.com")).apply_ok();
        assert_eq!(urls(&sim), at("new.example.com"), "{second_post:?}");
        let journal = sim.journal();
        assert_eq!(journal.count("POST", PATH), posts, "{second_post:?}\n{journal}");
        assert_eq!(journal.count("DELETE", PATH), deletes, "{second_post:?}\n{journal}");
        tf.destroy(&sim);
        assert!(sim.webhooks().is_empty());
    }
}

fn a_slot_of_somebody_else_is_refused_and_overwritten_when_told_so() {
    let sim = Sim::spawn();
    sim.set_webhook("post-call", OTHER);
    let tf = Terraform::new(&sim);
    let url = "https://hooks.example.com/cdr";
    tf.config(&one("cdr", "post-call", url, ""));
    let plan = tf.plan().succeeded();
    assert!(plan.warnings().iter().any(|warning| warning.summary == "Call webhook already exists"), "{plan}");
    let error = tf.apply_err().error();
    assert_eq!(error.summary, "Cannot create call webhook");
    assert!(error.detail.contains(OTHER) && error.detail.contains("overwrite = true"), "{error:?}");
    assert_eq!(sim.webhook("post-call").as_deref(), Some(OTHER));
    assert_eq!(sim.journal().count("POST", PATH), 0);

    let run = tf.config(&one("cdr", "post-call", url, "overwrite = true")).apply_ok();
    assert!(run.warnings().iter().any(|warning| warning.detail.contains(OTHER)), "{run}");
    assert_eq!(sim.webhook("post-call").as_deref(), Some(url));
    // It is its own now.
    sim.journal().clear();
    tf.config(&one("cdr", "post-call", url, "")).apply_ok();
    assert_eq!(sim.journal().count("POST", PATH) + sim.journal().count("DELETE", PATH), 0);
    tf.destroy(&sim);
}

fn the_old_url_is_put_back_when_a_rotation_fails() {
    let sim = Sim::spawn();
    let tf = Terraform::new(&sim);
    let (old, new) = ("https://old.example.com/live", "https://new.example.com/live");
    tf.config(&one("live", "on-call", old, "")).apply_ok();
    sim.faults().push(Rule::new("POST", PATH, Fault::status(400)).skip(1));
    let error = tf.config(&one("live", "on-call", new, "")).apply_err().error();
    assert!(error.detail.contains(&format!("The active `url` for `on-call` is {old}")), "{error:?}");
    assert_eq!(sim.webhook("on-call").as_deref(), Some(old));
    assert_eq!(tf.state("wavix_call_webhook.live")["url"], old);
    sim.faults().clear();
    tf.apply_ok();
    assert_eq!(sim.webhook("on-call").as_deref(), Some(new));
    tf.destroy(&sim);
}

fn a_url_changed_or_deleted_behind_our_back_is_repaired() {
    let sim = Sim::spawn();
    let tf = Terraform::new(&sim);
    tf.config(&both("hooks.example.com")).apply_ok();
    sim.set_webhook("on-call", OTHER);
    sim.remove_webhook("post-call");
    // What was written just now is waited for; this had its time.
    sim.configure(|knobs| knobs.clock_offset_seconds = 3600);
    sim.journal().clear();
    let run = tf.plan().succeeded();
    let changes = run.changes();
    assert_eq!(changes["wavix_call_webhook.this[\"on-call\"]"], "update");
    assert_eq!(changes["wavix_call_webhook.this[\"post-call\"]"], "create");
    assert!(run.text().contains("Call webhook post-call is gone"), "{run}");
    tf.apply_ok();
    assert_eq!(urls(&sim), at("hooks.example.com"));
    tf.destroy(&sim);
}

fn a_url_that_somebody_has_replaced_survives_a_destroy() {
    let sim = Sim::spawn();
    let tf = Terraform::new(&sim);
    tf.config(&one("live", "on-call", "https://hooks.example.com/live", "")).apply_ok();
    sim.set_webhook("on-call", OTHER);
    sim.configure(|knobs| knobs.clock_offset_seconds = 3600);
    let destroy = ["apply", "-destroy", "-auto-approve", "-input=false", "-json", "-refresh=false"];
    let run = tf.run(destroy).succeeded();
    assert!(run.warnings().iter().any(|warning| warning.detail.contains(OTHER)), "{run}");
    assert_eq!(tf.state_addresses(), [""; 0]);
    assert_eq!(sim.webhook("on-call").as_deref(), Some(OTHER));
    assert_eq!(sim.journal().count("DELETE", PATH), 0);
}

fn a_webhook_is_imported_by_its_event() {
    let sim = Sim::spawn();
    let url = "https://hooks.example.com/live";
    sim.set_webhook("on-call", url);
    let tf = Terraform::new(&sim);
    tf.config(&one("live", "on-call", url, ""));
    tf.import("wavix_call_webhook.live", "on-call").succeeded();
    tf.expect_empty_plans();
    assert_eq!(
        tf.state("wavix_call_webhook.live"),
        json!({ "event_type": "on-call", "url": url, "overwrite": false, "timeouts": null })
    );
    tf.run(["state", "rm", "wavix_call_webhook.live"]).succeeded();
    for (id, reason) in [("answered", "`on-call`"), ("post-call", "The account has no call webhook")] {
        let run = tf.import("wavix_call_webhook.live", id);
        assert!(run.text().split_whitespace().collect::<Vec<_>>().join(" ").contains(reason), "{id}: {run}");
        assert_eq!(tf.state_addresses(), [""; 0]);
    }
    assert_eq!(sim.journal().count("POST", PATH) + sim.journal().count("DELETE", PATH), 0);
}

fn a_webhook_is_imported_by_its_identity() {
    let sim = Sim::spawn();
    let url = "https://hooks.example.com/live";
    sim.set_webhook("on-call", url);
    let tf = Terraform::new(&sim);
    let import =
        "import {\n  to = wavix_call_webhook.live\n  identity = {\n    event_type = \"on-call\"\n  }\n}\n";
    tf.config(&format!("{import}{}", one("live", "on-call", url, ""))).apply_ok();
    assert_eq!(sim.journal().count("POST", PATH), 0, "{}", sim.journal());
    tf.destroy(&sim);
}

fn what_is_no_event_or_no_url_is_refused_before_anything_is_asked() {
    for (event, url, argument) in [
        ("answered", "https://hooks.example.com", "event_type"),
        ("on-call", "/calls", "url"),
        ("on-call", "hooks.example.com/calls", "url"),
    ] {
        let sim = Sim::spawn();
        let tf = Terraform::new(&sim);
        let error = tf.config(&one("a", event, url, "")).validate_err().error();
        assert!(error.detail.contains(&format!("`{argument}`")), "{error:?}");
        assert_eq!(sim.journal().entries().len(), 0);
    }
    let sim = Sim::spawn();
    let tf = Terraform::new(&sim);
    let secret = "planted-SECRET-4711";
    tf.config(&one("a", "on-call", &format!("https://user:{secret}@hooks.example.com"), ""));
    let run = tf.validate_ok();
    assert!(run.text().contains("Credentials in the URL"), "{run}");
    assert_eq!(sim.journal().entries().len(), 0);
}

fn one_slot_has_one_resource() {
    let sim = Sim::spawn();
    let tf = Terraform::new(&sim);
    let url = "https://hooks.example.com/live";
    for second in [url, "https://other.example.com"] {
        tf.config(&(one("a", "on-call", url, "") + &one("b", "on-call", second, "")));
        let error = tf.plan_err().error();
        assert!(error.detail.contains("Another resource of this configuration"), "{error:?}");
        assert_eq!(sim.journal().count("POST", PATH), 0);
    }
    // A replacement is planned both ways.
    tf.config(&one("a", "on-call", url, "")).apply_ok();
    let replace = ["apply", "-auto-approve", "-input=false", "-json", "-replace=wavix_call_webhook.a"];
    tf.run(replace).succeeded();
    assert_eq!(sim.webhook("on-call").as_deref(), Some(url));
    tf.config(&one("a", "on-call", url, "lifecycle {\n    create_before_destroy = true\n  }"));
    tf.run(replace).succeeded();
    assert_eq!(sim.webhook("on-call").as_deref(), Some(url), "{}", sim.journal());
    tf.expect_empty_plans();
    tf.destroy(&sim);
    assert!(sim.webhooks().is_empty());
}

fn a_resource_renamed_without_moved_keeps_its_url() {
    let sim = Sim::spawn();
    let tf = Terraform::new(&sim);
    let url = "https://hooks.example.com/live";
    tf.config(&one("before", "on-call", url, "")).apply_ok();
    tf.config(&one("after", "on-call", url, "")).apply_ok();
    assert_eq!(sim.webhook("on-call").as_deref(), Some(url), "{}", sim.journal());
    tf.destroy(&sim);
    assert!(sim.webhooks().is_empty());
}

/// Each of them waits for most of its time.
fn lost_answers_of_every_verb_are_settled() {
    thread::scope(|scope| {
        for second_post in [SecondPost::Rejected, SecondPost::Replaces, SecondPost::Appends] {
            scope.spawn(move || settles_lost_answers(second_post));
        }
    });
}

fn settles_lost_answers(second_post: SecondPost) {
    let sim = Sim::builder().behaviour(|knobs| knobs.webhook_second_post = second_post).spawn();
    let tf = Terraform::new(&sim);
    let lose = || {
        for answer in [Answer::new(500), Answer::new(200).html("<p>Welcome</p>")] {
            for method in ["POST", "DELETE"] {
                sim.fault(method, PATH, Fault::answer_after_commit(answer.clone()));
                sim.fault(method, PATH, Fault::answer(answer.clone()));
            }
        }
    };
    lose();
    tf.config(&both("old.example.com")).apply_ok();
    assert_eq!(urls(&sim), at("old.example.com"));
    lose();
    tf.config(&both("new.example.com")).apply_ok();
    assert_eq!(urls(&sim), at("new.example.com"), "{second_post:?}");
    lose();
    tf.destroy(&sim);
    assert!(sim.webhooks().is_empty());
}

fn another_event_is_another_webhook() {
    let sim = Sim::spawn();
    let tf = Terraform::new(&sim);
    let url = "https://hooks.example.com/live";
    tf.config(&one("a", "on-call", url, "")).apply_ok();
    tf.config(&one("a", "post-call", url, "")).apply_ok();
    assert_eq!(urls(&sim), [("post-call".to_owned(), url.to_owned())]);
    tf.destroy(&sim);
}

fn the_data_source_tells_the_url_of_each_event() {
    let sim = Sim::spawn();
    let tf = Terraform::new(&sim);
    let data = "data \"wavix_call_webhooks\" \"all\" {\n  depends_on = [wavix_call_webhook.live]\n}\n\
                output \"urls\" {\n  value = data.wavix_call_webhooks.all.urls\n}\n\
                output \"all\" {\n  value = data.wavix_call_webhooks.all.call_webhooks\n}\n";
    sim.set_webhook("post-call", OTHER);
    let url = "https://hooks.example.com/live";
    tf.config(&(one("live", "on-call", url, "") + data)).apply_ok();
    assert_eq!(tf.output("urls"), json!({ "on-call": url, "post-call": OTHER }));
    assert_eq!(
        tf.output("all"),
        json!([{ "event_type": "on-call", "url": url }, { "event_type": "post-call", "url": OTHER }])
    );
    tf.run(["destroy", "-auto-approve", "-input=false", "-no-color"]).succeeded();
    assert_eq!(sim.webhook("post-call").as_deref(), Some(OTHER));
}
