//! The XML API's documents: the request is built here, and its answer, which may be several documents glued together, is
//! read here. Knows no HTTP and no call.

mod read;

use std::fmt::Write as _;

use quick_xml::escape::escape;
use serde_json::{Map, Value};

pub use read::{Said, read};

/// A condition of a list or an edit.
#[derive(Debug, Clone)]
pub struct Filter<'a> {
    /// The field.
    pub field: &'a str,
    /// `=`, `like`.
    pub operation: &'a str,
    /// Compared with.
    pub value: String,
}

/// What one action asks for.
pub enum Ask<'a> {
    /// A session.
    Auth {
        /// The API user.
        login: &'a str,
        /// Its password.
        password: &'a str,
    },
    /// Rows.
    List {
        /// Of which structure.
        structure: &'a str,
        /// Which fields of them.
        fields: Vec<&'a str>,
        /// All of these hold.
        filters: Vec<Filter<'a>>,
        /// By which field, in which order.
        order: Option<(&'a str, &'a str)>,
        /// At most so many.
        limit: u32,
    },
    /// A new row.
    Add {
        /// In which structure.
        structure: &'a str,
        /// Its fields.
        fields: &'a Map<String, Value>,
    },
    /// Other values in rows.
    Edit {
        /// In which structure.
        structure: &'a str,
        /// The fields that change.
        fields: &'a Map<String, Value>,
        /// In every row that this holds for: never more than one, told by its id.
        filter: Filter<'a>,
    },
}

/// One action of a request.
pub struct Action<'a> {
    /// Echoed in the answer.
    pub uid: String,
    /// What it asks for.
    pub ask: Ask<'a>,
}

impl<'a> Action<'a> {
    /// An action; of the uid, what an XML attribute does not carry unchanged becomes `-`.
    pub fn new(uid: &str, ask: Ask<'a>) -> Self {
        let uid = uid.chars().map(|c| if c.is_ascii_graphic() { c } else { '-' }).collect();
        Self { uid, ask }
    }
}

/// The document of a request.
pub fn request(actions: &[Action<'_>]) -> String {
    let mut document = "<?xml version='1.0' encoding='utf8' ?><request>".to_owned();
    for action in actions {
        let kind = match action.ask {
            Ask::Auth { .. } => "auth",
            Ask::List { .. } => "list",
            Ask::Add { .. } => "add",
            Ask::Edit { .. } => "edit",
        };
        // Writing to a String cannot fail, here and below.
        let _ = write!(document, "<action type='{kind}' uid='{}'>", escape(action.uid.as_str()));
        ask(&mut document, &action.ask);
        document.push_str("</action>");
    }
    document.push_str("</request>");
    document
}

fn ask(document: &mut String, ask: &Ask<'_>) {
    match ask {
        Ask::Auth { login, password } => {
            element(document, "login", login);
            element(document, "password", password);
        }
        Ask::List { structure, fields, filters, order, limit } => {
            let _ = write!(document, "<structure name='{}'><fields>", escape(*structure));
            for field in fields {
                let _ = write!(document, "<{field}/>");
            }
            document.push_str("</fields>");
            conditions(document, filters);
            if let Some((field, order)) = order {
                document.push_str("<orders><order>");
                element(document, "field", field);
                element(document, "type", order);
                document.push_str("</order></orders>");
            }
            let _ = write!(document, "<limit><first>0</first><number>{limit}</number></limit></structure>");
        }
        Ask::Add { structure, fields } => {
            let _ = write!(document, "<structure name='{}'>", escape(*structure));
            values(document, fields);
            document.push_str("</structure>");
        }
        Ask::Edit { structure, fields, filter } => {
            let _ = write!(document, "<structure name='{}'>", escape(*structure));
            values(document, fields);
            conditions(document, std::slice::from_ref(filter));
            document.push_str("</structure>");
        }
    }
}

fn conditions(document: &mut String, filters: &[Filter<'_>]) {
    if filters.is_empty() {
        return;
    }
    document.push_str("<filters>");
    for filter in filters {
        document.push_str("<filter>");
        element(document, "field", filter.field);
        element(document, "operation", filter.operation);
        element(document, "value", &filter.value);
        document.push_str("</filter>");
    }
    document.push_str("</filters>");
}

fn values(document: &mut String, fields: &Map<String, Value>) {
    document.push_str("<fields>");
    for (field, value) in fields {
        match value {
            Value::String(text) => element(document, field, text),
            other => element(document, field, &other.to_string()),
        }
    }
    document.push_str("</fields>");
}

/// Plain words go as they are, anything else as CDATA, as the vendor wants free text.
fn element(document: &mut String, name: &str, text: &str) {
    let _ = write!(document, "<{name}>");
    let plain = |c: char| c.is_alphanumeric() || " .,:;_+-=()/%".contains(c);
    if text.chars().all(plain) {
        document.push_str(text);
    } else {
        let allowed: String = text.chars().filter(|c| !is_forbidden(*c)).collect();
        // A CDATA section cannot hold its own end: that is cut in two.
        let _ = write!(document, "<![CDATA[{}]]>", allowed.replace("]]>", "]]]]><![CDATA[>"));
    }
    let _ = write!(document, "</{name}>");
}

/// XML 1.0 has no place for these, not even escaped.
fn is_forbidden(c: char) -> bool {
    matches!(c, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}')
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn add(fields: &Value) -> String {
        request(&[Action::new(
            "k1",
            Ask::Add { structure: "references.companies", fields: fields.as_object().unwrap() },
        )])
    }

    #[test]
    fn a_document_is_as_the_vendor_shows_it() {
        let list = Ask::List {
            structure: "references.companies",
            fields: vec!["id", "name"],
            filters: vec![Filter { field: "phone", operation: "like", value: "9161112233".to_owned() }],
            order: Some(("date", "desc")),
            limit: 5,
        };
        assert_eq!(
            request(&[Action::new("q 1", list)]),
            "<?xml version='1.0' encoding='utf8' ?><request><action type='list' uid='q-1'>\
             <structure name='references.companies'><fields><id/><name/></fields>\
             <filters><filter><field>phone</field><operation>like</operation><value>9161112233</value></filter></filters>\
             <orders><order><field>date</field><type>desc</type></order></orders>\
             <limit><first>0</first><number>5</number></limit></structure></action></request>"
        );
    }

    #[test]
    fn an_edit_always_has_a_filter() {
        let fields = json!({"status": "2"});
        let filter = Filter { field: "id", operation: "=", value: "7".to_owned() };
        let edit = Ask::Edit { structure: "documents.tasks", fields: fields.as_object().unwrap(), filter };
        let document = request(&[Action::new("k", edit)]);
        assert!(document.contains("<filters><filter><field>id</field><operation>=</operation><value>7</value>"));
    }

    #[test]
    fn values_cannot_leave_their_element() {
        for (text, written) in [
            ("+7 916 111-22-33", "<name>+7 916 111-22-33</name>"),
            ("Рога & Копыта <b>", "<name><![CDATA[Рога & Копыта <b>]]></name>"),
            ("a]]>b", "<name><![CDATA[a]]]]><![CDATA[>b]]></name>"),
            ("a\u{1}b&", "<name><![CDATA[ab&]]></name>"),
        ] {
            assert!(add(&json!({"name": text})).contains(written), "{text}");
        }
        let auth = request(&[Action::new("'><x", Ask::Auth { login: "a", password: "</password>" })]);
        assert!(auth.contains("uid='&apos;&gt;&lt;x'"), "{auth}");
        assert!(auth.contains("<password><![CDATA[</password>]]></password>"));
    }
}
