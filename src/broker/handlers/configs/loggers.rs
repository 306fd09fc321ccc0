//! Levels of loggers, as configurations of `BROKER_LOGGER` (KIP-412).

use super::alter::this_node;
use super::asked::{Asked, Operation};
use crate::broker::exchange::Exchange;
use crate::broker::failure::Failure;
use crate::broker::loggers::{LEVELS, ROOT};
use crate::codec::error_codes::codes;

/// Changes levels, all or none.
pub(super) fn alter(exchange: &Exchange<'_>, asked: &Asked<'_>, validate_only: bool) -> Result<(), Failure> {
    this_node(&asked.name.to_text(), exchange.broker.node.id)?;
    let mut wanted = None;
    for (logger, operation) in &asked.operations {
        let invalid = |text: String| Failure::new(codes::INVALID_REQUEST, text);
        let is_known = || match logger.as_str() {
            ROOT => Ok(()),
            _ => Err(Failure::new(codes::INVALID_CONFIG, format!("Logger {logger} does not exist!"))),
        };
        match operation {
            Operation::Set(level) => {
                is_known()?;
                wanted = Some(*LEVELS.iter().find(|known| **known == level.as_str()).ok_or_else(|| {
                    let text = format!(
                        "Cannot set the level of {logger} to {level}; levels are {}",
                        LEVELS.join(", ")
                    );
                    Failure::new(codes::INVALID_CONFIG, text)
                })?);
            }
            Operation::Delete => {
                is_known()?;
                return Err(invalid(format!("The level of {ROOT} cannot be removed: all others follow it.")));
            }
            _ => return Err(invalid("Levels of loggers are set or removed, not added to.".to_owned())),
        }
    }
    if let Some(level) = wanted.filter(|_| !validate_only) {
        exchange.broker.loggers.set(level);
    }
    Ok(())
}
