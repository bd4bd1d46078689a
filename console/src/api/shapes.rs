//! `/schemas`: the shapes of topics and settings.

use axum::Json;
use serde_json::Map;

use crate::wire::Schemas;

/// `GET /schemas`
pub async fn get() -> Json<Schemas> {
    let topics = schemas::published::schemas();
    let connectors = sinks::registry::CONNECTORS.iter();
    Json(Schemas {
        topics: topics.into_iter().map(|(topic, schema)| (topic.to_owned(), schema.to_value())).collect(),
        settings: connectors
            .map(|connector| (connector.kind().to_owned(), connector.settings_schema().to_value()))
            .collect::<Map<_, _>>(),
    })
}
