//! The header's facts, then the body: its single values in a list, and each of its arrays of structs as
//! a table, whose first columns name the elements that a row belongs to.

use comfy_table::{Cell, CellAlignment, ContentArrangement, LineStyle, Table, TableStyle};

use super::value::Values;
use super::{Shown, Style, headline, problems, push};
use crate::codec::frame::{BODY, HEADER};
use crate::codec::meaning::Meaning;
use crate::codec::records::dissect::fields;
use crate::codec::secrets::Secrets;
use crate::codec::tape::{NO_INDEX, Node, Shape};

/// The most columns of one value; the tree shows the whole.
const CELL_COLUMNS_MAX: usize = 60;
/// The most rows of one table, which is for eyes.
const ROWS_MAX: usize = 10_000;

/// Appends the headline, the tables, and what was found.
pub fn render<const COLOR: bool>(shown: &Shown<'_>, style: &Style, secrets: &Secrets, out: &mut Vec<u8>) {
    headline::render::<COLOR>(shown, style.width, out);
    let values = Values::new(shown.tape, shown.input, secrets);
    let mut tables = Tables { shown, values, sections: vec![Section::named("")] };
    let mut at = 0;
    while let Some(node) = shown.tape.nodes().get(at) {
        tables.value(at, node, "", None);
        at = node.next as usize;
    }
    for section in &tables.sections {
        section.print(style.width, out);
    }
    problems::render::<COLOR>(shown, style, secrets, out);
}

/// One table: the rows of all arrays that have the same path in the schema.
struct Section {
    name: String,
    columns: Vec<Column>,
    /// Texts by column.
    rows: Vec<Vec<(usize, String)>>,
    left_out: usize,
}

struct Column {
    name: String,
    number: bool,
}

impl Section {
    fn named(name: &str) -> Self {
        Self { name: name.to_string(), columns: Vec::new(), rows: Vec::new(), left_out: 0 }
    }

    fn column(&mut self, name: &str, number: bool) -> usize {
        if let Some(at) = self.columns.iter().position(|column| column.name == name) {
            return at;
        }
        self.columns.push(Column { name: name.to_string(), number });
        self.columns.len() - 1
    }

    fn print(&self, width: Option<usize>, out: &mut Vec<u8>) {
        if self.name.is_empty() {
            return self.print_list(width, out);
        }
        let rows = self.rows.len() + self.left_out;
        out.extend_from_slice(format!("\n{} ({rows})\n", self.name).as_bytes());
        match width.filter(|width| self.columns_min() > *width) {
            Some(width) => self.print_blocks(width, out),
            None => self.print_table(width, out),
        }
        if self.left_out > 0 {
            out.extend_from_slice(format!("… and {} more rows\n", self.left_out).as_bytes());
        }
    }

    /// The least width of a table in which no word is broken.
    fn columns_min(&self) -> usize {
        let longest =
            |text: &str| text.split_whitespace().map(|word| word.chars().count()).max().unwrap_or(0);
        let mut widths: Vec<usize> = self.columns.iter().map(|column| longest(&column.name)).collect();
        for (column, text) in self.rows.iter().flatten() {
            if let Some(width) = widths.get_mut(*column) {
                *width = (*width).max(longest(text));
            }
        }
        // A blank stands on both sides of each.
        widths.iter().map(|width| width + 2).sum()
    }

    fn print_table(&self, width: Option<usize>, out: &mut Vec<u8>) {
        let mut table = Table::new();
        table.load_style(TableStyle::new().header_separator(LineStyle::none().fill('─')));
        table.set_content_arrangement(ContentArrangement::Disabled);
        if let Some(width) = width {
            table.set_content_arrangement(ContentArrangement::Dynamic);
            table.set_width(u16::try_from(width).unwrap_or(u16::MAX));
        }
        table.set_header(self.columns.iter().map(|column| Cell::new(&column.name)));
        for row in &self.rows {
            let mut cells = vec![""; self.columns.len()];
            for (column, text) in row {
                if let Some(cell) = cells.get_mut(*column) {
                    *cell = text;
                }
            }
            table.add_row(cells);
        }
        for (at, column) in self.columns.iter().enumerate() {
            if let (true, Some(column)) = (column.number, table.column_mut(at)) {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        for line in table.lines() {
            out.extend_from_slice(line.trim_end().as_bytes());
            out.push(b'\n');
        }
    }

    /// Each row as a list, for a terminal in which a table would be unreadable.
    fn print_blocks(&self, width: usize, out: &mut Vec<u8>) {
        for (number, row) in self.rows.iter().enumerate() {
            if number > 0 {
                out.push(b'\n');
            }
            // Folded, as a table would: who reads blocks looks for the whole of a member's id.
            self.print_cells(row, out, |out, start, indent| {
                headline::hang_last_line(out, start, Some(width), indent);
            });
        }
    }

    /// Values that are there once, a line each.
    fn print_list(&self, width: Option<usize>, out: &mut Vec<u8>) {
        if !self.columns.is_empty() {
            out.push(b'\n');
        }
        for row in &self.rows {
            self.print_cells(row, out, |out, start, _| {
                if let Some(width) = width {
                    super::paint::clip(out, start, width);
                }
            });
        }
    }

    /// A line for each cell, fitted to the terminal by what is given where it begins and where its text does.
    fn print_cells(
        &self,
        cells: &[(usize, String)],
        out: &mut Vec<u8>,
        fit: impl Fn(&mut Vec<u8>, usize, usize),
    ) {
        let name_columns = self.columns.iter().map(|column| column.name.len()).max().unwrap_or(0);
        for (at, text) in cells {
            let Some(column) = self.columns.get(*at) else { continue };
            let start = out.len();
            out.extend_from_slice(b"  ");
            out.extend_from_slice(column.name.as_bytes());
            push::spaces(name_columns - column.name.len() + 2, out);
            out.extend_from_slice(text.as_bytes());
            fit(out, start, name_columns + 4);
            out.push(b'\n');
        }
    }
}

struct Tables<'a> {
    shown: &'a Shown<'a>,
    values: Values<'a>,
    /// The first is the list of values that are there once.
    sections: Vec<Section>,
}

/// The row that a value goes to, and what names the elements around it.
#[derive(Clone, Copy)]
struct Row<'r> {
    section: usize,
    row: usize,
    /// Names and texts of the elements around, the outermost first.
    parents: &'r [(String, String)],
}

impl Tables<'_> {
    /// Puts a value where it belongs: into a cell, or into rows of a table of its own.
    fn value(&mut self, at: usize, node: &Node, prefix: &str, row: Option<Row<'_>>) {
        let section = std::ptr::eq(node.field, &HEADER) || std::ptr::eq(node.field, &BODY);
        let name = match (node.field.name, prefix) {
            _ if section => prefix.to_string(),
            (name, "") => name.to_string(),
            (name, prefix) => format!("{prefix}.{name}"),
        };
        let is_parent = node.next as usize > at + 1;
        match node.shape {
            Shape::Struct if node.index != NO_INDEX => self.element(at, node, &name, row),
            Shape::Tags if node.value == 0 => {}
            Shape::Tag => self.tag(at, prefix, row),
            Shape::Struct | Shape::Tags => {
                let inner = if node.shape == Shape::Tags { prefix } else { &name };
                self.children(at, inner, row);
            }
            Shape::Array if !self.values.is_list(at, node) && self.holds_structs(at) => {
                self.children(at, prefix, row);
            }
            Shape::Array if !self.values.is_list(at, node) => self.joined(at, &name, row),
            Shape::Bytes if is_parent => self.children(at, &name, row),
            _ => {
                let number = matches!(node.shape, Shape::Int | Shape::Float)
                    && (node.field.meaning == Meaning::Plain || !self.has_meaning(node));
                let text = self.text(at, node);
                self.cell(&name, text, number, row);
            }
        }
    }

    /// A value, short enough for a cell.
    fn text(&self, at: usize, node: &Node) -> Vec<u8> {
        let mut text = Vec::new();
        self.values.push::<false>(at, node, CELL_COLUMNS_MAX, &mut text);
        if node.shape == Shape::Uuid {
            // Kafka's own spelling of an id is enough.
            text.truncate(text.iter().position(|&byte| byte == b' ').unwrap_or(text.len()));
        }
        super::paint::clip(&mut text, 0, CELL_COLUMNS_MAX);
        text
    }

    fn has_meaning(&self, node: &Node) -> bool {
        node.field.meaning.describe(node.value, &mut Vec::new())
    }

    fn holds_structs(&self, at: usize) -> bool {
        self.shown.tape.nodes().get(at + 1).is_some_and(|first| first.shape == Shape::Struct)
    }

    fn children(&mut self, at: usize, prefix: &str, row: Option<Row<'_>>) {
        let tape = self.shown.tape;
        for child in tape.children(at) {
            if let Some(node) = tape.nodes().get(child) {
                self.value(child, node, prefix, row);
            }
        }
    }

    /// A known tagged field is a value like any other; an unknown one shows its tag.
    fn tag(&mut self, at: usize, prefix: &str, row: Option<Row<'_>>) {
        let tape = self.shown.tape;
        let number = tape.nodes().get(at).map_or(0, |tag| tag.value);
        for child in tape.children(at).skip(2) {
            let Some(node) = tape.nodes().get(child) else { continue };
            if node.field.tag.is_some() {
                self.value(child, node, prefix, row);
            } else {
                let mut text = Vec::new();
                self.values.push::<false>(child, node, CELL_COLUMNS_MAX, &mut text);
                let dot = if prefix.is_empty() { "" } else { "." };
                self.cell(&format!("{prefix}{dot}tag {number}"), text, false, row);
            }
        }
    }

    /// An array of texts or ids in one cell.
    fn joined(&mut self, at: usize, name: &str, row: Option<Row<'_>>) {
        let tape = self.shown.tape;
        let mut text = Vec::new();
        for child in tape.children(at) {
            let Some(node) = tape.nodes().get(child) else { continue };
            if !text.is_empty() {
                text.extend_from_slice(b", ");
            }
            self.values.push::<false>(child, node, CELL_COLUMNS_MAX, &mut text);
        }
        self.cell(name, text, false, row);
    }

    fn cell(&mut self, name: &str, text: Vec<u8>, number: bool, row: Option<Row<'_>>) {
        let (section, row) = row.map_or((0, 0), |row| (row.section, row.row));
        let Some(section) = self.sections.get_mut(section) else { return };
        let column = section.column(name, number);
        if let Some(column) = section.columns.get_mut(column) {
            column.number &= number;
        }
        if section.rows.len() <= row {
            section.rows.resize_with(row + 1, Vec::new);
        }
        if let Some(cells) = section.rows.get_mut(row) {
            cells.push((column, String::from_utf8(text).unwrap_or_default()));
        }
    }

    /// A row of the table of all structs with this path.
    fn element(&mut self, at: usize, node: &Node, name: &str, row: Option<Row<'_>>) {
        self.values.enter(node);
        // The table's name leaves out the table around: `topics.partitions` is the rows' place.
        let full = match row.and_then(|row| self.sections.get(row.section)) {
            Some(around) if !around.name.is_empty() => format!("{}.{name}", around.name),
            _ => name.to_string(),
        };
        let at_section = match self.sections.iter().position(|section| section.name == full) {
            Some(found) => found,
            None => {
                self.sections.push(Section::named(&full));
                self.sections.len() - 1
            }
        };
        let Some(section) = self.sections.get_mut(at_section) else { return };
        if section.rows.len() >= ROWS_MAX {
            section.left_out += 1;
            return;
        }
        let around = row.map_or(&[][..], |row| row.parents);
        let mut cells = Vec::new();
        for (parent, text) in around {
            let column = section.column(parent, false);
            cells.push((column, text.clone()));
        }
        let has_offset = std::ptr::eq(node.field, &fields::RECORD);
        if has_offset {
            let column = section.column("offset", true);
            cells.push((column, node.value.to_string()));
        }
        section.rows.push(cells);
        let inner = section.rows.len() - 1;
        let mut parents = around.to_vec();
        parents.push((name.to_string(), self.identity(at, node)));
        let row = Row { section: at_section, row: inner, parents: &parents };
        self.children(at, "", Some(row));
    }

    /// What an element is called where others refer to it: its first text, id or number, or its place.
    fn identity(&self, at: usize, node: &Node) -> String {
        let tape = self.shown.tape;
        if std::ptr::eq(node.field, &fields::BATCH) || std::ptr::eq(node.field, &fields::RECORD) {
            return node.value.to_string();
        }
        let named = tape
            .children(at)
            .filter_map(|child| tape.nodes().get(child).map(|node| (child, node)))
            .find(|(_, node)| {
                matches!(node.shape, Shape::Text | Shape::Int | Shape::Uuid)
                    && !matches!(node.field.meaning, Meaning::ErrorCode | Meaning::Millis)
            });
        let mut text = Vec::new();
        match named {
            Some((_, named)) if named.shape == Shape::Text => {
                push::quoted(tape.content(self.shown.input, named), CELL_COLUMNS_MAX, &mut text);
                // Names are plain words nearly always.
                let inner = text.strip_prefix(b"\"").and_then(|text| text.strip_suffix(b"\""));
                text = inner.map(<[u8]>::to_vec).unwrap_or(text);
            }
            Some((_, named)) if named.shape == Shape::Int => push::int(named.value, &mut text),
            Some((_, named)) => {
                if let Ok(id) = <&[u8; 16]>::try_from(tape.content(self.shown.input, named)) {
                    crate::codec::meaning::uuid::push_uuid(id, &mut text);
                }
            }
            None => {
                text.push(b'#');
                push::int(i64::from(node.index), &mut text);
            }
        }
        String::from_utf8(text).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_that_do_not_fit_are_blocks_with_all_of_their_text() {
        let mut section = Section::named("members");
        let columns = [section.column("member_id", false), section.column("client_id", false)];
        section
            .rows
            .push(columns.into_iter().zip(["a-name-of-twenty-two-c".to_owned(), "me".to_owned()]).collect());
        let printed = |width| {
            let mut out = Vec::new();
            section.print(Some(width), &mut out);
            String::from_utf8(out).unwrap()
        };
        assert_eq!(
            printed(34),
            "\nmembers (1)\n  member_id\n             a-name-of-twenty-two-\n             c\n  client_id  me\n"
        );
        assert!(printed(35).contains(" a-name-of-twenty-two-c  me\n"), "{}", printed(35));
    }
}
