//! The page at `/`, for eyes: the account, the journal as it grows, and buttons that queue faults. It acts through
//! `control` like any other program of this machine, and decides nothing.

mod events;

use std::sync::Arc;

use axum::{
    Router,
    http::header,
    middleware,
    response::{IntoResponse, Response},
    routing::get,
};

use crate::{control, shared::Shared};

pub(crate) use events::events;

/// Style, script and all.
const HTML: &str = include_str!("index.html");

/// The digests of the page's only style and only script: nothing else is run, loaded or spoken to, not even if a label
/// were taken for markup.
const POLICY: &str = "default-src 'none'; connect-src 'self'; \
                      style-src 'sha256-0TpVRf/pZ6PqpYGyX8ZfYAtiLkw+8MalffN7ICW9kuU='; \
                      script-src 'sha256-uvZyLOk2Zh+SVqrxyaNxxwO9oDKPh+4u54K6LmpzHdY='; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'";

/// The page's route. Its events are with the control, at `/_sim/events`.
pub(crate) fn routes() -> Router<Arc<Shared>> {
    Router::new().route("/", get(page)).layer(middleware::from_fn(control::local::only))
}

async fn page() -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (headers, HTML).into_response()
}

#[cfg(test)]
mod tests {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    use sha2::{Digest as _, Sha256};

    use super::{HTML, POLICY};

    /// What stands between the only opening and the only closing tag.
    fn inside(element: &str) -> &'static str {
        let (open, close) = (format!("<{element}>"), format!("</{element}>"));
        assert_eq!((HTML.matches(&open).count(), HTML.matches(&close).count()), (1, 1), "{element}");
        HTML.split_once(&open).and_then(|(_, rest)| rest.split_once(&close)).unwrap().0
    }

    #[test]
    fn the_policy_admits_the_pages_own_style_and_script_alone() {
        for element in ["style", "script"] {
            let digest = STANDARD.encode(Sha256::digest(inside(element)));
            let wanted = format!("{element}-src 'sha256-{digest}';");
            assert!(POLICY.contains(&wanted), "the page has changed: its policy must say {wanted}");
        }
        assert!(!POLICY.contains("unsafe"));
    }

    #[test]
    fn the_page_loads_nothing_and_makes_no_markup_of_text() {
        for load in [
            "src=",
            "href=",
            "@import",
            "url(",
            "http://",
            "https://",
            "innerHTML",
            "insertAdjacentHTML",
            "style=",
        ] {
            assert!(!HTML.contains(load), "{load}");
        }
    }
}
