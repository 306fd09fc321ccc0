//! What a client wants of one resource, in either request.

use std::collections::BTreeSet;

use crate::broker::failure::Failure;
use crate::codec::error_codes::codes;
use crate::codec::messages::configs::{alter_configs_request, incremental_alter_configs_request};
use crate::codec::wire::Str;

/// What to do with one configuration (`AlterConfigOp.OpType`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Operation {
    Set(String),
    Delete,
    Append(String),
    Subtract(String),
    /// A number that is none.
    Unknown,
    /// A value that has to be there is not.
    NoValue,
}

/// What a client wants of one resource.
pub(super) struct Asked<'a> {
    pub resource_type: i8,
    pub name: Str<'a>,
    pub operations: Vec<(String, Operation)>,
    /// All that is not named is to be removed.
    pub replaces: bool,
}

impl<'a> Asked<'a> {
    pub fn incremental(resource: incremental_alter_configs_request::AlterConfigsResource<'a>) -> Self {
        let operation = |number, value: Option<Str<'_>>| match (
            number,
            value.map(|value| value.to_text().into_owned()),
        ) {
            (1, _) => Operation::Delete,
            (_, None) => Operation::NoValue,
            (0, Some(value)) => Operation::Set(value),
            (2, Some(value)) => Operation::Append(value),
            (3, Some(value)) => Operation::Subtract(value),
            _ => Operation::Unknown,
        };
        let operations = resource.configs.into_iter();
        Self {
            resource_type: resource.resource_type,
            name: resource.resource_name,
            operations: operations
                .map(|config| {
                    (config.name.to_text().into_owned(), operation(config.config_operation, config.value))
                })
                .collect(),
            replaces: false,
        }
    }

    pub fn replacing(resource: alter_configs_request::AlterConfigsResource<'a>) -> Self {
        let operation = |value: Option<Str<'_>>| {
            value.map_or(Operation::NoValue, |value| Operation::Set(value.to_text().into_owned()))
        };
        let operations = resource.configs.into_iter();
        Self {
            resource_type: resource.resource_type,
            name: resource.resource_name,
            operations: operations
                .map(|config| (config.name.to_text().into_owned(), operation(config.value)))
                .collect(),
            replaces: true,
        }
    }

    /// Whether the operations make sense, whatever they are about.
    pub fn check(&self) -> Result<(), Failure> {
        let missing: Vec<&str> = self
            .operations
            .iter()
            .filter(|(_, operation)| *operation == Operation::NoValue)
            .map(|(name, _)| name.as_str())
            .collect();
        if !missing.is_empty() {
            let text = format!("Null value not supported for : {}", missing.join(","));
            return Err(Failure::new(codes::INVALID_REQUEST, text));
        }
        let mut seen = BTreeSet::new();
        if self.operations.iter().any(|(name, _)| !seen.insert(name)) {
            return Err(Failure::new(codes::INVALID_REQUEST, "A configuration is named twice."));
        }
        if self.operations.iter().any(|(_, operation)| *operation == Operation::Unknown) {
            return Err(const { Failure::bare(codes::UNKNOWN_SERVER_ERROR) });
        }
        Ok(())
    }
}
