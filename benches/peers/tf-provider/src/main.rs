//! A provider for Wavix SIP trunks on the crate tf-provider, as far as that
//! goes: it knows neither write-only values nor identities, a block that may
//! be left out cannot be declared, and a number must be whole. It is what our
//! provider is measured against, and is not meant to be used.

mod api;
mod provider;
mod resource;
mod schema;

use tf_provider::serve;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    serve("wavix", provider::WavixProvider::default()).await
}
