//! kafkit.
pub mod codec;
