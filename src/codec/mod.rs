//! Bytes to messages and back.

pub mod api;
pub mod changes;
pub mod detect;
pub mod dissect;
pub mod embedded;
pub mod error_codes;
pub mod explain;
pub mod finding;
pub mod foreign;
pub mod frame;
pub mod internal;
pub mod json;
pub mod meaning;
pub mod messages;
mod names;
pub mod plausible;
pub mod reading;
pub mod record_types;
pub mod records;
pub mod repair;
pub mod sasl;
pub mod schema;
pub mod secrets;
pub mod tape;
pub mod wire;
