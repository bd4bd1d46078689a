//! Reads a text once, whatever its format, and hides values by what they are called, and numbers.

use super::HIDDEN;

/// Parts of names whose values are secrets.
const SECRET_NAMES: [&str; 12] = [
    "token",
    "secret",
    "passw",
    "pwd",
    "apikey",
    "login",
    "authorization",
    "jwt",
    "sess",
    "credential",
    "cookie",
    "signature",
];
/// What stands before a token in a header or a message.
const SCHEMES: [&str; 3] = ["bearer", "basic", "zoho-oauthtoken"];
/// So many digits may be a phone number.
const DIGITS_MIN: usize = 7;
/// A run of more digits is no phone number (E.164), but an id.
const DIGITS_MAX: usize = 15;
/// What stands between the digits of a number, at most two of them in a row; the star in a search for any spelling.
const BETWEEN: [char; 7] = [' ', '-', '(', ')', '.', '*', '\u{a0}'];

/// Whether the value of what is called so is a secret.
pub fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let key = name == "key" || name.ends_with("_key") || name.ends_with("-key") || name == "client_id";
    key || SECRET_NAMES.iter().any(|part| name.contains(part))
}

/// The text without secrets and numbers.
pub fn text(text: &str) -> String {
    let (mut shown, mut rest) = (String::with_capacity(text.len()), text);
    while let Some(first) = rest.chars().next() {
        if first.is_ascii_digit() || first == '+' {
            rest = number(rest, &mut shown);
        } else if first.is_alphabetic() || first == '_' {
            rest = word(rest, &mut shown);
        } else {
            shown.push(first);
            rest = &rest[first.len_utf8()..];
        }
    }
    shown
}

/// Shows the word that the text begins with, and with it the value that it names, where that is to be hidden or is an id; what is
/// left of the text.
fn word<'t>(text: &'t str, shown: &mut String) -> &'t str {
    let of_word = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
    let (word, rest) = text.split_at(text.find(|c| !of_word(c)).unwrap_or(text.len()));
    let in_tag = shown.ends_with('<');
    shown.push_str(&digits_hidden(word));
    let secret = is_secret(word);
    if is_scheme(word)
        && let Some(after) = rest.strip_prefix(' ')
    {
        shown.extend([" ", HIDDEN]);
        return &after[end_of(after)..];
    }
    let Some((before, value)) = named(rest, in_tag, secret) else { return rest };
    // And a time in seconds, which has as many digits as a number.
    let is_id = word == "id" || ["_id", "Id", "_at", "_time"].iter().any(|end| word.ends_with(end));
    let all_digits = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
    if secret && !value.is_empty() {
        shown.extend([before, HIDDEN]);
    } else if is_id && all_digits {
        shown.extend([before, value]);
    } else {
        return rest;
    }
    &rest[before.len() + value.len()..]
}

/// The value that stands behind its name in JSON, in a tag, in an attribute or a form, and what stands before it.
fn named(rest: &str, in_tag: bool, loose: bool) -> Option<(&str, &str)> {
    let at = |start: usize, length: usize| Some((rest.get(..start)?, rest.get(start..start + length)?));
    let blanks = |text: &str| text.len() - text.trim_start().len();
    if let Some(tagged) = rest.strip_prefix('>').filter(|_| in_tag) {
        let opening = if tagged.starts_with("<![CDATA[") { "<![CDATA[".len() } else { 0 };
        let inner = &tagged[opening..];
        let end = if opening > 0 { "]]>" } else { "<" };
        return at(1 + opening, inner.find(end).unwrap_or(inner.len()));
    }
    let quoted = rest.strip_prefix(['"', '\'']).unwrap_or(rest);
    let mut start = rest.len() - quoted.len();
    start += blanks(quoted);
    let sign = rest.get(start..)?.chars().next().filter(|sign| *sign == ':' || *sign == '=')?;
    // "login: 5 o'clock" is a sentence unless it names a secret.
    if start == 0 && sign == ':' && !loose {
        return None;
    }
    start += 1;
    start += blanks(rest.get(start..)?);
    let value = rest.get(start..)?;
    match value.chars().next()? {
        quote @ ('"' | '\'') => at(start + 1, closing(&value[1..], quote)),
        '{' | '[' if loose => at(start, value.find(['}', ']']).map_or(value.len(), |end| end + 1)),
        '{' | '[' => None,
        _ => {
            let first = end_of(value);
            let (scheme, after) = value.split_at(first);
            let token = after.strip_prefix(' ').filter(|_| is_scheme(scheme));
            at(start, first + token.map_or(0, |token| 1 + end_of(token)))
        }
    }
}

/// How long a value without quotes is.
fn end_of(value: &str) -> usize {
    let ends = |c: char| c.is_whitespace() || "&\"'<>;,}])".contains(c);
    value.find(ends).unwrap_or(value.len())
}

fn is_scheme(word: &str) -> bool {
    SCHEMES.iter().any(|scheme| word.eq_ignore_ascii_case(scheme))
}

/// Where a quoted value ends.
fn closing(value: &str, quote: char) -> usize {
    let mut escaped = false;
    let end = value.char_indices().find(|(_, c)| {
        let ends = *c == quote && !escaped;
        escaped = *c == '\\' && !escaped;
        ends
    });
    end.map_or(value.len(), |(at, _)| at)
}

/// Shows what the text begins with: a date as it is, a number that may be a phone's with its last two digits; what is left.
fn number<'t>(text: &'t str, shown: &mut String) -> &'t str {
    if let Some(date) = date(text) {
        shown.push_str(date);
        return &text[date.len()..];
    }
    let (mut end, mut digits, mut between, mut whole) = (0, 0, 0, true);
    for (at, c) in text.char_indices() {
        if c.is_ascii_digit() {
            if at > 0 && between > 0 && date(&text[at..]).is_some() {
                break;
            }
            whole = whole && (between == 0 || digits == 0);
            (digits, between, end) = (digits + 1, 0, at + 1);
        } else if (at == 0 && c == '+') || (BETWEEN.contains(&c) && between < 2) {
            between += usize::from(at > 0);
        } else {
            break;
        }
    }
    let (run, rest) = text.split_at(end.max(text.chars().next().map_or(0, char::len_utf8)));
    let is_id = whole && digits > DIGITS_MAX;
    if digits < DIGITS_MIN || is_id {
        shown.push_str(run);
    } else {
        hide(run, shown);
    }
    rest
}

fn hide(run: &str, shown: &mut String) {
    let last: Vec<char> = run.chars().rev().filter(char::is_ascii_digit).take(2).collect();
    shown.push_str("***");
    shown.extend(last.into_iter().rev());
}

/// Within a word: `ivan79161112233`.
fn digits_hidden(word: &str) -> String {
    let (mut shown, mut rest) = (String::with_capacity(word.len()), word);
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
        let (before, from) = rest.split_at(start);
        let (run, after) = from.split_at(from.find(|c: char| !c.is_ascii_digit()).unwrap_or(from.len()));
        shown.push_str(before);
        if (DIGITS_MIN..=DIGITS_MAX).contains(&run.len()) {
            hide(run, &mut shown);
        } else {
            shown.push_str(run);
        }
        rest = after;
    }
    shown + rest
}

/// `2026-11-19` or `19.11.2026` at the beginning of the text.
fn date(text: &str) -> Option<&str> {
    let date = text.get(..10)?;
    let shape = |shape: &str| {
        date.bytes().zip(shape.bytes()).all(|(is, like)| if like == b'0' { is.is_ascii_digit() } else { is == like })
    };
    let ends = !text[10..].starts_with(|c: char| c.is_ascii_digit());
    (ends && (shape("0000-00-00") || shape("00.00.0000"))).then_some(date)
}

#[cfg(test)]
mod tests;
