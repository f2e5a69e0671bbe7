//! How tests and the sweeper tell what is theirs in an account.

use wavix_sim::compare::Mark;

/// What the stories' labels and webhooks begin with.
pub const MARK: Mark = Mark { label: "tf-acc-", webhook: "https://tf-acc.invalid/" };

/// How many trunks of others an account for tests may have.
pub const FOREIGN_TRUNKS: usize = 5;

/// The variable that allows more.
pub const ALLOWED_BY: &str = "WAVIX_ACC_FOREIGN_TRUNKS";
