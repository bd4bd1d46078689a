//! From the XML of a request to the actions it asks for.

use super::xml::{self, Element};

/// Actions in one request; more are refused.
const ACTIONS: usize = 100;
/// Rows in one list, also when no limit is said.
pub(super) const ROWS: usize = 1000;

/// One document of the answer: an action on one structure.
#[derive(Debug)]
pub(super) struct Task {
    pub(super) action: String,
    pub(super) uid: Option<String>,
    /// What to do, or why it cannot be understood.
    pub(super) work: Result<Work, String>,
}

/// What an action asks for.
#[derive(Debug)]
pub(super) enum Work {
    Auth { login: String, password: String },
    List(List),
    Add { structure: String, fields: Vec<(String, String)> },
    Edit { structure: String, fields: Vec<(String, String)>, filters: Vec<Filter> },
    Wipe { structure: String, id: String },
}

impl Work {
    pub(super) fn is_write(&self) -> bool {
        matches!(self, Self::Add { .. } | Self::Edit { .. } | Self::Wipe { .. })
    }

    pub(super) fn structure(&self) -> &str {
        match self {
            Self::Auth { .. } => "",
            Self::List(list) => &list.structure,
            Self::Add { structure, .. } | Self::Edit { structure, .. } | Self::Wipe { structure, .. } => structure,
        }
    }
}

#[derive(Debug)]
pub(super) struct List {
    pub(super) structure: String,
    pub(super) fields: Vec<String>,
    pub(super) filters: Vec<Filter>,
    pub(super) orders: Vec<Order>,
    pub(super) first: usize,
    pub(super) number: usize,
}

#[derive(Debug)]
pub(super) struct Filter {
    pub(super) field: String,
    pub(super) like: bool,
    pub(super) value: String,
}

#[derive(Debug)]
pub(super) struct Order {
    pub(super) field: String,
    pub(super) descending: bool,
}

/// Reads the document; an error here is one about the whole request.
pub(super) fn parse(text: &str) -> Result<Vec<Task>, String> {
    let root = xml::parse(text).map_err(|reason| format!("the XML is not well formed: {reason}"))?;
    if root.name != "request" {
        return Err(format!("the root is {}, not request", root.name));
    }
    only(&root, &["action"])?;
    if root.children.is_empty() || root.children.len() > ACTIONS {
        return Err(format!("a request holds 1 to {ACTIONS} actions"));
    }
    Ok(root.children.iter().flat_map(tasks).collect())
}

fn tasks(action: &Element) -> Vec<Task> {
    let kind = action.attribute("type").unwrap_or_default().to_owned();
    let uid = action.attribute("uid").map(str::to_owned);
    let task = |work| Task { action: kind.clone(), uid: uid.clone(), work };
    match kind.as_str() {
        "auth" => vec![task(auth(action))],
        "list" | "add" | "edit" | "wipe" => {
            if let Err(reason) = only(action, &["structure"]) {
                return vec![task(Err(reason))];
            }
            if action.children.is_empty() || action.children.len() > ACTIONS {
                return vec![task(Err(format!("an action holds 1 to {ACTIONS} structures")))];
            }
            action.children.iter().map(|structure| task(work(&kind, action, structure))).collect()
        }
        "" => vec![task(Err("an action has no type".into()))],
        other => vec![task(Err(format!("action {other} is not known")))],
    }
}

fn auth(action: &Element) -> Result<Work, String> {
    only(action, &["login", "password"])?;
    Ok(Work::Auth { login: required(action, "login")?, password: required(action, "password")? })
}

fn work(kind: &str, action: &Element, element: &Element) -> Result<Work, String> {
    let structure = element.attribute("name").ok_or("a structure has no name")?.to_owned();
    match kind {
        "list" => list(structure, element).map(Work::List),
        "add" => {
            only(element, &["fields"])?;
            Ok(Work::Add { structure, fields: values(element)? })
        }
        "edit" => {
            only(element, &["fields", "filters"])?;
            Ok(Work::Edit { structure, fields: values(element)?, filters: filters(element)? })
        }
        _ => {
            only(element, &[])?;
            let id = element.attribute("id").or_else(|| action.attribute("id")).ok_or("wipe needs an id")?;
            Ok(Work::Wipe { structure, id: id.to_owned() })
        }
    }
}

fn list(structure: String, element: &Element) -> Result<List, String> {
    only(element, &["fields", "filters", "orders", "limit"])?;
    let fields = element.child("fields").ok_or("list needs fields")?;
    if let Some(full) = fields.children.iter().find(|f| !f.text.trim().is_empty() || !f.children.is_empty()) {
        return Err(format!("field {} of a list must be empty", full.name));
    }
    let fields: Vec<_> = fields.children.iter().map(|field| field.name.clone()).collect();
    if fields.is_empty() {
        return Err("list needs fields".into());
    }
    let (first, number) = match element.child("limit") {
        None => (0, ROWS),
        Some(limit) => {
            only(limit, &["first", "number"])?;
            (whole(limit, "first")?, whole(limit, "number")?)
        }
    };
    if number > ROWS {
        return Err(format!("a list has at most {ROWS} rows"));
    }
    Ok(List { structure, fields, filters: filters(element)?, orders: orders(element)?, first, number })
}

fn values(element: &Element) -> Result<Vec<(String, String)>, String> {
    let fields = &element.child("fields").ok_or("no fields")?.children;
    if fields.is_empty() {
        return Err("no fields".into());
    }
    let mut values: Vec<(String, String)> = Vec::with_capacity(fields.len());
    for field in fields {
        if !field.children.is_empty() || values.iter().any(|(name, _)| *name == field.name) {
            return Err(format!("field {} stands twice or is not plain text", field.name));
        }
        values.push((field.name.clone(), field.text.clone()));
    }
    Ok(values)
}

fn filters(element: &Element) -> Result<Vec<Filter>, String> {
    let Some(filters) = element.child("filters") else { return Ok(Vec::new()) };
    only(filters, &["filter"])?;
    let read = |filter: &Element| {
        only(filter, &["field", "operation", "value"])?;
        let like = match required(filter, "operation")?.trim() {
            "=" => false,
            "like" => true,
            other => return Err(format!("operation {other} is not known")),
        };
        Ok(Filter { field: required(filter, "field")?, like, value: required(filter, "value")? })
    };
    filters.children.iter().map(read).collect()
}

fn orders(element: &Element) -> Result<Vec<Order>, String> {
    let Some(orders) = element.child("orders") else { return Ok(Vec::new()) };
    only(orders, &["order"])?;
    let read = |order: &Element| {
        only(order, &["field", "type"])?;
        let descending = match required(order, "type")?.to_ascii_lowercase().as_str() {
            "asc" => false,
            "desc" => true,
            other => return Err(format!("order {other} is not known")),
        };
        Ok(Order { field: required(order, "field")?, descending })
    };
    orders.children.iter().map(read).collect()
}

fn required(element: &Element, name: &str) -> Result<String, String> {
    element.child(name).map(|child| child.text.clone()).ok_or_else(|| format!("{} needs {name}", element.name))
}

fn whole(element: &Element, name: &str) -> Result<usize, String> {
    required(element, name)?.trim().parse().map_err(|_| format!("{name} is not a whole number"))
}

/// Refuses elements that have no meaning at this place, and text between elements.
fn only(element: &Element, allowed: &[&str]) -> Result<(), String> {
    if let Some(stray) = element.children.iter().find(|child| !allowed.contains(&child.name.as_str())) {
        return Err(format!("element {} is not known in {}", stray.name, element.name));
    }
    if element.text.trim().is_empty() { Ok(()) } else { Err(format!("text is not allowed in {}", element.name)) }
}
