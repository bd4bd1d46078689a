//! Comma-separated values by RFC 4180: a header, CRLF, and quotes only where they are needed.

use serde_json::Value;

use super::{Column, cell};

/// The header and every row.
pub fn rows(columns: &[Column], rows: &[Value]) -> String {
    let header = line(columns.iter().map(Column::name));
    rows.iter().fold(header, |text, row| text + &line(columns.iter().map(|column| cell(column.of(row)))))
}

fn line(fields: impl Iterator<Item = String>) -> String {
    fields.map(|field| quoted(&field)).collect::<Vec<_>>().join(",") + "\r\n"
}

fn quoted(field: &str) -> String {
    if field.contains([',', '"', '\r', '\n']) {
        format!("\"{}\"", field.replace('"', "\"\""))
    } else {
        field.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::output::Show;

    #[test]
    fn fields_are_quoted_where_rfc_4180_wants_it() {
        for (field, expected) in [
            ("plain", "plain"),
            ("", ""),
            (" spaced ", " spaced "),
            ("a,b", "\"a,b\""),
            ("say \"hi\"", "\"say \"\"hi\"\"\""),
            ("two\nlines", "\"two\nlines\""),
            ("cr\r", "\"cr\r\""),
            ("Іван; Олена", "Іван; Олена"),
        ] {
            assert_eq!(quoted(field), expected);
        }
    }

    #[test]
    fn every_row_has_every_column() {
        let columns = [Column::new("ID", "/id", Show::Text), Column::wide("/client/e164")];
        let text = rows(&columns, &[json!({"id": "a,b"}), json!({"id": "c", "client": {"e164": "+1"}})]);
        assert_eq!(text, "id,client.e164\r\n\"a,b\",\r\nc,+1\r\n");
    }
}
