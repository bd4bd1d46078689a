//! Between a plan's records and the ledger's steps.

use backbone::Error;
use backbone::ledger::{Step, StepStatus};
use schemas::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::connector::{Made, Put};

/// What the ledger keeps of a record: all that is needed to look for it without its plan.
#[derive(Debug, Serialize, Deserialize)]
struct Content {
    record: String,
    fields: Map<String, Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    remember: Option<String>,
    why: String,
    /// Of what the CRM holds: where people see it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    link: Option<String>,
}

/// The key of a record's web address in [`Step::held`]; the console shows it.
pub const LINK: &str = "link";

/// The step for a record that is about to be made or changed.
pub fn trying(put: &Put, before: Option<&Step>, at: Timestamp, deadline: Timestamp) -> Step {
    let content = Content {
        record: put.record.clone(),
        fields: put.content.clone(),
        remember: put.remember.map(str::to_owned),
        why: put.why.clone(),
        link: None,
    };
    Step {
        name: put.name.clone(),
        status: StepStatus::Trying,
        content: serde_json::to_value(content).unwrap_or_default(),
        held: before.map(|step| step.held.clone()).unwrap_or_default(),
        marker: put.marker.clone(),
        crm_id: before.and_then(|step| step.crm_id.clone()),
        deadline: Some(deadline),
        at,
        note: put.why.clone(),
    }
}

/// What the CRM holds once it took the step's record; its web address stays where none is said again.
pub fn held(step: &Step, link: Option<String>) -> Value {
    let mut held = step.content.clone();
    let link = link.map(Value::String).or_else(|| step.held.get(LINK).cloned());
    if let (Some(fields), Some(link)) = (held.as_object_mut(), link) {
        fields.insert(LINK.to_owned(), link);
    }
    held
}

/// The record that the CRM is known to hold.
pub fn made(step: &Step) -> Option<Made> {
    let crm_id = step.crm_id.clone()?;
    let held: Content = serde_json::from_value(step.held.clone()).ok()?;
    Some(Made { crm_id, content: held.fields })
}

/// The record may be there, and nobody knows. A change of a known record is none: it is only made again.
pub fn is_unknown(step: &Step) -> bool {
    step.status == StepStatus::Trying && step.crm_id.is_none()
}

/// The record to look for, and the word it is remembered by.
pub fn put_of(step: &Step) -> Result<(Put, Option<String>), Error> {
    let content: Content = serde_json::from_value(step.content.clone())
        .map_err(|why| Error::Unreadable(format!("the step {}: {why}", step.name)))?;
    let put = Put {
        name: step.name.clone(),
        record: content.record,
        content: content.fields,
        marker: step.marker.clone(),
        remember: None,
        why: content.why,
    };
    Ok((put, content.remember))
}
