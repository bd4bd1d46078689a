//! Checks of single values: the CRM refuses what is not of the field's type.

use jiff::civil::{Date, DateTime};

use super::structures::{Kind, Table};

/// Says why `value` may not stand in a field of this kind; `exists` tells whether a row is there.
pub(super) fn check(kind: Kind, value: &str, exists: impl Fn(Table, u64) -> bool) -> Result<(), String> {
    let good = match kind {
        _ if value.is_empty() => true,
        Kind::Short => value.chars().count() <= 255,
        Kind::Long => value.len() <= 65_535,
        Kind::Phone => value.chars().count() <= 32,
        Kind::Date => is_date(value),
        Kind::Flag => matches!(value, "0" | "1"),
        Kind::Number => is_number(value),
        Kind::Row(table) => parse_id(value).is_some_and(|id| exists(table, id)),
    };
    if good { Ok(()) } else { Err(reason(kind, value)) }
}

fn reason(kind: Kind, value: &str) -> String {
    let shown: String = value.chars().take(60).collect();
    match kind {
        Kind::Short | Kind::Long | Kind::Phone => format!("value {shown}… is too long"),
        Kind::Date => format!("value {shown} is not a date Y-m-d or Y-m-d H:i:s"),
        Kind::Flag => format!("value {shown} is not 0 or 1"),
        Kind::Number => format!("value {shown} is not a number"),
        Kind::Row(table) => format!("value {shown} is not the id of a row of {}", table.default_name()),
    }
}

/// An id as the CRM writes it: digits without sign, spaces or leading zeros.
pub(super) fn parse_id(value: &str) -> Option<u64> {
    let plain = value.bytes().all(|b| b.is_ascii_digit()) && !value.starts_with('0');
    value.parse().ok().filter(|_| plain)
}

fn is_number(value: &str) -> bool {
    let digits = value.strip_prefix('-').unwrap_or(value);
    !digits.is_empty() && digits.len() <= 18 && digits.bytes().all(|b| b.is_ascii_digit())
}

/// The lengths are checked because the parser alone takes `2026-1-2` and fractions.
fn is_date(value: &str) -> bool {
    match value.len() {
        10 => Date::strptime("%Y-%m-%d", value).is_ok(),
        19 => DateTime::strptime("%Y-%m-%d %H:%M:%S", value).is_ok(),
        _ => false,
    }
}

/// The digits of a phone, whatever its spelling.
pub(super) fn digits(value: &str) -> String {
    value.chars().filter(char::is_ascii_digit).collect()
}

#[cfg(test)]
mod tests {
    use super::{Kind, Table, check};

    #[test]
    fn types_are_strict() {
        let with_seven = |_: Table, id| id == 7;
        let row = Kind::Row(Table::Users);
        for (kind, good, bad) in [
            (Kind::Date, "2026-02-28", "2026-02-30"),
            (Kind::Date, "2026-02-28 23:59:59", "2026-02-28T23:59:59"),
            (Kind::Date, "", "28.02.2026"),
            (Kind::Date, "2024-02-29 00:00:00", "2026-02-28 24:00:00"),
            (Kind::Flag, "1", "true"),
            (Kind::Number, "-12", "1.5"),
            (row, "7", "8"),
            (row, "", "07"),
            (row, "7", "+7"),
            (Kind::Phone, "+7 (916) 111-22-33", &"1".repeat(33)),
            (Kind::Short, &"я".repeat(255), &"я".repeat(256)),
        ] {
            assert!(check(kind, good, with_seven).is_ok(), "{good}");
            assert!(check(kind, bad, with_seven).is_err(), "{bad}");
        }
    }
}
