//! Kafka's configurations: what there is, what was given at start, and what holds now.
//!
//! [`broker`], [`topic`] and [`group`] are the tables; [`settings`] is what a broker starts with; [`effective`] lays over it what was
//! set while it runs, and tells where each value comes from.

pub mod broker;
pub mod check;
pub mod definition;
pub mod effective;
pub mod group;
pub mod keys;
pub mod listeners;
mod log_config;
pub mod settings;
pub mod topic;
pub mod validate;
pub mod value;

pub use effective::Effective;
pub use settings::Settings;

#[cfg(test)]
mod tests;
