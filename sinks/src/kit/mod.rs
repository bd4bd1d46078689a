//! What connectors share: requests and their answers, tokens, settings of every kind, names, credentials, employees, numbers, ids,
//! marks, records, texts; and for the tests of their plans, sample calls and a CRM to carry them out in. Knows neither the engine
//! nor any CRM.

pub mod answers;
#[cfg(test)]
pub(crate) mod calls;
pub mod connection;
pub mod fields;
pub mod http;
pub mod ids;
pub mod kept;
pub mod links;
pub mod marks;
pub mod masks;
pub mod names;
pub mod people;
pub mod phones;
pub mod plan;
pub mod records;
pub mod settings;
pub mod texts;
pub mod times;
pub mod tokens;
pub mod trace;
#[cfg(test)]
pub(crate) mod trial;
