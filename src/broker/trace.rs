//! Requests and responses as they were, for whoever wants to see them.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::connection::output::Output;

/// Gets every exchange after it was answered.
pub trait Trace: Send + Sync {
    /// A request, without its size, and the response with its size; empty where there is none.
    fn exchange(&self, peer: SocketAddr, request: &[u8], response: &[u8], took: Duration);
}

/// An exchange that is going on.
pub(super) struct Traced {
    trace: Arc<dyn Trace>,
    peer: SocketAddr,
    request: Vec<u8>,
    begun: Instant,
}

impl Traced {
    pub fn new(trace: Arc<dyn Trace>, peer: SocketAddr, request: Vec<u8>) -> Self {
        Self { trace, peer, request, begun: Instant::now() }
    }

    /// Passes it on with the response, which lies in `output` from `at` on.
    pub fn answered(self, output: &Output, at: usize) {
        // A file that cannot be read is told by whoever sends it.
        let response = output.copy_from(at).unwrap_or_default();
        self.trace.exchange(self.peer, &self.request, &response, self.begun.elapsed());
    }
}
