//! DescribeConfigs, versions 1 to 4.
//!
//! | since | what |
//! |---|---|
//! | 1 | sources and synonyms: all the places that have a value, the one that counts first (KIP-226) |
//! | 3 | types; and documentation, which is not given here |
//!
//! A resource that has nothing set has its defaults; only topics have to exist. What is secret has no value here.

use super::types;
use crate::broker::config::definition::{Definition, Mode, search};
use crate::broker::config::effective::{ConfigSource, Configs, Effective, Origin, configs_of};
use crate::broker::config::group::{self, CLIENT_METRICS, GROUP};
use crate::broker::config::topic::{self, TOPIC};
use crate::broker::config::{broker, broker::BROKER};
use crate::broker::exchange::Exchange;
use crate::broker::failure::Failure;
use crate::broker::loggers::ROOT;
use crate::broker::topic_name;
use crate::codec::error_codes::codes;
use crate::codec::messages::configs::describe_configs_request::{DescribeConfigsResource, Root as Request};
use crate::codec::messages::configs::describe_configs_response::{
    DescribeConfigsResourceResult, DescribeConfigsResult, DescribeConfigsSynonym, Root as Response,
};
use crate::codec::wire::Str;
use crate::state::cluster::Image;

/// `ConfigType.UNKNOWN`.
const UNKNOWN_TYPE: i8 = 0;

/// One configuration with its value.
struct Entry {
    name: String,
    value: Option<String>,
    kind: i8,
    read_only: bool,
    sensitive: bool,
    /// The places that have a value.
    origins: Vec<Origin>,
    /// Where the value comes from; `None` is the first origin.
    source: Option<ConfigSource>,
    documentation: Option<&'static str>,
}

/// Answers DescribeConfigs.
pub fn describe_configs<'a>(exchange: &Exchange<'a>, request: Request<'a>) -> Response<'a> {
    let image = exchange.broker.metadata.image();
    let results = request.resources.into_iter().map(|resource| {
        let described = entries(exchange, &image, resource.resource_type, &resource.resource_name.to_text());
        result(resource, described, request.include_synonyms)
    });
    Response { results: results.collect(), ..Default::default() }
}

fn result<'a>(
    resource: DescribeConfigsResource<'a>,
    described: Result<Vec<Entry>, Failure>,
    include_synonyms: bool,
) -> DescribeConfigsResult<'a> {
    let keys = resource.configuration_keys.unwrap_or_default();
    let is_asked = |name: &str| keys.is_empty() || keys.iter().any(|key| key.0 == name.as_bytes());
    let (error_code, message, entries) = match described {
        Ok(entries) => (codes::NONE, None, entries),
        Err(failure) => (failure.code, failure.text(), Vec::new()),
    };
    let configs = entries.into_iter().filter(|entry| is_asked(&entry.name));
    DescribeConfigsResult {
        error_code,
        // Kafka says nothing in an empty text here, and not by null.
        error_message: Some(message.unwrap_or_default()),
        resource_type: resource.resource_type,
        resource_name: resource.resource_name,
        configs: configs.map(|entry| shown(entry, include_synonyms)).collect(),
        ..Default::default()
    }
}

fn shown<'a>(entry: Entry, include_synonyms: bool) -> DescribeConfigsResourceResult<'a> {
    let first = entry.origins.first().map_or(ConfigSource::Default, |origin| origin.source);
    let synonyms =
        entry.origins.into_iter().filter(|_| include_synonyms).map(|origin| DescribeConfigsSynonym {
            name: origin.name.into(),
            value: origin.value.map(Str::from),
            source: origin.source as i8,
            ..Default::default()
        });
    DescribeConfigsResourceResult {
        name: entry.name.into(),
        value: entry.value.map(Str::from),
        read_only: entry.read_only,
        config_source: entry.source.unwrap_or(first) as i8,
        is_sensitive: entry.sensitive,
        synonyms: synonyms.collect(),
        config_type: entry.kind,
        documentation: entry.documentation.map(Str::from),
        ..Default::default()
    }
}

fn entries(
    exchange: &Exchange<'_>,
    image: &Image,
    resource_type: i8,
    name: &str,
) -> Result<Vec<Entry>, Failure> {
    let node_id = exchange.broker.node.id;
    let broker = Effective::new(&exchange.broker.settings, image, node_id);
    let set = || configs_of(image, resource_type, name);
    let invalid = |text: &str| Err(Failure::new(codes::INVALID_REQUEST, text));
    match resource_type {
        types::TOPIC => {
            topic_name::check(name)?;
            if image.topics.by_name(name).is_none() {
                return Err(const { Failure::bare(codes::UNKNOWN_TOPIC_OR_PARTITION) });
            }
            Ok(topics(set(), &broker))
        }
        types::BROKER if name.is_empty() => Ok(all_brokers(set(), &broker)),
        types::BROKER => {
            this_node(name, node_id)?;
            Ok(this_broker(set(), configs_of(image, types::BROKER, ""), &broker))
        }
        types::BROKER_LOGGER if name.is_empty() => invalid("Broker id must not be empty"),
        types::BROKER_LOGGER => {
            this_node(name, node_id)?;
            Ok(vec![Entry {
                name: ROOT.to_owned(),
                value: Some(exchange.broker.loggers.level().to_owned()),
                kind: UNKNOWN_TYPE,
                read_only: false,
                sensitive: false,
                origins: Vec::new(),
                source: Some(ConfigSource::Logger),
                documentation: Some(""),
            }])
        }
        types::CLIENT_METRICS if name.is_empty() => {
            invalid("A subscription of client metrics must have a name")
        }
        types::CLIENT_METRICS => Ok(CLIENT_METRICS
            .iter()
            .map(|one| own(one, set(), ConfigSource::ClientMetrics, Vec::new()))
            .collect()),
        types::GROUP if name.is_empty() => invalid("A group must have a name"),
        types::GROUP => Ok(groups(set(), &broker)),
        other => invalid(&format!("Configurations of resources of type {other} cannot be described")),
    }
}

fn this_node(name: &str, node_id: i32) -> Result<(), Failure> {
    let invalid = |text| Err(Failure::new(codes::INVALID_REQUEST, text));
    match name.parse::<i32>() {
        Err(_) => invalid(format!("Broker id must be an integer, but it is: {name}")),
        Ok(id) if id != node_id => {
            invalid(format!("Unexpected broker id, expected {node_id} but received {id}"))
        }
        Ok(_) => Ok(()),
    }
}

fn topics(set: Option<&Configs>, broker: &Effective<'_>) -> Vec<Entry> {
    let is_set = |name: &str| set.is_some_and(|set| set.contains_key(name));
    let shown = TOPIC.iter().filter(|definition| !definition.internal || is_set(definition.name));
    let entry = |definition: &Definition| {
        // Where it comes from is told of the first of the broker's names only.
        let below = topic::broker_names(definition.name)
            .first()
            .map_or_else(Vec::new, |(name, _)| broker.origins(name, Some(definition.kind)));
        let value = broker.of_topic(set, definition).to_text();
        Entry { value, ..own(definition, set, ConfigSource::Topic, below) }
    };
    shown.map(entry).collect()
}

fn groups(set: Option<&Configs>, broker: &Effective<'_>) -> Vec<Entry> {
    let entry = |definition: &'static Definition| {
        let of_broker = group::broker_name(definition.name).and_then(broker::find);
        let (value, below) = match of_broker {
            Some(found) => (broker.value(found), broker.origins(found.name, Some(found.kind))),
            None => {
                let value = definition.default_value();
                let origin = Origin {
                    name: definition.name.to_owned(),
                    value: value.to_text(),
                    source: ConfigSource::Default,
                };
                (value, vec![origin])
            }
        };
        let is_set = set.is_some_and(|set| set.contains_key(definition.name));
        let entry = own(definition, set, ConfigSource::Group, below);
        if is_set { entry } else { Entry { value: value.to_text(), ..entry } }
    };
    GROUP.iter().map(entry).collect()
}

/// A configuration of a resource that is no broker: as set, or as default; `below` is what stands behind.
fn own(definition: &Definition, set: Option<&Configs>, source: ConfigSource, below: Vec<Origin>) -> Entry {
    let set = set.and_then(|set| set.get(definition.name));
    let parsed = set.and_then(|text| definition.parse(text).ok());
    let value = parsed.unwrap_or_else(|| definition.default_value()).to_text();
    let here = set.map(|_| Origin { name: definition.name.to_owned(), value: value.clone(), source });
    Entry {
        name: definition.name.to_owned(),
        value,
        kind: definition.kind.code(),
        read_only: false,
        sensitive: definition.is_sensitive(),
        origins: here.into_iter().chain(below).collect(),
        source: None,
        documentation: None,
    }
}

/// What this broker has: all that is in the table, and whatever else was given or set.
fn this_broker(own: Option<&Configs>, all: Option<&Configs>, broker: &Effective<'_>) -> Vec<Entry> {
    let given = broker.settings().all_given().map(|(name, _)| name);
    let set = [own, all].into_iter().flatten().flat_map(|set| set.keys().map(String::as_str));
    let known = |name: &&str| search(BROKER, name).is_some_and(|definition| !definition.internal);
    let others: std::collections::BTreeSet<&str> = given.chain(set).filter(|name| !known(name)).collect();
    let table = BROKER.iter().filter(|definition| !definition.internal).map(|definition| definition.name);
    table.chain(others).map(|name| of_broker(name, broker)).collect()
}

/// What all brokers have set while they run.
fn all_brokers(set: Option<&Configs>, broker: &Effective<'_>) -> Vec<Entry> {
    let entry = |(name, value): (&String, &String)| {
        let mut entry = of_broker(name, broker);
        entry.origins.retain(|origin| origin.source == ConfigSource::AllBrokers);
        entry.value = (!entry.sensitive).then(|| value.clone());
        entry
    };
    set.into_iter().flatten().map(entry).collect()
}

fn of_broker(name: &str, broker: &Effective<'_>) -> Entry {
    let definition = broker::find(broker::of_listener(name).unwrap_or(name));
    let kind = definition.map(|definition| definition.kind);
    // What is not known may be secret.
    let sensitive = definition.is_none_or(Definition::is_sensitive);
    Entry {
        name: name.to_owned(),
        value: definition.filter(|_| !sensitive).and_then(|definition| broker.value(definition).to_text()),
        kind: kind.map_or(UNKNOWN_TYPE, |kind| kind.code()),
        // Names behind a listener's prefix are in no table of Kafka's.
        read_only: broker::find(name).is_none_or(|definition| definition.mode == Mode::ReadOnly),
        sensitive,
        origins: broker.origins(name, kind),
        source: None,
        documentation: None,
    }
}
