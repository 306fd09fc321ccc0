//! What groups do, and what they must not.

mod client;
mod dice;
mod kit;
mod protocol;
mod simulation;
