//! Tables on a terminal: columns as wide as they must be, two spaces between.

use std::io::{self, Write};

/// A table that is printed when it is whole.
pub struct Table {
    lines: Vec<Vec<String>>,
}

impl Table {
    /// A table of these columns.
    pub fn new(columns: &[&str]) -> Table {
        Table { lines: vec![columns.iter().map(|&name| name.to_owned()).collect()] }
    }

    /// Adds a line; its cells are in the order of the columns.
    pub fn line(&mut self, cells: Vec<String>) {
        debug_assert_eq!(cells.len(), self.lines[0].len(), "a cell for each column");
        self.lines.push(cells);
    }

    /// Prints it, each line behind `indent`.
    pub fn print(&self, indent: &str, out: &mut dyn Write) -> io::Result<()> {
        let mut columns = Widths::default();
        self.lines.iter().for_each(|line| columns.widen(line));
        for line in &self.lines {
            write!(out, "{indent}")?;
            columns.print(line, out)?;
        }
        Ok(())
    }
}

/// Widths that grow as lines come, for tables too long to be held whole.
#[derive(Default)]
pub struct Widths(Vec<usize>);

impl Widths {
    /// Makes room for the cells of a line.
    pub fn widen(&mut self, cells: &[String]) {
        self.0.resize(self.0.len().max(cells.len()), 0);
        for (width, cell) in self.0.iter_mut().zip(cells) {
            *width = (*width).max(cell.chars().count());
        }
    }

    /// Prints a line.
    pub fn print(&self, cells: &[String], out: &mut dyn Write) -> io::Result<()> {
        let last = cells.len().saturating_sub(1);
        for (index, (cell, &width)) in cells.iter().zip(&self.0).enumerate() {
            if index == last {
                write!(out, "{cell}")?;
            } else {
                write!(out, "{cell:width$}  ")?;
            }
        }
        writeln!(out)
    }
}

/// So many of these.
pub fn counted(count: u64, noun: &str) -> String {
    match (count, noun.strip_suffix('y')) {
        (1, _) => format!("1 {noun}"),
        (_, Some(stem)) => format!("{count} {stem}ies"),
        (_, None) => format!("{count} {noun}s"),
    }
}

/// A cell where there is nothing to say.
pub const NOTHING: &str = "-";

/// The value, or a dash.
pub fn or_dash(value: Option<impl ToString>) -> String {
    value.map_or_else(|| NOTHING.to_owned(), |value| value.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let mut table = Table::new(&["agent", "bucket"]);
        table.line(vec!["ünal".into(), "ready".into()]);
        table.line(vec!["josephine".into(), or_dash(None::<&str>)]);
        let mut out = Vec::new();
        table.print(" ", &mut out).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), " agent      bucket\n ünal       ready\n josephine  -\n");
    }
}
