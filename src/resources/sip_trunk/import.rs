//! Resources layer: what a SIP trunk is imported by. Asks nobody: a read follows.

use crate::framework::diagnostics::Diagnostics;
use crate::framework::identity::{IdentityAttribute, IdentitySchema};

use super::model::SipTrunkModel;
use super::{absent, parse_id};

/// `{ id }`
pub(super) fn identity_schema() -> IdentitySchema {
    let id = "Identifier of the trunk at Wavix, a decimal number as text.";
    IdentitySchema { version: 0, attributes: vec![IdentityAttribute::string("id", id)] }
}

/// The state from which a read can find the trunk.
pub(super) fn by_id(id: &str) -> Result<SipTrunkModel, Diagnostics> {
    parse_id(id).map(SipTrunkModel::stub).ok_or_else(|| {
        let hint = "Nothing was imported. The Wavix portal and the `wavix_sip_trunks` data source show the ids. The \
                    SIP login is not the id.";
        absent::malformed_id("Cannot import SIP trunk", id, hint).into()
    })
}
