//! What a handler knows of the request that it answers.

use super::Broker;

/// One request on its way through a handler.
pub struct Exchange<'x> {
    /// The broker that answers.
    pub broker: &'x Broker,
    /// The version of the request's API.
    pub version: i16,
    /// Who the client says it is.
    pub client_id: Option<&'x str>,
    /// The listener that it came through, by name: clients get addresses of this one.
    pub listener: &'x str,
    /// Milliseconds since 1970, when the request was read.
    pub now_ms: i64,
}
