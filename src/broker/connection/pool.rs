//! Buffers that connections lend each other: who waits for a client needs none.

use std::sync::{Mutex, PoisonError};

/// Larger ones are given back to the system.
const BUFFER_BYTES_MAX: usize = 2 << 20;
/// As many wait for the next connection; more than the threads that read at a time would lie idle.
const BUFFERS_MAX: usize = 6;

/// Initialized buffers.
#[derive(Debug, Default)]
pub struct Pool {
    buffers: Mutex<Vec<Vec<u8>>>,
}

impl Pool {
    /// A buffer with whatever is in it; empty where none waits.
    pub fn take(&self) -> Vec<u8> {
        self.buffers.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default()
    }

    /// Takes a buffer back.
    pub fn put(&self, buffer: Vec<u8>) {
        if buffer.is_empty() || buffer.len() > BUFFER_BYTES_MAX {
            return;
        }
        let mut buffers = self.buffers.lock().unwrap_or_else(PoisonError::into_inner);
        if buffers.len() < BUFFERS_MAX {
            buffers.push(buffer);
        }
    }
}
