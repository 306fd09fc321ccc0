//! Tests of the storage: by hand ([`appends`]), over directories of a Kafka broker ([`kafka`]), and against a model
//! with crashes ([`model`]).

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod appends;
pub(crate) mod broken;
mod kafka;
mod kit;
mod model;
mod upkeep;
