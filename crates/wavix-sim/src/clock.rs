//! The server's clock: the `Date` header and `created_at`. Nothing else in the simulator formats time.

use std::time::{Duration, SystemTime};

use time::{OffsetDateTime, format_description::well_known::Rfc3339};

/// Now, as a server whose clock is `offset_seconds` ahead (negative: behind) sees it.
pub(crate) fn now(offset_seconds: i64) -> SystemTime {
    let offset = Duration::from_secs(offset_seconds.unsigned_abs());
    let now = SystemTime::now();
    let shifted = if offset_seconds < 0 { now.checked_sub(offset) } else { now.checked_add(offset) };
    shifted.unwrap_or(now)
}

/// RFC 9110 `Date`.
pub(crate) fn http_date(at: SystemTime) -> String {
    httpdate::fmt_http_date(at)
}

/// Whole seconds, UTC: `2023-05-16T17:13:25Z`.
pub(crate) fn rfc3339(at: SystemTime) -> String {
    let moment = OffsetDateTime::from(at);
    let whole = moment.replace_nanosecond(0).unwrap_or(moment);
    // Formatting fails only outside the years 0..=9999.
    whole.format(&Rfc3339).unwrap_or_else(|_| "1970-01-01T00:00:00Z".to_owned())
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    #[test]
    fn times_have_the_forms_the_api_uses() {
        let at = SystemTime::UNIX_EPOCH + Duration::new(1_684_257_205, 123_000_000);
        assert_eq!(super::rfc3339(at), "2023-05-16T17:13:25Z");
        assert_eq!(super::http_date(at), "Tue, 16 May 2023 17:13:25 GMT");
    }
}
