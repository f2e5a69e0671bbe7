//! Pagination, as every list of the API has it: `page` and `per_page` in, a `pagination` object out.

use serde_json::{Value, json};

use crate::{
    answer::Refusal,
    behaviour::{Behaviour, Paging},
};

const DEFAULT_PER_PAGE: usize = 25;

/// A page that was asked for and granted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Page {
    /// The page that is answered.
    number: usize,
    /// The page that the answer says it is.
    echoed: usize,
    per_page: usize,
}

impl Page {
    /// Reads the query. Numbers below 1 and non-numbers are a 400, which nobody documents.
    pub(crate) fn requested(query: Option<&str>, behaviour: &Behaviour) -> Result<Self, Refusal> {
        let parameter = |name: &str, default: usize| {
            let given = query.unwrap_or("").split('&').filter_map(|pair| pair.split_once('='));
            match given.into_iter().find(|(key, _)| *key == name) {
                None => Ok(default),
                Some((_, value)) => {
                    match value.parse::<i32>().ok().and_then(|number| usize::try_from(number).ok()) {
                        Some(number) if number >= 1 => Ok(number),
                        _ => Err(Refusal::invalid_parameter(name)),
                    }
                }
            }
        };
        let wanted = parameter("page", 1)?;
        let (number, echoed) = match behaviour.paging {
            Paging::Heeded => (wanted, wanted),
            Paging::Ignored => (1, 1),
            Paging::IgnoredButEchoed => (1, wanted),
        };
        let per_page = parameter("per_page", DEFAULT_PER_PAGE)?;
        Ok(Self { number, echoed, per_page: per_page.min(behaviour.per_page_cap.unwrap_or(usize::MAX)) })
    }

    pub(crate) fn skip(self) -> usize {
        (self.number - 1).saturating_mul(self.per_page)
    }

    pub(crate) fn take(self) -> usize {
        self.per_page
    }

    /// The `pagination` object of the answer.
    pub(crate) fn of(self, total: usize) -> Value {
        json!({
            "current_page": self.echoed,
            "per_page": self.per_page,
            "total": total,
            "total_pages": total.div_ceil(self.per_page),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Behaviour, Page, Paging};

    #[test]
    fn what_is_asked_for_is_capped_and_echoed() {
        let page = Page::requested(Some("page=3&per_page=500"), &Behaviour::default()).unwrap();
        assert_eq!((page.skip(), page.take()), (200, 100));
        assert_eq!(
            page.of(201),
            serde_json::json!({ "current_page": 3, "per_page": 100, "total": 201, "total_pages": 3 })
        );
        let first = Page { number: 1, echoed: 1, per_page: 25 };
        assert_eq!(Page::requested(None, &Behaviour::default()).unwrap(), first);
    }

    #[test]
    fn a_page_that_is_not_heeded_is_the_first() {
        for (paging, echoed) in [(Paging::Ignored, 1), (Paging::IgnoredButEchoed, 3)] {
            let behaviour = Behaviour { paging, ..Behaviour::default() };
            let page = Page::requested(Some("page=3&per_page=10"), &behaviour).unwrap();
            assert_eq!((page.skip(), page.of(25)["current_page"].as_u64()), (0, Some(echoed)), "{paging:?}");
        }
    }

    #[test]
    fn nonsense_is_refused() {
        for query in ["page=0", "per_page=-1", "page=two", "per_page="] {
            assert!(Page::requested(Some(query), &Behaviour::default()).is_err(), "{query}");
        }
    }
}
