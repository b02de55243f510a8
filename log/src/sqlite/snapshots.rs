//! Snapshots as files, one each: written beside the log without making it wait, whole or absent.
//!
//! ```text
//!  snapshots/<account, 32 hex>-<position, 16 hex>.snapshot
//!  4 bytes crc, 4 bytes version, 36 bytes anchor, then the state; numbers little-endian
//! ```

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::PathBuf;

use super::file::{Place, failed, sync_dir};
use crate::chain::Anchor;
use crate::entry::{Account, Pos, SNAPSHOT_BYTES_MAX, Snapshot};
use crate::error::{ReadError, StoreError};

const HEAD_BYTES: usize = 44;
const EXTENSION: &str = "snapshot";

/// Writes a snapshot, durably.
pub fn put(place: &Place, snapshot: &Snapshot) -> Result<(), StoreError> {
    if snapshot.bytes.len() > SNAPSHOT_BYTES_MAX {
        return Err(StoreError::Refused {
            account: snapshot.account,
            why: format!("a snapshot has at most {SNAPSHOT_BYTES_MAX} bytes"),
        });
    }
    let path = path(place, snapshot.account, snapshot.at.pos);
    let new = path.with_extension("new");
    let write = || -> io::Result<()> {
        fs::create_dir_all(place.snapshots())?;
        let mut file = File::create(&new)?;
        file.write_all(&snapshot.crc.to_le_bytes())?;
        file.write_all(&snapshot.version.to_le_bytes())?;
        file.write_all(&snapshot.at.to_bytes())?;
        file.write_all(&snapshot.bytes)?;
        file.sync_all()?;
        fs::rename(&new, &path)?;
        sync_dir(&place.snapshots())?;
        sync_dir(&place.dir)
    };
    write().map_err(|error| failed(&path, error))
}

/// The newest snapshot of an account at or before `upto`. One whose file is damaged is returned as
/// one that is not whole.
pub fn get(place: &Place, account: Account, upto: Pos) -> Result<Option<Snapshot>, ReadError> {
    let names = list(place)?;
    let newest = names.into_iter().filter(|&(of, pos)| of == account && pos <= upto).map(|(_, pos)| pos).max();
    newest.map(|pos| read(place, account, pos)).transpose()
}

/// Accounts and positions that have a snapshot, in no order.
pub fn list(place: &Place) -> Result<Vec<(Account, Pos)>, ReadError> {
    let dir = place.snapshots();
    let unreadable = |error: io::Error| ReadError::Store { why: format!("{}: {error}", dir.display()) };
    let found = match fs::read_dir(&dir) {
        Ok(found) => found,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(unreadable(error)),
    };
    let mut names = Vec::new();
    for file in found {
        let name = PathBuf::from(file.map_err(unreadable)?.file_name());
        let stem = name.file_stem().and_then(|stem| stem.to_str());
        if name.extension().is_some_and(|it| it == EXTENSION) {
            names.extend(stem.and_then(parse));
        }
    }
    Ok(names)
}

fn read(place: &Place, account: Account, pos: Pos) -> Result<Snapshot, ReadError> {
    let path = path(place, account, pos);
    let mut bytes = Vec::new();
    let limit = (HEAD_BYTES + SNAPSHOT_BYTES_MAX + 1) as u64;
    File::open(&path)
        .and_then(|file| file.take(limit).read_to_end(&mut bytes))
        .map_err(|error| ReadError::Store { why: format!("{}: {error}", path.display()) })?;
    let u32_at = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().expect("four bytes"));
    if bytes.len() >= HEAD_BYTES {
        let at = Anchor::from_bytes(bytes[8..HEAD_BYTES].try_into().expect("36 bytes"));
        let (crc, version) = (u32_at(0), u32_at(4));
        if at.pos == pos {
            return Ok(Snapshot { account, at, version, bytes: bytes.split_off(HEAD_BYTES), crc });
        }
    }
    let nowhere = Anchor { pos, ..Anchor::START };
    let mut damaged = Snapshot::new(account, nowhere, 0, Vec::new());
    damaged.crc = !damaged.crc;
    Ok(damaged)
}

fn path(place: &Place, account: Account, pos: Pos) -> PathBuf {
    let name = format!("{account}-{:016x}.{EXTENSION}", pos.0);
    place.snapshots().join(name)
}

fn parse(stem: &str) -> Option<(Account, Pos)> {
    let (account, pos) = stem.split_once('-')?;
    let account = u128::from_str_radix(account, 16).ok()?;
    let pos = u64::from_str_radix(pos, 16).ok()?;
    Some((Account(account.to_be_bytes()), Pos(pos)))
}
