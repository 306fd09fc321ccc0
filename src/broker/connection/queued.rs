//! `queued.max.request.bytes`: how much the requests that are read and not yet answered may hold together.
//!
//! Only large frames count, each with its whole size, before the first byte of memory is taken for it: small ones
//! fit into the buffer that a connection has anyway.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The bound that all connections share.
#[derive(Debug, Default)]
pub struct Queued {
    /// None is no bound.
    bound: Option<(Arc<Semaphore>, u32)>,
}

/// What one frame takes of it, until it is dropped.
#[derive(Debug)]
pub struct Held {
    _permit: OwnedSemaphorePermit,
}

impl Queued {
    /// At most so many bytes; none or less is no bound.
    pub fn new(bytes: i64) -> Self {
        // A semaphore counts no further, and nobody has as much memory as to notice.
        let most = u32::try_from(Semaphore::MAX_PERMITS).unwrap_or(u32::MAX);
        let bytes = u32::try_from(bytes.max(0)).unwrap_or(most).min(most);
        let semaphore = || Arc::new(Semaphore::new(bytes as usize));
        Self { bound: (bytes > 0).then(|| (semaphore(), bytes)) }
    }

    /// Whether anybody ever has to wait.
    pub fn is_bounded(&self) -> bool {
        self.bound.is_some()
    }

    /// Waits for room for a frame. One that is larger than all the room waits for all of it.
    pub async fn hold(&self, bytes: usize) -> Option<Held> {
        let (semaphore, most) = self.bound.as_ref()?;
        let bytes = u32::try_from(bytes).unwrap_or(*most).min(*most);
        // Nobody ever closes the semaphore.
        let permit = semaphore.clone().acquire_many_owned(bytes).await.ok()?;
        Some(Held { _permit: permit })
    }
}
