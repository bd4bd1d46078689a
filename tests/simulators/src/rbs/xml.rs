//! A small XML tree: as much of a request as the CRM needs, read strictly.

use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

/// Nesting allowed; a real request has six levels.
const DEPTH: usize = 16;

/// An element with its attributes, elements inside and the text directly inside.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Element {
    pub(super) name: String,
    pub(super) attributes: Vec<(String, String)>,
    pub(super) children: Vec<Element>,
    pub(super) text: String,
}

impl Element {
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    pub(super) fn child(&self, name: &str) -> Option<&Element> {
        self.children.iter().find(|child| child.name == name)
    }
}

/// Reads one whole document; says why when it is not well formed.
pub(super) fn parse(text: &str) -> Result<Element, String> {
    if let Some(wrong) = text.chars().find(|c| !is_xml_char(*c)) {
        return Err(format!("character U+{:04X} is not allowed", u32::from(wrong)));
    }
    let mut reader = Reader::from_str(text);
    let mut open: Vec<Element> = Vec::new();
    let mut root = None;
    loop {
        match reader.read_event().map_err(|error| error.to_string())? {
            Event::Start(tag) => {
                if root.is_some() || open.len() >= DEPTH {
                    return Err("more than one root element, or nested too deep".into());
                }
                open.push(element(&tag)?);
            }
            Event::Empty(tag) => close(element(&tag)?, &mut open, &mut root)?,
            Event::End(_) => {
                let done = open.pop().ok_or("an end tag without a start")?;
                close(done, &mut open, &mut root)?;
            }
            Event::Text(text) => push_text(&mut open, text.as_ref())?,
            Event::CData(text) => push_text(&mut open, text.as_ref())?,
            Event::GeneralRef(reference) => {
                let resolved = match reference.resolve_char_ref().map_err(|error| error.to_string())? {
                    Some(c) if is_xml_char(c) => c.to_string(),
                    Some(_) => return Err("a character reference to a forbidden character".into()),
                    None => resolve_predefined_entity(reference.as_ref())
                        .ok_or_else(|| format!("entity &{}; is not known", reference.as_ref()))?
                        .to_owned(),
                };
                push_text(&mut open, &resolved)?;
            }
            Event::DocType(_) => return Err("a document type is not accepted".into()),
            Event::Decl(_) | Event::Comment(_) | Event::PI(_) => {}
            Event::Eof => break,
        }
    }
    if let Some(unclosed) = open.last() {
        return Err(format!("element {} is not closed", unclosed.name));
    }
    root.ok_or_else(|| "no root element".into())
}

fn element(tag: &BytesStart<'_>) -> Result<Element, String> {
    let mut attributes = Vec::new();
    for attribute in tag.attributes() {
        let attribute = attribute.map_err(|error| error.to_string())?;
        let value = attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|error| error.to_string())?;
        attributes.push((attribute.key.as_ref().to_owned(), value.into_owned()));
    }
    Ok(Element { name: tag.name().as_ref().to_owned(), attributes, ..Element::default() })
}

fn close(done: Element, open: &mut [Element], root: &mut Option<Element>) -> Result<(), String> {
    match open.last_mut() {
        Some(parent) => parent.children.push(done),
        None if root.is_none() => *root = Some(done),
        None => return Err("more than one root element".into()),
    }
    Ok(())
}

fn push_text(open: &mut [Element], text: &str) -> Result<(), String> {
    match open.last_mut() {
        Some(inside) => inside.text.push_str(text),
        None if text.trim().is_empty() => {}
        None => return Err("text outside the root element".into()),
    }
    Ok(())
}

/// The characters of XML 1.0.
fn is_xml_char(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..)
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn reads_text_cdata_entities_and_attributes() {
        let root =
            parse("<?xml version='1.0' encoding='utf8' ?><a x='1 &amp; 2'><b>А &lt;<![CDATA[<&>]]>&#33;</b><c/></a>");
        let root = root.unwrap();
        assert_eq!(root.attribute("x"), Some("1 & 2"));
        assert_eq!(root.child("b").unwrap().text, "А <<&>!");
        assert_eq!(root.children.len(), 2);
    }

    #[test]
    fn refuses_what_is_not_well_formed() {
        for bad in [
            "",
            "text",
            "<a>",
            "<a></b>",
            "<a>1 & 2</a>",
            "<a>&nbsp;</a>",
            "<a/><b/>",
            "<a/>x",
            "<a>\u{1}</a>",
            "<a>&#1;</a>",
            "<a x=1/>",
            "<!DOCTYPE a><a/>",
            "<a><b></a></b>",
        ] {
            assert!(parse(bad).is_err(), "{bad} was read");
        }
        assert!(parse(&("<a>".repeat(20) + &"</a>".repeat(20))).is_err());
    }
}
