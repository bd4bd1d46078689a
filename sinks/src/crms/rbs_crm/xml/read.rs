//! Reads an answer: any number of documents one after another, each with its own prolog and root.

use std::collections::BTreeMap;

use quick_xml::Reader;
use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::{BytesRef, BytesStart, Event};

/// Elements deeper than this are no answer of this API.
const DEPTH_MAX: usize = 32;

/// What one action of the answer says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Said {
    /// The request's own, echoed.
    pub uid: Option<String>,
    /// Carried out or not; of an expired session nothing is said.
    pub status: Option<bool>,
    /// Of a new row.
    pub id: Option<String>,
    /// A session.
    pub session: Option<String>,
    /// Why not.
    pub error: Option<String>,
    /// Which field is to blame.
    pub field: Option<String>,
    /// Rows, by field.
    pub rows: Vec<BTreeMap<String, String>>,
}

#[derive(Debug, Default)]
struct Element {
    name: String,
    attributes: BTreeMap<String, String>,
    text: String,
    children: Vec<Element>,
}

/// Every action of an answer, in order; an error in words where it is not XML or is cut off.
pub fn read(body: &str) -> Result<Vec<Said>, String> {
    let mut said = Vec::new();
    for root in roots(body)? {
        let before = said.len();
        actions(&root, &mut said);
        // A document that was refused as a whole names no action.
        if said.len() == before && root.children.iter().any(|child| child.name == "status") {
            said.push(action(&root));
        }
    }
    if said.is_empty() { Err("no <action> in it".to_owned()) } else { Ok(said) }
}

fn roots(body: &str) -> Result<Vec<Element>, String> {
    let mut reader = Reader::from_str(body.trim_start_matches('\u{feff}'));
    // The vendor's own client does not escape, so its server may not either.
    reader.config_mut().allow_dangling_amp = true;
    let mut open = vec![Element::default()];
    loop {
        let event = reader.read_event().map_err(|why| format!("not XML: {why}"))?;
        match event {
            Event::Start(start) if open.len() > DEPTH_MAX => {
                return Err(format!("<{}> is nested too deep", start.name().into_inner()));
            }
            Event::Start(start) => open.push(element(&start)),
            Event::Empty(start) => adopt(&mut open, element(&start)),
            Event::End(_) => {
                if let Some(done) = open.pop() {
                    adopt(&mut open, done);
                }
            }
            Event::Text(text) => add_text(&mut open, &text),
            Event::CData(text) => add_text(&mut open, &text),
            Event::GeneralRef(reference) => add_text(&mut open, &resolve(&reference)),
            // A prolog may stand anywhere; entities that a document declares are never expanded.
            Event::Decl(_) | Event::PI(_) | Event::Comment(_) | Event::DocType(_) => {}
            Event::Eof => break,
        }
    }
    match (open.len(), open.pop()) {
        (1, Some(all)) => Ok(all.children),
        (_, last) => Err(format!("cut off in <{}>", last.unwrap_or_default().name)),
    }
}

fn element(start: &BytesStart<'_>) -> Element {
    let attributes = start
        .attributes()
        .flatten()
        .map(|attribute| {
            let value = quick_xml::escape::unescape(&attribute.value).unwrap_or_default().into_owned();
            (attribute.key.into_inner().to_owned(), value)
        })
        .collect();
    Element { name: start.name().into_inner().to_owned(), attributes, ..Element::default() }
}

fn adopt(open: &mut [Element], child: Element) {
    if let Some(parent) = open.last_mut() {
        parent.children.push(child);
    }
}

fn add_text(open: &mut [Element], text: &str) {
    if let Some(element) = open.last_mut() {
        element.text.push_str(text);
    }
}

fn resolve(reference: &BytesRef<'_>) -> String {
    if let Ok(Some(character)) = reference.resolve_char_ref() {
        return character.to_string();
    }
    resolve_xml_entity(reference).map_or_else(|| format!("&{};", &**reference), str::to_owned)
}

fn actions(element: &Element, said: &mut Vec<Said>) {
    if element.name == "action" {
        said.push(action(element));
    } else {
        for child in &element.children {
            actions(child, said);
        }
    }
}

fn action(element: &Element) -> Said {
    let text = |name: &str| {
        let child = element.children.iter().find(|child| child.name == name);
        child.map(|child| child.text.trim().to_owned()).filter(|text| !text.is_empty())
    };
    let error = element.children.iter().find(|child| child.name == "error");
    let field = error.and_then(|error| error.attributes.get("field").cloned()).or_else(|| text("field"));
    let rows = std::iter::once(element)
        .chain(element.children.iter().filter(|child| child.name == "structure"))
        .flat_map(|holder| &holder.children)
        .filter(|child| ["item", "row", "fields"].contains(&child.name.as_str()))
        .map(row)
        .collect();
    Said {
        uid: element.attributes.get("uid").cloned(),
        status: text("status").map(|status| status == "true" || status == "1"),
        id: text("id"),
        session: text("sess_id"),
        error: text("error").or_else(|| text("message")),
        field,
        rows,
    }
}

fn row(element: &Element) -> BTreeMap<String, String> {
    let fields = element.children.iter().map(|field| (field.name.clone(), field.text.trim().to_owned()));
    element.attributes.clone().into_iter().chain(fields).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROLOG: &str = "<?xml version='1.0' encoding='utf8' ?>";

    fn one(body: &str) -> Said {
        let mut said = read(body).unwrap();
        assert_eq!(said.len(), 1);
        said.remove(0)
    }

    #[test]
    fn an_added_row_has_an_id() {
        let said =
            one(r#"<response><action type="add" uid="80085"><status>true</status><id>4967</id></action></response>"#);
        assert_eq!((said.uid.as_deref(), said.status, said.id.as_deref()), (Some("80085"), Some(true), Some("4967")));
    }

    #[test]
    fn a_request_may_be_refused_as_a_whole() {
        let said = one("<response><status>false</status><error>the XML is not well formed</error></response>");
        assert_eq!((said.status, said.error.as_deref()), (Some(false), Some("the XML is not well formed")));
    }

    #[test]
    fn glued_documents_are_read_one_after_another() {
        let document = |uid: &str, id: &str| {
            format!(
                "{PROLOG}\n<response><action type='list' uid='{uid}'><status>true</status><structure name='s'><item><id>{id}</id></item></structure></action></response>"
            )
        };
        let said =
            read(&format!("\u{feff}{}{}{}", document("a", "1"), document("b", "2"), document("a", "3"))).unwrap();
        let seen: Vec<_> =
            said.iter().map(|said| (said.uid.as_deref().unwrap(), said.rows[0]["id"].as_str())).collect();
        assert_eq!(seen, [("a", "1"), ("b", "2"), ("a", "3")]);
    }

    #[test]
    fn rows_stand_in_item_row_or_fields() {
        for rows in [
            "<structure name='s'><item><id>7</id><name>Ромашка</name></item></structure>",
            "<structure name='s'><row id='7'><name>Ромашка</name></row></structure>",
            "<fields><id>7</id><name><![CDATA[Ромашка]]></name></fields>",
        ] {
            let said = one(&format!("<response><action type='list'><status>true</status>{rows}</action></response>"));
            assert_eq!((said.rows[0]["id"].as_str(), said.rows[0]["name"].as_str()), ("7", "Ромашка"), "{rows}");
        }
    }

    #[test]
    fn entities_and_sloppy_ampersands_are_text() {
        for (written, text) in [
            ("Рога &amp; Копыта", "Рога & Копыта"),
            ("Рога & Копыта", "Рога & Копыта"),
            ("<![CDATA[a<b & c]]>", "a<b & c"),
            ("&#1071;&#x44F;", "Яя"),
            ("&nbsp;x", "&nbsp;x"),
        ] {
            let body = format!("<response><action><status>false</status><error>{written}</error></action></response>");
            assert_eq!(one(&body).error.as_deref(), Some(text), "{written}");
        }
    }

    #[test]
    fn declared_entities_are_not_expanded() {
        let body = "<!DOCTYPE r [<!ENTITY x 'boom'>]><response><action><id>&x;</id></action></response>";
        assert_eq!(one(body).id.as_deref(), Some("&x;"));
    }

    #[test]
    fn what_is_no_answer_is_an_error() {
        let deep = "<a>".repeat(100);
        for body in ["", "ok", "{}", "<response></response>", "<response><action><status>true", "<a></b>", &deep] {
            assert!(read(body).is_err(), "{body}");
        }
    }
}
