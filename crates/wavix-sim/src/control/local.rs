//! Who may use what is no part of the simulated API: programs of this machine, and no web page of another site.

use std::{net::IpAddr, sync::Arc};

use axum::{
    Extension,
    extract::Request,
    http::{HeaderMap, header},
    middleware::Next,
    response::{IntoResponse, Response},
};

use crate::{answer::Refusal, wire::Connection};

/// Lets through what comes from this machine and was meant for it.
///
/// A browser on this machine also carries out what a page of another site tells it to. `Host` shows when such a page
/// has had its own name point here (DNS rebinding); `Origin` shows all others that could change something.
pub(crate) async fn only(
    Extension(connection): Extension<Arc<Connection>>,
    request: Request,
    next: Next,
) -> Response {
    if connection.peer.ip().to_canonical().is_loopback() && is_local(request.headers()) {
        next.run(request).await
    } else {
        Refusal::forbidden("The simulator is controlled from its own machine only").into_response()
    }
}

fn is_local(headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    let host = text(header::HOST).is_none_or(names_this_machine);
    let origin = text(header::ORIGIN).is_none_or(|origin| {
        ["http://", "https://"]
            .into_iter()
            .any(|scheme| origin.strip_prefix(scheme).is_some_and(names_this_machine))
    });
    host && origin
}

/// Whether `HOST`, `HOST:PORT` or `[HOST]:PORT` is a loopback address or `localhost`.
fn names_this_machine(authority: &str) -> bool {
    let host = match authority.rsplit_once(':') {
        Some((host, port)) if port.chars().all(|digit| digit.is_ascii_digit()) => host,
        _ => authority,
    };
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    host.eq_ignore_ascii_case("localhost") || address.is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderValue, header};

    use super::{is_local, names_this_machine};

    #[test]
    fn only_loopback_names_are_this_machine() {
        for ours in ["127.0.0.1:8787", "localhost", "LOCALHOST:1", "[::1]:8787", "127.8.0.1"] {
            assert!(names_this_machine(ours), "{ours}");
        }
        for other in
            ["rebound.example:8787", "10.0.0.1", "localhost.example", "127.0.0.1.example:80", "", "null"]
        {
            assert!(!names_this_machine(other), "{other}");
        }
    }

    #[test]
    fn a_page_of_this_machine_may_control_it_with_and_without_tls_and_no_other_page_may() {
        let from = |origin| {
            let headers = [(header::ORIGIN, HeaderValue::from_static(origin))];
            is_local(&HeaderMap::from_iter(headers))
        };
        for ours in
            ["http://localhost:8787", "https://localhost:8787", "https://127.0.0.1", "http://[::1]:8787"]
        {
            assert!(from(ours), "{ours}");
        }
        for other in
            ["https://wavix.example", "http://10.0.0.1", "null", "file://", "localhost", "ftp://localhost"]
        {
            assert!(!from(other), "{other}");
        }
    }
}
