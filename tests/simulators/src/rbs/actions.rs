//! Does the actions of a request and writes the answer: one document for each structure, glued together.

use std::fmt::Write as _;

use quick_xml::escape::escape;

use super::request::{List, Task, Work};
use super::shared::{Change, Shared};
use super::store::Row;
use crate::lock;

const PROLOG: &str = "<?xml version='1.0' encoding='utf8' ?>";

/// The answer to a request that could not be read at all.
pub(super) fn refusal(reason: &str) -> String {
    format!("{PROLOG}<response><status>false</status><error>{}</error></response>", escape(reason))
}

/// Does every task in its order, whatever became of the ones before, as the CRM does.
pub(super) fn run(shared: &Shared, tasks: &[Task], session: Option<&str>) -> String {
    let entered = session.is_some_and(|id| lock(&shared.sessions).enter(id));
    let mut answer = String::new();
    for task in tasks {
        shared.count(&task.action, task.work.as_ref().map_or("", Work::structure));
        let inside = match &task.work {
            Ok(Work::Auth { login, password }) => match lock(&shared.sessions).log_in(login, password) {
                Ok(id) => format!("<sess_id>{id}</sess_id>"),
                Err(reason) => failed(&reason),
            },
            // No session, no status: this is how the CRM shows that one has to log in.
            _ if !entered => String::new(),
            Err(reason) => failed(reason),
            Ok(work) => act(shared, work).unwrap_or_else(|reason| failed(&reason)),
        };
        let uid = task.uid.as_ref().map(|uid| format!(r#" uid="{}""#, escape(uid))).unwrap_or_default();
        let kind = escape(task.action.as_str());
        let _ = write!(answer, r#"{PROLOG}<response><action type="{kind}"{uid}>{inside}</action></response>"#);
        answer.push('\n');
    }
    answer
}

fn failed(reason: &str) -> String {
    format!("<status>false</status><error>{}</error>", escape(reason))
}

fn act(shared: &Shared, work: &Work) -> Result<String, String> {
    // Told while the rows are still locked, so that listeners hear of the changes in the order they happened.
    let mut store = lock(&shared.store);
    let told = |change, row: Row| shared.tell(change, row);
    match work {
        Work::Auth { .. } => Err("a log-in stands alone".into()),
        Work::List(list) => {
            let rows = store.list(list, shared.faults.search_lag())?;
            Ok(listed(list, &rows))
        }
        Work::Add { structure, fields } => {
            let row = store.add(structure, fields)?;
            let id = row.id;
            told(Change::Added, row);
            Ok(format!("<status>true</status><id>{id}</id>"))
        }
        Work::Edit { structure, fields, filters } => {
            for row in store.edit(structure, fields, filters)? {
                told(Change::Edited, row);
            }
            Ok("<status>true</status>".into())
        }
        Work::Wipe { structure, id } => {
            told(Change::Wiped, store.wipe(structure, id)?);
            Ok("<status>true</status>".into())
        }
    }
}

fn listed(list: &List, rows: &[Vec<String>]) -> String {
    let mut inside = format!(r#"<status>true</status><structure name="{}">"#, escape(list.structure.as_str()));
    for row in rows {
        inside.push_str("<item>");
        for (name, value) in list.fields.iter().zip(row) {
            let _ = write!(inside, "<{name}>{}</{name}>", escape(value.as_str()));
        }
        inside.push_str("</item>");
    }
    inside.push_str("</structure>");
    inside
}
