//! The reference that `kafkit apis` and `kafkit errors` print: what APIs, messages and error codes
//! there are, from the same tables that the codec works with.
//!
//! - [`apis`]: the lists of APIs and of other messages; [`fields`]: the fields of one, and what
//!   changed between two of its versions; [`errors`]: the error codes.
//! - `text`: tables that fit a width, and wrapped prose; `object`: JSON.

pub mod apis;
pub mod errors;
pub mod fields;
mod object;
mod text;

pub use text::prose;

/// The width of what is not shown on a terminal.
const PIPED_COLUMNS: usize = 80;
