//! The stored items of one kind of object, with what lagging replicas still show of them.
//! Knows no JSON, no request and no object: the rules are with each object, in `resources`.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use crate::behaviour::{Behaviour, ListOrder};

/// What a collection has to know of its items.
pub(crate) trait Item: Clone {
    /// The id of the first one.
    const FIRST_ID: i64;
    /// Whether one is read by picking it from the list, because nothing reads a single one.
    const READ_FROM_LIST: bool;

    fn id(&self) -> i64;
}

/// An item and what lagging replicas show of it.
#[derive(Debug)]
struct Record<T> {
    item: T,
    /// Reads that still do not find it.
    read_misses: Lag,
    /// List requests that still leave it out.
    list_misses: Lag,
    /// Reads that still answer the version before the last update.
    stale: Option<(T, Lag)>,
    /// Whether lists are such reads too.
    is_stale_in_lists: bool,
}

/// How far replicas are behind a write.
#[derive(Debug)]
struct Lag {
    /// Requests that are answered as before it.
    left: u32,
    /// When it ends at the latest.
    until: Option<Instant>,
}

impl Lag {
    /// Of a write that is made now.
    fn of(requests: u32, at_most: Duration) -> Self {
        Self { left: requests, until: Instant::now().checked_add(at_most) }
    }

    fn is_over(&self) -> bool {
        self.left == 0 || self.until.is_some_and(|until| until <= Instant::now())
    }

    /// Whether a request is answered as before; counts it.
    fn passes(&mut self) -> bool {
        let is_behind = !self.is_over();
        self.left = self.left.saturating_sub(1);
        is_behind
    }
}

impl<T: Item> Record<T> {
    /// The item as a read sees it; counts the lag down.
    fn read(&mut self) -> Option<&T> {
        if self.read_misses.passes() {
            return None;
        }
        if let Some((before, left)) = &mut self.stale
            && left.passes()
        {
            return Some(before);
        }
        Some(&self.item)
    }

    /// The item as a list request sees it; counts the lag down.
    fn listed(&mut self) -> Option<&T> {
        if self.list_misses.passes() {
            None
        } else if T::READ_FROM_LIST || self.is_stale_in_lists {
            self.read()
        } else {
            Some(&self.item)
        }
    }
}

/// The items of an account, by ascending id.
#[derive(Debug)]
pub(crate) struct Collection<T> {
    records: BTreeMap<i64, Record<T>>,
    /// Deleted items that lists still show, and how long they do.
    ghosts: Vec<(T, Lag)>,
    next_id: i64,
    lists_served: usize,
    reads_served: usize,
}

impl<T: Item> Collection<T> {
    /// None yet; `spared` ids from the first on are another account's.
    pub(crate) fn new(spared: i64) -> Self {
        Self {
            records: BTreeMap::new(),
            ghosts: Vec::new(),
            next_id: T::FIRST_ID + spared,
            lists_served: 0,
            reads_served: 0,
        }
    }

    /// An id that nothing had before.
    pub(crate) fn new_id(&mut self) -> i64 {
        let id = self.next_id;
        self.next_id += 1;
        id
    }

    /// Gives its id.
    pub(crate) fn insert(&mut self, item: T, behaviour: &Behaviour) -> i64 {
        let id = item.id();
        self.next_id = self.next_id.max(id + 1);
        let record = Record {
            read_misses: Lag::of(behaviour.misses_after_create, behaviour.lag_at_most),
            list_misses: Lag::of(behaviour.list_lag, behaviour.lag_at_most),
            stale: None,
            is_stale_in_lists: false,
            item,
        };
        self.records.insert(id, record);
        id
    }

    /// Replaces a stored item; one that is gone stays so.
    pub(crate) fn replace(&mut self, item: T, behaviour: &Behaviour) {
        let Some(record) = self.records.get_mut(&item.id()) else { return };
        let before = std::mem::replace(&mut record.item, item);
        let reads = behaviour.stale_reads_after_update;
        record.stale = (reads > 0).then(|| (before, Lag::of(reads, behaviour.lag_at_most)));
        record.is_stale_in_lists = false;
    }

    /// Lets so many reads, alone or in a list, show another version of a stored item.
    pub(crate) fn show(&mut self, other: T, reads: u32, behaviour: &Behaviour) {
        let Some(record) = self.records.get_mut(&other.id()).filter(|_| reads > 0) else { return };
        record.stale = Some((other, Lag::of(reads, behaviour.lag_at_most)));
        record.is_stale_in_lists = true;
    }

    pub(crate) fn remove(&mut self, id: i64, behaviour: &Behaviour) -> Option<T> {
        let record = self.records.remove(&id)?;
        if behaviour.list_lag > 0 {
            self.ghosts.push((record.item.clone(), Lag::of(behaviour.list_lag, behaviour.lag_at_most)));
        }
        Some(record.item)
    }

    /// Removes every item that fits.
    pub(crate) fn remove_all(&mut self, fits: impl Fn(&T) -> bool, behaviour: &Behaviour) -> Vec<T> {
        let ids: Vec<i64> = self.iter().filter(|item| fits(item)).map(T::id).collect();
        ids.into_iter().filter_map(|id| self.remove(id, behaviour)).collect()
    }

    /// The item as it is, not as a lagging replica shows it.
    pub(crate) fn get(&self, id: i64) -> Option<&T> {
        self.records.get(&id).map(|record| &record.item)
    }

    /// The items as they are.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        self.records.values().map(|record| &record.item)
    }

    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.records.values_mut().map(|record| &mut record.item)
    }

    /// The item as a read sees it, and how many reads were answered before; counts the lag down.
    pub(crate) fn read(&mut self, id: i64) -> Option<(T, usize)> {
        let item = self.records.get_mut(&id)?.read()?.clone();
        self.reads_served += 1;
        Some((item, self.reads_served - 1))
    }

    /// One page of those that fit, as a list request sees it, and the number of all that it sees; counts the lag down.
    pub(crate) fn list(
        &mut self,
        order: ListOrder,
        fits: impl Fn(&T) -> bool,
        skip: usize,
        take: usize,
    ) -> (Vec<T>, usize) {
        self.ghosts.retain(|(_, lag)| !lag.is_over());
        let mut visible: Vec<&T> = Vec::with_capacity(self.records.len());
        visible.extend(self.records.values_mut().filter_map(Record::listed));
        visible.extend(self.ghosts.iter().map(|(item, _)| item));
        visible.retain(|item| fits(item));
        visible.sort_by_key(|item| item.id());
        arrange(&mut visible, order, self.lists_served);
        let total = visible.len();
        let page = visible.into_iter().skip(skip).take(take).cloned().collect();
        self.lists_served += 1;
        self.ghosts.retain_mut(|(_, lag)| lag.passes());
        (page, total)
    }
}

/// Brings ascending items into `order`; `turn` counts the requests.
pub(crate) fn arrange<T>(items: &mut [T], order: ListOrder, turn: usize) {
    match order {
        ListOrder::Ascending => {}
        ListOrder::Descending => items.reverse(),
        ListOrder::Shifting if items.is_empty() => {}
        ListOrder::Shifting => items.rotate_right(turn % items.len()),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Behaviour, Collection, Item, ListOrder};

    #[derive(Debug, Clone, PartialEq)]
    struct Slot(i64, &'static str);

    impl Item for Slot {
        const FIRST_ID: i64 = 5;
        const READ_FROM_LIST: bool = true;

        fn id(&self) -> i64 {
            self.0
        }
    }

    fn names(slots: &mut Collection<Slot>) -> Vec<&'static str> {
        let (page, total) = slots.list(ListOrder::Ascending, |_| true, 0, 9);
        assert_eq!(total, page.len());
        page.iter().map(|slot| slot.1).collect()
    }

    #[test]
    fn what_settles_later_is_shown_alone_and_in_lists() {
        #[derive(Debug, Clone, PartialEq)]
        struct Alone(Slot);

        impl Item for Alone {
            const FIRST_ID: i64 = 5;
            const READ_FROM_LIST: bool = false;

            fn id(&self) -> i64 {
                self.0.0
            }
        }

        let (now, mut all) = (Behaviour::default(), Collection::new(0));
        all.insert(Alone(Slot(5, "old")), &now);
        all.replace(Alone(Slot(5, "new")), &now);
        all.show(Alone(Slot(5, "settling")), 2, &now);
        let mut listed = || all.list(ListOrder::Ascending, |_| true, 0, 9).0[0].0.1;
        assert_eq!((listed(), listed(), listed()), ("settling", "settling", "new"));
        all.show(Alone(Slot(5, "settling")), 1, &now);
        let mut read = || all.read(5).unwrap().0.0.1;
        assert_eq!((read(), read()), ("settling", "new"));
    }

    #[test]
    fn what_is_read_from_the_list_lags_there() {
        let lag = Behaviour {
            misses_after_create: 1,
            list_lag: 1,
            stale_reads_after_update: 1,
            ..Behaviour::default()
        };
        let mut slots = Collection::new(0);
        let id = slots.new_id();
        slots.insert(Slot(id, "made"), &lag);
        assert_eq!(
            (names(&mut slots).len(), names(&mut slots).len()),
            (0, 0),
            "the list's lag, then the read's"
        );
        assert_eq!(names(&mut slots), ["made"]);
        slots.replace(Slot(id, "changed"), &lag);
        assert_eq!(slots.get(id), Some(&Slot(5, "changed")));
        assert_eq!((names(&mut slots), names(&mut slots)), (vec!["made"], vec!["changed"]));
        assert_eq!(slots.remove_all(|slot| slot.0 == id, &lag).len(), 1);
        assert_eq!((names(&mut slots), names(&mut slots)), (vec!["changed"], vec![]));
        assert_eq!(slots.new_id(), 6, "an id is not given twice");
        // However few requests there are, it is over some time.
        let short = Behaviour { lag_at_most: Duration::ZERO, ..lag };
        for (id, name) in [(6, "old"), (7, "other")] {
            slots.insert(Slot(id, name), &short);
        }
        slots.replace(Slot(6, "new"), &short);
        slots.remove(7, &short);
        assert_eq!(names(&mut slots), ["new"]);
    }
}
