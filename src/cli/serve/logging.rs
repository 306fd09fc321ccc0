//! The broker's log, on standard error.

use std::io;
use std::sync::OnceLock;

use tracing::Level;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, Registry, fmt, reload};

use super::LogFormat;
use crate::cli::ColorChoice;

static RELOAD: OnceLock<reload::Handle<LevelFilter, Registry>> = OnceLock::new();

/// Sets the process's log up. `KAFKIT_LOG` names another level than info.
pub fn start(format: LogFormat, color: ColorChoice) {
    let level = std::env::var("KAFKIT_LOG").ok().and_then(|level| level.parse().ok());
    let (filter, handle) = reload::Layer::new(LevelFilter::from_level(level.unwrap_or(Level::INFO)));
    let lines = fmt::layer().with_writer(io::stderr).with_target(false).with_ansi(color.on_stderr());
    let lines = match format {
        LogFormat::Text => lines.boxed(),
        LogFormat::Json => lines.json().flatten_event(true).boxed(),
    };
    // A second broker in one process keeps the first one's log.
    if tracing_subscriber::registry().with(filter).with(lines).try_init().is_ok() {
        let _ = RELOAD.set(handle);
    }
}

/// Sets the level by Kafka's name of it.
pub fn set_level(level: &'static str) {
    let filter = match level {
        "TRACE" => LevelFilter::TRACE,
        "DEBUG" => LevelFilter::DEBUG,
        "WARN" => LevelFilter::WARN,
        "ERROR" | "FATAL" => LevelFilter::ERROR,
        "OFF" => LevelFilter::OFF,
        _ => LevelFilter::INFO,
    };
    if let Some(handle) = RELOAD.get() {
        // It fails only when the log is gone.
        let _ = handle.reload(filter);
    }
}
