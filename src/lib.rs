//! kafkit.
pub mod codec;
pub mod input;
