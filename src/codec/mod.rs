//! Bytes to messages and back.

pub mod meaning;
pub mod messages;
pub mod schema;
pub mod wire;
