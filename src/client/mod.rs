//! A client's end of a connection: connect, negotiate versions, write requests, read the frames that
//! come back and match them by correlation id. Blocking, one thread a connection.
//!
//! - [`address`]: what people type, to hosts and ports; [`connection`]: sockets with limits on time and
//!   size; [`request`]: requests to frames, and responses to messages; [`negotiate`]: what the peer
//!   offers, and the best version that both sides know; [`error`]: which step failed, on whom, after how
//!   long, and the bytes that had come by then.
//!
//! Knows [`crate::codec`] only. It prints nothing: who wants to see the bytes gives a [`Witness`].

pub mod address;
pub mod connection;
pub mod error;
pub mod negotiate;
pub mod request;

use std::sync::Arc;
use std::sync::atomic::AtomicI32;
use std::time::Duration;

pub use address::Address;
pub use connection::{Connection, Frame};
pub use error::{Error, Problem, Step};
pub use negotiate::Offer;

/// Which way bytes went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// To the peer.
    Sent,
    /// From the peer.
    Received,
}

/// Is shown everything that goes over a connection, as it goes.
pub type Witness = Arc<dyn Fn(Direction, &[u8]) + Send + Sync>;

/// How to talk.
#[derive(Clone)]
pub struct Options {
    /// Who requests say they are from; none is null.
    pub client_id: Option<String>,
    /// How long to wait for a connection, and for a response.
    pub timeout: Duration,
    /// The largest response that is taken in.
    pub response_bytes_max: usize,
    /// The next correlation id, of all connections together.
    pub ids: Arc<AtomicI32>,
    /// Who is shown the bytes.
    pub witness: Option<Witness>,
}

impl Options {
    pub(super) fn show(&self, direction: Direction, bytes: &[u8]) {
        if let Some(witness) = &self.witness
            && !bytes.is_empty()
        {
            witness(direction, bytes);
        }
    }
}

#[cfg(test)]
mod tests;
