//! A client whose request waits for others is not idle, however long that takes.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use crate::broker::clock;

/// Later than anything: who was active then is not idle.
const STILL: i64 = i64::MAX;

/// While this lives, its connection is active; from then on it is idle again (`connections.max.idle.ms`).
pub struct Waits(Arc<AtomicI64>);

impl Waits {
    /// Begins, with the place where the connection notes when it was active last.
    pub fn begin(active_ms: &Arc<AtomicI64>) -> Self {
        active_ms.store(STILL, Ordering::Relaxed);
        Self(active_ms.clone())
    }
}

impl Drop for Waits {
    fn drop(&mut self) {
        self.0.store(clock::now_ms(), Ordering::Relaxed);
    }
}
