//! One write: decided on what stands, committed to the file with its audit line, then shown to readers.

use super::Directory;
use super::audit::{self, Act};
use super::error::DirectoryError;
use super::memory::Memory;
use readyroom_core::ids::AccountId;
use rusqlite::{Connection, Transaction};
use std::sync::{MutexGuard, RwLock, RwLockReadGuard};

/// The right to write. Until it is dropped nobody else changes anything, so what was looked up stays true.
pub(super) struct Writing<'a> {
    pub db: MutexGuard<'a, Connection>,
    memory: &'a RwLock<Memory>,
}

impl Directory {
    pub(super) fn writing(&self) -> Writing<'_> {
        let db = self.db.lock().expect("nothing panics while it writes");
        Writing { db, memory: &self.memory }
    }
}

impl Writing<'_> {
    pub fn memory(&self) -> RwLockReadGuard<'_, Memory> {
        self.memory.read().expect("nothing panics while it changes memory")
    }

    /// Stores what `store` says and the audit line in one transaction, then lets `show` change memory.
    pub fn commit(
        &mut self,
        account: AccountId,
        act: &Act,
        store: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<()>,
        show: impl FnOnce(&mut Memory),
    ) -> Result<(), DirectoryError> {
        let detail = act.checked_detail()?;
        let seq = self.memory().accounts.get(&account).map_or(0, |tenant| tenant.audit_last) + 1;
        let stored = |tx: &Transaction<'_>| {
            store(tx)?;
            audit::store(tx, account, seq, act, &detail)
        };
        self.commit_unaudited(stored, |memory| {
            show(memory);
            memory.stored_in(account).audit_last = seq;
        })
    }

    /// The same for what nobody did: housekeeping, and what belongs to no account.
    pub fn commit_unaudited(
        &mut self,
        store: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<()>,
        show: impl FnOnce(&mut Memory),
    ) -> Result<(), DirectoryError> {
        let tx = self.db.transaction()?;
        store(&tx)?;
        tx.commit()?;
        show(&mut self.memory.write().expect("nothing panics while it changes memory"));
        Ok(())
    }
}
