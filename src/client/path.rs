//! The path of an API call, built from segments.
//!
//! The one place where a value becomes a part of a path. Queries are encoded
//! by [`transport`](super::transport); the base URL belongs to
//! [`config`](super::config).

use std::fmt;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// Everything outside the unreserved set of RFC 3986 §2.3 is escaped, so that
/// no value can open a new segment, a query or a fragment.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The path of an API call below the base URL, such as `/v1/trunks/293`.
///
/// ```
/// # use terraform_provider_wavix::facade::client::ApiPath;
/// assert_eq!(ApiPath::new("/v1/trunks").segment(293).to_string(), "/v1/trunks/293");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiPath {
    encoded: String,
    fault: Option<&'static str>,
}

impl ApiPath {
    /// Starts from the fixed part of a route, with its version: `/v1/trunks`.
    ///
    /// It is taken as it stands and is therefore `'static`: what comes from a
    /// user goes through [`segment`](Self::segment).
    pub fn new(route: &'static str) -> Self {
        let fault = (!route.starts_with('/') || route.ends_with('/') || route.contains(['?', '#', '%']))
            .then_some("the route must begin with a slash, not end with one, and hold no query");
        Self { encoded: route.to_owned(), fault }
    }

    /// Appends one value as exactly one segment, percent-encoded.
    ///
    /// A value that cannot be a segment is remembered, and the request then
    /// fails before it is sent: an empty one would turn `DELETE /v1/trunks/`
    /// into a request about the whole collection, and URL parsers resolve `.`
    /// and `..` even when they are percent-encoded.
    #[must_use]
    pub fn segment(mut self, value: impl fmt::Display) -> Self {
        let value = value.to_string();
        if value.is_empty() {
            self.fault.get_or_insert("a path segment is empty");
        } else if value == "." || value == ".." {
            self.fault.get_or_insert("a path segment is a relative step");
        }
        self.encoded.push('/');
        self.encoded.extend(utf8_percent_encode(&value, ESCAPED));
        self
    }

    /// Appends a fixed part after a value: `/v1/trunks/293` + `/numbers`.
    #[must_use]
    pub fn then(mut self, route: &'static str) -> Self {
        let tail = Self::new(route);
        self.fault = self.fault.or(tail.fault);
        self.encoded.push_str(&tail.encoded);
        self
    }

    /// The encoded path, or why there is none.
    pub(super) fn checked(&self) -> Result<&str, &'static str> {
        self.fault.map_or(Ok(&self.encoded), Err)
    }
}

impl fmt::Display for ApiPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.encoded)
    }
}

impl From<&'static str> for ApiPath {
    fn from(route: &'static str) -> Self {
        Self::new(route)
    }
}
