//! Which requests a fault rule or a journal question means.

/// A method and a path, in which `*` and `{name}` stand for one whole segment; the method `*` stands for all.
#[derive(Debug, Clone)]
pub(crate) struct PathPattern {
    method: String,
    segments: Vec<String>,
}

impl PathPattern {
    pub(crate) fn new(method: &str, path: &str) -> Self {
        Self { method: method.to_owned(), segments: path.split('/').map(str::to_owned).collect() }
    }

    pub(crate) fn method(&self) -> &str {
        &self.method
    }

    pub(crate) fn path(&self) -> String {
        self.segments.join("/")
    }

    pub(crate) fn matches(&self, method: &str, path: &str) -> bool {
        (self.method == "*" || self.method.eq_ignore_ascii_case(method))
            && self.segments.len() == path.split('/').count()
            && self.segments.iter().zip(path.split('/')).all(|(pattern, segment)| {
                pattern == "*" || (pattern.starts_with('{') && pattern.ends_with('}')) || pattern == segment
            })
    }
}

#[cfg(test)]
mod tests {
    use super::PathPattern;

    #[test]
    fn wildcards_match_exactly_one_segment() {
        let one = PathPattern::new("GET", "/v1/trunks/{id}");
        assert!(one.matches("GET", "/v1/trunks/293"));
        assert!(!one.matches("GET", "/v1/trunks"));
        assert!(!one.matches("GET", "/v1/trunks/293/numbers"));
        assert!(!one.matches("PUT", "/v1/trunks/293"));
        assert!(PathPattern::new("*", "/v1/*").matches("PUT", "/v1/trunks"));
    }
}
