//! Resources layer: a trunk's generated configuration, beyond what its schema
//! says: flags that follow from their limits are not written. Pure.

use crate::framework::object::Attr;

use super::model::SipTrunkModel;
use super::plan::{self, flags};

/// Takes the flags out that would be derived just so.
pub(super) fn without_derived_flags(config: &mut SipTrunkModel) {
    let mut bare = config.clone();
    for flag in flags(&mut bare) {
        *flag = Attr::Null;
    }
    let mut derived = bare.clone();
    plan::derive_flags(&bare, &mut derived);
    // Validation refuses it, since no device could register.
    let locked_out = config.ip_restrict == Attr::Known(true) && config.allowed_addresses().is_empty();
    for (written, derived) in flags(config).into_iter().zip(flags(&mut derived)) {
        if written == derived {
            *written = Attr::Null;
        }
    }
    if locked_out {
        config.ip_restrict = Attr::Null;
    }
}
