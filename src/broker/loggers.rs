//! The loggers whose levels can be changed while the broker runs (KIP-412). There is one, `root`.

use std::sync::{Mutex, PoisonError};

/// The levels that Kafka knows, the quietest first.
pub const LEVELS: [&str; 6] = ["FATAL", "ERROR", "WARN", "INFO", "DEBUG", "TRACE"];
/// The logger that all others follow.
pub const ROOT: &str = "root";

/// What is done when the level changes.
pub type Hook = Box<dyn Fn(&'static str) + Send + Sync>;

/// The loggers.
pub struct Loggers {
    level: Mutex<&'static str>,
    hook: Option<Hook>,
}

impl Default for Loggers {
    fn default() -> Self {
        Self { level: Mutex::new("INFO"), hook: None }
    }
}

impl Loggers {
    /// With a level of [`LEVELS`], and what is called with each new one.
    pub fn new(level: &'static str, hook: Hook) -> Self {
        Self { level: Mutex::new(level), hook: Some(hook) }
    }

    /// The level of `root`.
    pub fn level(&self) -> &'static str {
        *self.level.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the level of `root`, to one of [`LEVELS`].
    pub fn set(&self, level: &'static str) {
        *self.level.lock().unwrap_or_else(PoisonError::into_inner) = level;
        if let Some(hook) = &self.hook {
            hook(level);
        }
    }
}
