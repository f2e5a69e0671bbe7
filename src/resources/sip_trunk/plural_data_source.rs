//! Resources layer: data source `wavix_sip_trunks`, the trunks of the account,
//! filtered. What a trunk's results are is in `results`, which trunks are meant
//! in `filter`.

use crate::framework::data_source::DataSource;
use crate::framework::diagnostics::Diagnostics;
use crate::framework::object::Attr;
use crate::framework::resource::Call;
use crate::framework::schema::{Attribute, Nesting, Schema};
use crate::protocol::number::Number;

use super::super::Context;
use super::super::failure::Verb;
use super::endpoints::SipTrunkSummary;
use super::filter::{self, SipTrunkFilter};
use super::results::{self, HostRequestResult};
use super::{KIND, lagging};

crate::object! {
    /// Arguments and results of the data source `wavix_sip_trunks`.
    pub struct SipTrunksData {
        /// A regular expression that labels must match.
        pub label_regex: Attr<String>,
        /// The status that trunks must have.
        pub status: Attr<String>,
        /// The trunks, by ascending id.
        pub sip_trunks: Attr<Vec<ListedSipTrunk>>,
    }
}

crate::object! {
    /// A trunk as the API's list tells it.
    pub struct ListedSipTrunk {
        /// API `id`, as decimal text.
        pub id: Attr<String>,
        /// API `label`.
        pub label: Attr<String>,
        /// API `name`.
        pub login: Attr<String>,
        /// API `status`.
        pub status: Attr<String>,
        /// API `auth_method`.
        pub auth_method: Attr<String>,
        /// API `host_request`.
        pub host_request: Attr<HostRequestResult>,
        /// API `callerid`.
        pub callerid: Attr<String>,
        /// API `multiple_numbers`.
        pub multiple_numbers: Attr<bool>,
        /// API `passthrough`.
        pub passthrough: Attr<bool>,
        /// API `encrypted_media`.
        pub encrypted_media: Attr<bool>,
        /// API `call_recording_enabled`.
        pub call_recording_enabled: Attr<bool>,
        /// API `machine_detection_enabled`.
        pub machine_detection_enabled: Attr<bool>,
        /// API `transcription_enabled`.
        pub transcription_enabled: Attr<bool>,
        /// API `transcription_threshold`, in seconds.
        pub transcription_threshold: Attr<i64>,
        /// API `talk_time`, in seconds.
        pub talk_time: Attr<Number>,
        /// API `charge`, in USD.
        pub charge: Attr<Number>,
    }
}

/// The data source.
#[derive(Debug, Clone, Copy)]
pub struct SipTrunksDataSource;

impl DataSource<Context> for SipTrunksDataSource {
    type Model = SipTrunksData;

    fn type_name(&self) -> &'static str {
        "wavix_sip_trunks"
    }

    fn schema(&self) -> Schema {
        let mut attributes = filter::arguments();
        attributes.push(
            Attribute::nested("sip_trunks", Nesting::List, results::in_list())
                .computed()
                .describe("The trunks, by ascending id. Empty when there are none."),
        );
        Schema {
            description:
                "Lists the SIP trunks of the account, all or those that pass the filters. A list that lacks \
                          trunks by its own count is an error and not a shorter list. Passwords and tokens are \
                          not among the results."
                    .to_owned(),
            attributes,
            ..Schema::default()
        }
    }

    async fn read(
        &self,
        call: &Call<'_, Context>,
        config: SipTrunksData,
    ) -> Result<SipTrunksData, Diagnostics> {
        let filter = SipTrunkFilter::new(&config.label_regex, &config.status)?;
        let listed =
            lagging::list(call, |_| false).await.map_err(|error| KIND.failed(Verb::List, "", &error))?;
        let trunks = listed.iter().filter(|trunk| filter.matches(trunk)).map(ListedSipTrunk::from).collect();
        Ok(SipTrunksData { sip_trunks: Attr::Known(trunks), ..config })
    }
}

impl From<&SipTrunkSummary> for ListedSipTrunk {
    fn from(trunk: &SipTrunkSummary) -> Self {
        Self {
            id: Attr::Known(trunk.id.to_string()),
            label: trunk.label.clone().into(),
            login: trunk.name.clone().into(),
            status: trunk.status.clone().into(),
            auth_method: trunk.auth_method.clone().into(),
            host_request: trunk.host_request.as_ref().map(HostRequestResult::from).into(),
            callerid: results::caller_id(trunk.callerid.as_ref()),
            multiple_numbers: trunk.multiple_numbers.into(),
            passthrough: trunk.passthrough.into(),
            encrypted_media: trunk.encrypted_media.into(),
            call_recording_enabled: trunk.call_recording_enabled.into(),
            machine_detection_enabled: trunk.machine_detection_enabled.into(),
            transcription_enabled: trunk.transcription_enabled.into(),
            transcription_threshold: trunk.transcription_threshold.into(),
            talk_time: trunk.talk_time.clone().into(),
            charge: trunk.charge.clone().into(),
        }
    }
}
