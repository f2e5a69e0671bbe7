//! What interrupts a configuration that takes long.

use tonic::Request;

use crate::framework::fixtures::{Fake, FakeResource};
use crate::protocol::proto::tfplugin6::stop_provider;
use crate::protocol::value::Value;

#[tokio::test]
async fn stopping_interrupts_a_configuration_that_waits() {
    let fake = Fake::unconfigured(FakeResource::default());
    let configuring = fake.configure(Value::string("slow"));
    let stopping = async {
        while fake.journal.entries().is_empty() {
            tokio::task::yield_now().await;
        }
        fake.server.stop_provider(Request::new(stop_provider::Request {})).await.unwrap();
    };
    let (errors, ()) = tokio::join!(configuring, stopping);
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert!(fake.configure(Value::string("good")).await.is_empty(), "the next one is not interrupted");
}
