//! What connectors share: requests and their answers, tokens, settings of every kind, employees, numbers, marks. Knows neither the
//! engine nor any CRM.

pub mod answers;
pub mod fields;
pub mod http;
pub mod kept;
pub mod links;
pub mod marks;
pub mod masks;
pub mod people;
pub mod phones;
pub mod plan;
pub mod settings;
pub mod times;
pub mod tokens;
pub mod trace;
