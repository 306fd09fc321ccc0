//! What holds now: what was set while the broker runs, over what was given at start, over Kafka's defaults; and for each value, where
//! it comes from.

use std::collections::BTreeMap;

use super::broker::{self, BROKER};
use super::definition::{Definition, Mode, search};
use super::keys::{Key, Setting};
use super::settings::Settings;
use super::topic;
use super::value::{Type, Value};
use crate::state::cluster::Image;
use crate::state::cluster::settings::ConfigResource;

/// Names and values that were set for one resource.
pub type Configs = BTreeMap<String, String>;

/// Where a value comes from (`DescribeConfigsResponse.ConfigSource`). A lower number counts more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(i8)]
pub enum ConfigSource {
    /// Set for this topic.
    Topic = 1,
    /// Set for this broker while it runs.
    Broker = 2,
    /// Set for all brokers while they run.
    AllBrokers = 3,
    /// Given at start.
    Start = 4,
    /// Nobody set it.
    Default = 5,
    /// A level of a logger of the broker.
    Logger = 6,
    /// Set for client metrics.
    ClientMetrics = 7,
    /// Set for this group.
    Group = 8,
}

/// One of the places that have a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The name there.
    pub name: String,
    /// The value, if it may be shown.
    pub value: Option<String>,
    /// The place.
    pub source: ConfigSource,
}

/// The broker's configuration as it is now.
#[derive(Debug, Clone, Copy)]
pub struct Effective<'a> {
    settings: &'a Settings,
    broker: Option<&'a Configs>,
    all_brokers: Option<&'a Configs>,
}

impl<'a> Effective<'a> {
    /// Of this node, with what the image says.
    pub fn new(settings: &'a Settings, image: &'a Image, node_id: i32) -> Self {
        let set =
            |name: String| image.configs.get(&ConfigResource { resource_type: ConfigResource::BROKER, name });
        Self { settings, broker: set(node_id.to_string()), all_brokers: set(String::new()) }
    }

    /// The same node, if these had been set: to check a change before it is made.
    pub fn with(
        settings: &'a Settings,
        broker: Option<&'a Configs>,
        all_brokers: Option<&'a Configs>,
    ) -> Self {
        Self { settings, broker, all_brokers }
    }

    /// What was given at start.
    pub fn settings(&self) -> &'a Settings {
        self.settings
    }

    /// The value of a configuration.
    pub fn get<T: Setting>(&self, key: Key<T>) -> T {
        let set = broker::find(key.name()).and_then(|definition| self.set(definition));
        set.and_then(|value| T::of(&value)).unwrap_or_else(|| self.settings.get(key))
    }

    /// The value of a configuration; null where it has none.
    pub fn value(&self, definition: &Definition) -> Value {
        if let Some(value) = self.set(definition) {
            return value;
        }
        // Whatever was set while the broker runs does away with other names for it that were given at start.
        let synonyms = broker::synonyms(definition.name);
        let is_replaced = |name: &&str| {
            *name != definition.name && broker::find(name).is_some_and(|found| self.set(found).is_some())
        };
        if synonyms.iter().any(is_replaced) {
            return definition.default_value();
        }
        // What exists only while a broker runs is not among what can be given at start.
        match self.settings.value(definition.name) {
            Value::Null => definition.default_value(),
            value => value,
        }
    }

    /// What was set while the broker runs. What does not fit any more is passed over, as Kafka does.
    fn set(&self, definition: &Definition) -> Option<Value> {
        let own = self.broker.filter(|_| definition.mode != Mode::ReadOnly);
        let shared = self.all_brokers.filter(|_| definition.mode == Mode::ClusterWide);
        [own, shared].into_iter().flatten().find_map(|set| definition.parse(set.get(definition.name)?).ok())
    }

    /// The places that have a value for a configuration of the broker, the one that counts most first.
    pub fn origins(&self, name: &str, kind: Option<Type>) -> Vec<Origin> {
        let names = match broker::synonyms(name) {
            [] => vec![name],
            names => names.to_vec(),
        };
        let hidden = kind.is_none_or(|kind| kind == Type::Password);
        let mut origins = Vec::new();
        let mut add = |name: &str, value: Option<&str>, source| {
            if let Some(value) = value {
                origins.push(Origin {
                    name: name.to_owned(),
                    value: (!hidden).then(|| value.to_owned()),
                    source,
                });
            }
        };
        for (set, source) in
            [(self.broker, ConfigSource::Broker), (self.all_brokers, ConfigSource::AllBrokers)]
        {
            for name in &names {
                add(name, set.and_then(|set| set.get(*name)).map(String::as_str), source);
            }
        }
        for name in &names {
            add(name, self.settings.given(name), ConfigSource::Start);
        }
        for name in &names {
            add(name, search(BROKER, name).and_then(|definition| definition.default), ConfigSource::Default);
        }
        // Synonyms that count more than the name that was asked for are not shown.
        let first = origins.iter().position(|origin| origin.name == name).unwrap_or(origins.len());
        origins.split_off(first)
    }

    /// The value of a topic's configuration.
    pub fn of_topic(&self, overrides: Option<&Configs>, definition: &Definition) -> Value {
        let own = overrides.and_then(|set| definition.parse(set.get(definition.name)?).ok());
        own.unwrap_or_else(|| self.topic_default(definition).0)
    }

    /// The value that topics have which do not set it, and where it comes from.
    pub fn topic_default(&self, definition: &Definition) -> (Value, ConfigSource) {
        for (name, factor) in topic::broker_names(definition.name) {
            let Some(of_broker) = broker::find(name) else { continue };
            let value = match self.value(of_broker) {
                Value::Null => continue,
                value => value,
            };
            let source = self.source(name);
            return match (value.whole(), definition.kind) {
                // Minutes and hours come to milliseconds; every negative time is no limit.
                (Some(number), Type::Long) if *factor != 1 && number < 0 => (Value::Long(-1), source),
                (Some(number), Type::Long) => (Value::Long(number.saturating_mul(*factor)), source),
                _ => (value, source),
            };
        }
        (definition.default_value(), ConfigSource::Default)
    }

    /// The place that counts for a configuration of the broker.
    fn source(&self, name: &str) -> ConfigSource {
        let set = |configs: Option<&Configs>| configs.is_some_and(|configs| configs.contains_key(name));
        if set(self.broker) {
            ConfigSource::Broker
        } else if set(self.all_brokers) {
            ConfigSource::AllBrokers
        } else if self.settings.given(name).is_some() {
            ConfigSource::Start
        } else {
            ConfigSource::Default
        }
    }
}

/// What was set for a resource.
pub fn configs_of<'a>(image: &'a Image, resource_type: i8, name: &str) -> Option<&'a Configs> {
    image.configs.get(&ConfigResource { resource_type, name: name.to_owned() })
}
