//! Walking lists.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    client,
    server::{Server, Step, json as reply},
};
use crate::client::{ApiPath, Client, Error, Kind, Page, Pages, Pagination, null_as_empty};

#[derive(Debug, Deserialize)]
struct Trunk {
    id: i64,
}

#[derive(Deserialize)]
struct TrunkPage {
    #[serde(default, deserialize_with = "null_as_empty")]
    sip_trunks: Vec<Trunk>,
    pagination: Option<Pagination>,
}

impl Page for TrunkPage {
    type Item = Trunk;

    fn into_parts(self) -> (Vec<Trunk>, Option<Pagination>) {
        (self.sip_trunks, self.pagination)
    }
}

/// A list without pages.
#[derive(Deserialize)]
#[serde(transparent)]
struct Bare(Vec<Trunk>);

impl Page for Bare {
    type Item = Trunk;

    fn into_parts(self) -> (Vec<Trunk>, Option<Pagination>) {
        (self.0, None)
    }
}

fn page(ids: &[i64], pagination: Value) -> Step {
    let items: Vec<_> = ids.iter().map(|id| json!({ "id": id })).collect();
    reply("200 OK", &json!({ "sip_trunks": items, "pagination": pagination }).to_string())
}

fn at(current_page: u64, total: u64, total_pages: u64) -> Value {
    json!({ "current_page": current_page, "per_page": 2, "total": total, "total_pages": total_pages })
}

fn walk(client: &Client) -> Pages<TrunkPage, i64> {
    client.get(ApiPath::new("/v1/trunks")).query("search", "x").pages(|trunk: &Trunk| trunk.id)
}

async fn all(steps: impl IntoIterator<Item = Step>) -> (Result<Vec<i64>, Error>, Vec<String>) {
    let server = Server::start(steps).await;
    let found = walk(&client(&server.url())).all().await;
    let lines = server.requests().iter().map(|request| request.lines().next().unwrap().to_owned()).collect();
    (found.map(|trunks| trunks.iter().map(|trunk| trunk.id).collect()), lines)
}

#[tokio::test]
async fn a_list_is_read_to_its_last_page_with_its_filter() {
    let (found, requests) =
        all([page(&[1, 2], at(1, 5, 3)), page(&[3, 4], at(2, 5, 3)), page(&[5], at(3, 5, 3))]).await;
    assert_eq!(found.unwrap(), [1, 2, 3, 4, 5]);
    let expected = [1, 2, 3].map(|page| format!("GET /v1/trunks?search=x&page={page}&per_page=100 HTTP/1.1"));
    assert_eq!(requests, expected);
}

#[tokio::test]
async fn null_missing_and_empty_collections_are_empty() {
    for body in
        [r#"{"sip_trunks":null,"pagination":{"total":0,"total_pages":0}}"#, "{}", r#"{"sip_trunks":[]}"#]
    {
        let (found, requests) = all([reply("200 OK", body)]).await;
        assert_eq!((found.unwrap(), requests.len()), (vec![], 1), "{body}");
    }
}

#[tokio::test]
async fn a_list_without_pagination_is_one_page() {
    let server = Server::start([reply("200 OK", r#"[{"id":1},{"id":2},{"id":1}]"#)]).await;
    let mut walk = client(&server.url()).get("/v1/api-keys").pages::<Bare, _>(|key| key.id);
    let found: Vec<_> = walk.all().await.unwrap().iter().map(|trunk| trunk.id).collect();
    assert_eq!((found, server.requests().len()), (vec![1, 2], 1));
}

#[tokio::test]
async fn an_item_that_moved_to_the_next_page_is_listed_once() {
    let (found, _) = all([page(&[1, 2], at(1, 4, 2)), page(&[2, 3, 4], at(2, 4, 2))]).await;
    assert_eq!(found.unwrap(), [1, 2, 3, 4]);
}

#[tokio::test]
async fn an_item_that_slipped_past_the_walk_is_found_by_another() {
    // Trunk 1 is deleted between the pages, so 3 moves to the page already read.
    let (found, requests) = all([
        page(&[1, 2], at(1, 4, 2)),
        page(&[4], at(2, 4, 2)),
        page(&[2, 3], at(1, 3, 2)),
        page(&[4], at(2, 3, 2)),
    ])
    .await;
    let mut found = found.unwrap();
    found.sort_unstable();
    assert_eq!((found, requests.len()), (vec![1, 2, 3, 4], 4));
}

#[tokio::test]
async fn an_item_that_slips_past_is_missed_also_when_the_count_shrinks_with_the_list() {
    // The second page is answered after trunk 1 was deleted, and says so.
    let (found, requests) = all([
        page(&[1, 2], at(1, 4, 2)),
        page(&[4], at(2, 3, 2)),
        page(&[2, 3], at(1, 3, 2)),
        page(&[4], at(2, 3, 2)),
    ])
    .await;
    assert_eq!((found.unwrap(), requests.len()), (vec![1, 2, 4, 3], 4));
}

#[tokio::test]
async fn a_list_that_shrinks_during_every_walk_is_read_all_the_same() {
    let (found, requests) = all([
        page(&[1, 2], at(1, 5, 3)),
        page(&[4, 5], at(2, 4, 2)),
        page(&[2, 3], at(1, 4, 2)),
        page(&[5], at(2, 3, 2)),
    ])
    .await;
    assert_eq!((found.unwrap(), requests.len()), (vec![1, 2, 4, 5, 3], 4));
}

#[tokio::test]
async fn a_list_that_stays_incomplete_is_an_error_and_not_a_shorter_list() {
    let uncounted = |page: u64| json!({ "current_page": page, "total_pages": 3 });
    for (first, then, announced) in [
        (page(&[1], at(1, 9, 5)), Some(page(&[], at(2, 9, 5))), "1 of 9 items"),
        (page(&[1], at(1, 9, 1)), None, "1 of 9 items"),
        (page(&[1], uncounted(1)), Some(page(&[], uncounted(2))), "do not say"),
    ] {
        let walk = [Some(first), then].into_iter().flatten();
        let (found, requests) = all(walk.clone().chain(walk.clone()).chain(walk.clone())).await;
        let error = found.unwrap_err();
        assert_eq!((error.kind(), requests.len()), (Kind::Incomplete, 3 * walk.count()));
        let text = error.to_string();
        assert!(text.contains("read 3 times, contain 1 ") && text.contains(announced), "{text}");
    }
}

#[tokio::test]
async fn a_full_page_that_counts_nothing_may_not_be_all() {
    let items = |count: i64| (1..=count).collect::<Vec<_>>();
    let full = || page(&items(100), json!(null));
    let (found, requests) = all([full(), full(), full()]).await;
    assert_eq!((found.unwrap_err().kind(), requests.len()), (Kind::Incomplete, 3));
    // Room for more, or a page that nobody has cut to size.
    for count in [99, 250] {
        let (found, _) = all([page(&items(count), json!(null))]).await;
        assert_eq!(found.unwrap(), items(count));
    }
}

#[tokio::test]
async fn a_list_that_ignores_the_page_is_an_error_and_not_a_shorter_list() {
    let (found, requests) = all([page(&[1, 2], at(1, 4, 2)), page(&[1, 2], at(1, 4, 2))]).await;
    let error = found.unwrap_err();
    assert_eq!((error.kind(), requests.len()), (Kind::Undocumented, 2));
    assert!(error.to_string().contains("page 1 when asked for page 2"), "{error}");
}

#[tokio::test]
async fn an_absurd_number_of_pages_is_an_error() {
    let (found, requests) = all([page(&[1], at(1, 9, u64::MAX))]).await;
    assert_eq!((found.unwrap_err().kind(), requests.len()), (Kind::Undocumented, 1));
}

#[tokio::test]
async fn a_walk_can_stop_early() {
    let server = Server::start([page(&[1, 2], at(1, 4, 2))]).await;
    let mut pages = walk(&client(&server.url()));
    assert_eq!(pages.next().await.unwrap().unwrap().len(), 2);
    drop(pages);
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn a_failing_page_fails_the_walk() {
    let (found, _) = all([page(&[1, 2], at(1, 4, 2)), reply("403 X", r#"{"message":"no"}"#)]).await;
    assert!(found.unwrap_err().is_forbidden());
}
