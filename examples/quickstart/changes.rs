//! What Terraform says that it changes, out of what an apply prints. Pure: text in, text out.

/// Each changed argument in one line: `~ max_channels = 4 -> 10`, `+ allowed_ips = [ + "203.0.113.10", ]`.
pub fn of(said: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut inside = false;
    let mut open: Option<String> = None;
    for line in said.lines() {
        let words = line.split_whitespace().collect::<Vec<_>>().join(" ");
        if let Some(start) = &mut open {
            start.push(' ');
            start.push_str(&words);
            if words.starts_with([']', '}']) {
                found.extend(open.take());
            }
        } else if words.starts_with("~ resource ") {
            inside = true;
        } else if inside && words == "}" {
            inside = false;
        } else if inside && words.starts_with(['~', '+', '-']) {
            match words.ends_with(['[', '{']) {
                true => open = Some(words),
                false => found.push(words),
            }
        }
    }
    found
}

/// What follows `start` in the last line that begins so: `Plan: `, `Apply complete! Resources: `.
pub fn summary<'a>(said: &'a str, start: &str) -> Option<&'a str> {
    said.lines().filter_map(|line| line.trim().strip_prefix(start)).next_back()
}
