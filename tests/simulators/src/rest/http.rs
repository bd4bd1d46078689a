//! The HTTP side: every request goes through the faults to the API.

use std::sync::Arc;

use axum::Router;
use axum::body::{Bytes, to_bytes};
use axum::extract::{ConnectInfo, Query, Request as Incoming, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};

use super::request::{Answer, Request};
use super::{Api, Inner, Shared};
use crate::faults::{Failure, Instead, Plan};
use crate::listener::Cut;
use crate::lock;

/// Bytes of a request.
const BODY: usize = 1024 * 1024;
/// Requests remembered.
const REQUESTS: usize = 1_000_000;

const LOGIN_PAGE: &str = "<!DOCTYPE html><html><head><title>CRM</title></head><body><form action=\"/login\" \
    method=\"post\"><input name=\"login\"><input name=\"password\" type=\"password\"></form></body></html>";

pub(super) fn router<A: Api>(shared: Arc<Shared<A>>) -> Router {
    Router::new().fallback(receive::<A>).with_state(shared)
}

async fn receive<A: Api>(
    State(shared): State<Arc<Shared<A>>>,
    ConnectInfo(cut): ConnectInfo<Cut>,
    incoming: Incoming,
) -> Response {
    let (head, body) = incoming.into_parts();
    let Ok(body) = to_bytes(body, BODY).await else { return StatusCode::PAYLOAD_TOO_LARGE.into_response() };
    let request = request(head, &body);
    let plan = {
        let inner = &mut *lock(&shared.inner);
        if inner.requests.len() < REQUESTS {
            inner.requests.push((request.method.clone(), request.path.clone()));
        }
        shared.faults.draw(inner.api.is_write(&request), inner.api.is_login(&request))
    };
    if let Some(Instead::Hang) = plan.instead {
        cut.0.cancelled().await;
        return unseen(&cut);
    }
    // Done in a task of its own, because the CRM finishes what it began even when the client has hung up.
    let work = tokio::spawn(async move {
        tokio::select! {
            () = cut.0.cancelled() => unseen(&cut),
            answer = perform(&shared, plan, &request, &cut) => answer,
        }
    });
    work.await.unwrap_or_else(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response())
}

async fn perform<A: Api>(shared: &Shared<A>, plan: Plan, request: &Request, cut: &Cut) -> Response {
    tokio::time::sleep(plan.delay).await;
    let answer = match plan.instead {
        None => {
            let Inner { api, store, .. } = &mut *lock(&shared.inner);
            store.set_lag(shared.faults.search_lag());
            response(api.answer(request, store))
        }
        Some(Instead::Fail(failure)) => response(failed(&failure)),
        Some(Instead::LoginPage) => ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], LOGIN_PAGE).into_response(),
        Some(Instead::Drop | Instead::Hang) => return unseen(cut),
    };
    if plan.drop_after {
        return unseen(cut);
    }
    tokio::time::sleep(plan.answer_delay).await;
    answer
}

fn request(head: axum::http::request::Parts, body: &Bytes) -> Request {
    let query = Query::<Vec<(String, String)>>::try_from_uri(&head.uri).map(|Query(pairs)| pairs).unwrap_or_default();
    // A path is decoded as a query is, but for the plus that stands for itself.
    let path = head.uri.path().replace('+', "%2B");
    let path = pairs(&format!("path={path}")).pop().map_or_else(String::new, |(_, path)| path);
    Request { method: head.method.to_string(), path, query, headers: head.headers, body: body.to_vec() }
}

/// The pairs of a query or a form, decoded.
pub(super) fn pairs(text: &str) -> Vec<(String, String)> {
    let uri = format!("/?{}", text.replace(['\r', '\n'], "")).parse::<Uri>();
    let query = uri.ok().and_then(|uri| Query::<Vec<(String, String)>>::try_from_uri(&uri).ok());
    query.map(|Query(pairs)| pairs).unwrap_or_default()
}

/// Cuts the connection; the answer is for the types, no byte of it goes out.
fn unseen(cut: &Cut) -> Response {
    cut.0.cancel();
    StatusCode::INTERNAL_SERVER_ERROR.into_response()
}

fn failed(failure: &Failure) -> Answer {
    let answer = Answer { status: failure.status, headers: Vec::new(), body: "<html><body>error</body></html>".into() };
    match &failure.retry_after {
        Some(value) => answer.header("retry-after", value),
        None => answer,
    }
}

fn response(answer: Answer) -> Response {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let kind = if answer.body.starts_with('<') { "text/html; charset=utf-8" } else { "application/json" };
    let mut response = (status, answer.body).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    for (name, value) in answer.headers {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    }
    response
}
