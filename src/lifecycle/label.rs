//! Which labels mean the same to Wavix and to people. What a server does to the spelling of
//! a label must not hide an object from those who look for it. Pure.

use icu_normalizer::ComposingNormalizerBorrowed;

/// Wavix keeps 50 characters of a label. Of one that was cut there, so many are left
/// at least when blanks are left out.
const LONG: usize = 40;

/// One spelling for all labels that a server may have made of the same one:
/// composed, without blanks at the ends and doubled ones between, in lower case.
fn normal(label: &str) -> String {
    let spaced = label.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
    composed(&spaced)
}

/// The label in Unicode form C, which Terraform puts every text into. What the
/// portal took from a Mac or a web form may be in form D, which nobody can see or
/// write down.
pub fn composed(label: &str) -> String {
    ComposingNormalizerBorrowed::new_nfc().normalize(label).into_owned()
}

/// Whether an object with this label may be the one that was to have that label:
/// both mean the same, or one is cut off. For naming objects, never for taking one.
pub fn may_be(found: Option<&str>, wanted: &str) -> bool {
    let Some(found) = found.map(normal) else { return false };
    let wanted = normal(wanted);
    let (shorter, longer) = if found.len() < wanted.len() { (found, wanted) } else { (wanted, found) };
    shorter == longer || (shorter.chars().count() >= LONG && longer.starts_with(&shorter))
}

/// The same for all labels of which one may be the other.
pub fn group(label: &str) -> String {
    normal(label).chars().take(LONG).collect::<String>().trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_server_makes_of_a_label_is_the_same_label() {
        let long = "x".repeat(60);
        for (sent, kept) in [
            ("  Office  Berlin\t", "Office Berlin"),
            ("Office Berlin", "office berlin"),
            ("Bu\u{308}ro", "B\u{fc}ro"),
            (long.as_str(), &long[..50]),
            (
                "A label whose last characters are behind the   fiftieth",
                "A label whose last characters are behind the",
            ),
        ] {
            assert!(may_be(Some(kept), sent), "{sent:?}");
            assert_eq!(group(sent), group(kept));
        }
        for (one, other) in [("Office 1", "Office 2"), ("Office", "Office 2"), ("", "Office")] {
            assert!(!may_be(Some(one), other), "{one:?} {other:?}");
        }
        assert!(!may_be(None, ""));
    }
}
