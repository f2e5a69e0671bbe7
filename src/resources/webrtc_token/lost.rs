//! What to say when the answer to creating a token was lost.
//!
//! The token may exist, and nobody has its secret. It is *not* deleted on the
//! strength of a list: tokens carry neither a time of creation nor a mark of
//! their maker, and applications make tokens of the same trunk all the time.
//! Even one that appeared in a list between two looks can be somebody else's,
//! made in that moment, and deleting it would end their call. Only an answer
//! that names the token proves that it is ours. So the list is asked for what
//! may be left, and the user is told.

use crate::client::{self, CallOptions, Client};
use crate::framework::diagnostics::{Diagnostic, Diagnostics};

use crate::lifecycle::noun::Verb;

use super::endpoints::{self, WebRtcTokenBody, WebRtcTokenRecord};
use super::{NOUN, lifetime, named};

/// The error for a create whose outcome is not known.
pub(super) async fn report(
    client: &Client,
    body: &WebRtcTokenBody,
    options: &CallOptions,
    error: &client::Error,
) -> Diagnostics {
    let left = match endpoints::list(client, options).await {
        Ok(listed) => what_is_left(body, &listed),
        Err(cause) => format!(
            "A token may exist, valid {}; nobody has its secret. The provider could not check: {cause}",
            lifetime(body.ttl)
        ),
    };
    let detail = format!(
        "Run the command again for a new token. {left}\n\nTo avoid a duplicate, the provider did not repeat the \
         request.\n\n{error}"
    );
    Diagnostic::error(NOUN.summary(Verb::Open), detail).into()
}

fn what_is_left(body: &WebRtcTokenBody, listed: &[WebRtcTokenRecord]) -> String {
    let alike: Vec<&str> =
        listed.iter().filter(|token| is_like(token, body)).map(|token| token.uuid.as_str()).collect();
    if alike.is_empty() {
        return format!(
            "Wavix lists no token with these arguments, so probably none was created. If one for the SIP trunk {:?} \
             still appears, valid {}, the action `wavix_revoke_webrtc_tokens` deletes it.",
            body.sip_trunk,
            lifetime(body.ttl)
        );
    }
    format!(
        "This request may have created one of these tokens with the same arguments, valid {1}:\n{0}\n\nThe provider \
         cannot tell which one, so it deleted none. The action `wavix_revoke_webrtc_tokens` deletes all tokens of the \
         SIP trunk, including those in use.",
        named(alike.into_iter()),
        lifetime(body.ttl)
    )
}

/// An empty payload is as good as none.
fn is_like(token: &WebRtcTokenRecord, body: &WebRtcTokenBody) -> bool {
    let payload = token.payload.as_ref().filter(|payload| !payload.is_empty());
    token.sip_trunk == body.sip_trunk
        && token.ttl == body.ttl
        && payload == body.payload.as_ref().filter(|payload| !payload.is_empty())
}
