//! Messages too large for one side or the other.

use super::answer::Answer;
use crate::framework::diagnostics::Diagnostic;
use crate::protocol::oversize::Oversize;

/// Why a request was refused before anything was done.
pub(super) fn request(rpc: &str, Oversize { size, limit }: Oversize) -> Diagnostic {
    tracing::error!(size, limit, "the request is too large and is refused");
    Diagnostic::error(
        format!("Cannot answer {rpc}"),
        format!(
            "Shorten very long values in the configuration or in the state, which `terraform show` prints. The \
             request with the configuration and the state of one object has {size} bytes, and the provider accepts at \
             most {limit}. Nothing was created, changed or deleted, and the state is unchanged."
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
            "The operation is done, but the state is unchanged. If it created an object, import the object before \
             you apply again; otherwise the apply may create a duplicate. The response has {size} bytes, and \
             Terraform accepts at most {limit}."
        ),
    );
    R::refusal(refusal.into())
}

#[cfg(test)]
mod tests;
