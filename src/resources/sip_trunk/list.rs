//! Resources layer: list `wavix_sip_trunk`, with which `terraform query` finds
//! the account's trunks. Walks the API's list page by page, as far as trunks are
//! wanted; which of them is decided in `filter`.

use futures_util::future::join_all;

use crate::framework::diagnostics::Diagnostics;
use crate::framework::list_resource::{ListRequest, ListResource, ListResults};
use crate::framework::object::Attr;
use crate::framework::resource::Call;
use crate::framework::schema::Schema;

use super::super::Context;
use super::super::failure::Verb;
use super::super::presence;
use super::endpoints::{self, SipTrunkSummary};
use super::filter::{self, SipTrunkFilter};
use super::model::SipTrunkModel;
use super::{KIND, SipTrunk, options, unreadable};

/// Trunks that are read at the same time. The client paces all requests of the
/// process besides.
const READ_AT_ONCE: usize = 8;

crate::object! {
    /// Arguments of the list `wavix_sip_trunk`.
    pub struct SipTrunkQuery {
        /// A regular expression that labels must match.
        pub label_regex: Attr<String>,
        /// The status that trunks must have.
        pub status: Attr<String>,
    }
}

/// The list resource.
#[derive(Debug, Clone, Copy)]
pub struct SipTrunkList;

impl ListResource<Context> for SipTrunkList {
    type Model = SipTrunkQuery;
    type Resource = SipTrunk;

    fn type_name(&self) -> &'static str {
        "wavix_sip_trunk"
    }

    fn schema(&self) -> Schema {
        Schema {
            description:
                "Finds the SIP trunks of the account, all or those that pass the filters, to import them or \
                          to look them over. Each is shown by its label."
                    .to_owned(),
            attributes: filter::arguments(),
            ..Schema::default()
        }
    }

    async fn list(
        &self,
        call: &Call<'_, Context>,
        request: ListRequest<SipTrunkQuery>,
        results: &mut ListResults<SipTrunkModel>,
    ) -> Result<(), Diagnostics> {
        let filter = SipTrunkFilter::new(&request.config.label_regex, &request.config.status)?;
        let failed = |error| KIND.failed(Verb::List, "", &error);
        let mut pages = endpoints::pages(call.ctx.client(), &options(call));
        loop {
            let Some(page) = pages.next().await.map_err(failed)? else {
                if pages.is_to_be_walked_again().map_err(failed)? {
                    continue;
                }
                return Ok(());
            };
            let mut matching = page.into_iter().filter(|trunk| filter.matches(trunk));
            loop {
                let batch: Vec<SipTrunkSummary> =
                    matching.by_ref().take(results.wanted().min(READ_AT_ONCE)).collect();
                if batch.is_empty() {
                    break;
                }
                for found in states(call, &batch, request.include_resource).await {
                    let Some((name, trunk)) = found? else { continue };
                    if results.push(name, trunk).await.is_break() {
                        return Ok(());
                    }
                }
            }
        }
    }
}

type Found = Result<Option<(String, SipTrunkModel)>, Diagnostics>;

/// The trunks with their names, in order; whole or only identified.
async fn states(call: &Call<'_, Context>, batch: &[SipTrunkSummary], whole: bool) -> Vec<Found> {
    if whole {
        join_all(batch.iter().map(|summary| read(call, summary))).await
    } else {
        batch.iter().map(|summary| Ok(Some((name(summary), SipTrunkModel::stub(summary.id))))).collect()
    }
}

/// The trunk as a read after an import sees it; `None` when it was deleted
/// since the page was answered.
async fn read(call: &Call<'_, Context>, summary: &SipTrunkSummary) -> Found {
    match endpoints::get(call.ctx.client(), summary.id, &options(call)).await {
        Ok(record) => {
            unreadable::refuse(Verb::Find, &record)?;
            let mut trunk = SipTrunkModel::from_record(&record, &SipTrunkModel::stub(summary.id));
            trunk.add_summary(summary);
            Ok(Some((name(summary), trunk)))
        }
        Err(error) if error.is_not_found() && !presence::is_about_the_account(&error) => Ok(None),
        Err(error) => Err(KIND.failed(Verb::Find, &summary.id.to_string(), &error)),
    }
}

fn name(summary: &SipTrunkSummary) -> String {
    summary.label.clone().unwrap_or_else(|| format!("SIP trunk {}", summary.id))
}
