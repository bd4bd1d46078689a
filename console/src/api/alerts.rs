//! `/alerts`: what a person should look at.

use axum::Json;
use axum::extract::State;

use super::fault::Fault;
use crate::alerts::rows;
use crate::state::Console;
use crate::wire::AlertList;

/// `GET /alerts`
pub async fn list(State(console): State<Console>) -> Result<Json<AlertList>, Fault> {
    Ok(Json(AlertList { alerts: rows(&*console.backbone().memos).await? }))
}
