//! Reads what is nearly a JSON object, as notification templates make it: values without quotes, no value at all, a
//! placeholder put in quotes that has its own, typographic quotes, commas too many. Knows nothing of what the keys mean.

use super::fields::KEYS_MAX;

/// Keys longer than this are not taken for keys; bounds every look ahead.
const KEY_CHARS_MAX: usize = 100;
const QUOTES: [char; 8] = ['"', '\'', '“', '”', '„', '«', '»', '`'];

/// One value: text (a number, a bare word and an absent value too), or an array or object as it is written.
#[derive(Debug, PartialEq, Eq)]
pub enum Lenient<'a> {
    /// A scalar.
    Text(String),
    /// With its brackets.
    Nested(&'a str),
}

/// The pairs of the object, in order; or what stands in the way, and where.
pub fn pairs(text: &str) -> Result<Vec<(String, Lenient<'_>)>, String> {
    let mut cursor = Cursor { text, at: 0 };
    if !cursor.eat('{') {
        return Err("the body is not a JSON object: it does not begin with {".to_owned());
    }
    let mut pairs = Vec::new();
    loop {
        while cursor.eat(',') {}
        if cursor.eat('}') {
            break;
        }
        if pairs.len() == KEYS_MAX {
            return Err(format!("the body has more than {KEYS_MAX} keys"));
        }
        let key = cursor.key()?;
        pairs.push((key, cursor.value()?));
    }
    let rest = cursor.rest().trim_matches(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '}'));
    if rest.is_empty() { Ok(pairs) } else { Err(format!("at byte {}: more follows after the closing }}", cursor.at)) }
}

struct Cursor<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Cursor<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn skip_space(&mut self) {
        self.at = self.text.len() - self.rest().trim_start().len();
    }

    fn eat(&mut self, wanted: char) -> bool {
        self.skip_space();
        let found = self.rest().starts_with(wanted);
        if found {
            self.at += wanted.len_utf8();
        }
        found
    }

    fn key(&mut self) -> Result<String, String> {
        self.skip_space();
        let Some((key, length)) = key_at(self.rest()) else {
            return Err(format!("at byte {}: expected a key and a colon, or the closing }}", self.at));
        };
        self.at += length;
        Ok(key.to_owned())
    }

    fn value(&mut self) -> Result<Lenient<'a>, String> {
        self.skip_space();
        let rest = self.rest();
        if rest.starts_with('"') {
            return self.quoted().map(Lenient::Text);
        }
        // Two braces are a placeholder that the PBX did not fill in: a bare word like others.
        if rest.starts_with('[') || (rest.starts_with('{') && !rest.starts_with("{{")) {
            return self.nested().map(Lenient::Nested);
        }
        self.bare().map(Lenient::Text)
    }

    /// A quote ends the text only where a value may end: quotes that nobody escaped are part of it.
    fn quoted(&mut self) -> Result<String, String> {
        let began = self.at;
        let mut text = String::new();
        let mut chars = self.rest()[1..].char_indices();
        while let Some((n, c)) = chars.next() {
            let after = &self.text[began + 1 + n + c.len_utf8()..];
            match c {
                '"' if may_end_before(after) => {
                    self.at = self.text.len() - after.len();
                    return Ok(unquoted(&text).to_owned());
                }
                '\\' => {
                    let (escaped, length) = escape(after);
                    text.push_str(escaped.encode_utf8(&mut [0; 4]));
                    for _ in 0..length {
                        chars.next();
                    }
                }
                other => text.push(other),
            }
        }
        Err(format!("at byte {began}: the text has no closing quote"))
    }

    fn nested(&mut self) -> Result<&'a str, String> {
        let rest = self.rest();
        let (mut depth, mut in_text, mut escaped) = (0_usize, false, false);
        for (n, byte) in rest.bytes().enumerate() {
            match byte {
                _ if escaped => escaped = false,
                b'\\' => escaped = in_text,
                b'"' => in_text = !in_text,
                b'[' | b'{' if !in_text => depth += 1,
                b']' | b'}' if !in_text => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                self.at += n + 1;
                return Ok(&rest[..=n]);
            }
        }
        Err(format!("at byte {}: the brackets do not close", self.at))
    }

    fn bare(&mut self) -> Result<String, String> {
        let rest = self.rest();
        let placeholder = rest.starts_with("{{").then(|| rest.find("}}")).flatten().map_or(0, |n| n + 2);
        let length = rest[placeholder..].char_indices().find(|(n, c)| {
            let after = &rest[placeholder + n + c.len_utf8()..];
            *c == '}' || (*c == ',' && may_begin_after_comma(after))
        });
        let Some((length, _)) = length else {
            return Err(format!("at byte {}: the closing }} is missing", self.at));
        };
        self.at += placeholder + length;
        Ok(unquoted(rest[..placeholder + length].trim()).to_owned())
    }
}

/// A key with its colon at the beginning of `text`, and the length of all that.
fn key_at(text: &str) -> Option<(&str, usize)> {
    let quoted = text.starts_with(QUOTES);
    let (colon, _) = text.char_indices().take(KEY_CHARS_MAX).find(|(n, c)| {
        let before = &text[..*n];
        *c == ':' && (!quoted || before.trim_end().ends_with(QUOTES) && before.chars().count() > 1)
    })?;
    let key = text[..colon].trim();
    let inner = key.trim_matches(QUOTES);
    let is_name = !inner.is_empty() && inner.chars().all(|c| c.is_alphanumeric() || "_-. ".contains(c));
    let is_word = quoted || inner.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    (is_name && is_word).then_some((inner, colon + 1))
}

fn may_end_before(rest: &str) -> bool {
    let rest = rest.trim_start();
    match rest.strip_prefix(',') {
        Some(after) => may_begin_after_comma(after),
        None => rest.is_empty() || rest.starts_with('}'),
    }
}

/// A comma ends a value only before a key, another comma or the end; otherwise it belongs to the value.
fn may_begin_after_comma(rest: &str) -> bool {
    let rest = rest.trim_start();
    rest.is_empty() || rest.starts_with(['}', ',']) || key_at(rest).is_some()
}

/// Without the quotes around it, if it has no others.
fn unquoted(text: &str) -> &str {
    let inner = text.strip_prefix(QUOTES).and_then(|rest| rest.strip_suffix(QUOTES));
    inner.filter(|inner| !inner.contains(QUOTES)).unwrap_or(text)
}

/// What the escape after a backslash means, and how many characters it takes; a half of a pair reads as U+FFFD.
fn escape(after: &str) -> (char, usize) {
    match after.chars().next() {
        Some('n') => ('\n', 1),
        Some('r') => ('\r', 1),
        Some('t') => ('\t', 1),
        Some('b' | 'f') => (' ', 1),
        Some('u') => match unicode(&after[1..]) {
            Some(high @ 0xd800..0xdc00) => {
                let low = after.get(5..7).filter(|text| *text == "\\u").and_then(|_| unicode(&after[7..]));
                match low {
                    Some(low @ 0xdc00..0xe000) => {
                        let code = 0x1_0000 + ((high - 0xd800) << 10) + (low - 0xdc00);
                        (char::from_u32(code).unwrap_or('\u{fffd}'), 11)
                    }
                    _ => ('\u{fffd}', 5),
                }
            }
            Some(code) => (char::from_u32(code).unwrap_or('\u{fffd}'), 5),
            None => ('u', 1),
        },
        Some(other) => (other, 1),
        None => ('\\', 0),
    }
}

fn unicode(text: &str) -> Option<u32> {
    let digits = text.get(..4)?;
    digits.bytes().all(|b| b.is_ascii_hexdigit()).then(|| u32::from_str_radix(digits, 16).ok()).flatten()
}
