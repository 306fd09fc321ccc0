//! A tape's nodes to the JSON that Kafka's own JsonConverter prints, and such JSON to bytes.
//!
//! Bytes and records are base64, ids Kafka's URL-safe base64, tagged fields appear only where they
//! differ from their default, tags that the version does not know not at all (they are listed apart
//! by [`unknown_tags`]).

mod encode;
pub mod spelling;
mod write;

pub use encode::{JsonError, Missing, UnknownTags, encode};
pub use write::{
    Replace, Style, base64, is_default, message, message_hiding, message_styled, string, unknown_tags, uuid,
};
