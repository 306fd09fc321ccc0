//! CreateTopics, versions 2 to 7.
//!
//! | since | what |
//! |---|---|
//! | 2 | as here, but the response does not tell what was made |
//! | 4 | `-1` stands for the broker's number of partitions and replicas |
//! | 5 | the response has partitions, replicas and configurations |
//! | 7 | the response has the topic's id |
//!
//! Each topic is made or refused by itself; all that are made go into one batch of metadata. A name that stands in the request twice is
//! refused and answered once.

use std::collections::{BTreeMap, BTreeSet};

use super::{PARTITIONS_PER_REQUEST_MAX, Placement, assignment, record_partitions};
use crate::broker::config::effective::{ConfigSource, Configs, Effective};
use crate::broker::config::topic::TOPIC;
use crate::broker::config::{keys, validate};
use crate::broker::exchange::Exchange;
use crate::broker::failure::Failure;
use crate::broker::handlers::configs::record;
use crate::broker::metadata::Change;
use crate::broker::topic_name;
use crate::codec::error_codes::codes;
use crate::codec::messages::metadata_records::topic_record;
use crate::codec::messages::topics as messages;
use crate::codec::wire::{Str, Uuid};
use crate::state::cluster::Image;
use crate::state::cluster::settings::ConfigResource;

use messages::create_topics_request::{CreatableTopic, Root as Request};
use messages::create_topics_response::{CreatableTopicConfigs, CreatableTopicResult, Root as Response};

/// A topic as it was or would be made.
struct Made {
    id: Uuid,
    partitions: usize,
    replication: usize,
    configs: Configs,
}

/// Answers CreateTopics.
pub fn create_topics<'a>(exchange: &Exchange<'a>, request: Request<'a>) -> Response<'a> {
    create_topics_as(exchange, request, None)
}

/// The same with an id that was given, for the topics that a broker is started with.
pub fn create_topics_as<'a>(exchange: &Exchange<'a>, request: Request<'a>, id: Option<Uuid>) -> Response<'a> {
    let made = exchange.broker.metadata.change(|image, change| {
        let broker = Effective::new(&exchange.broker.settings, image, exchange.broker.node.id);
        let mut scratch = Change::default();
        let change = if request.validate_only { &mut scratch } else { change };
        let repeated = repeated(request.topics.iter().map(|topic| &topic.name));
        let too_many = partitions_asked_for(&request, &broker) > PARTITIONS_PER_REQUEST_MAX;
        let mut answered = BTreeSet::new();
        let mut results = Vec::new();
        for topic in &request.topics {
            if !answered.insert(&topic.name) {
                continue;
            }
            let outcome = if repeated.contains(&topic.name) {
                Err(Failure::new(codes::INVALID_REQUEST, "Duplicate topic name."))
            } else if too_many {
                Err(Failure::new(
                    codes::POLICY_VIOLATION,
                    "Excessively large number of partitions per request.",
                ))
            } else {
                create(exchange, image, &broker, topic, id, change)
            };
            results.push((topic.name.clone(), outcome));
        }
        let results = results.into_iter().map(|(name, outcome)| result(name, outcome, &broker)).collect();
        Response { topics: results, ..Default::default() }
    });
    made.unwrap_or_else(|_| {
        let failed = |topic: &CreatableTopic<'a>| refused(topic.name.clone(), &Failure::storage());
        Response { topics: request.topics.iter().map(failed).collect(), ..Default::default() }
    })
}

/// The names that stand in a request more than once.
pub(super) fn repeated<'n, 'a: 'n>(names: impl Iterator<Item = &'n Str<'a>>) -> BTreeSet<&'n Str<'a>> {
    let mut seen = BTreeSet::new();
    names.filter(|name| !seen.insert(*name)).collect()
}

fn partitions_asked_for(request: &Request<'_>, broker: &Effective<'_>) -> usize {
    let standard = usize::try_from(broker.get(keys::NUM_PARTITIONS)).unwrap_or_default();
    let of = |topic: &CreatableTopic<'_>| match topic.num_partitions {
        _ if !topic.assignments.is_empty() => topic.assignments.len(),
        -1 => standard,
        count => usize::try_from(count).unwrap_or_default(),
    };
    request.topics.iter().map(of).fold(0, usize::saturating_add)
}

fn create(
    exchange: &Exchange<'_>,
    image: &Image,
    broker: &Effective<'_>,
    topic: &CreatableTopic<'_>,
    id: Option<Uuid>,
    change: &mut Change,
) -> Result<Made, Failure> {
    let name = topic.name.to_text();
    if name == topic_name::CLUSTER_METADATA {
        return Err(Failure::new(
            codes::INVALID_REQUEST,
            "Creation of internal topic __cluster_metadata is prohibited.",
        ));
    }
    topic_name::check(&name)?;
    if image.topics.by_name(&name).is_some() {
        return Err(Failure::new(codes::TOPIC_ALREADY_EXISTS, format!("Topic '{name}' already exists.")));
    }
    if let Some(other) = topic_name::collision(image, &name) {
        let text = format!("Topic '{name}' collides with existing topic: {other}");
        return Err(Failure::new(codes::INVALID_TOPIC_EXCEPTION, text));
    }
    let configs = configs(topic, broker)?;
    let placements = placements(exchange, image, broker, topic)?;
    let id = id.map_or_else(new_id, Ok)?;
    let made = Made {
        id,
        partitions: placements.len(),
        replication: placements.first().map_or(0, |placement| placement.replicas.len()),
        configs,
    };
    change.push(&topic_record::Root { name: Str::from(&*name), topic_id: id, ..Default::default() }, 0);
    for (key, value) in &made.configs {
        record::set(change, ConfigResource::TOPIC, &name, key, Some(value));
    }
    record::after_topic(image, change, &name, made.configs.keys());
    record_partitions(image, change, id, 0, placements);
    Ok(made)
}

/// What the request sets. Of a name that stands there twice, the last one counts.
fn configs(topic: &CreatableTopic<'_>, broker: &Effective<'_>) -> Result<Configs, Failure> {
    let mut configs = Configs::new();
    for config in &topic.configs {
        let name = config.name.to_text();
        let Some(value) = &config.value else {
            let text = format!("Null value not supported for topic configs: {name}");
            return Err(Failure::new(codes::INVALID_CONFIG, text));
        };
        configs.insert(name.into_owned(), value.to_text().into_owned());
    }
    validate::topic(&configs, broker)
        .map_err(|refusal| Failure::new(codes::INVALID_CONFIG, refusal.to_string()))?;
    Ok(configs)
}

fn placements(
    exchange: &Exchange<'_>,
    image: &Image,
    broker: &Effective<'_>,
    topic: &CreatableTopic<'_>,
) -> Result<Vec<Placement>, Failure> {
    let node = &exchange.broker.node;
    if topic.assignments.is_empty() {
        let replication = match topic.replication_factor {
            -1 => usize::try_from(broker.get(keys::DEFAULT_REPLICATION_FACTOR)).unwrap_or(1),
            given => usize::try_from(given).ok().filter(|given| *given > 0).ok_or_else(|| {
                let text = "Replication factor must be larger than 0, or -1 to use the default value.";
                Failure::new(codes::INVALID_REPLICATION_FACTOR, text)
            })?,
        };
        let count = match topic.num_partitions {
            -1 => usize::try_from(broker.get(keys::NUM_PARTITIONS)).unwrap_or(1),
            given => usize::try_from(given).ok().filter(|given| *given > 0).ok_or_else(|| {
                let text = "Number of partitions must be larger than 0, or -1 to use the default value.";
                Failure::new(codes::INVALID_PARTITIONS, text)
            })?,
        };
        return assignment::place(image, node, count, replication);
    }
    for (is_set, what) in [
        (topic.replication_factor != -1, "replication factor"),
        (topic.num_partitions != -1, "number of partitions"),
    ] {
        if is_set {
            let text =
                format!("A manual partition assignment was specified, but the {what} was not set to -1.");
            return Err(Failure::new(codes::INVALID_REQUEST, text));
        }
    }
    let mut placed: BTreeMap<i32, Placement> = BTreeMap::new();
    for given in &topic.assignments {
        let index = given.partition_index;
        if placed.contains_key(&index) {
            let text = format!("Found multiple manual partition assignments for partition {index}");
            return Err(Failure::new(codes::INVALID_REPLICA_ASSIGNMENT, text));
        }
        let replication = placed.values().next().map(|placement| placement.replicas.len());
        placed
            .insert(index, assignment::manual(image, node, given.broker_ids.iter().collect(), replication)?);
    }
    if !placed.keys().copied().eq((0..).take(placed.len())) {
        let text = "partitions should be a consecutive 0-based integer sequence";
        return Err(Failure::new(codes::INVALID_REPLICA_ASSIGNMENT, text));
    }
    Ok(placed.into_values().collect())
}

/// A new id. Kafka gives none that would begin with a dash on a command line, nor one of its reserved ones.
fn new_id() -> Result<Uuid, Failure> {
    let mut bytes = [0; 16];
    loop {
        getrandom::fill(&mut bytes).map_err(|error| {
            Failure::new(codes::UNKNOWN_SERVER_ERROR, format!("no random numbers: {error}"))
        })?;
        // Version 4 of RFC 4122, as `UUID.randomUUID` makes them.
        let [.., version, _, variant, _, _, _, _, _, _, _] = &mut bytes;
        *version = *version & 0x0f | 0x40;
        *variant = *variant & 0x3f | 0x80;
        // 62 of 64 letters of base64 begin with something else.
        if !matches!(bytes, [first, ..] if first >> 2 == DASH) {
            return Ok(Uuid(bytes));
        }
    }
}

/// The number that `-` stands for in URL-safe base64.
const DASH: u8 = 62;

fn result<'a>(
    name: Str<'a>,
    outcome: Result<Made, Failure>,
    broker: &Effective<'_>,
) -> CreatableTopicResult<'a> {
    match outcome {
        Ok(made) => CreatableTopicResult {
            name,
            topic_id: made.id,
            num_partitions: i32::try_from(made.partitions).unwrap_or(i32::MAX),
            replication_factor: i16::try_from(made.replication).unwrap_or(i16::MAX),
            configs: Some(effective(&made.configs, broker)),
            error_message: None,
            ..Default::default()
        },
        Err(failure) => refused(name, &failure),
    }
}

fn refused<'a>(name: Str<'a>, failure: &Failure) -> CreatableTopicResult<'a> {
    CreatableTopicResult {
        name,
        error_code: failure.code,
        error_message: failure.text(),
        configs: Some(Vec::new()),
        ..Default::default()
    }
}

/// The configurations that the topic has, with where they come from. What is internal shows only where it was set.
fn effective<'a>(set: &Configs, broker: &Effective<'_>) -> Vec<CreatableTopicConfigs<'a>> {
    let shown = TOPIC.iter().filter(|definition| !definition.internal || set.contains_key(definition.name));
    let entry = |definition: &'static crate::broker::config::definition::Definition| {
        let (value, source) = match set.get(definition.name) {
            Some(own) => (Some(own.clone()), ConfigSource::Topic),
            None => {
                let (value, source) = broker.topic_default(definition);
                (value.to_text(), source)
            }
        };
        CreatableTopicConfigs {
            name: Str::from(definition.name),
            value: value.map(Str::from),
            config_source: source as i8,
            ..Default::default()
        }
    };
    shown.map(entry).collect()
}
