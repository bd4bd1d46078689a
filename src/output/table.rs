//! Tables for people: no borders, a header, words of state in colour. What came from outside cannot move the cursor.

use clap::builder::styling::{AnsiColor, Style};
use comfy_table::{CellAlignment, ContentArrangement, Table, presets};
use serde_json::Value;

use super::{Column, Show, cell};
use crate::times;

/// A cell is a line of a list; the rest is in `show` and in the other formats.
const CELL_CHARS_MAX: usize = 60;

/// A header and a line a row.
pub fn rows(columns: &[Column], rows: &[Value]) -> String {
    let shown: Vec<_> = columns.iter().filter(|column| column.show != Show::Nowhere).collect();
    let cells: Vec<Vec<String>> =
        rows.iter().map(|row| shown.iter().map(|column| line_of(column, row)).collect()).collect();
    let mut table = bare();
    table.set_header(shown.iter().map(|column| column.title));
    table.add_rows(&cells);
    for (place, column) in shown.iter().enumerate() {
        if let Some(built) = table.column_mut(place) {
            built.set_padding((0, 2));
            if column.show == Show::Number {
                built.set_cell_alignment(CellAlignment::Right);
            }
        }
    }
    let words: Vec<_> = shown.iter().map(|column| column.show == Show::Word).collect();
    let lines = table.lines().enumerate().map(|(number, line)| match number.checked_sub(1) {
        Some(row) => coloured(&line, &cells[row], &words),
        None => line.trim_end().to_owned(),
    });
    lines.map(|line| line + "\n").collect()
}

/// A line a key, of one thing; keys without a value are left out.
pub fn keys(columns: &[Column], thing: &Value) -> String {
    let shown = columns.iter().filter(|column| column.show != Show::Nowhere);
    let lines: Vec<_> =
        shown.map(|column| (column, text(column, thing))).filter(|(_, text)| !text.is_empty()).collect();
    let width = lines.iter().map(|(column, _)| column.title.len()).max().unwrap_or(0);
    let line = |(column, text): &(&Column, String)| {
        let text = if column.show == Show::Word { paint(text) } else { text.clone() };
        format!("{:width$}  {text}\n", column.title)
    };
    lines.iter().map(line).collect()
}

fn bare() -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    table
}

fn line_of(column: &Column, row: &Value) -> String {
    let text = text(column, row);
    if column.show == Show::Text { cut(text) } else { text }
}

fn text(column: &Column, row: &Value) -> String {
    let text = cell(column.of(row));
    let text = if column.show == Show::Time { times::short(&text) } else { text };
    clean(&text).replace('\n', " ")
}

fn cut(text: String) -> String {
    match text.char_indices().nth(CELL_CHARS_MAX) {
        Some((end, _)) => format!("{}…", text[..end].trim_end()),
        None => text,
    }
}

/// Text without characters that a terminal obeys, but for the end of a line.
pub fn clean(text: &str) -> String {
    text.chars().filter(|c| *c == '\n' || !c.is_control()).collect()
}

/// Paints the words of state in a finished line. Between two cells stand only spaces, so each cell is where it first
/// occurs after the one before it.
fn coloured(line: &str, cells: &[String], words: &[bool]) -> String {
    let mut painted = String::with_capacity(line.len());
    let mut rest = line.trim_end();
    for (cell, word) in cells.iter().zip(words) {
        let Some(at) = rest.find(cell.trim()) else { continue };
        let (before, from) = rest.split_at(at);
        let (cell, after) = from.split_at(cell.trim().len());
        painted.push_str(before);
        painted.push_str(&if *word { paint(cell) } else { cell.to_owned() });
        rest = after;
    }
    painted + rest
}

/// A word of state in the colour of what it means.
pub fn paint(word: &str) -> String {
    let colour = match word {
        "active" | "done" | "answered" | "added" => AnsiColor::Green,
        "pending" | "in_progress" | "trying" | "parked" | "paused" | "ringing" | "talking" | "changed" => {
            AnsiColor::Yellow
        }
        "broken" | "dead" | "failed" | "missed" => AnsiColor::Red,
        "off" | "skipped" | "unchanged" => AnsiColor::BrightBlack,
        _ => return word.to_owned(),
    };
    let style = Style::new().fg_color(Some(colour.into()));
    format!("{style}{word}{style:#}")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const COLUMNS: [Column; 4] = [
        Column::new("ID", "/id", Show::Text),
        Column::new("STATUS", "/status", Show::Word),
        Column::new("TRIES", "/tries", Show::Number),
        Column::new("SINCE", "/since", Show::Time),
    ];

    #[test]
    fn columns_line_up_whatever_is_in_them() {
        let text = rows(
            &COLUMNS,
            &[
                json!({"id": "done-1", "status": "done", "tries": 1, "since": "2026-11-28T07:40:11.5Z"}),
                json!({"id": "дуже довгий", "status": "dead", "tries": 12}),
            ],
        );
        let plain = anstream::adapter::strip_str(&text).to_string();
        let expected = "ID           STATUS  TRIES  SINCE\n\
                        done-1       done        1  2026-11-28 07:40:11Z\n\
                        дуже довгий  dead       12\n";
        assert_eq!(plain, expected);
        assert!(text.contains("done-1") && text.contains(&paint("done")), "{text}");
    }

    #[test]
    fn what_came_from_outside_moves_no_cursor() {
        let row = json!({"id": "a\u{1b}[2J\nb", "status": "odd"});
        assert!(!rows(&COLUMNS, std::slice::from_ref(&row)).contains('\u{1b}'));
        assert_eq!(keys(&COLUMNS, &row), "ID      a[2J b\nSTATUS  odd\n");
        assert_eq!(clean("a\u{9b}b\nc\t"), "ab\nc");
    }

    #[test]
    fn long_cells_are_cut() {
        let text = rows(&COLUMNS, &[json!({"id": "x".repeat(200)})]);
        assert!(text.contains(&("x".repeat(60) + "…")) && !text.contains(&"x".repeat(61)));
    }
}
