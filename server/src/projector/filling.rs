//! What must be folded again after a start: from the last checkpoint, or for a table that is new or
//! changed from the beginning.

use super::schema::Place;
use readyroom_core::ids::EventNo;
use readyroom_views::tables::{Filled, Step, Tables};
use rusqlite::{Connection, OptionalExtension, params};
use std::collections::BTreeMap;

/// The folds on their way to where the log ends.
#[derive(Debug)]
pub struct Filling {
    tables: Tables,
    /// For each table the event that its fold has taken in last.
    from: BTreeMap<&'static str, EventNo>,
}

impl Filling {
    /// Every event behind this one must be fed, in order.
    pub fn from(&self) -> EventNo {
        self.from.values().copied().min().unwrap_or_default()
    }

    /// The event that the fold furthest ahead has taken in last.
    pub fn reached(&self) -> EventNo {
        self.from.values().copied().max().unwrap_or_default()
    }

    /// Takes an event into those tables that have not seen it.
    pub fn fold(&mut self, step: &Step<'_>, out: &mut Vec<Filled>) {
        let from = &self.from;
        self.tables.fold_where(|table| from.get(table).is_none_or(|from| step.no > *from), step, out);
    }

    /// The folds, when all events were fed.
    pub fn done(self) -> Tables {
        self.tables
    }
}

/// Where the tables are filled, and from where on. Makes those that are missing, and begins those
/// of another version beside them.
pub fn begin(conn: &Connection) -> rusqlite::Result<(Vec<Place>, Filling)> {
    let (at, kept): (i64, String) =
        conn.query_row("SELECT at, tables FROM checkpoint", [], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let mut kept: serde_json::Map<String, serde_json::Value> = serde_json::from_str(&kept).map_err(unreadable)?;
    let (mut places, mut from) = (Vec::new(), BTreeMap::new());
    for &shape in Tables::SHAPES {
        drop_unfinished(conn, shape.name)?;
        let stored: Option<(u32, i64)> = conn
            .query_row("SELECT version, checkpoint FROM filled WHERE name = ?1", [shape.name], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })
            .optional()?;
        let (place, folded) = match stored {
            Some((version, folded)) if version == shape.version => (Place::own(shape), folded),
            Some(_) => {
                let place = Place::beside(shape);
                place.create(conn)?;
                (place, 0)
            }
            None => {
                let place = Place::own(shape);
                place.create(conn)?;
                conn.execute("INSERT INTO filled VALUES (?1, ?2, 0)", params![shape.name, shape.version])?;
                (place, 0)
            }
        };
        // All checkpoints are made together: a table has the last one, or none.
        let known = folded == at && kept.contains_key(shape.name);
        if !known {
            kept.remove(shape.name);
        }
        from.insert(shape.name, if known { EventNo(at.cast_unsigned()) } else { EventNo(0) });
        places.push(place);
    }
    let tables = serde_json::from_value(kept.into()).map_err(unreadable)?;
    Ok((places, Filling { tables, from }))
}

/// Keeps what the folds remember behind event `at`.
pub fn checkpoint(conn: &Connection, at: EventNo, tables: &Tables) -> rusqlite::Result<()> {
    let json = serde_json::to_string(tables).expect("folds have text for keys");
    conn.execute("UPDATE checkpoint SET at = ?1, tables = ?2", params![at.0.cast_signed(), json])?;
    for shape in Tables::SHAPES {
        conn.execute(
            "UPDATE filled SET version = ?2, checkpoint = ?3 WHERE name = ?1",
            params![shape.name, shape.version, at.0.cast_signed()],
        )?;
    }
    Ok(())
}

/// What an earlier start did not finish, under whatever version.
fn drop_unfinished(conn: &Connection, table: &str) -> rusqlite::Result<()> {
    let names: Vec<String> = conn
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name GLOB ?1 || '_v[0-9]*'")?
        .query_map([table], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    names.iter().try_for_each(|name| conn.execute_batch(&format!("DROP TABLE {name}")))
}

fn unreadable(error: serde_json::Error) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(1, rusqlite::types::Type::Text, error.into())
}
