//! Bytes to messages and back.

pub mod dissect;
pub mod embedded;
pub mod finding;
pub mod internal;
pub mod json;
pub mod meaning;
pub mod messages;
pub mod records;
pub mod schema;
pub mod tape;
pub mod wire;
