//! Every route below `/api/v1`: what it does, takes and answers.

use axum::routing::{MethodRouter, get, post, put};
use schemars::{JsonSchema, Schema, SchemaGenerator};

use super::{
    accounts, alerts, audit, calls, checks, connections, credentials, deliveries, openapi, reactivate, rebuild,
    rejected, replays, resend, shapes, sources,
};
use crate::state::Console;
use crate::wire;

/// Names a type's schema to a generator.
pub type Shape = fn(&mut SchemaGenerator) -> Schema;

/// What a route answers.
#[derive(Clone, Copy)]
pub enum Answer {
    /// JSON of this shape.
    Json(Shape),
    /// TOML.
    Toml,
    /// An `OpenAPI` document.
    Description,
}

/// One route.
pub struct Route {
    /// In small letters.
    pub method: &'static str,
    /// Below `/api/v1`.
    pub path: &'static str,
    /// What it does.
    pub summary: &'static str,
    /// Its query.
    pub query: Option<Shape>,
    /// Its body.
    pub body: Option<Shape>,
    /// Its answer.
    pub answer: Answer,
    /// No token is needed.
    pub open: bool,
    /// What answers.
    pub handler: fn() -> MethodRouter<Console>,
}

impl Route {
    const fn new(
        method: &'static str,
        path: &'static str,
        summary: &'static str,
        answer: Answer,
        handler: fn() -> MethodRouter<Console>,
    ) -> Self {
        Self { method, path, summary, query: None, body: None, answer, open: false, handler }
    }

    const fn query(self, query: Shape) -> Self {
        Self { query: Some(query), ..self }
    }

    const fn body(self, body: Shape) -> Self {
        Self { body: Some(body), ..self }
    }

    const fn open(self) -> Self {
        Self { open: true, ..self }
    }
}

fn of<T: JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    generator.subschema_for::<T>()
}

const fn json<T: JsonSchema>() -> Answer {
    Answer::Json(of::<T>)
}

/// All of them.
pub const ROUTES: &[Route] = &[
    Route::new(
        "put",
        "/accounts",
        "Apply an accounts file, or say what it would change",
        json::<wire::Applied>(),
        || put(accounts::put),
    )
    .body(of::<wire::Apply>),
    Route::new("get", "/accounts", "Export everything as an accounts file", Answer::Toml, || get(accounts::get)),
    Route::new("get", "/connections", "List connections", json::<wire::ConnectionList>(), || get(connections::list)),
    Route::new("get", "/connections/{id}", "Show a connection", json::<wire::ConnectionView>(), || {
        get(connections::show)
    }),
    Route::new(
        "post",
        "/connections/{id}/check",
        "Ask the CRM whether it takes the credentials",
        json::<wire::Checked>(),
        || post(checks::check),
    ),
    Route::new(
        "post",
        "/connections/{id}/accept-account",
        "Take the account of the CRM that answers now as the connection's",
        json::<wire::Checked>(),
        || post(checks::accept_account),
    ),
    Route::new(
        "post",
        "/connections/{id}/pause",
        "Hold a connection's deliveries",
        json::<wire::ConnectionRow>(),
        || post(connections::pause),
    )
    .body(of::<wire::Pause>),
    Route::new("post", "/connections/{id}/resume", "Let them go", json::<wire::ConnectionRow>(), || {
        post(connections::resume)
    }),
    Route::new(
        "put",
        "/connections/{id}/credentials",
        "Give it new credentials; its status stays as it is",
        json::<wire::ConnectionRow>(),
        || put(credentials::put),
    )
    .body(of::<wire::NewCredentials>),
    Route::new(
        "post",
        "/connections/{id}/reactivate",
        "Start it again, and send or skip what it missed",
        json::<wire::Reactivated>(),
        || post(reactivate::post),
    )
    .body(of::<wire::Reactivate>),
    Route::new("get", "/sources", "List sources", json::<wire::SourceList>(), || get(sources::list)),
    Route::new("get", "/sources/{id}", "Show a source", json::<wire::SourceView>(), || get(sources::show)),
    Route::new("get", "/sources/{id}/templates", "What to paste into the PBX", json::<wire::Templates>(), || {
        get(sources::templates)
    }),
    Route::new(
        "post",
        "/sources/{id}/check",
        "Ask the PBX whether it takes the credentials",
        json::<wire::Checked>(),
        || post(sources::check),
    ),
    Route::new("get", "/deliveries", "List deliveries, last changed first", json::<wire::DeliveriesPage>(), || {
        get(deliveries::list)
    })
    .query(of::<wire::DeliveryQuery>),
    Route::new(
        "get",
        "/deliveries/{connection}/{*call}",
        "Show a delivery and its steps",
        json::<wire::DeliveryView>(),
        || get(deliveries::show),
    ),
    Route::new(
        "post",
        "/deliveries/{connection}/{*call}",
        "Try a pending or dead delivery again, now",
        json::<wire::DeliveryView>(),
        || post(deliveries::retry),
    ),
    Route::new("post", "/deliveries/skip", "Try a delivery no more", json::<wire::DeliveryView>(), || {
        post(deliveries::skip)
    })
    .body(of::<wire::SkipAsked>),
    Route::new("get", "/calls", "List calls, the last begun first", json::<wire::CallsPage>(), || get(calls::list))
        .query(of::<wire::CallQuery>),
    Route::new("get", "/calls/{*id}", "Explain a call", json::<wire::CallView>(), || get(calls::show)),
    Route::new(
        "get",
        "/rejected",
        "List bodies that could not be read, newest first",
        json::<wire::RejectedPage>(),
        || get(rejected::list),
    )
    .query(of::<wire::RejectedQuery>),
    Route::new("post", "/rejected/resend", "Read rejected bodies again, after a fix", json::<wire::Resent>(), || {
        post(resend::post)
    })
    .body(of::<wire::Resend>),
    Route::new(
        "post",
        "/rebuild",
        "Make calls again from what was said, and compare them with those that are there",
        json::<wire::Rebuilt>(),
        || post(rebuild::post),
    )
    .body(of::<wire::Rebuild>),
    Route::new("post", "/replays/plan", "Say what a replay would do", json::<wire::ReplayPlan>(), || {
        post(replays::plan)
    })
    .body(of::<wire::ReplayAsked>),
    Route::new("post", "/replays", "Send calls again, minus what is there", json::<wire::ReplayList>(), || {
        post(replays::start)
    })
    .body(of::<wire::ReplayAsked>),
    Route::new("get", "/replays", "List replays and how far they are", json::<wire::ReplayList>(), || {
        get(replays::list)
    }),
    Route::new("get", "/replays/{id}", "Show a replay", json::<wire::ReplayView>(), || get(replays::show)),
    Route::new("post", "/replays/{id}/pause", "Hold a replay", json::<wire::ReplayView>(), || post(replays::pause)),
    Route::new("post", "/replays/{id}/resume", "Let it go on", json::<wire::ReplayView>(), || post(replays::resume)),
    Route::new(
        "post",
        "/replays/{id}/cancel",
        "Give it up: what nobody began is skipped",
        json::<wire::ReplayView>(),
        || post(replays::cancel),
    ),
    Route::new(
        "get",
        "/audit",
        "Whether the books balance: what was received, what is in calls, what was delivered",
        json::<wire::Audit>(),
        || get(audit::get),
    )
    .query(of::<wire::AuditQuery>),
    Route::new("get", "/alerts", "List alerts, those that are raised first", json::<wire::AlertList>(), || {
        get(alerts::list)
    }),
    Route::new("get", "/schemas", "JSON Schemas of topics and settings", json::<wire::Schemas>(), || get(shapes::get)),
    Route::new("get", "/openapi.json", "This description", Answer::Description, || get(openapi::get)).open(),
];
