//! Readings of what the documents say of phone numbers.

use serde::{Deserialize, Serialize};

use super::UnsetText;

/// How phone numbers behave. In JSON under `numbers`; a knob that is left out there is at its default.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NumberBehaviour {
    /// How many reads of a number after a PATCH, alone or in a list, still show the old destinations and the old URL for
    /// messages. Default: 0.
    pub settle_reads: u32,
    /// What the answer of a PATCH shows. Default: [`PatchReply::Fresh`].
    pub patch_reply: PatchReply,
    /// What a PATCH does to the destinations that are there. Default: [`SentDestinations::Replace`].
    pub destinations_on_patch: SentDestinations,
    /// What `destinations: []` does. Default: [`EmptyDestinations::Clears`].
    pub empty_destinations: EmptyDestinations,
    /// What takes a URL away. Default: [`ClearedUrl::NullClears`].
    pub cleared_url: ClearedUrl,
    /// What a URL that is not set is answered as. Default: [`UnsetText::Null`].
    pub unset_url_answer: UnsetText,
    /// What becomes of a destination whose `trunk_id` and login are of two trunks. Default: [`LoginMismatch::Rejected`].
    pub trunk_login_mismatch: LoginMismatch,
    /// What becomes of a trunk's login without a `trunk_id`. Default: [`Tolerance::Accepted`].
    pub missing_trunk_id: Tolerance,
    /// In which order destinations are answered. Default: [`DestinationOrder::Priority`].
    pub destination_order: DestinationOrder,
    /// What is stored of the priorities. Default: [`Priorities::Kept`].
    pub priorities: Priorities,
    /// What becomes of a PATCH of a number that is not active; a refusal is a 422. Default: [`Tolerance::Accepted`].
    pub inactive_patch: Tolerance,
    /// What is said of a number that is not there. Default: [`NumberNotFound::RecordNotFound`].
    pub not_found: NumberNotFound,
    /// Which spelling of several `ids` in a query is understood. Default: [`IdsEncoding::Repeat`].
    pub ids_encoding: IdsEncoding,
    /// What becomes of the delete of a trunk to which numbers are routed. Default: [`RoutedTrunk::Dangling`].
    pub routed_trunk_delete: RoutedTrunk,
}

impl Default for NumberBehaviour {
    fn default() -> Self {
        Self {
            settle_reads: 0,
            patch_reply: PatchReply::Fresh,
            destinations_on_patch: SentDestinations::Replace,
            empty_destinations: EmptyDestinations::Clears,
            cleared_url: ClearedUrl::NullClears,
            unset_url_answer: UnsetText::Null,
            trunk_login_mismatch: LoginMismatch::Rejected,
            missing_trunk_id: Tolerance::Accepted,
            destination_order: DestinationOrder::Priority,
            priorities: Priorities::Kept,
            inactive_patch: Tolerance::Accepted,
            not_found: NumberNotFound::RecordNotFound,
            ids_encoding: IdsEncoding::Repeat,
            routed_trunk_delete: RoutedTrunk::Dangling,
        }
    }
}

/// What the answer of a PATCH shows of the destinations and the URL for messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PatchReply {
    /// The new ones.
    Fresh,
    /// The old ones.
    Stale,
}

/// What a PATCH does to the destinations that are there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SentDestinations {
    /// Those that are sent take their place.
    Replace,
    /// Those that are sent are added.
    Append,
}

/// What `destinations: []` does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EmptyDestinations {
    /// The number has none any more.
    Clears,
    /// 400.
    Rejected,
    /// Nothing, without a word.
    Ignored,
}

/// What takes a URL away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClearedUrl {
    /// `null`; `""` is no URL: 400.
    NullClears,
    /// `""`; `null` is no text: 400.
    EmptyClears,
    /// Either.
    BothClear,
    /// Neither: 400.
    Rejected,
    /// Neither, and nothing is said.
    Ignored,
}

/// What becomes of a destination whose `trunk_id` and login are of two trunks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LoginMismatch {
    /// 422.
    Rejected,
    /// It leads to the trunk with the id.
    IdWins,
    /// It leads to the trunk with the login.
    LoginWins,
}

/// Whether something is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tolerance {
    /// It is.
    Accepted,
    /// It is refused.
    Rejected,
}

/// In which order destinations are answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DestinationOrder {
    /// In which they ring.
    Priority,
    /// By their own ids.
    Id,
    /// In which they ring, the last one first.
    Reversed,
}

/// What is stored of the priorities.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Priorities {
    /// All of them.
    Kept,
    /// Their order, counted from 0.
    #[serde(rename = "renumbered_from_0")]
    RenumberedFrom0,
    /// Their order, counted from 1.
    #[serde(rename = "renumbered_from_1")]
    RenumberedFrom1,
}

/// What is said of a number that is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NumberNotFound {
    /// `Record not found`.
    RecordNotFound,
    /// `DID with id=1848 not found`, as documented until 2025.
    DidWithId,
    /// A page of HTML.
    Html,
}

/// Which spelling of several `ids` in a query is understood. Without any that is, a DELETE is refused with 422.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IdsEncoding {
    /// `ids=1&ids=2`, as the document says.
    Repeat,
    /// `ids[]=1&ids[]=2`.
    Brackets,
    /// Either.
    Both,
    /// `ids=1`: of several, the last.
    LastWins,
}

/// What becomes of the delete of a trunk to which numbers are routed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RoutedTrunk {
    /// It is deleted; the destinations stay and lead nowhere.
    #[serde(rename = "allowed_dangling")]
    Dangling,
    /// It is deleted, and its destinations with it.
    #[serde(rename = "allowed_dropped")]
    Dropped,
    /// 422.
    Rejected,
}
