//! The simulator's page in a real browser: what a person sees of an apply, and what the buttons do.

use std::path::Path;

use serde_json::{Value, json};
use wavix_sim::{Access, ApiKey, Sim};

use crate::support::browser::Browser;
use crate::support::require;
use crate::support::terraform::Terraform;

browser_trials![
    an_apply_whose_answer_is_lost_is_seen_as_it_happens,
    each_button_does_what_it_says,
    a_label_is_text_whatever_it_holds,
    webhooks_and_keys_are_shown_as_they_are_and_no_value_of_a_key,
    numbers_are_shown_with_what_rings_in_its_order,
    every_word_can_be_read_and_every_control_has_a_name,
    the_page_comes_back_when_the_simulator_does,
    requests_stand_beside_the_objects_however_many_there_are,
    nothing_is_wider_than_a_phone,
];

fn opened(binary: &Path, sim: &Sim) -> Browser {
    let browser = Browser::open(binary, &format!("{}/", sim.base_url()));
    browser.until("document.querySelector('#connection')?.dataset.state === 'live'");
    browser
}

#[track_caller]
fn assert_no_problems(browser: &Browser) {
    assert_eq!(browser.problems(), [""; 0]);
}

const OFFICE: &str = r#"
resource "wavix_sip_trunk" "office" {
  label    = "Office"
  callerid = "13132847320"
  password = "planted-4711"
}
"#;

fn an_apply_whose_answer_is_lost_is_seen_as_it_happens(binary: &Path) {
    let sim = Sim::spawn();
    let browser = opened(binary, &sim);
    browser.click("#presets button", "Lose the answer of the next create");
    browser.until("document.querySelectorAll('#queue li').length === 1");
    assert_eq!(sim.faults().pending(), 1);
    assert!(browser.text().contains("Queued: Lose the answer of the next create."), "{}", browser.text());

    if require::cli().is_err() {
        eprintln!("no Terraform: its part is left out");
        return;
    }
    let tf = Terraform::new(&sim);
    tf.config(OFFICE);
    // What the provider makes of it is tested elsewhere: here, that it can be seen.
    tf.run(["apply", "-auto-approve", "-input=false", "-no-color"]);
    assert_eq!(sim.journal().count("POST", "/v1/trunks"), 1, "{}", sim.journal());
    browser.until("document.querySelectorAll('#queue li').length === 0");
    browser.until("document.querySelectorAll('#trunks tbody tr').length === 1");
    let row = "document.querySelector('#journal li.struck').innerText";
    browser.until("document.querySelectorAll('#journal li.struck').length === 1");
    browser.until(&format!("{row}.includes('no answer')"));
    // One status for each request, and what is queued is said where it is true alone.
    let statuses =
        "[...document.querySelectorAll('#journal li')].map((one) => one.querySelectorAll('.tag').length)";
    assert_eq!(browser.evaluate(&format!("{statuses}.filter((tags) => tags !== 1)")), json!([]));
    browser.until("document.querySelector('#message').textContent === ''");
    let row = browser.evaluate(row).as_str().unwrap().to_owned();
    for part in
        ["POST", "/v1/trunks", "create a trunk “Office”", "fault: close after commit", "changed the account"]
    {
        assert!(row.contains(part), "{part}: {row}");
    }
    // The account was asked for its limits first, and everything is told.
    let shown = browser.evaluate("document.querySelectorAll('#journal li').length");
    assert_eq!(shown, json!(sim.journal().entries().len()));

    // Opened, a request shows its body, without secrets.
    browser.click("#journal li.struck summary", "POST");
    assert!(browser.text().contains("\"password\": \"***\""), "{}", browser.text());
    let page = browser.evaluate("document.documentElement.outerHTML").as_str().unwrap().to_owned();
    let token = sim.trunks().remove(0).access_token().unwrap().to_owned();
    for secret in ["planted-4711", sim.api_key(), token.as_str()] {
        assert!(!page.contains(secret), "{secret}");
    }
    assert_no_problems(&browser);
}

fn each_button_does_what_it_says(binary: &Path) {
    let sim = Sim::spawn();
    let pending = json!({ "label": "Border", "host_request": { "host": "203.0.113.9" } });
    let border = sim.add_trunk(pending.clone());
    let refused = sim.add_trunk(pending);
    let browser = opened(binary, &sim);

    // Six presets; each is a rule that the simulator takes.
    let presets = browser.evaluate("document.querySelectorAll('#presets button').length").as_u64().unwrap();
    assert!(presets >= 5, "{presets}");
    for number in 0..presets {
        browser.evaluate(&format!("document.querySelectorAll('#presets button')[{number}].click()"));
        browser.until(&format!("document.querySelectorAll('#queue li').length === {}", number + 1));
    }
    browser.click("button", "Forget all");
    browser.until("document.querySelectorAll('#queue li').length === 0");
    assert_eq!(sim.faults().pending(), 0);

    // So is every combination of the form, here one request with each fault, then each request with one.
    let form = "document.querySelector('#other').elements";
    let choices = |field: &str| {
        let values = browser.evaluate(&format!("[...{form}.{field}.options].map((option) => option.value)"));
        values.as_array().unwrap().clone()
    };
    let (requests, faults) = (choices("request"), choices("fault"));
    let first = (requests.first().unwrap(), faults.first().unwrap());
    let every =
        faults.iter().map(|fault| (first.0, fault)).chain(requests.iter().map(|request| (request, first.1)));
    let mut queued = 0;
    for (request, fault) in every {
        browser.evaluate(&format!("{form}.request.value = {request}; {form}.fault.value = {fault};"));
        browser.evaluate(&format!("{form}.times.value = 3; {form}.skip.value = 2;"));
        browser.click("#other button", "Queue the fault");
        queued += 1;
        browser.until(&format!("document.querySelectorAll('#queue li').length === {queued}"));
    }
    assert_eq!(sim.faults().pending(), 3 * queued);
    assert!(browser.text().contains("3 times, after 2 more"), "{}", browser.text());
    browser.click("button", "Forget all");
    browser.until("document.querySelectorAll('#queue li').length === 0");

    // Reviews.
    let button = |verb: &str, id: i64| {
        format!(
            "[...document.querySelectorAll('#trunks tbody tr')].find((row) => row.cells[0].textContent === '{id}') \
             .querySelectorAll('button')[{}].click()",
            usize::from(verb == "reject")
        )
    };
    browser.until("document.querySelectorAll('#trunks tbody button').length === 4");
    browser.evaluate(&button("approve", border));
    browser.until("document.querySelectorAll('#trunks tbody button').length === 2");
    browser.evaluate(&button("reject", refused));
    browser.until("document.querySelectorAll('#trunks tbody button').length === 0");
    let status = |id| sim.trunk(id).unwrap().status;
    assert_eq!((status(border).as_str(), status(refused).as_str()), ("active", "rejected"));

    // The journal.
    browser.evaluate("fetch('/v1/trunks').then((answer) => answer.status)");
    browser.until("document.querySelectorAll('#journal li').length === 1");
    assert!(browser.text().contains("401"), "the page has no key: {}", browser.text());
    browser.click("button", "Clear");
    browser.until("document.querySelectorAll('#journal li').length === 0");
    assert_eq!(sim.journal().entries().len(), 0);
    // Chromium reports the 401 itself; nothing else went wrong.
    let others: Vec<_> = browser.problems().into_iter().filter(|problem| !problem.contains("401")).collect();
    assert_eq!(others, [""; 0]);
}

fn a_label_is_text_whatever_it_holds(binary: &Path) {
    let sim = Sim::spawn();
    let label = "<img src=x onerror=\"document.title = 'owned'\"><script>document.title = 'owned'</script>";
    sim.add_trunk(json!({ "label": label }));
    let browser = opened(binary, &sim);
    browser.until("document.querySelectorAll('#trunks tbody tr').length === 1");
    assert!(browser.text().contains(label), "{}", browser.text());
    // The page's policy would have stopped it; it never became markup in the first place.
    assert_eq!(browser.evaluate("document.images.length + document.scripts.length"), json!(1));
    assert_eq!(browser.evaluate("document.title"), "wavix-sim");
    assert_no_problems(&browser);
    // And the policy refuses to make any of it.
    let make = "try { document.body.insertAdjacentHTML('beforeend', '<b>x</b>'); 'made' } catch (error) { error.name }";
    assert_eq!(browser.evaluate(make), "TypeError");
}

fn webhooks_and_keys_are_shown_as_they_are_and_no_value_of_a_key(binary: &Path) {
    let value = "Planted0000000000000000000000000000000000000004711";
    let sim = Sim::spawn();
    let browser = opened(binary, &sim);
    browser.until("document.querySelectorAll('#keys tbody tr').length === 1");
    assert!(browser.text().contains("None: no URL is called."), "{}", browser.text());
    sim.set_webhook("on-call", "https://hooks.example.com/<b>live</b>");
    let key = ApiKey::new(value).label("<b>pbx</b>").scope("trunks", Access::Read);
    let id = sim.add_api_key(key.permitted_ip("192.0.2.10".parse().unwrap()).inactive());
    browser.until("document.querySelectorAll('#keys tbody tr').length === 2");
    browser.until("document.querySelectorAll('#webhooks tbody tr').length === 1");
    let row = |table: &str| {
        let cells = format!("[...document.querySelector('#{table} tbody').lastElementChild.cells]");
        browser.evaluate(&format!("{cells}.map((cell) => cell.textContent)"))
    };
    assert_eq!(row("webhooks"), json!(["on-call", "https://hooks.example.com/<b>live</b>"]));
    let shown = [&id.to_string(), "<b>pbx</b>", "Plan…", "192.0.2.10", "trunks: read", "never", "inactive"];
    assert_eq!(row("keys"), json!(shown));
    let page = browser.evaluate("document.documentElement.outerHTML").as_str().unwrap().to_owned();
    assert!(!page.contains(value) && !page.contains(sim.api_key()));
    assert!(sim.remove_api_key(id) && sim.remove_webhook("on-call"));
    browser.until("document.querySelectorAll('#keys tbody tr').length === 1");
    browser.until("document.querySelector('#webhooks').hidden");
    assert_no_problems(&browser);
}

fn numbers_are_shown_with_what_rings_in_its_order(binary: &Path) {
    let sim = Sim::spawn();
    let browser = opened(binary, &sim);
    assert!(browser.text().contains("None. The API cannot create numbers"), "{}", browser.text());
    let trunk = sim.add_trunk(json!({ "label": "<b>Office</b>" }));
    let to = |priority: u32, transport: u32, destination: &str, trunk: Value| json!({ "priority": priority, "transport": transport, "destination": destination, "trunk_id": trunk });
    sim.add_phone_number(json!({ "label": "<b>Desk</b>", "destination": [
        to(3, 1, "[did]@pbx.example.com", Value::Null), to(1, 5, "16", json!(trunk)), to(2, 4, "13132847320", Value::Null),
    ] }));
    sim.add_phone_number(json!({ "status": "inactive", "sms_enabled": true }));
    browser.until("document.querySelectorAll('#numbers tbody tr').length === 2");
    let shown = |row: usize, cell: usize| {
        let cell = format!("document.querySelector('#numbers tbody').rows[{row}].cells[{cell}]");
        browser.evaluate(&format!("{cell}.innerText")).as_str().unwrap().to_owned()
    };
    assert_eq!(shown(0, 1), "+12565378257 <b>Desk</b>");
    let rings = format!("1. trunk {trunk} “<b>Office</b>”\n2. +13132847320\n3. sip:[did]@pbx.example.com");
    assert_eq!((shown(0, 2), shown(0, 3)), (rings, "off".to_owned()));
    assert_eq!(
        (shown(1, 2).as_str(), shown(1, 3).as_str(), shown(1, 5).as_str()),
        ("nowhere", "on", "inactive")
    );

    // A trunk that is deleted behind its numbers leaves them ringing at nothing.
    assert!(sim.delete_trunk(trunk));
    browser.until("document.querySelector('#numbers tbody').innerText.includes('rings nowhere')");
    assert!(shown(0, 2).starts_with(&format!("1. trunk {trunk}, which is gone")), "{}", shown(0, 2));
    assert_no_problems(&browser);
}

/// The contrast of each text with what is behind it, as WCAG 2 defines it; those that miss level AA.
const POOR_CONTRAST: &str = r"(() => {
  const channels = (colour) => colour.match(/[\d.]+/g).map(Number);
  const luminance = ([red, green, blue]) => {
    const linear = (value) => (value /= 255) <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
  };
  const behind = (element) => {
    for (let one = element; one; one = one.parentElement) {
      const [red, green, blue, alpha = 1] = channels(getComputedStyle(one).backgroundColor);
      if (alpha === 1) return [red, green, blue];
    }
    return [255, 255, 255];
  };
  const poor = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  let checked = 0;
  while (walk.nextNode()) {
    const element = walk.currentNode.parentElement;
    if (!walk.currentNode.data.trim() || !element.checkVisibility() || element.closest('script')) continue;
    checked += 1;
    const [one, other] = [luminance(channels(getComputedStyle(element).color)), luminance(behind(element))];
    const contrast = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
    if (contrast < 4.5) poor.push(`${contrast.toFixed(2)}: ${walk.currentNode.data}`);
  }
  return { checked, poor };
})()";

fn every_word_can_be_read_and_every_control_has_a_name(binary: &Path) {
    let sim = Sim::spawn();
    sim.add_trunk(json!({ "label": "Twin", "host_request": { "host": "203.0.113.9" } }));
    let rejected = sim.add_trunk(json!({ "label": "Twin", "host_request": { "host": "203.0.113.8" } }));
    sim.reject(rejected);
    sim.add_trunk(json!({ "label": "Other" }));
    sim.set_webhook("on-call", "https://hooks.example.com/live");
    sim.add_phone_number(json!({}));
    sim.add_phone_number(json!({ "destination": [{ "transport": 5, "trunk_id": 7 }], "status": "inactive" }));
    sim.add_api_key(ApiKey::new("stopped").inactive());
    sim.fault("GET", "/v1/trunks", wavix_sim::Fault::status(503));
    let browser = opened(binary, &sim);
    browser.evaluate("fetch('/v1/trunks').then((answer) => answer.status)");
    browser.evaluate("fetch('/v1/profile').then((answer) => answer.status)");
    sim.fault("GET", "/v1/trunks", wavix_sim::Fault::status(503));
    browser.until("document.querySelectorAll('#queue li').length === 1");
    browser.until("document.querySelectorAll('#journal li').length === 2");
    browser.evaluate("document.querySelectorAll('details').forEach((one) => one.open = true)");
    for scheme in ["light", "dark"] {
        browser.prefer_colours(scheme);
        let found = browser.evaluate(POOR_CONTRAST);
        assert!(found["checked"].as_u64().unwrap() > 50, "{found}");
        assert_eq!(found["poor"], json!([]), "{scheme}");
    }
    let ground = |scheme: &str| {
        browser.prefer_colours(scheme);
        browser.evaluate("getComputedStyle(document.body).backgroundColor")
    };
    assert_ne!(ground("light"), ground("dark"));

    let nameless = browser.evaluate(
        "[...document.querySelectorAll('button, input, select, section, table, form')].filter((one) => \
         one.offsetParent !== null && !(one.textContent.trim() || one.labels?.length || one.ariaLabel)).map((one) => one.outerHTML)",
    );
    assert_eq!(nameless, json!([]));
    assert_eq!(browser.evaluate("document.querySelectorAll('h1').length"), json!(1));
    assert_eq!(browser.evaluate("document.documentElement.lang"), "en");
    // Two of one label are what a repeated create leaves behind.
    assert_eq!(browser.text().matches("2 with this label").count(), 2, "{}", browser.text());
}

fn the_page_comes_back_when_the_simulator_does(binary: &Path) {
    let sim = Sim::spawn();
    sim.add_trunk(json!({ "label": "Before" }));
    let address = sim.address();
    let browser = opened(binary, &sim);
    browser.until("document.querySelectorAll('#trunks tbody tr').length === 1");
    drop(sim);
    browser.until("document.querySelector('#connection').dataset.state === 'lost'");
    let after = Sim::builder().address(address).trunk(json!({ "label": "After" })).spawn();
    browser.until("document.querySelector('#connection').dataset.state === 'live'");
    browser.until("document.querySelector('#trunks tbody').innerText.includes('After')");
    let rows: Value = browser.evaluate("document.querySelectorAll('#trunks tbody tr').length");
    assert_eq!(rows, json!(after.trunks().len()));
}

/// An account of so many trunks, one of them under review, and a request.
fn busy(trunks: usize) -> Sim {
    let sim = Sim::builder().phone_numbers(3).spawn();
    sim.add_trunk(json!({ "label": "Border", "host_request": { "host": "203.0.113.9" } }));
    for number in 1..trunks {
        sim.add_trunk(json!({ "label": format!("Trunk {number}") }));
    }
    sim.set_webhook("on-call", &format!("https://hooks.example.com/{}", "long/".repeat(30)));
    sim
}

fn requests_stand_beside_the_objects_however_many_there_are(binary: &Path) {
    for trunks in [3, 500] {
        let sim = busy(trunks);
        let browser = opened(binary, &sim);
        for number in 0..60 {
            browser.evaluate(&format!("fetch('/v1/trunks/{number}').then((answer) => answer.status)"));
        }
        browser.until("document.querySelectorAll('#journal li').length === 60");
        for (width, height) in [(1280, 900), (1920, 1080)] {
            browser.resize(width, height);
            let inside = "(() => { const { left, top, bottom } = document.querySelector('.requests').getBoundingClientRect(); \
                          const objects = document.querySelector('.objects').getBoundingClientRect(); \
                          return left >= objects.right && top >= 0 && bottom <= innerHeight; })()";
            assert_eq!(browser.evaluate(inside), json!(true), "{trunks} trunks, {width} wide");
            // And stay there, wherever one has scrolled to.
            browser.evaluate("document.querySelector('#keys').scrollIntoView()");
            assert_eq!(browser.evaluate(inside), json!(true), "{trunks} trunks, {width} wide, scrolled");
            let tall = browser.evaluate("document.documentElement.scrollHeight").as_u64().unwrap();
            assert!(tall < 3000, "{trunks} trunks make the page {tall} tall");
        }
        // A trunk that was just made is seen, however many there were.
        let made = sim.add_trunk(json!({ "label": "Just made" }));
        let first = "document.querySelector('#trunks tbody').rows[0].cells[0].textContent";
        browser.until(&format!("{first} === '{made}'"));
        let shown = browser.evaluate("document.querySelector('#trunk-count').textContent");
        let expected = if trunks == 3 { "4" } else { "501, the newest 200 shown" };
        assert_eq!(shown, expected, "{trunks} trunks");
        // What was answered is there, too.
        browser.click("#journal li summary", "/v1/trunks/59");
        assert!(browser.text().contains("\"message\": \"Unauthorized\""), "{}", browser.text());
    }
}

fn nothing_is_wider_than_a_phone(binary: &Path) {
    let sim = busy(3);
    let browser = opened(binary, &sim);
    sim.fault("GET", "/v1/trunks", wavix_sim::Fault::close_after_commit());
    browser.evaluate("fetch('/v1/trunks?page=1&per_page=100').catch(() => 'no answer')");
    browser.evaluate(
        "fetch('/v1/numbers?search=12565378257&page=1&per_page=100').then((answer) => answer.status)",
    );
    browser.until("document.querySelectorAll('#journal li').length >= 2");
    browser.until("document.querySelectorAll('#journal li.struck').length === 1");
    browser.resize(390, 844);
    let within =
        "document.querySelector('#journal').scrollWidth <= document.querySelector('#journal').clientWidth";
    assert_eq!(browser.evaluate(within), json!(true), "the list of requests scrolls sideways");
    let wide = "[...document.querySelectorAll('body *')].filter((one) => one.checkVisibility() && \
                one.getBoundingClientRect().right > innerWidth + 1).map((one) => one.outerHTML.slice(0, 120))";
    assert_eq!(browser.evaluate(wide), json!([]));
    // Each value says what it is, since no heading stands above it.
    let titled = "getComputedStyle(document.querySelector('#trunks tbody td'), '::before').content";
    assert_eq!(browser.evaluate(titled), "\"Id\"");
    let above = "document.querySelector('.requests').getBoundingClientRect().top < document.querySelector('.objects').getBoundingClientRect().top";
    assert_eq!(browser.evaluate(above), json!(true), "what happens comes first");
}
