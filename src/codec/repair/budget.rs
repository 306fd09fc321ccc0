//! How much a search may take.

use std::time::{Duration, Instant};

/// How much a search may take.
#[derive(Debug, Clone, Copy)]
pub struct Budget {
    tries: u32,
    until: Option<Instant>,
    /// How many changes were tried.
    pub tried: u32,
}

/// The most changes that are tried unless told otherwise: some ten milliseconds of a usual message.
pub const TRIES_MAX: u32 = 20_000;
/// The time that a search may take unless told otherwise.
pub const TIME_MAX: Duration = Duration::from_millis(50);

impl Default for Budget {
    fn default() -> Self {
        Self::new(TRIES_MAX, Some(TIME_MAX))
    }
}

impl Budget {
    /// So many tries, and no longer than that from now on. Without a time the search is repeatable.
    pub fn new(tries: u32, time: Option<Duration>) -> Self {
        Self { tries, until: time.map(|time| Instant::now() + time), tried: 0 }
    }

    pub(super) fn take(&mut self) -> bool {
        if self.spent() {
            return false;
        }
        self.tried += 1;
        true
    }

    pub(super) fn spent(&self) -> bool {
        self.tried >= self.tries || self.until.is_some_and(|until| Instant::now() >= until)
    }
}
