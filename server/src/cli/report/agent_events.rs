//! A CSV file of `agent_event` rows, read one row at a time and checked field by field.

use super::super::{Exit, stop};
use crate::report::{NamedChange, People};
use csv::{ByteRecord, Reader, ReaderBuilder};
use readyroom_core::ids::Timestamp;
use readyroom_views::reports::walk::Walk;
use readyroom_views::vocabulary::Bucket;
use std::fmt::Display;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// The columns, in the order in which we write them; a file may have them in any.
const COLUMNS: [&str; 7] = ["seq", "ts", "user_id", "from_status", "to_status", "reason", "call_id"];

/// The most bytes of one row, with what is read ahead of it.
const ROW_BYTES_MAX: usize = 1 << 20;

/// The most bytes of an agent's name.
const USER_BYTES_MAX: usize = 256;

/// The last instant of the year 9999.
const TS_MAX: i64 = 253_402_300_799_999;

/// Reads the file and shows the walk the rows of these people.
pub fn read(file: &Path, people: &mut People, walk: &mut Walk) -> anyhow::Result<()> {
    let opened = File::open(file).map_err(|error| unreadable(file, error))?;
    let mut rows = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true) // A row that is too short is told like every other fault.
        .buffer_capacity(1 << 16)
        .from_reader(Portioned { inner: opened, left: ROW_BYTES_MAX });
    let mut record = ByteRecord::new();
    if !next(file, &mut rows, &mut record)? {
        return Err(fault(file, 1, format_args!("the file is empty; its first line names the columns {}", list())));
    }
    let header = Header::of(file, &record)?;
    while next(file, &mut rows, &mut record)? {
        let row = Row { file, header: &header, record: &record };
        if record.len() != COLUMNS.len() {
            return Err(row.wrong(format_args!("it has {} fields, and the header {}", record.len(), COLUMNS.len())));
        }
        if let Some(change) = row.change()?.numbered(people) {
            walk.row(change).map_err(|misfit| match misfit.column() {
                Some(column) => row.fault(column, misfit),
                None => stop(Exit::Usage, misfit.to_string()),
            })?;
        }
    }
    Ok(())
}

/// Reads the next row, if there is one.
fn next(file: &Path, rows: &mut Reader<Portioned<File>>, record: &mut ByteRecord) -> anyhow::Result<bool> {
    rows.get_mut().left = ROW_BYTES_MAX;
    let line = rows.position().line();
    rows.read_byte_record(record).map_err(|error| match error.into_kind() {
        csv::ErrorKind::Io(error) if error.kind() == io::ErrorKind::FileTooLarge => {
            fault(file, line, format_args!("the row that begins here does not end; a quote may be missing"))
        }
        csv::ErrorKind::Io(error) => unreadable(file, error),
        other => fault(file, line, format_args!("it is no row of values: {other:?}")),
    })
}

/// Where each column stands.
struct Header([usize; COLUMNS.len()]);

impl Header {
    fn of(file: &Path, record: &ByteRecord) -> anyhow::Result<Header> {
        let names: Vec<_> = record.iter().map(String::from_utf8_lossy).collect();
        let wrong = |what: String| fault(file, 1, format_args!("{what}; the columns are {}", list()));
        if let Some(unknown) = names.iter().find(|name| !COLUMNS.contains(&name.as_ref())) {
            return Err(wrong(format!("there is no column {}", shown(unknown))));
        }
        let mut places = [0; COLUMNS.len()];
        for (place, column) in places.iter_mut().zip(COLUMNS) {
            let mut found = names.iter().enumerate().filter(|(_, name)| name.as_ref() == column);
            *place = found.next().ok_or_else(|| wrong(format!("the column {column} is missing")))?.0;
            if found.next().is_some() {
                return Err(wrong(format!("the column {column} is there twice")));
            }
        }
        Ok(Header(places))
    }
}

/// One row, and what is needed to say where it stands.
struct Row<'a> {
    file: &'a Path,
    header: &'a Header,
    record: &'a ByteRecord,
}

impl<'a> Row<'a> {
    fn change(&self) -> anyhow::Result<NamedChange<'a>> {
        Ok(NamedChange {
            seq: self.number("seq", u64::MAX)?,
            ts: Timestamp(self.number("ts", TS_MAX)?),
            user_id: self.user()?,
            from: self.bucket("from_status")?,
            to: self.bucket("to_status")?,
        })
    }

    fn text(&self, column: &'static str) -> anyhow::Result<&'a str> {
        let index = COLUMNS.iter().position(|&known| known == column).expect("it is one of the columns");
        let field = &self.record[self.header.0[index]];
        std::str::from_utf8(field).map_err(|_| self.fault(column, "it is not UTF-8"))
    }

    fn number<N: std::str::FromStr + PartialOrd + Default + Display>(
        &self,
        column: &'static str,
        max: N,
    ) -> anyhow::Result<N> {
        let text = self.text(column)?;
        let number = text.parse().ok().filter(|number| (N::default()..=max).contains(number));
        number.ok_or_else(|| {
            self.fault(column, format_args!("{} is no whole number from 0 on, or too large", shown(text)))
        })
    }

    fn user(&self) -> anyhow::Result<&'a str> {
        match self.text("user_id")? {
            "" => Err(self.fault("user_id", "it is empty; every row is about an agent")),
            user if user.len() > USER_BYTES_MAX => {
                Err(self.fault("user_id", format_args!("it is longer than {USER_BYTES_MAX} bytes")))
            }
            user => Ok(user),
        }
    }

    fn bucket(&self, column: &'static str) -> anyhow::Result<Bucket> {
        let text = self.text(column)?;
        let known = Bucket::ALL.iter().find(|bucket| bucket.as_str() == text);
        known.copied().ok_or_else(|| {
            let names: Vec<_> = Bucket::ALL.iter().map(|bucket| bucket.as_str()).collect();
            self.fault(column, format_args!("{} is no status; there are {}", shown(text), names.join(", ")))
        })
    }

    fn fault(&self, column: &str, what: impl Display) -> anyhow::Error {
        self.wrong(format_args!("{column}: {what}"))
    }

    fn wrong(&self, what: impl Display) -> anyhow::Error {
        let line = self.record.position().map_or(0, |position| position.line());
        fault(self.file, line, what)
    }
}

fn fault(file: &Path, line: u64, what: impl Display) -> anyhow::Error {
    stop(Exit::Finding, format!("{}, line {line}: {what}", file.display()))
}

fn unreadable(file: &Path, error: io::Error) -> anyhow::Error {
    stop(Exit::Store, format!("{} cannot be read: {error}", file.display()))
}

fn list() -> String {
    COLUMNS.join(",")
}

/// A text of the file in a sentence: quoted, and no longer than one line bears.
fn shown(text: &str) -> String {
    format!("{:?}", text.chars().take(80).collect::<String>())
}

/// A reader that gives only so many bytes, until it is granted more.
struct Portioned<R> {
    inner: R,
    left: usize,
}

impl<R: Read> Read for Portioned<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        let most = into.len().min(self.left);
        let read = self.inner.read(&mut into[..most])?;
        self.left -= read;
        Ok(read)
    }
}
