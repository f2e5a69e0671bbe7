//! What a step asked of the API, as it is shown: how many requests of each method, or each of them. Terraform makes requests
//! side by side, so they stand in one order, and equal ones once with their number. Which trunk is made first is chance, so
//! ids are left out.

use std::collections::BTreeMap;

use wavix_sim::Entry;

use super::screen::Paint;

const METHODS: [&str; 5] = ["GET", "POST", "PUT", "PATCH", "DELETE"];

/// `3 GET, 1 POST without an answer`; `none` of no requests.
pub fn summary(requests: &[Entry]) -> String {
    let counted = METHODS.iter().filter_map(|method| {
        let of_method = || requests.iter().filter(|request| request.method == *method);
        let unanswered = of_method().filter(|request| request.status.is_none()).count();
        match (of_method().count(), unanswered) {
            (0, _) => None,
            (all, 0) => Some(format!("{all} {method}")),
            (all, lost) if all == lost => Some(format!("{all} {method} without an answer")),
            (all, lost) => Some(format!("{all} {method} ({lost} without an answer)")),
        }
    });
    let counted: Vec<String> = counted.collect();
    if counted.is_empty() { "none".to_owned() } else { counted.join(", ") }
}

/// The lines, in colours if they are wanted.
pub fn shown(requests: &[Entry], paint: Paint) -> Vec<String> {
    lines(requests.iter().map(Entry::to_string), paint)
}

/// The same for requests in words.
pub fn lines(requests: impl Iterator<Item = String>, paint: Paint) -> Vec<String> {
    let mut counted: BTreeMap<(Option<usize>, String), usize> = BTreeMap::new();
    for request in requests {
        let request = without_ids(&request);
        let rank = METHODS.iter().position(|method| request.starts_with(method));
        *counted.entry((rank, request)).or_default() += 1;
    }
    let line = |((_, request), times)| {
        let line = format!("    {}", paint.cyan(&format!("→ {request}")));
        if times == 1 { line } else { format!("{line} {}", paint.dim(&format!("×{times}"))) }
    };
    counted.into_iter().map(line).collect()
}

/// `GET /v1/trunks/ID 200`
fn without_ids(request: &str) -> String {
    let is_id = |segment: &str| !segment.is_empty() && segment.bytes().all(|byte| byte.is_ascii_digit());
    let segment = |segment: &str| match segment.split_once(' ') {
        Some((id, rest)) if is_id(id) => format!("ID {rest}"),
        _ if is_id(segment) => "ID".to_owned(),
        _ => segment.to_owned(),
    };
    request.split('/').map(segment).collect::<Vec<_>>().join("/")
}
