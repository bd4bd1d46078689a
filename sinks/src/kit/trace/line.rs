//! What a line of a trace is made of: bounded, on one line, without what is cut in two. Pure.

use super::LINE_MAX;
use crate::kit::masks::Masks;

/// Bytes of a body that are looked at: more than are shown.
const LOOKED_AT: usize = 1024;

/// One line: what one body does not need of the room, the other has.
pub fn line(head: &str, sent: &str, got: &str) -> String {
    let mut line = cut(head, LINE_MAX);
    let room = LINE_MAX.saturating_sub(line.chars().count() + "; sent ; got ".len());
    let length = |text: &str| text.chars().count();
    let for_sent = (room / 2).max(room.saturating_sub(length(got)));
    let sent = cut(sent, for_sent);
    let got = cut(got, room.saturating_sub(length(&sent)));
    for (word, text) in [("; sent ", &sent), ("; got ", &got)] {
        if !text.is_empty() {
            line.extend([word, text]);
        }
    }
    line
}

/// The beginning of a body, masked and on one line. Where the body is cut, a secret may be cut as well and not be known
/// again: as much as the longest takes is left out.
pub fn excerpt(body: &[u8], mask: impl Fn(&str) -> String, masks: &Masks) -> String {
    let looked_at = body.get(..LOOKED_AT).unwrap_or(body);
    let text = String::from_utf8_lossy(looked_at);
    let mut shown = one_line(&mask(&text));
    if looked_at.len() < body.len() {
        let left_out = masks.longest().max(32);
        let kept = shown.chars().count().saturating_sub(left_out);
        shown = shown.chars().take(kept).collect();
    }
    // What says only that XML follows.
    match shown.split_once("?>") {
        Some((prolog, rest)) if prolog.trim_start_matches("xml=").starts_with("<?xml") => rest.trim_start().to_owned(),
        _ => shown,
    }
}

/// A path without percent signs.
pub fn decoded(path: &str) -> String {
    if !path.contains('%') {
        return path.to_owned();
    }
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let hex = after.get(..2).filter(|_| *first == b'%').and_then(|hex| std::str::from_utf8(hex).ok());
        let byte = hex.and_then(|hex| u8::from_str_radix(hex, 16).ok());
        bytes.push(byte.unwrap_or(*first));
        rest = if byte.is_some() { after.get(2..).unwrap_or_default() } else { after };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn one_line(text: &str) -> String {
    let words: Vec<&str> =
        text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty()).collect();
    words.join(" ")
}

/// On one line, and at most so many characters.
pub fn cut(text: &str, max: usize) -> String {
    let text = one_line(text);
    if max == 0 {
        return String::new();
    }
    if text.chars().count() <= max {
        return text;
    }
    text.chars().take(max.saturating_sub(1)).chain(['…']).collect::<String>()
}
