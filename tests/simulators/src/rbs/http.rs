//! The HTTP side: one address, one method, one form variable.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::Form;
use axum::Router;
use axum::extract::rejection::FormRejection;
use axum::extract::{ConnectInfo, DefaultBodyLimit, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;

use super::actions;
use super::request::{self, Task, Work};
use super::shared::Shared;
use crate::faults::{Failure, Instead, Plan};
use crate::listener::Cut;

/// Bytes of a request.
const BODY: usize = 1024 * 1024;

const LOGIN_PAGE: &str = "<!DOCTYPE html><html><head><title>RBS CRM</title></head><body><form action=\"/login\" \
    method=\"post\"><input name=\"login\"><input name=\"password\" type=\"password\"></form></body></html>";

type Variables = Vec<(String, String)>;

pub(super) fn router(shared: Arc<Shared>) -> Router {
    Router::new().route("/api/xml/", post(receive)).layer(DefaultBodyLimit::max(BODY)).with_state(shared)
}

async fn receive(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(cut): ConnectInfo<Cut>,
    headers: HeaderMap,
    form: Result<Form<Variables>, FormRejection>,
) -> Response {
    shared.requests.fetch_add(1, Ordering::Relaxed);
    let tasks = match form {
        Ok(Form(variables)) => read(&variables),
        Err(rejection) => return rejection.into_response(),
    };
    let works = || tasks.iter().flatten().filter_map(|task| task.work.as_ref().ok());
    let plan = shared.faults.draw(works().any(Work::is_write), works().any(|work| matches!(work, Work::Auth { .. })));
    if let Some(Instead::Hang) = plan.instead {
        cut.0.cancelled().await;
        return unseen(&cut);
    }
    let session = session(&headers);
    // Done in a task of its own, because the CRM finishes what it began even when the client has hung up.
    let work = tokio::spawn(async move {
        tokio::select! {
            () = cut.0.cancelled() => unseen(&cut),
            answer = perform(&shared, plan, tasks, session, &cut) => answer,
        }
    });
    work.await.unwrap_or_else(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response())
}

async fn perform(
    shared: &Shared,
    plan: Plan,
    tasks: Result<Vec<Task>, String>,
    session: Option<String>,
    cut: &Cut,
) -> Response {
    tokio::time::sleep(plan.delay).await;
    let answer = match plan.instead {
        None => match tasks {
            Ok(tasks) => xml(actions::run(shared, &tasks, session.as_deref())),
            Err(reason) => xml(actions::refusal(&reason)),
        },
        Some(Instead::Fail(failure)) => failed(&failure),
        Some(Instead::LoginPage) => ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], LOGIN_PAGE).into_response(),
        Some(Instead::Drop | Instead::Hang) => return unseen(cut),
    };
    if plan.drop_after {
        return unseen(cut);
    }
    tokio::time::sleep(plan.answer_delay).await;
    answer
}

/// The variable `xml` is looked at first: an unescaped `&` leaves a torn document and a stray variable behind, and the
/// torn document is what the CRM complains of.
fn read(variables: &Variables) -> Result<Vec<Task>, String> {
    let documents: Vec<_> = variables.iter().filter(|(name, _)| name == "xml").collect();
    let [(_, document)] = documents.as_slice() else { return Err("the form has not one variable xml".into()) };
    let tasks = request::parse(document)?;
    match variables.iter().find(|(name, _)| name != "xml") {
        Some((name, _)) => Err(format!("form variable {name} is not known")),
        None => Ok(tasks),
    }
}

fn session(headers: &HeaderMap) -> Option<String> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == "sess_id").map(|(_, value)| value.to_owned())
}

/// Cuts the connection; the answer is for the types, no byte of it goes out.
fn unseen(cut: &Cut) -> Response {
    cut.0.cancel();
    StatusCode::INTERNAL_SERVER_ERROR.into_response()
}

fn xml(body: String) -> Response {
    ([(header::CONTENT_TYPE, "text/xml; charset=utf-8")], body).into_response()
}

fn failed(failure: &Failure) -> Response {
    let status = StatusCode::from_u16(failure.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = (status, "<html><body>error</body></html>").into_response();
    let retry_after = failure.retry_after.as_deref().and_then(|value| HeaderValue::from_str(value).ok());
    if let Some(value) = retry_after {
        response.headers_mut().insert(header::RETRY_AFTER, value);
    }
    response
}
