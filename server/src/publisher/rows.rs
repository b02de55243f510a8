//! Rows of one kind: when each last changed, its JSON once somebody wanted it, and those that went.

use super::recent::Recent;
use bytes::Bytes;
use readyroom_core::ids::EventNo;
use std::collections::{BTreeMap, BTreeSet};

/// Rows that went and are remembered for those who reconnect.
const GONE_MAX: usize = 20_000;

/// The rows by their ids. A row's *mark* is the first position that shows its last change.
pub(super) struct Rows<K> {
    rows: BTreeMap<K, Row>,
    by_mark: BTreeSet<(EventNo, K)>,
    gone: Recent<K>,
}

struct Row {
    mark: EventNo,
    encoded: Option<Bytes>,
}

impl<K: Copy + Ord> Rows<K> {
    /// No rows, from this position on.
    pub fn new(position: EventNo) -> Rows<K> {
        Rows { rows: BTreeMap::new(), by_mark: BTreeSet::new(), gone: Recent::new(position, GONE_MAX) }
    }

    /// The row is new, or is another than it was.
    pub fn change(&mut self, id: K, mark: EventNo) {
        if let Some(before) = self.rows.insert(id, Row { mark, encoded: None }) {
            self.by_mark.remove(&(before.mark, id));
        }
        self.by_mark.insert((mark, id));
    }

    /// The row is no more.
    pub fn remove(&mut self, id: K, mark: EventNo) {
        if let Some(before) = self.rows.remove(&id) {
            self.by_mark.remove(&(before.mark, id));
            self.gone.push(mark, id);
        }
    }

    /// The JSON of a row, made by `encode` unless it has been made before.
    pub fn json(&mut self, id: K, encode: impl FnOnce(EventNo) -> Bytes) -> Option<Bytes> {
        let row = self.rows.get_mut(&id)?;
        Some(row.encoded.get_or_insert_with(|| encode(row.mark)).clone())
    }

    /// All ids, in order.
    pub fn ids(&self) -> impl Iterator<Item = K> {
        self.rows.keys().copied()
    }

    /// The ids after this one, in order.
    pub fn ids_after(&self, after: Option<K>) -> impl Iterator<Item = K> {
        use std::ops::Bound::{Excluded, Unbounded};
        self.rows.range((after.map_or(Unbounded, Excluded), Unbounded)).map(|(&id, _)| id)
    }

    /// The rows that changed after a position, by id.
    pub fn changed_after(&self, position: EventNo) -> BTreeSet<K> {
        // Keys begin with the mark, so the newest are walked from the end without knowing a first id.
        let newest = self.by_mark.iter().rev();
        newest.take_while(|(mark, _)| *mark > position).map(|&(_, id)| id).collect()
    }

    /// The rows that went after a position and have not come again, by id.
    pub fn gone_after(&self, position: EventNo) -> BTreeSet<K> {
        self.gone.after(position).map(|(_, &id)| id).filter(|id| !self.rows.contains_key(id)).collect()
    }

    /// The position from which on it is known what went.
    pub fn known_from(&self) -> EventNo {
        self.gone.known_from()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_encoded_once_for_each_change() {
        let (mut rows, mut encoded) = (Rows::new(EventNo(0)), 0);
        let mut read = |rows: &mut Rows<u8>| {
            rows.json(1, |mark| {
                encoded += 1;
                Bytes::from(mark.to_string())
            })
        };
        rows.change(1, EventNo(4));
        assert_eq!((read(&mut rows), read(&mut rows)), (Some("4".into()), Some("4".into())));
        rows.change(1, EventNo(5));
        assert_eq!(read(&mut rows), Some("5".into()));
        assert_eq!(encoded, 2);
    }

    #[test]
    fn what_changed_and_what_went_is_known_by_position() {
        let mut rows = Rows::new(EventNo(0));
        (1..=3).for_each(|id| rows.change(id, EventNo(u64::from(id))));
        rows.change(1u8, EventNo(4));
        rows.remove(2, EventNo(5));
        rows.remove(9, EventNo(6));
        assert_eq!(rows.changed_after(EventNo(2)), BTreeSet::from([1, 3]));
        assert_eq!(rows.gone_after(EventNo(4)), BTreeSet::from([2]));
        rows.change(2, EventNo(7));
        assert_eq!(rows.gone_after(EventNo(4)), BTreeSet::new());
        assert_eq!(rows.ids_after(Some(1)).collect::<Vec<_>>(), [2, 3]);
    }
}
