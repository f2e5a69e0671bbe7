//! What one process leaves, as another sees it.

use super::*;

const KIND: &str = "/v1/things";
const ACCOUNT: &str = "https://api.example.com/";

fn two() -> (tempfile::TempDir, Siblings, Siblings) {
    let parent = tempfile::tempdir().unwrap();
    let new = || Siblings::new(ACCOUNT, vec![parent.path().to_owned()]);
    let (one, other) = (new(), new());
    (parent, one, other)
}

fn mark(id: i64, created_at: Option<u64>) -> Mark {
    Mark {
        id: id.to_string(),
        created_at: created_at.map(|at| SystemTime::UNIX_EPOCH + Duration::from_secs(at)),
    }
}

#[test]
fn a_create_under_way_is_seen_by_others_until_it_ends() {
    let (parent, one, other) = two();
    let (first, second) = (one.begin(KIND, "a").unwrap(), one.begin(KIND, "a").unwrap());
    assert!(other.are_busy(KIND, "a").unwrap() && !other.are_busy(KIND, "b").unwrap());
    assert!(!one.are_busy(KIND, "a").unwrap(), "it is its own");
    let elsewhere = Siblings::new("https://api.example.org/", vec![parent.path().to_owned()]);
    assert!(!elsewhere.are_busy(KIND, "a").unwrap(), "another API");
    drop(first);
    assert!(other.are_busy(KIND, "a").unwrap());
    drop(second);
    assert!(!other.are_busy(KIND, "a").unwrap());
}

/// A killed process leaves the file, and not the lock.
#[test]
fn a_process_that_was_killed_is_not_waited_for() {
    let (_parent, one, other) = two();
    drop(one.begin(KIND, "a"));
    let left = other.folder().unwrap().join(format!("{:016x}-1-1.busy", other.hash(KIND, "a")));
    File::create(&left).unwrap();
    assert!(!other.are_busy(KIND, "a").unwrap());
    assert!(left.exists(), "it may be about to be locked");
    let long_ago = SystemTime::now() - FORGOTTEN - Duration::from_secs(1);
    File::options().write(true).open(&left).unwrap().set_modified(long_ago).unwrap();
    assert!(!other.are_busy(KIND, "a").unwrap() && !left.exists());
}

#[test]
fn what_one_has_made_the_other_knows() {
    let (_parent, one, other) = two();
    one.made(KIND, &mark(7, Some(1000)));
    one.made(KIND, &mark(8, None));
    assert!(!other.ledger("/v1/others").unwrap().holds(&mark(7, None)), "another kind of object");
    let ledger = other.ledger(KIND).unwrap();
    assert!(ledger.holds(&mark(7, Some(1000))) && ledger.holds(&mark(7, None)));
    assert!(!ledger.holds(&mark(7, Some(1001))), "ids begin anew in another account");
    assert!(ledger.holds(&mark(8, Some(5))) && !ledger.holds(&mark(9, None)));
}

#[test]
fn a_plan_is_known_to_the_process_that_applies_it() {
    let (parent, one, other) = two();
    assert!(!other.has_planned());
    one.note_plan();
    assert!(other.has_planned());
    assert!(!Siblings::new("https://api.example.org/", vec![parent.path().to_owned()]).has_planned());
}

#[test]
fn lines_that_nobody_needs_are_left_out_when_there_are_many() {
    let (_parent, one, other) = two();
    let path = one
        .ledger(KIND)
        .map(|_| one.folder().unwrap().join(format!("{:02}.made", one.hash(KIND, "") % FILES)));
    let old = Line { account: 1, id: "2".to_owned(), created_at: None, written: 3 };
    fs::write(path.as_ref().unwrap(), old.text().repeat(3000)).unwrap();
    one.made(KIND, &mark(7, None));
    assert!(fs::metadata(path.unwrap()).unwrap().len() < 100);
    assert!(other.ledger(KIND).unwrap().holds(&mark(7, None)));
}

#[cfg(unix)]
#[test]
fn a_folder_that_others_can_write_into_is_not_used() {
    use std::os::unix::fs::PermissionsExt;

    let (parent, one, _) = two();
    let first = parent.path().join("terraform-provider-wavix-0");
    fs::create_dir(&first).unwrap();
    fs::set_permissions(&first, fs::Permissions::from_mode(0o777)).unwrap();
    assert_eq!(one.folder(), Some(parent.path().join("terraform-provider-wavix-1").as_path()));
}

#[test]
fn where_there_is_no_folder_nothing_is_noted() {
    let parent = tempfile::tempdir().unwrap();
    let nowhere = Siblings::new(ACCOUNT, vec![parent.path().join("missing")]);
    assert!(nowhere.begin(KIND, "a").is_none() && nowhere.are_busy(KIND, "a").is_err());
}

/// As the socket does for Terraform, and by the same list.
#[test]
fn where_the_folder_for_temporary_files_is_missing_the_next_is_used() {
    let (parent, one, _) = two();
    let next = parent.path().to_owned();
    let other = Siblings::new(ACCOUNT, vec![next.join("missing"), next]);
    one.made(KIND, &mark(7, None));
    assert!(other.ledger(KIND).unwrap().holds(&mark(7, None)));
}

/// Processes that use different folders would take each other's objects.
#[test]
fn a_folder_that_may_only_be_full_gives_way_to_no_other() {
    let kinds = [io::ErrorKind::StorageFull, io::ErrorKind::QuotaExceeded, io::ErrorKind::Other];
    assert!(kinds.into_iter().all(|kind| !is_nobodys(&kind.into())));
    assert!(is_nobodys(&io::ErrorKind::NotFound.into()));
}
