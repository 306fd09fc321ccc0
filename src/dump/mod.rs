//! `kafkit dump-log`: which files, what of them, and how it is printed.
//!
//! - [`parallel`] runs files side by side and prints them in order; [`open`] works out what a file is.
//! - [`list`] prints batches and records, [`small`] all other files, [`overview`] directories;
//!   [`table`] has rows for all formats, [`internal`] the records that Kafka itself writes.
//!
//! It writes to what it is given and nowhere else, and opens files for reading only.

pub mod internal;
pub mod open;
pub mod parallel;
pub mod small;
pub mod table;

/// The ways to print.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Format {
    /// For a person.
    #[default]
    Table,
    /// An object for each file.
    Json,
    /// An object for each batch, record or entry, one a line.
    Ndjson,
    /// What Kafka's own tool prints.
    Kafka,
    /// A line for each batch, record or entry, with a heading.
    Csv,
}
