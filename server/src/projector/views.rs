//! One account's `views.db` as its only writer has it.

use super::error::ViewsError;
use super::filling::{self, Filling};
use super::reader::Reader;
use super::schema::Place;
use super::{derived, file, forgetting, promises};
use crate::vault::{Opened, Vault, VaultError};
use readyroom_core::event::codec::Kept;
use readyroom_core::ids::{AccountId, EventNo, KeyId};
use readyroom_views::tables::{Cell, Filled, Tables};
use rusqlite::{Connection, TransactionBehavior};
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The owner of one account's file.
pub struct Views {
    path: PathBuf,
    account: AccountId,
    vault: Arc<Vault>,
    conn: Connection,
    places: Vec<Place>,
    written: EventNo,
    /// Something was forgotten and may still stand in the write-ahead file.
    unscrubbed: bool,
}

/// What some events gave, on its way to the file.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    /// The last of these events.
    pub upto: EventNo,
    /// The rows, in the order in which the folds gave them.
    pub rows: Vec<Filled>,
    /// The answers promised with them.
    pub promises: Vec<Kept>,
    /// The keys forgotten with them: what they sealed goes.
    pub forgotten: Vec<KeyId>,
    /// What the folds remember behind `upto`, now and then: as the publisher decides.
    pub checkpoint: Option<Tables>,
}

impl Views {
    /// Opens the account's file at `path`, and makes it if it is not there; one that cannot be used is
    /// moved aside. Then says what must be folded again. Texts whose keys are gone go.
    ///
    /// # Errors
    /// [`ViewsError`]: the file, or the keys, cannot be read or written.
    pub fn open(path: &Path, account: AccountId, vault: Arc<Vault>) -> Result<(Views, Filling), ViewsError> {
        match Views::try_open(path, account, vault.clone()) {
            Err(ViewsError::Damaged { why, .. }) => {
                file::set_aside(path, &why)?;
                Views::try_open(path, account, vault)
            }
            opened => opened,
        }
    }

    fn try_open(path: &Path, account: AccountId, vault: Arc<Vault>) -> Result<(Views, Filling), ViewsError> {
        let sql = |error: rusqlite::Error| ViewsError::of(path, &error);
        let conn = file::open(path, account)?;
        let tx = conn.unchecked_transaction().map_err(sql)?;
        let (places, filling) = filling::begin(&tx).map_err(sql)?;
        let mut lost = BTreeSet::new();
        for key in forgetting::keys(&tx, &places).map_err(sql)? {
            if !vault.has(account, key)? {
                lost.insert(key);
            }
        }
        forgetting::delete(&tx, &places, &lost).map_err(sql)?;
        tx.commit().map_err(sql)?;
        let written = filling.from();
        let path = path.to_path_buf();
        let mut views = Views { path, account, vault, conn, places, written, unscrubbed: true };
        views.scrub();
        Ok((views, filling))
    }

    /// Moves the file aside and begins a new one, as when it tells of events that the log does not
    /// have.
    ///
    /// # Errors
    /// [`ViewsError`]: as for [`Views::open`].
    pub fn start_over(self, why: &str) -> Result<(Views, Filling), ViewsError> {
        let Views { path, account, vault, conn, .. } = self;
        drop(conn);
        file::set_aside(&path, why)?;
        Views::open(&path, account, vault)
    }

    /// The last event whose rows were ever stored. It may lie behind [`Filling::from`]: rows that
    /// are given again are compared.
    ///
    /// # Errors
    /// [`ViewsError`]: the file cannot be read.
    pub fn reached(&self) -> Result<EventNo, ViewsError> {
        let reached = self.conn.query_row("SELECT written FROM progress", [], |row| row.get::<_, i64>(0));
        reached.map(|no| EventNo(no.cast_unsigned())).map_err(|error| ViewsError::of(&self.path, &error))
    }

    /// Up to which event all tables are filled since the file was opened.
    pub fn written(&self) -> EventNo {
        self.written
    }

    /// Reads the same file.
    pub fn reader(&self) -> Reader {
        Reader::new(&self.path)
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Stores a batch: all of it, or nothing. A row that is already there must be the same.
    ///
    /// # Errors
    /// [`ViewsError`]: nothing was stored. Ask again if it [may pass](ViewsError::may_pass).
    pub fn write(&mut self, batch: &Batch) -> Result<(), ViewsError> {
        self.write_all(std::slice::from_ref(batch))
    }

    /// Stores several batches in one transaction.
    ///
    /// # Errors
    /// As for [`Views::write`].
    pub fn write_all(&mut self, batches: &[Batch]) -> Result<(), ViewsError> {
        let Some(last) = batches.last() else { return Ok(()) };
        let forgotten: BTreeSet<KeyId> = batches.iter().flat_map(|batch| &batch.forgotten).copied().collect();
        let swapped = self.transact(batches, &forgotten, last.upto)?;
        self.written = self.written.max(last.upto);
        if let Some(places) = swapped {
            self.places = places;
        }
        if !forgotten.is_empty() {
            file::drop_aside(&self.path)?;
        }
        self.unscrubbed |= !forgotten.is_empty();
        self.scrub();
        Ok(())
    }

    fn transact(
        &mut self,
        batches: &[Batch],
        forgotten: &BTreeSet<KeyId>,
        upto: EventNo,
    ) -> Result<Option<Vec<Place>>, ViewsError> {
        let sql = |error: rusqlite::Error| ViewsError::of(&self.path, &error);
        let tx = self.conn.transaction_with_behavior(TransactionBehavior::Immediate).map_err(sql)?;
        let source = Source { path: &self.path, account: self.account, vault: &self.vault };
        for place in &self.places {
            let rows = batches.iter().flat_map(|batch| &batch.rows).filter(|row| row.table == place.shape.name);
            source.fill(&tx, place, rows)?;
        }
        promises::write(&tx, batches.iter().flat_map(|batch| &batch.promises)).map_err(sql)?;
        forgetting::delete(&tx, &self.places, forgotten).map_err(sql)?;
        tx.execute("UPDATE progress SET written = max(written, ?1)", [upto.0.cast_signed()]).map_err(sql)?;
        let kept = batches.iter().rev().find_map(|batch| Some((batch.upto, batch.checkpoint.as_ref()?)));
        let mut swapped = None;
        if let Some((at, tables)) = kept {
            filling::checkpoint(&tx, at, tables).map_err(sql)?;
            swapped = Some(swap(&tx, &self.places).map_err(sql)?);
        }
        tx.commit().map_err(sql)?;
        Ok(swapped)
    }

    /// Has the next start move the file aside and fill it anew.
    pub(super) fn distrust(&self) -> Result<(), ViewsError> {
        file::distrust(&self.conn).map_err(|error| ViewsError::of(&self.path, &error))
    }

    /// Takes what was forgotten out of the write-ahead file as well. A reader may be in the way, for
    /// seconds at most: then the next batch tries again.
    fn scrub(&mut self) {
        if !self.unscrubbed {
            return;
        }
        match self.conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, bool>(0)) {
            Ok(busy) => self.unscrubbed = busy,
            Err(error) => tracing::warn!(
                "{}: the write-ahead file may still hold what was forgotten ({error}); the next write tries again",
                self.path.display()
            ),
        }
    }
}

/// The tables that were filled beside others take their places.
fn swap(conn: &Connection, places: &[Place]) -> rusqlite::Result<Vec<Place>> {
    for place in places.iter().filter(|place| place.is_beside()) {
        let (own, beside) = (place.shape.name, &place.name);
        conn.execute_batch(&format!("DROP TABLE {own}; ALTER TABLE {beside} RENAME TO {own}"))?;
        derived::renew(conn, own)?;
    }
    Ok(places.iter().map(|place| Place::own(place.shape)).collect())
}

/// Where rows come from, and what opens them.
struct Source<'a> {
    path: &'a Path,
    account: AccountId,
    vault: &'a Vault,
}

impl Source<'_> {
    /// Adds rows to one table. Those that are there already are compared: after a crash the rows
    /// behind the checkpoint come again, and must be the same.
    fn fill<'r>(
        &self,
        conn: &Connection,
        place: &Place,
        rows: impl Iterator<Item = &'r Filled>,
    ) -> Result<(), ViewsError> {
        let sql = |error: rusqlite::Error| ViewsError::of(self.path, &error);
        let mut rows = rows.peekable();
        if rows.peek().is_none() {
            return Ok(());
        }
        let last = place.last(conn).map_err(sql)?;
        for row in rows {
            let Some(cells) = self.open(row)? else { continue };
            let &Cell::Int(seq) = &cells[0] else { unreachable!("the first column is seq") };
            if seq > last {
                place.insert(conn, &cells).map_err(sql)?;
                continue;
            }
            match place.find(conn, seq).map_err(sql)? {
                Some(stored) if stored == *cells => {}
                None if place.can_be_forgotten() => {}
                _ => {
                    let place_of = self.path.display().to_string();
                    return Err(ViewsError::Contradicts { place: place_of, table: place.shape.name, seq });
                }
            }
        }
        if !place.is_beside() {
            derived::update(conn, place.shape.name, last).map_err(sql)?;
        }
        Ok(())
    }

    /// The row as it is stored, its texts opened; nothing when a key is gone.
    fn open<'r>(&self, row: &'r Filled) -> Result<Option<Cow<'r, [Cell]>>, ViewsError> {
        let mut cells = Cow::Borrowed(&row.cells[..]);
        for (index, cell) in row.cells.iter().enumerate() {
            let Cell::Sealed(sealed) = cell else { continue };
            match self.vault.open_sealed(self.account, sealed) {
                Ok(Opened::Text(text)) => cells.to_mut()[index] = Cell::Text(text.into()),
                Ok(Opened::Forgotten) => return Ok(None),
                Err(error @ VaultError::Tampered { .. }) => {
                    // It will never open; everything behind it must not wait for that.
                    tracing::error!("{}: a row of {} was left out: {error}", self.path.display(), row.table);
                    return Ok(None);
                }
                Err(error) => return Err(error.into()),
            }
        }
        Ok(Some(cells))
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{Scene, checkpoint};
    use super::*;
    use std::fs;

    #[test]
    fn a_full_disk_stores_nothing_and_is_made_good_when_there_is_room() {
        let mut scene = Scene::begin();
        scene.two_days();
        drop(scene.filled());
        let whole = scene.dump();
        fs::remove_file(scene.path()).unwrap();

        let (mut views, mut filling) = scene.open();
        let pages: i64 = views.conn.pragma_query_value(None, "page_count", |row| row.get(0)).unwrap();
        let limit = |views: &Views, pages: i64| {
            views.conn.query_row(&format!("PRAGMA max_page_count = {pages}"), [], |_| Ok(())).unwrap();
        };
        limit(&views, pages);
        let mut batch = Batch { upto: scene.last(), ..Batch::default() };
        scene.each(|step| filling.fold(step, &mut batch.rows));
        let empty = scene.dump();
        let error = views.write(&batch).unwrap_err();
        assert!(matches!(error, ViewsError::Store { .. }) && error.may_pass(), "{error}");
        assert_eq!((views.written(), views.reached().unwrap()), (EventNo(0), EventNo(0)));
        assert_eq!(scene.dump(), empty);

        limit(&views, i64::from(u32::MAX) - 1);
        views.write(&batch).unwrap();
        views.write(&checkpoint(scene.last(), filling.done())).unwrap();
        assert_eq!(views.written(), scene.last());
        assert_eq!(scene.dump(), whole);
    }
}
