//! What groups do, and what they must not.

mod client;
mod dice;
mod expiry;
mod faults;
mod kit;
mod protocol;
mod simulation;
mod steps;
mod timers;
