//! Rows of the tables as they go out: JSON objects and lines of comma-separated values, their keys
//! and columns named and ordered as the tables have them.

use super::{Id, words};
use readyroom_core::ids::*;
use readyroom_views::tables::{AgentActivities, AgentEvents, Cell, Column, ConversationSegments, Kind, Table};
use serde::ser::{Serialize, SerializeMap, Serializer};
use std::borrow::Cow;
use std::io::{self, Write};
use std::marker::PhantomData;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, SchemaType, Type};
use utoipa::{PartialSchema, ToSchema};

/// A row of `agent_event`.
pub type AgentEventRow = RowOf<AgentEvents>;
/// A row of `agent_activity`.
pub type AgentActivityRow = RowOf<AgentActivities>;
/// A row of `conversation_segment`.
pub type SegmentRow = RowOf<ConversationSegments>;

/// Stands for a text that only the server's keys open.
const SEALED: &str = "(sealed)";

/// A row as a JSON object, its keys in the order of the columns.
pub struct Object<'a>(pub &'a [Column], pub &'a [Cell]);

impl Serialize for Object<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut object = to.serialize_map(Some(self.0.len()))?;
        for (column, cell) in self.0.iter().zip(self.1) {
            match cell {
                Cell::Null => object.serialize_entry(column.name, &())?,
                Cell::Int(number) => object.serialize_entry(column.name, number)?,
                Cell::Text(text) => object.serialize_entry(column.name, text)?,
                Cell::Sealed(_) => object.serialize_entry(column.name, SEALED)?,
            }
        }
        object.end()
    }
}

/// A cell as text, with this for what is null.
pub fn text(cell: &Cell, nothing: &str) -> String {
    match cell {
        Cell::Null => nothing.to_owned(),
        Cell::Int(number) => number.to_string(),
        Cell::Text(text) => text.to_string(),
        Cell::Sealed(_) => SEALED.to_owned(),
    }
}

/// One line of comma-separated values (RFC 4180).
///
/// # Errors
/// What `out` says.
pub fn csv<'a>(cells: impl Iterator<Item = &'a str>, out: &mut (impl Write + ?Sized)) -> io::Result<()> {
    for (index, cell) in cells.enumerate() {
        let gap = if index == 0 { "" } else { "," };
        if cell.contains([',', '"', '\r', '\n']) {
            write!(out, "{gap}\"{}\"", cell.replace('"', "\"\""))?;
        } else {
            write!(out, "{gap}{cell}")?;
        }
    }
    out.write_all(b"\r\n")
}

/// What stands in the OpenAPI for a row of a table. It follows from the table's columns.
pub struct RowOf<T>(PhantomData<T>);

impl<T: Table> PartialSchema for RowOf<T> {
    fn schema() -> RefOr<Schema> {
        let row = ObjectBuilder::new().schema_type(Type::Object);
        let row = T::COLUMNS
            .iter()
            .fold(row, |row, column| row.property(column.name, schema_of(column)).required(column.name));
        row.description(Some(format!("A row of `{}`; the columns of the table, under their names.", T::NAME))).into()
    }
}

impl<T: Table> ToSchema for RowOf<T> {
    fn name() -> Cow<'static, str> {
        let capital = |word: &str| word[..1].to_uppercase() + &word[1..];
        (T::NAME.split('_').map(capital).collect::<String>() + "Row").into()
    }
}

fn schema_of(column: &Column) -> RefOr<Schema> {
    let known = match column.name {
        "user_id" if !column.nullable => Some(Id::<UserId>::schema()),
        "queue_id" if !column.nullable => Some(Id::<QueueId>::schema()),
        "conversation_id" => Some(Id::<ConversationId>::schema()),
        "client_id" => Some(Id::<ClientId>::schema()),
        "from_status" | "to_status" => Some(words::bucket().into()),
        "channel" => Some(words::channel().into()),
        _ => None,
    };
    let kind = if matches!(column.kind, Kind::Seq | Kind::Int) { Type::Integer } else { Type::String };
    let kind = if column.nullable { SchemaType::from_iter([kind, Type::Null]) } else { SchemaType::Type(kind) };
    known.unwrap_or_else(|| ObjectBuilder::new().schema_type(kind).description(Some(column.about)).into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use readyroom_core::event::Sealed;
    use readyroom_views::tables::ClientDescriptions;

    #[test]
    fn values_with_commas_quotes_and_ends_of_lines_are_quoted() {
        let mut out = Vec::new();
        csv(["plain", "a,b", "say \"hi\"", "two\nlines", ""].into_iter(), &mut out).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), "plain,\"a,b\",\"say \"\"hi\"\"\",\"two\nlines\",\r\n");
    }

    #[test]
    fn a_sealed_text_says_that_it_is_sealed() {
        let cells = [Cell::Int(1), Cell::Sealed(Sealed { key: KeyId::from_u128(1), bytes: vec![7; 40] })];
        let columns = [ClientDescriptions::COLUMNS[0], *ClientDescriptions::COLUMNS.last().unwrap()];
        assert_eq!(cells.each_ref().map(|cell| text(cell, "-")), ["1", "(sealed)"]);
        let object = serde_json::to_string(&Object(&columns, &cells)).unwrap();
        assert_eq!(object, r#"{"seq":1,"about":"(sealed)"}"#);
    }

    #[test]
    fn the_schema_of_a_row_has_the_columns_of_its_table() {
        assert_eq!(AgentEventRow::name(), "AgentEventRow");
        let schema = serde_json::to_value(AgentEventRow::schema()).unwrap();
        let names: Vec<_> = AgentEvents::COLUMNS.iter().map(|column| column.name).collect();
        assert_eq!(schema["required"], serde_json::json!(names));
        assert_eq!(schema["properties"]["ts"]["type"], "integer");
        assert_eq!(schema["properties"]["reason"]["type"], serde_json::json!(["string", "null"]));
        assert_eq!(schema["properties"]["to_status"]["enum"].as_array().unwrap().len(), 9);
    }
}
