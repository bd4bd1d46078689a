//! `/openapi.json`: the API described, made from the list of routes and the types that go over it.

use axum::Json;
use schemars::SchemaGenerator;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use super::fault::PROBLEM;
use super::routes::{Answer, ROUTES, Route};
use crate::wire::Problem;

/// `GET /openapi.json`
pub async fn get() -> Json<Value> {
    Json(document())
}

/// The whole document (`OpenAPI` 3.1).
pub fn document() -> Value {
    let mut settings = SchemaSettings::draft2020_12();
    settings.definitions_path = "/components/schemas".into();
    let mut generator = settings.into_generator();
    let problem = generator.subschema_for::<Problem>().to_value();
    let mut paths: Map<String, Value> = Map::new();
    for route in ROUTES {
        let path = format!("/api/v1{}", route.path.replace("{*", "{"));
        let operation = operation(route, &problem, &mut generator);
        if let Value::Object(methods) = paths.entry(path).or_insert_with(|| json!({})) {
            methods.insert(route.method.to_owned(), operation);
        }
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Ringfold",
            "version": env!("CARGO_PKG_VERSION"),
            "summary": "Accounts, connections, deliveries and the journal of calls.",
            "description": "Times are RFC 3339. Errors are problem documents (RFC 9457) with what to do next in `todo`. \
                            Call ids hold a slash; it may stand in a path as it is or as %2F.",
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
        },
        "paths": paths,
        "components": {
            "schemas": generator.take_definitions(true),
            "securitySchemes": { "token": { "type": "http", "scheme": "bearer" } },
        },
        "security": [{ "token": [] }],
    })
}

fn operation(route: &Route, problem: &Value, generator: &mut SchemaGenerator) -> Value {
    let answer = match route.answer {
        Answer::Json(shape) => json!({ "application/json": { "schema": shape(generator).to_value() } }),
        Answer::Toml => json!({ "application/toml": { "schema": { "type": "string" } } }),
        Answer::Description => json!({ "application/json": { "schema": { "type": "object" } } }),
    };
    let mut parameters = path_parameters(route.path);
    if let Some(query) = route.query {
        parameters.extend(query_parameters(&query(generator).to_value(), generator));
    }
    let mut operation = json!({
        "summary": route.summary,
        "operationId": operation_id(route),
        "parameters": parameters,
        "responses": {
            "200": { "description": "Done.", "content": answer },
            "default": { "description": "What went wrong.", "content": { PROBLEM: { "schema": problem } } },
        },
    });
    if let Some(body) = route.body {
        let schema = body(generator).to_value();
        operation["requestBody"] = json!({ "required": true, "content": { "application/json": { "schema": schema } } });
    }
    if route.open {
        operation["security"] = json!([]);
    }
    operation
}

/// `get_connections_id_check`: stable, and unique because method and path are.
fn operation_id(route: &Route) -> String {
    let words = route.path.split(['/', '{', '}', '*', '.']).filter(|word| !word.is_empty());
    std::iter::once(route.method).chain(words).collect::<Vec<_>>().join("_")
}

fn path_parameters(path: &str) -> Vec<Value> {
    let names = path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    let plain = names.map(|name| name.trim_start_matches('*'));
    plain.map(|name| json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } })).collect()
}

/// Each property of the query's type is a parameter of its own.
fn query_parameters(reference: &Value, generator: &SchemaGenerator) -> Vec<Value> {
    let name = reference["$ref"].as_str().and_then(|path| path.rsplit('/').next()).unwrap_or_default();
    let properties = generator.definitions().get(name).and_then(|shape| shape["properties"].as_object());
    let parameter = |(name, schema): (&String, &Value)| {
        let mut schema = schema.clone();
        let description = schema.as_object_mut().and_then(|map| map.remove("description")).unwrap_or_default();
        json!({ "name": name, "in": "query", "required": false, "description": description, "schema": schema })
    };
    properties.into_iter().flatten().map(parameter).collect()
}
