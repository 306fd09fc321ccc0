//! DescribeClientQuotas and AlterClientQuotas, versions 0 and 1, which differ in the encoding only (KIP-546). Quotas are recorded, and
//! nobody is slowed down by them here.

use std::collections::BTreeSet;
use std::net::IpAddr;

use crate::broker::exchange::Exchange;
use crate::broker::failure::{Failure, outcome};
use crate::broker::metadata::Change;
use crate::codec::error_codes::codes;
use crate::codec::messages::configs as messages;
use crate::codec::messages::metadata_records::client_quota_record;
use crate::codec::wire::Str;
use crate::state::cluster::Image;
use crate::state::cluster::settings::QuotaEntity;

use messages::alter_client_quotas_request::{OpData, Root as AlterRequest};
use messages::alter_client_quotas_response::{EntityData, EntryData, Root as AlterResponse};
use messages::describe_client_quotas_request::{ComponentData, Root as DescribeRequest};
use messages::describe_client_quotas_response::{self as described, Root as DescribeResponse};

const USER: &str = "user";
const CLIENT_ID: &str = "client-id";
const IP: &str = "ip";
/// The quotas of users and clients, whether fractions make sense, and the most (`QuotaConfig.userAndClientQuotaConfigs`).
const OF_CLIENTS: [(&str, bool, f64); 4] = [
    ("producer_byte_rate", false, i64::MAX as f64),
    ("consumer_byte_rate", false, i64::MAX as f64),
    ("request_percentage", true, f64::MAX),
    ("controller_mutation_rate", true, f64::MAX),
];
/// The quota of addresses.
const OF_ADDRESSES: [(&str, bool, f64); 1] = [("connection_creation_rate", false, i32::MAX as f64)];
/// How whole a number has to be to count as one (`ClientQuotaControlManager`).
const FRACTION_MAX: f64 = 1e-6;

/// Answers AlterClientQuotas. An entity that stands in the request twice is altered once, and told of with an error.
pub fn alter_client_quotas<'a>(exchange: &Exchange<'a>, request: AlterRequest<'a>) -> AlterResponse<'a> {
    let entity = |entry: &messages::alter_client_quotas_request::EntryData<'a>| -> QuotaEntity {
        let parts = entry.entity.iter();
        parts
            .map(|part| {
                let name = part.entity_name.as_ref().map(|name| name.to_text().into_owned());
                (part.entity_type.to_text().into_owned(), name)
            })
            .collect()
    };
    let altered = exchange.broker.metadata.change(|image, change| {
        let mut scratch = Change::default();
        let change = if request.validate_only { &mut scratch } else { change };
        let mut seen = BTreeSet::new();
        let mut results: Vec<(QuotaEntity, Result<(), Failure>)> = Vec::new();
        for entry in &request.entries {
            let entity = entity(entry);
            let repeated =
                Err(Failure::new(codes::INVALID_REQUEST, "The entity is named twice: the first one counts."));
            if seen.insert(entity.clone()) {
                let altered = alter(image, &entity, &entry.ops, change);
                results.push((entity, altered));
            } else if let Some((_, result)) = results.iter_mut().find(|(known, _)| *known == entity) {
                *result = repeated;
            }
        }
        results
    });
    let results = altered.unwrap_or_else(|_| {
        request.entries.iter().map(|one| (entity(one), Err(Failure::storage()))).collect()
    });
    let entries = results.into_iter().map(|(entity, altered)| {
        let (error_code, error_message) = outcome(&altered);
        let entity = entity.into_iter().map(|(kind, name)| EntityData {
            entity_type: Str::from(kind),
            entity_name: name.map(Str::from),
            ..Default::default()
        });
        EntryData { error_code, error_message, entity: entity.collect(), ..Default::default() }
    });
    AlterResponse { entries: entries.collect(), ..Default::default() }
}

fn alter(
    image: &Image,
    entity: &QuotaEntity,
    ops: &[OpData<'_>],
    change: &mut Change,
) -> Result<(), Failure> {
    let invalid = |text: String| Failure::new(codes::INVALID_REQUEST, text);
    let allowed = quotas_of(entity)?;
    let mut seen = BTreeSet::new();
    if ops.iter().any(|op| !seen.insert(&op.key)) {
        return Err(invalid("A quota is named twice.".to_owned()));
    }
    for op in ops.iter().filter(|op| !op.remove) {
        let key = op.key.to_text();
        let (_, may_be_fraction, max) = allowed
            .iter()
            .find(|(name, ..)| *name == key)
            .ok_or_else(|| invalid(format!("Invalid configuration key {key}")))?;
        if op.value.is_nan() || op.value <= 0.0 {
            return Err(invalid(format!("Quota {key} must be greater than 0")));
        }
        if op.value > *max {
            return Err(invalid(format!("The value of {key} is too large")));
        }
        if !may_be_fraction && (op.value - op.value.round()).abs() > FRACTION_MAX {
            return Err(invalid(format!("{key} cannot be a fractional value.")));
        }
    }
    let current = image.quotas.get(entity);
    for op in ops {
        let there = current.and_then(|quotas| quotas.get(&*op.key.to_text())).copied();
        if op.remove && there.is_none() || !op.remove && there == Some(op.value) {
            continue;
        }
        let parts = entity.iter().map(|(kind, name)| client_quota_record::EntityData {
            entity_type: Str::from(kind.as_str()),
            entity_name: name.as_deref().map(Str::from),
            ..Default::default()
        });
        let record = client_quota_record::Root {
            entity: parts.collect(),
            key: op.key.clone(),
            value: if op.remove { 0.0 } else { op.value },
            remove: op.remove,
            ..Default::default()
        };
        change.push(&record, 0);
    }
    Ok(())
}

/// The quotas that an entity can have.
fn quotas_of(entity: &QuotaEntity) -> Result<&'static [(&'static str, bool, f64)], Failure> {
    let invalid = |text: String| Err(Failure::new(codes::INVALID_REQUEST, text));
    if entity.is_empty() {
        return invalid("Invalid empty client quota entity".to_owned());
    }
    for (kind, name) in entity {
        if ![USER, CLIENT_ID, IP].contains(&kind.as_str()) {
            return invalid(format!("Unhandled client quota entity type: {kind}"));
        }
        if name.as_deref() == Some("") {
            return invalid(format!("Empty {kind} not supported"));
        }
    }
    match (entity.get(IP), entity.len()) {
        (None, _) => Ok(&OF_CLIENTS),
        (Some(_), 2..) => invalid("An ip cannot be combined with a user or a client id".to_owned()),
        // Kafka would ask for the address of a name, and wait for it.
        (Some(Some(address)), _) if address.parse::<IpAddr>().is_err() => {
            invalid(format!("{address} is no IP address."))
        }
        (Some(_), _) => Ok(&OF_ADDRESSES),
    }
}

/// Answers DescribeClientQuotas.
pub fn describe_client_quotas<'a>(
    exchange: &Exchange<'a>,
    request: DescribeRequest<'a>,
) -> DescribeResponse<'a> {
    let filters = match filters(&request.components) {
        Ok(filters) => filters,
        Err(failure) => {
            let (error_code, error_message) = (failure.code, failure.text());
            return DescribeResponse { error_code, error_message, entries: None, ..Default::default() };
        }
    };
    let image = exchange.broker.metadata.image();
    let is_asked = |entity: &QuotaEntity| {
        let fits = filters
            .iter()
            .all(|(kind, filter)| entity.get(kind).is_some_and(|name| filter.fits(name.as_deref())));
        fits && (!request.strict || entity.len() == filters.len())
    };
    let entries = image.quotas.iter().filter(|(entity, _)| is_asked(entity)).map(|(entity, quotas)| {
        described::EntryData {
            entity: entity
                .iter()
                .map(|(kind, name)| described::EntityData {
                    entity_type: Str::from(kind.clone()),
                    entity_name: name.clone().map(Str::from),
                    ..Default::default()
                })
                .collect(),
            values: quotas
                .iter()
                .map(|(key, value)| described::ValueData {
                    key: Str::from(key.clone()),
                    value: *value,
                    ..Default::default()
                })
                .collect(),
            ..Default::default()
        }
    });
    DescribeResponse {
        error_message: Some(Str::default()),
        entries: Some(entries.collect()),
        ..Default::default()
    }
}

/// Which names are asked for (`DescribeClientQuotasRequest.MATCH_TYPE_*`).
enum Filter {
    Exactly(String),
    Default,
    /// Every name, and the default too.
    Any,
}

impl Filter {
    fn fits(&self, name: Option<&str>) -> bool {
        match self {
            Filter::Exactly(wanted) => name == Some(wanted.as_str()),
            Filter::Default => name.is_none(),
            Filter::Any => true,
        }
    }
}

fn filters(components: &[ComponentData<'_>]) -> Result<Vec<(String, Filter)>, Failure> {
    let invalid = |text: String| Err(Failure::new(codes::INVALID_REQUEST, text));
    let mut filters: Vec<(String, Filter)> = Vec::new();
    for component in components {
        let kind = component.entity_type.to_text().into_owned();
        if kind.is_empty() {
            return invalid("Invalid empty entity type.".to_owned());
        }
        if filters.iter().any(|(known, _)| *known == kind) {
            return invalid(format!("Entity type {kind} cannot appear more than once in the filter."));
        }
        let filter = match (component.match_type, &component.r#match) {
            (0, Some(name)) => Filter::Exactly(name.to_text().into_owned()),
            (1, None) => Filter::Default,
            (2, None) => Filter::Any,
            (0, None) => return invalid("A name is missing that is to be matched exactly.".to_owned()),
            (1 | 2, Some(_)) => return invalid("A name is given that is not to be matched.".to_owned()),
            (other, _) => return invalid(format!("Unknown match type {other}")),
        };
        filters.push((kind, filter));
    }
    let has = |kind: &str| filters.iter().any(|(known, _)| known == kind);
    if has(IP) && (has(USER) || has(CLIENT_ID)) {
        return invalid("An ip cannot be combined with a user or a client id in a filter.".to_owned());
    }
    match filters.iter().find(|(kind, _)| ![USER, CLIENT_ID, IP].contains(&kind.as_str())) {
        Some((kind, _)) => {
            Err(Failure::new(codes::UNSUPPORTED_VERSION, format!("Unsupported entity type {kind}")))
        }
        None => Ok(filters),
    }
}
