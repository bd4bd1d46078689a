//! Whether the credentials work, as whom, and what of the settings the account cannot take (Z5, Z6).

use serde_json::Value;
use tokio::time::Instant;

use super::{Ask, Client, answers, lists};
use crate::connector::Checked;
use crate::crms::zoho_desk::plan::{CALL_ID_FIELD, Filling, labelled, left_out};
use crate::crms::zoho_desk::settings::Own;
use crate::crms::zoho_desk::texts::MARKS;
use crate::failure::Failure;
use crate::kit::answers::{Kind, word};

/// An agent who can be given records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agent {
    /// The CRM's id.
    pub id: String,
    /// In which departments; empty: the CRM did not say.
    pub departments: Vec<String>,
}

impl Client {
    /// Asks for everything that calls need, and says what was found; `mapped` are the agents of the mapping.
    pub async fn check(&self, own: &Own, mapped: &[&str]) -> Result<Checked, Failure> {
        let deadline = self.deadline();
        self.tokens.try_again(deadline).await?;
        self.fields.forget().await;
        self.agents.forget().await;
        let organisation = self.organisation(deadline).await?;
        let agents = self.active(deadline).await?;
        let fields = self.all_fields(deadline).await?;
        let mut said = vec![format!("connected to {organisation}, {} active agents", agents.len())];
        said.extend(strangers(own, mapped, &agents));
        let missing = MARKS.iter().map(|mark| format!("rs_{mark}"));
        for (of, module) in [("contact", &fields.contacts), ("ticket", &fields.tickets)] {
            let missing: Vec<String> = missing.clone().filter(|label| labelled(module, label).is_none()).collect();
            if !missing.is_empty() {
                said.push(format!("the {of} has no single-line field {}", missing.join(", ")));
            }
        }
        if labelled(&fields.calls, CALL_ID_FIELD).is_none() {
            said.push(format!("calls have no single-line field {CALL_ID_FIELD}, so their descriptions carry a mark"));
        }
        said.extend(left_out(&Filling::ticket(&fields.tickets, own)));
        said.extend(left_out(&Filling::contact(&fields.contacts, own)));
        Ok(Checked { who: said.join("; "), account: Some(self.org_id.clone()) })
    }

    /// The organisation, if it is one of those of the user who gave consent.
    pub async fn account(&self) -> Result<Option<String>, Failure> {
        self.organisation(self.deadline()).await?;
        Ok(Some(self.org_id.clone()))
    }

    /// Agents who can be given records (F11).
    pub(super) async fn active(&self, deadline: Instant) -> Result<Vec<Agent>, Failure> {
        let ask = async || {
            let rows = self.list("agents", vec![("status", "ACTIVE".to_owned())], deadline).await?;
            Ok(rows.iter().filter_map(agent).collect())
        };
        self.agents.get(deadline, ask).await
    }

    /// The name of the organisation that `org_id` means, of those of the user who gave consent (G2).
    async fn organisation(&self, deadline: Instant) -> Result<String, Failure> {
        let rows = lists::data(self.send(Kind::Read, Ask::get("organizations", Vec::new()), deadline).await?)?;
        let ours = rows.iter().find(|row| row.get("id").and_then(answers::id).as_deref() == Some(&self.org_id));
        let Some(ours) = ours else {
            return Err(Failure::TokenDead(format!(
                "org_id {} is none of the {} organisations of the user who gave consent: correct it",
                self.org_id,
                rows.len()
            )));
        };
        let name = ["companyName", "portalName"].iter().find_map(|key| ours.get(*key)?.as_str());
        Ok(word(name.unwrap_or("the organisation")))
    }
}

/// Agents of the settings and the mapping who can be given nothing.
fn strangers(own: &Own, mapped: &[&str], agents: &[Agent]) -> Vec<String> {
    let known = |id: &str| agents.iter().find(|agent| agent.id == id);
    let department = &own.department_id;
    let outside = |id: &str| {
        known(id).is_some_and(|agent| !agent.departments.is_empty() && !agent.departments.contains(department))
    };
    let mut said = Vec::new();
    if known(&own.senior_manager).is_none() {
        said.push(format!("the senior manager {} is no active agent", own.senior_manager));
    }
    let gone: Vec<&str> = mapped.iter().copied().filter(|id| known(id).is_none()).collect();
    if !gone.is_empty() {
        said.push(format!("mapped, but no active agents: {}", gone.join(", ")));
    }
    let apart: Vec<&str> =
        mapped.iter().copied().chain([own.senior_manager.as_str()]).filter(|id| outside(id)).collect();
    if !apart.is_empty() {
        said.push(format!("not in department {department}: {}", apart.join(", ")));
    }
    said
}

/// A row of the agents' list; a filter that was passed over must not make one who left active.
fn agent(row: &Value) -> Option<Agent> {
    let status = row.get("status").and_then(Value::as_str).unwrap_or("ACTIVE");
    let departments = row.get("associatedDepartmentIds").and_then(Value::as_array).into_iter().flatten();
    let agent = Agent { id: answers::id(row.get("id")?)?, departments: departments.filter_map(answers::id).collect() };
    status.eq_ignore_ascii_case("active").then_some(agent)
}
