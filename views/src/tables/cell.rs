//! Values and columns, plain enough that a store can make its tables from them.

use readyroom_core::event::Sealed;
use readyroom_core::ids::Timestamp;
use std::borrow::Cow;
use std::fmt;

/// One value of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    /// Nothing.
    Null,
    /// A number, an instant in milliseconds since 1970, or 0 and 1 for no and yes.
    Int(i64),
    /// An id or a word.
    Text(Cow<'static, str>),
    /// A text of a person. Whoever has the key opens it and stores a text; without the key there is
    /// no row any more.
    Sealed(Sealed),
}

impl Cell {
    /// A word of a vocabulary.
    pub(super) const fn word(word: &'static str) -> Cell {
        Cell::Text(Cow::Borrowed(word))
    }

    /// An id, or a code.
    pub(super) fn text(value: impl fmt::Display) -> Cell {
        Cell::Text(Cow::Owned(value.to_string()))
    }

    /// A count: of rows, of events.
    pub(super) fn count(value: u64) -> Cell {
        Cell::Int(i64::try_from(value).expect("no log has 2^63 events"))
    }

    /// An id or a code, if there is one.
    pub(super) fn text_or_null(value: Option<impl fmt::Display>) -> Cell {
        value.map_or(Cell::Null, Cell::text)
    }
}

impl From<Timestamp> for Cell {
    fn from(value: Timestamp) -> Cell {
        Cell::Int(value.0)
    }
}

impl From<bool> for Cell {
    fn from(value: bool) -> Cell {
        Cell::Int(value.into())
    }
}

impl From<u16> for Cell {
    fn from(value: u16) -> Cell {
        Cell::Int(value.into())
    }
}

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The number of the row, counted by the fold from 1 without a gap: the key.
    Seq,
    /// See [`Cell::Int`].
    Int,
    /// See [`Cell::Text`].
    Text,
    /// See [`Cell::Sealed`]. The table also has a column `key_id`, by which rows are forgotten.
    Sealed,
}

/// A column of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    /// What SQL calls it.
    pub name: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// Whether it may be null.
    pub nullable: bool,
    /// What it means, units included.
    pub about: &'static str,
}

impl Column {
    /// The number of the row.
    pub(super) const SEQ: Column = Column {
        name: "seq",
        kind: Kind::Seq,
        nullable: false,
        about: "number of the row, counted from 1 without a gap",
    };

    pub(super) const fn int(name: &'static str, about: &'static str) -> Column {
        Column { name, kind: Kind::Int, nullable: false, about }
    }

    pub(super) const fn text(name: &'static str, about: &'static str) -> Column {
        Column { name, kind: Kind::Text, nullable: false, about }
    }

    pub(super) const fn sealed(name: &'static str, about: &'static str) -> Column {
        Column { name, kind: Kind::Sealed, nullable: false, about }
    }

    pub(super) const fn or_null(self) -> Column {
        Column { nullable: true, ..self }
    }

    /// Whether this cell may stand in this column.
    pub fn takes(&self, cell: &Cell) -> bool {
        match cell {
            Cell::Null => self.nullable,
            Cell::Int(_) => matches!(self.kind, Kind::Seq | Kind::Int),
            Cell::Text(_) => self.kind == Kind::Text,
            Cell::Sealed(_) => self.kind == Kind::Sealed,
        }
    }
}
