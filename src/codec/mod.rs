//! Bytes to messages and back: no I/O, no async, no other room.
//!
//! - [`wire`]: primitives, [`wire::Reader`] and [`wire::Writer`], limits; [`schema`]: the tables and the
//!   [`schema!`](crate::schema) macro; [`messages`]: every message, declarations only; [`api`],
//!   [`error_codes`], [`record_types`]: what numbers stand for; [`meaning`]: the same for field values.
//! - [`records`]: record batches, message sets, compression, control records.
//! - [`dissect`] reads bytes by the tables onto a [`tape`], with [`finding`]s; [`frame`] does so for whole
//!   requests and responses, [`internal`] for the records that Kafka itself writes, [`embedded`] and
//!   [`sasl`] for what messages carry inside; [`reading`] is the door to all of them.
//! - [`detect`] works out what bytes are, [`foreign`] what they are if not Kafka, [`plausible`] weighs
//!   readings; [`repair`] looks for what would mend broken ones; [`explain`] has the words.
//! - [`json`]: a tape to the JSON of Kafka's JsonConverter, and JSON to bytes; [`secrets`]: what is not
//!   to be shown.
//!
//! # A new Kafka release
//!
//! is a matter of editing declarations. Put its message schemas into a folder, run
//! `KAFKIT_SCHEMAS=folder cargo test --test schemas`: each difference is named with message, version and
//! field. Change the declarations in [`messages`] until none is left, add new messages to the list in
//! [`messages`] and to the table in [`api`] or [`record_types`], then run the vectors made by the
//! release's own classes: `KAFKIT_VECTORS=folder cargo test --test vectors`. CONTRIBUTING.md has it step by
//! step.

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
pub(crate) mod names;
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
