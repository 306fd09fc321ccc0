//! Requests and responses as they were, for whoever wants to see them.
//!
//! Connections put copies into a queue that somebody else empties. Who shows them may be slow, and connections wait
//! for room then, so that nothing is left out; but not long, as a pipe that nobody reads must not stop a broker.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};

use super::connection::output::Output;
use crate::state::cluster::Image;

/// What waits to be shown does not hold more.
const QUEUED_BYTES_MAX: u32 = 64 << 20;
/// An exchange counts so much besides its bytes.
const EXCHANGE_BYTES: usize = 1024;
/// So long a connection waits for room.
const PATIENCE: Duration = Duration::from_secs(1);

/// A request and what was made of it.
#[derive(Debug)]
pub struct Exchange {
    /// Who asked.
    pub peer: SocketAddr,
    /// The request, without its size.
    pub request: Vec<u8>,
    /// The response with its size; empty where there is none.
    pub response: Vec<u8>,
    /// Why the connection was closed instead.
    pub closed: Option<String>,
    /// From the whole request to the whole response.
    pub took: Duration,
    /// The cluster's metadata then: messages name topics by their ids.
    pub image: Arc<Image>,
    /// So many exchanges before this one were left out, since nobody took them.
    pub lost: u64,
    _room: Option<OwnedSemaphorePermit>,
}

/// Where connections put exchanges.
#[derive(Debug)]
pub struct Trace {
    queue: mpsc::UnboundedSender<Exchange>,
    room: Arc<Semaphore>,
    lost: AtomicU64,
}

impl Trace {
    /// A queue, and the end at which exchanges come out of it in their order.
    pub fn new() -> (Arc<Self>, mpsc::UnboundedReceiver<Exchange>) {
        let (queue, exchanges) = mpsc::unbounded_channel();
        let room = Arc::new(Semaphore::new(QUEUED_BYTES_MAX as usize));
        (Arc::new(Self { queue, room, lost: AtomicU64::new(0) }), exchanges)
    }

    async fn put(&self, mut exchange: Exchange) {
        let bytes = exchange.request.len() + exchange.response.len() + EXCHANGE_BYTES;
        let bytes = u32::try_from(bytes).unwrap_or(u32::MAX).min(QUEUED_BYTES_MAX);
        let room = match self.room.clone().try_acquire_many_owned(bytes) {
            Ok(room) => Some(room),
            // While exchanges are lost already, waiting again for each would only slow the broker down.
            Err(_) if self.lost.load(Ordering::Relaxed) > 0 => None,
            Err(_) => {
                let room = self.room.clone().acquire_many_owned(bytes);
                tokio::time::timeout(PATIENCE, room).await.ok().and_then(Result::ok)
            }
        };
        if room.is_none() {
            self.lost.fetch_add(1, Ordering::Relaxed);
            return;
        }
        exchange.lost = self.lost.swap(0, Ordering::Relaxed);
        exchange._room = room;
        // Nobody looks any more.
        let _ = self.queue.send(exchange);
    }
}

/// An exchange that is going on.
pub(super) struct Traced {
    trace: Arc<Trace>,
    exchange: Exchange,
    begun: Instant,
}

impl Traced {
    pub fn new(trace: Arc<Trace>, peer: SocketAddr, request: Vec<u8>, image: Arc<Image>) -> Self {
        let exchange = Exchange {
            peer,
            request,
            response: Vec::new(),
            closed: None,
            took: Duration::ZERO,
            image,
            lost: 0,
            _room: None,
        };
        Self { trace, exchange, begun: Instant::now() }
    }

    /// Passes it on with the response, which lies in `output` from `at` on, or with the reason why there is none.
    pub async fn end(mut self, outcome: Result<(&Output, usize), String>) {
        match outcome {
            // A file that cannot be read is told by whoever sends it.
            Ok((output, at)) => self.exchange.response = output.copy_from(at).unwrap_or_default(),
            Err(closed) => self.exchange.closed = Some(closed),
        }
        self.exchange.took = self.begun.elapsed();
        self.trace.put(self.exchange).await;
    }
}
