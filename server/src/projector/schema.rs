//! The tables as SQL, made from their shapes; and how rows go in and come out.

use readyroom_views::tables::{Cell, Column, Kind, Shape};
use rusqlite::types::{ToSql, ToSqlOutput, Value, ValueRef};
use rusqlite::{Connection, OptionalExtension, Row};
use std::borrow::Cow;

/// Columns by which rows are found, besides `seq`.
///
/// All of them grow at their end, or nearly: instants do, ends of segments do, and ids begin with the
/// instant they were made at, keys included. An index by agent does not: with 5,000 agents it made
/// inserting 2.5 times as dear and the file half as large again. What needs an agent's rows reads
/// a bounded stretch (`reader.rs`) or the last row of each day (`derived.rs`). Clients are the
/// exception, for they are described seldom.
const INDEXES: &[(&str, &str)] = &[
    ("agent_event", "ts"),
    ("agent_activity", "ts"),
    ("conversation_segment", "end"),
    ("conversation_segment", "conversation_id"),
    ("message", "conversation_id"),
    ("message", "key_id"),
    ("client", "client_id"),
    ("client", "key_id"),
];

/// Where a table is filled: under its own name, or beside it until it has all rows.
#[derive(Clone, Debug)]
pub struct Place {
    /// The table.
    pub shape: Shape,
    /// What SQL calls it now.
    pub name: String,
    insert: String,
    find: String,
}

impl Place {
    /// Under its own name.
    pub fn own(shape: Shape) -> Place {
        Place::named(shape, shape.name.to_owned())
    }

    /// Beside the rows of another version.
    pub fn beside(shape: Shape) -> Place {
        Place::named(shape, format!("{}_v{}", shape.name, shape.version))
    }

    fn named(shape: Shape, name: String) -> Place {
        let (columns, places) = (columns(shape.columns), vec!["?"; shape.columns.len()].join(", "));
        let insert = format!("INSERT INTO {name} ({columns}) VALUES ({places})");
        let find = format!("SELECT {columns} FROM {name} WHERE seq = ?1");
        Place { shape, name, insert, find }
    }

    /// Whether readers still see the rows of another version.
    pub fn is_beside(&self) -> bool {
        self.name != self.shape.name
    }

    /// Whether some of it is a person's own words, which may have to go.
    pub fn can_be_forgotten(&self) -> bool {
        self.shape.columns.iter().any(|column| column.kind == Kind::Sealed)
    }

    /// Makes the table and its indexes.
    pub fn create(&self, conn: &Connection) -> rusqlite::Result<()> {
        let columns: Vec<_> = self.shape.columns.iter().map(definition).collect();
        conn.execute_batch(&format!("CREATE TABLE {} ({}) STRICT", self.name, columns.join(", ")))?;
        for (_, column) in INDEXES.iter().filter(|(table, _)| *table == self.shape.name) {
            let name = &self.name;
            conn.execute_batch(&format!("CREATE INDEX {name}_by_{column} ON {name} (\"{column}\")"))?;
        }
        Ok(())
    }

    /// The number of the last row, 0 before the first.
    pub fn last(&self, conn: &Connection) -> rusqlite::Result<i64> {
        conn.prepare_cached(&format!("SELECT coalesce(max(seq), 0) FROM {}", self.name))?
            .query_row([], |row| row.get(0))
    }

    /// Adds a row that is not there yet.
    pub fn insert(&self, conn: &Connection, cells: &[Cell]) -> rusqlite::Result<()> {
        conn.prepare_cached(&self.insert)?.execute(rusqlite::params_from_iter(cells.iter().map(Bound))).map(|_| ())
    }

    /// The row of this number, if it is there.
    pub fn find(&self, conn: &Connection, seq: i64) -> rusqlite::Result<Option<Vec<Cell>>> {
        conn.prepare_cached(&self.find)?.query_row([seq], |row| cells(row, self.shape.columns)).optional()
    }
}

/// The columns' names, for SQL.
pub fn columns(columns: &[Column]) -> String {
    columns.iter().map(|column| format!("\"{}\"", column.name)).collect::<Vec<_>>().join(", ")
}

/// The cells of a row whose columns are these.
pub fn cells(row: &Row<'_>, columns: &[Column]) -> rusqlite::Result<Vec<Cell>> {
    let cell = |index| {
        Ok(match row.get(index)? {
            Value::Null => Cell::Null,
            Value::Integer(number) => Cell::Int(number),
            Value::Text(text) => Cell::Text(Cow::Owned(text)),
            other @ (Value::Real(_) | Value::Blob(_)) => {
                return Err(rusqlite::Error::InvalidColumnType(index, columns[index].name.into(), other.data_type()));
            }
        })
    };
    (0..columns.len()).map(cell).collect()
}

/// `seq` stays without AUTOINCREMENT: the fold counts it, and numbers are never given anew.
fn definition(column: &Column) -> String {
    let kind = match column.kind {
        Kind::Seq => "INTEGER PRIMARY KEY",
        Kind::Int => "INTEGER",
        Kind::Text | Kind::Sealed => "TEXT",
    };
    let null = if column.nullable || column.kind == Kind::Seq { "" } else { " NOT NULL" };
    format!("\"{}\" {kind}{null}", column.name)
}

/// A cell as SQL takes it.
struct Bound<'a>(&'a Cell);

impl ToSql for Bound<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self.0 {
            Cell::Null => ValueRef::Null,
            Cell::Int(number) => ValueRef::Integer(*number),
            Cell::Text(text) => ValueRef::Text(text.as_bytes()),
            Cell::Sealed(_) => unreachable!("a row is opened before it is stored"),
        }))
    }
}
