//! Removing what tests left in an account, and refusing accounts that are not for tests.

use tokio::sync::watch;

use crate::secret::Secret;

use super::{
    belongings::{self, Belongings, Mark},
    reading,
    session::{Scheme, Session, Trouble},
};

/// What to remove, and where.
#[derive(Debug, Clone)]
pub struct Sweep {
    base_url: String,
    key: Secret,
    mark: Mark,
    most_foreign_trunks: usize,
}

/// What became of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Swept {
    /// How many objects were removed.
    pub removed: usize,
    /// What could not be.
    pub left: Vec<String>,
}

impl Sweep {
    /// Of what has this mark, in the account that the key opens, unless it has more than so many trunks without it.
    pub fn new(
        base_url: impl Into<String>,
        key: impl Into<String>,
        mark: Mark,
        most_foreign_trunks: usize,
    ) -> Self {
        Self { base_url: base_url.into(), key: Secret::new(key), mark, most_foreign_trunks }
    }

    /// Removes it.
    ///
    /// # Errors
    /// When the server is out of reach, is not Wavix, refuses the key, or the account does not look like one for tests.
    pub async fn run(&self) -> Result<Swept, Trouble> {
        let mut session = self.session()?;
        self.survey(&mut session).await?;
        let (removed, left) = belongings::remove(&mut session, &Belongings::default(), self.mark).await;
        Ok(Swept { removed, left })
    }

    /// Says what [`Sweep::run`] would remove, and removes nothing: trunks, then API keys.
    ///
    /// # Errors
    /// As [`Sweep::run`].
    pub async fn preview(&self) -> Result<Vec<String>, Trouble> {
        let mut session = self.session()?;
        self.survey(&mut session).await
    }

    fn session(&self) -> Result<Session, Trouble> {
        // The sender is gone, so that nobody interrupts.
        let never = watch::channel(false).1;
        Session::new(&self.base_url, self.key.reveal(), Scheme::Bearer, never)
    }

    async fn survey(&self, session: &mut Session) -> Result<Vec<String>, Trouble> {
        reading::introduce(session).await?;
        let (trunks, foreign) = belongings::trunks(session, self.mark).await?;
        if foreign > self.most_foreign_trunks {
            return Err(Trouble::NotForTests { trunks: foreign, most: self.most_foreign_trunks });
        }
        let keys = session.get("keys", "/v1/api-keys").await?;
        let trunks = trunks.into_iter().map(|id| format!("trunk {id}"));
        let keys = self.mark.ids(&keys, "items").map(|id| format!("API key {id}"));
        let webhooks = session.get("webhooks", "/v1/calls/webhooks").await?;
        let ours = |event: &&str| {
            belongings::in_slot(&webhooks, event).iter().any(|url| url.starts_with(self.mark.webhook))
        };
        let webhooks =
            ["on-call", "post-call"].into_iter().filter(ours).map(|event| format!("the {event} webhook"));
        Ok(trunks.chain(keys).chain(webhooks).collect())
    }
}
