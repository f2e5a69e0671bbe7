//! Resources layer: `wavix_phone_number_routing`: where a number rings, and nothing else
//! of it. So a number can be the caller ID of a trunk and ring there, which is a cycle if
//! one resource says both.

use std::sync::LazyLock;

use crate::framework::object::Attr;
use crate::framework::schema::Schema;
use crate::framework::timeouts::{self, Timeouts};

use super::Form;
use super::destinations::{self, Destinations};
use super::schema::{KEEP, UNROUTE, id, number, on_destroy, timeout};

const DESCRIPTION: &str = "Where calls to a phone number of the account ring, and nothing else of the number. Use it in place \
    of the `destinations` of `wavix_phone_number` where a number is both the `callerid` of a SIP trunk and routed to that \
    trunk: each of the two would need the other first.\n\n\
    Creating it replaces the routing that the number has; destroying it removes the destinations, unless `on_destroy` is \
    `keep`. The number itself is neither bought nor released.";

crate::object! {
    /// Configuration, plan and state of a `wavix_phone_number_routing`. Null by default.
    #[derive(Default)]
    pub struct RoutingModel {
        /// API `number`, in the user's spelling.
        pub number: Attr<String>,
        /// API `id`, as decimal text.
        pub id: Attr<String>,
        /// API `destination`, written as `destinations`.
        pub destinations: Destinations,
        /// What a destroy does; the API does not hear of it.
        pub on_destroy: Attr<String>,
        /// How long the operations may take.
        pub timeouts: Attr<Timeouts>,
    }
}

/// The routing of a number.
#[derive(Debug, Clone, Copy)]
pub struct Routing;

impl Form for Routing {
    type Model = RoutingModel;

    const TYPE_NAME: &'static str = "wavix_phone_number_routing";
    const ON_DESTROY: &'static str = UNROUTE;

    fn schema() -> &'static Schema {
        static SCHEMA: LazyLock<Schema> = LazyLock::new(|| {
            Schema {
            version: 0,
            description: DESCRIPTION.to_owned(),
            attributes: vec![
                number("The number that is routed"),
                id(),
                destinations::attribute().required().describe(
                    "Where calls to the number ring, in the order in which the destinations are tried. `[]` for nowhere.",
                ),
                on_destroy(
                    &[UNROUTE, KEEP],
                    "`unroute`: the destinations are removed. `keep`: they stay.",
                ),
            ],
            blocks: vec![timeouts::block(timeout)],
            ..Schema::default()
        }
        });
        &SCHEMA
    }
}
