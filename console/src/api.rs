//! The routes: one visible list, from which both the router and the API's description are made.

mod accounts;
mod alerts;
mod audit;
mod calls;
mod checks;
mod connections;
mod credentials;
mod deliveries;
mod explain;
mod fault;
mod guard;
mod health;
mod input;
mod openapi;
mod reactivate;
mod rebuild;
mod rejected;
mod replays;
mod resend;
mod routes;
mod shapes;
mod sources;
mod templates;
#[cfg(test)]
pub(crate) mod tests;

use axum::middleware::{from_fn, from_fn_with_state};
use axum::{Router, extract::DefaultBodyLimit};

use crate::state::Console;
use fault::Fault;
pub use health::router as health;
use routes::ROUTES;

/// The most bytes of a request's body.
const BODY_BYTES_MAX: usize = 1 << 20;

/// Everything a console answers. It sets no fallback, so that other routers can be merged with it.
pub fn router(console: Console) -> Router {
    let mut guarded = Router::new();
    let mut open = Router::new();
    for route in ROUTES {
        let target = if route.open { &mut open } else { &mut guarded };
        *target = std::mem::take(target).route(route.path, (route.handler)());
    }
    let api = guarded
        .route_layer(from_fn_with_state(console.clone(), guard::token))
        .merge(open)
        .fallback(async || Fault::not_found("there is nothing at this address", "see /api/v1/openapi.json"))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .layer(from_fn_with_state(console.clone(), guard::bounds))
        .layer(from_fn(guard::problems));
    let health = health::router(console.health());
    Router::new().nest("/api/v1", api).with_state(console).merge(health)
}
