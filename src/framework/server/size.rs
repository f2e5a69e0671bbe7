//! Messages too large for one side or the other. Layer: framework.

use super::answer::Answer;
use crate::framework::diagnostics::Diagnostic;
use crate::protocol::oversize::Oversize;

/// Why a request was refused before anything was done.
pub(super) fn request(rpc: &str, Oversize { size, limit }: Oversize) -> Diagnostic {
    tracing::error!(size, limit, "the request is too large and is refused");
    Diagnostic::error(
        format!("Cannot answer {rpc}"),
        format!(
            "Terraform's request, with the configuration and the state of one object, has {size} bytes. The provider \
             takes at most {limit}. It was refused before anything was done: nothing was created, changed or \
             deleted, and the state stays as it was. Look for a value that is far too long in the configuration, or \
             in the state with `terraform show`, and shorten it."
        ),
    )
}

/// The answer, or, if it has more than `limit` bytes, one that says so.
///
/// For a verb this comes too late, so it must not happen there: what a verb
/// stores is what its request held, which is far below Terraform's limit, and
/// what the API answered, whose size is limited where it is read.
pub(super) fn fitting<R: Answer>(rpc: &str, answer: R, limit: usize) -> R {
    let size = answer.size();
    if size <= limit {
        return answer;
    }
    tracing::error!(size, limit, "the answer is too large for Terraform");
    let refusal = Diagnostic::bug(
        format!("Cannot answer {rpc}"),
        format!(
            "The provider's answer has {size} bytes. Terraform takes at most {limit}. What the request was to do is \
             done, but Terraform is not told the result and keeps the state that it had. If an object was to be \
             created, look for it and import it before you apply again, or there may be two of them."
        ),
    );
    R::refusal(refusal.into())
}

#[cfg(test)]
mod tests;
