//! kafkit.
pub mod cli;
pub mod codec;
pub mod decode;
pub mod encode;
pub mod input;
pub mod render;
