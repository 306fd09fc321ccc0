//! AlterConfigs, versions 0 to 2, and IncrementalAlterConfigs, versions 0 and 1; versions differ in nothing but the encoding.
//!
//! AlterConfigs sets what is named and removes all else; IncrementalAlterConfigs sets, removes, and adds to or takes from lists. Each
//! resource changes as a whole or not at all. Levels of loggers are for the running broker only, all else is recorded.

use std::collections::BTreeMap;

use super::asked::{Asked, Operation};
use super::{loggers, record, types};
use crate::broker::config::definition::Definition;
use crate::broker::config::effective::{Configs, configs_of};
use crate::broker::config::validate::Refusal;
use crate::broker::config::value::{Type, Value};
use crate::broker::config::{Effective, broker, topic, validate};
use crate::broker::exchange::Exchange;
use crate::broker::failure::{Failure, outcome};
use crate::broker::metadata::Change;
use crate::codec::error_codes::codes;
use crate::codec::messages::configs::{
    alter_configs_request, alter_configs_response, incremental_alter_configs_request,
    incremental_alter_configs_response,
};
use crate::codec::wire::Str;
use crate::state::cluster::Image;

/// Answers AlterConfigs.
pub fn alter_configs<'a>(
    exchange: &Exchange<'a>,
    request: alter_configs_request::Root<'a>,
) -> alter_configs_response::Root<'a> {
    let asked = request.resources.into_iter().map(Asked::replacing).collect();
    let responses = alter(exchange, asked, request.validate_only).into_iter().map(|altered| {
        let (error_code, error_message) = outcome(&altered.result);
        let (resource_type, resource_name) = (altered.resource_type, altered.name);
        alter_configs_response::AlterConfigsResourceResponse {
            error_code,
            error_message,
            resource_type,
            resource_name,
            ..Default::default()
        }
    });
    alter_configs_response::Root { responses: responses.collect(), ..Default::default() }
}

/// Answers IncrementalAlterConfigs.
pub fn incremental_alter_configs<'a>(
    exchange: &Exchange<'a>,
    request: incremental_alter_configs_request::Root<'a>,
) -> incremental_alter_configs_response::Root<'a> {
    let asked = request.resources.into_iter().map(Asked::incremental).collect();
    let responses = alter(exchange, asked, request.validate_only).into_iter().map(|altered| {
        let (error_code, error_message) = outcome(&altered.result);
        let (resource_type, resource_name) = (altered.resource_type, altered.name);
        incremental_alter_configs_response::AlterConfigsResourceResponse {
            error_code,
            error_message,
            resource_type,
            resource_name,
            ..Default::default()
        }
    });
    incremental_alter_configs_response::Root { responses: responses.collect(), ..Default::default() }
}

/// What became of one resource.
struct Altered<'a> {
    resource_type: i8,
    name: Str<'a>,
    result: Result<(), Failure>,
}

fn alter<'a>(exchange: &Exchange<'a>, asked: Vec<Asked<'a>>, validate_only: bool) -> Vec<Altered<'a>> {
    let mut times: BTreeMap<(i8, &Str<'a>), usize> = BTreeMap::new();
    for one in &asked {
        *times.entry((one.resource_type, &one.name)).or_default() += 1;
    }
    let altered = exchange.broker.metadata.change(|image, change| {
        let mut scratch = Change::default();
        let change = if validate_only { &mut scratch } else { change };
        let one = |one: &Asked<'a>| {
            let result = if times.get(&(one.resource_type, &one.name)).is_some_and(|times| *times > 1) {
                Err(Failure::new(codes::INVALID_REQUEST, "Each resource must appear at most once."))
            } else {
                decide(exchange, image, one, validate_only, change)
            };
            Altered { resource_type: one.resource_type, name: one.name.clone(), result }
        };
        asked.iter().map(one).collect()
    });
    altered.unwrap_or_else(|_| {
        let failed = |one: &Asked<'a>| Altered {
            resource_type: one.resource_type,
            name: one.name.clone(),
            result: Err(Failure::storage()),
        };
        asked.iter().map(failed).collect()
    })
}

fn decide(
    exchange: &Exchange<'_>,
    image: &Image,
    asked: &Asked<'_>,
    validate_only: bool,
    change: &mut Change,
) -> Result<(), Failure> {
    asked.check()?;
    let name = asked.name.to_text();
    let invalid = |text: &str| Err(Failure::new(codes::INVALID_REQUEST, text));
    let node_id = exchange.broker.node.id;
    let settings = &exchange.broker.settings;
    let now = Effective::new(settings, image, node_id);
    match asked.resource_type {
        types::BROKER_LOGGER if !asked.replaces => return loggers::alter(exchange, asked, validate_only),
        types::BROKER if !name.is_empty() => this_node(&name, node_id)?,
        types::BROKER => {}
        types::TOPIC if name.is_empty() => return invalid("There are no defaults of topics."),
        types::TOPIC if image.topics.by_name(&name).is_none() => {
            let text = format!("The topic '{name}' does not exist.");
            return Err(Failure::new(codes::UNKNOWN_TOPIC_OR_PARTITION, text));
        }
        types::TOPIC => {}
        types::GROUP if name.is_empty() => return invalid("There are no defaults of groups."),
        types::CLIENT_METRICS if name.is_empty() => return invalid("A subscription must have a name."),
        types::GROUP | types::CLIENT_METRICS => {}
        other => return invalid(&format!("Unknown resource type {other}")),
    }
    let empty = Configs::new();
    let current = configs_of(image, asked.resource_type, &name).unwrap_or(&empty);
    let standard = Effective::with(settings, None, None);
    let (wanted, touched) = apply(asked, current, &standard)?;
    match asked.resource_type {
        types::TOPIC => {
            validate::topic(&wanted, &now).map_err(|refusal| code_of(asked.resource_type, &refusal))?
        }
        types::GROUP => {
            validate::group(&wanted, &now).map_err(|refusal| code_of(asked.resource_type, &refusal))?
        }
        types::CLIENT_METRICS => {
            validate::client_metrics(&wanted).map_err(|refusal| code_of(asked.resource_type, &refusal))?;
        }
        _ => {
            let one_broker = !name.is_empty();
            let (own, all) = (node_id.to_string(), String::new());
            let (own, all) = (configs_of(image, types::BROKER, &own), configs_of(image, types::BROKER, &all));
            let then = if one_broker {
                Effective::with(settings, Some(&wanted), all)
            } else {
                Effective::with(settings, own, Some(&wanted))
            };
            validate::broker(&wanted, one_broker, &now, &then)
                .map_err(|refusal| code_of(asked.resource_type, &refusal))?;
            keeps_in_sync_minimum(image, one_broker, &wanted, &touched)?;
        }
    }
    let mut changed = Vec::new();
    for key in touched {
        let value = wanted.get(&key);
        // For brokers even what stays as it was is recorded: it makes them look again at files that are named.
        if asked.resource_type == types::BROKER || value != current.get(&key) {
            record::set(change, asked.resource_type, &name, &key, value);
            changed.push(key);
        }
    }
    if matches!(asked.resource_type, types::TOPIC) || asked.resource_type == types::BROKER && name.is_empty()
    {
        record::after_topic(image, change, &name, changed.iter());
    }
    Ok(())
}

/// Whether a broker's name is that of this one.
pub(super) fn this_node(name: &str, node_id: i32) -> Result<(), Failure> {
    let invalid = |text| Err(Failure::new(codes::INVALID_REQUEST, text));
    match name.parse::<i32>() {
        Err(_) => invalid(format!("Node id must be an integer, but it is: {name}")),
        Ok(id) if id != node_id => {
            invalid(format!("Unexpected broker id, expected {node_id}, but received {id}"))
        }
        Ok(_) => Ok(()),
    }
}

/// What would be set, and the names that were touched, in the order in which they are recorded.
fn apply(
    asked: &Asked<'_>,
    current: &Configs,
    standard: &Effective<'_>,
) -> Result<(Configs, Vec<String>), Failure> {
    let mut wanted = if asked.replaces { Configs::new() } else { current.clone() };
    let mut touched = Vec::new();
    for (name, operation) in &asked.operations {
        match operation {
            Operation::Set(value) => {
                wanted.insert(name.clone(), value.clone());
            }
            Operation::Delete => {
                wanted.remove(name);
            }
            Operation::Append(more) => {
                let mut items = items(asked.resource_type, name, "APPEND", &wanted, standard)?;
                for item in more.split(',') {
                    if !items.iter().any(|there| there == item) {
                        items.push(item.to_owned());
                    }
                }
                wanted.insert(name.clone(), items.join(","));
            }
            Operation::Subtract(less) => {
                let mut items = items(asked.resource_type, name, "SUBTRACT", &wanted, standard)?;
                items.retain(|item| !less.split(',').any(|gone| gone == item));
                wanted.insert(name.clone(), items.join(","));
            }
            Operation::Unknown | Operation::NoValue => {}
        }
        touched.push(name.clone());
    }
    if asked.replaces {
        touched.extend(current.keys().filter(|name| !wanted.contains_key(*name)).cloned());
    }
    Ok((wanted, touched))
}

/// The list as it is, or as it would be if nobody set it.
fn items(
    resource_type: i8,
    name: &str,
    operation: &str,
    wanted: &Configs,
    standard: &Effective<'_>,
) -> Result<Vec<String>, Failure> {
    let found: Option<&Definition> = match resource_type {
        types::TOPIC => topic::find(name),
        types::BROKER => broker::find(broker::of_listener(name).unwrap_or(name)),
        // Kafka's controller does not know the types of the others.
        _ => None,
    };
    let definition = found.filter(|definition| definition.kind == Type::List).ok_or_else(|| {
        let text = format!("Can't {operation} to key {name} because its type is not LIST.");
        Failure::new(codes::INVALID_CONFIG, text)
    })?;
    let value = match wanted.get(name) {
        Some(text) => Type::List.parse(text).unwrap_or(Value::Null),
        None if resource_type == types::TOPIC => standard.topic_default(definition).0,
        None => standard.value(definition),
    };
    Ok(match value {
        Value::List(items) => items,
        _ => Vec::new(),
    })
}

/// While eligible leader replicas are on, all brokers share one minimum, and it is recorded (KIP-966).
fn keeps_in_sync_minimum(
    image: &Image,
    one_broker: bool,
    wanted: &Configs,
    touched: &[String],
) -> Result<(), Failure> {
    let is_touched = touched.iter().any(|name| name == record::MIN_INSYNC_REPLICAS);
    let text = match one_broker {
        _ if !is_touched || !record::has_eligible_leaders(image) => return Ok(()),
        true => "Broker-level min.insync.replicas cannot be altered while ELR is enabled.",
        false if wanted.contains_key(record::MIN_INSYNC_REPLICAS) => return Ok(()),
        false => "Cluster-level min.insync.replicas cannot be removed while ELR is enabled.",
    };
    Err(Failure::new(codes::INVALID_CONFIG, text))
}

/// Kafka refuses some of it on the way to the controller, with another code.
fn code_of(resource_type: i8, refusal: &Refusal) -> Failure {
    let code = match (resource_type, refusal) {
        (types::BROKER, _) | (types::CLIENT_METRICS, Refusal::Unknown { .. } | Refusal::Interval) => {
            codes::INVALID_REQUEST
        }
        _ => codes::INVALID_CONFIG,
    };
    Failure::new(code, refusal.to_string())
}
