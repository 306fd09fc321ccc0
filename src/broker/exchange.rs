//! What a handler knows of the request that it answers.

use std::cell::RefCell;
use std::net::IpAddr;
use std::sync::Arc;

use super::Broker;
use super::partitions::Replica;

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
    /// Where the client is; none where the request is the broker's own.
    pub peer: Option<IpAddr>,
    /// Milliseconds since 1970, when the request was read.
    pub now_ms: i64,
    pub(super) undurable: RefCell<Vec<Arc<Replica>>>,
}

impl<'x> Exchange<'x> {
    /// A request of this version, at this time, with nothing known of who sends it.
    pub fn new(broker: &'x Broker, version: i16, now_ms: i64) -> Self {
        Self {
            broker,
            version,
            client_id: None,
            listener: "",
            peer: None,
            now_ms,
            undurable: RefCell::default(),
        }
    }

    /// What was appended here has to be on disk before the answer is sent, if the broker is told to see to that.
    pub fn must_be_durable(&self, replica: &Arc<Replica>) {
        if replica.is_durable_late() {
            self.undurable.borrow_mut().push(replica.clone());
        }
    }

    /// What has to be on disk before the answer is sent.
    pub fn take_undurable(&self) -> Vec<Arc<Replica>> {
        self.undurable.take()
    }
}
