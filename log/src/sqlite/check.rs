//! Verifying a directory: the files first, then the database, then every entry.

use std::path::Path;

use super::SqliteLog;
use super::file::Place;
use crate::error::{ReadError, StoreError};
use crate::report::{Finding, FindingKind, Report};
use crate::verify::verify;

/// Complaints of SQLite's own check that are spelled out.
const COMPLAINTS_MAX: usize = 100;

/// Walks the log in `dir`, beside a writer or not, and states everything that is wrong with it.
/// Changes nothing.
pub fn verify_dir(dir: &Path) -> Report {
    let place = Place::new(dir);
    let mut report = Report::default();
    if !place.db().exists() {
        let text = format!("there is no log in {}", dir.display());
        report.add(Finding::of_store(FindingKind::Missing, text));
        return report;
    }
    if let Err(error) = place.check_head() {
        report.add(of_file(error, FindingKind::Empty));
        return report;
    }
    // Beside a writer the file changes while it is read, and its end says nothing.
    if let Ok(_alone) = place.lock_out_writers() {
        match place.check_wal() {
            Ok(None) => {}
            Ok(Some(torn)) => report.add(Finding::of_store(FindingKind::TornWal, torn)),
            Err(error) => report.add(of_file(error, FindingKind::DamagedWal)),
        }
    }
    let log = match SqliteLog::connect_read_only(place) {
        Ok(log) => log,
        Err(error) => {
            report.add(of_file(error, FindingKind::Database));
            return report;
        }
    };
    match log.integrity(COMPLAINTS_MAX) {
        Ok(complaints) => complaints.into_iter().for_each(|complaint| {
            let text =
                format!("{}: {complaint}; restore a backup, or export what is readable", log.place().db().display());
            report.add(Finding::of_store(FindingKind::Database, text));
        }),
        Err(ReadError::Store { why }) => {
            report.add(Finding::of_store(FindingKind::Database, why));
        }
        Err(error) => report.add(Finding::of_store(FindingKind::Database, error.to_string())),
    }
    let walked = verify(&log);
    walked.findings.into_iter().for_each(|it| report.add(it));
    report.more_findings += walked.more_findings;
    report.accounts = walked.accounts;
    report
}

/// A file that could not be used, as a finding; `damaged` is what damage to it is called.
fn of_file(error: StoreError, damaged: FindingKind) -> Finding {
    let kind = match error {
        StoreError::NotOurs { .. } => FindingKind::NotOurs,
        StoreError::Damaged { .. } => damaged,
        _ => FindingKind::Database,
    };
    Finding::of_store(kind, error.to_string())
}
