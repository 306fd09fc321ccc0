//! What was given at start: a `server.properties`, `--config KEY=VALUE`, and what the command implies.

use std::collections::BTreeMap;
use std::fmt;

use super::broker::{self, BROKER};
use super::check;
use super::definition::Invalid;
use super::keys::{self, Key, Setting};
use super::listeners::{self, Listener, ListenerError};
use super::value::Value;
use crate::codec::meaning::uuid::parse_uuid;
use crate::codec::names;
use crate::codec::wire::Uuid;
use crate::log::properties;

/// Where settings come from. Later sources count more.
#[derive(Debug, Clone, Copy)]
pub enum Source<'a> {
    /// What the command sets by itself, such as `node.id`.
    Implied(&'a str, &'a str),
    /// The text of a `server.properties`, and what to call it.
    File(&'a str, &'a str),
    /// `KEY=VALUE` from the command line.
    Argument(&'a str),
    /// What another option of the command line says in its own form: the option, the key, the value.
    Option(&'static str, &'a str, &'a str),
}

/// Where one setting stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// Nobody wrote it.
    Implied,
    /// A line of a file.
    Line(String, usize),
    /// An argument: the option.
    Argument(&'static str),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Implied => f.write_str("settings"),
            Place::Line(file, line) => write!(f, "{file}:{line}"),
            Place::Argument(option) => f.write_str(option),
        }
    }
}

/// Why the broker cannot start with these settings.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// An argument without `=`.
    #[error("--config {0}: KEY=VALUE is expected")]
    NoValue(String),
    /// A value that does not fit.
    #[error("{place}: {invalid}")]
    Invalid {
        /// Where.
        place: Place,
        /// What.
        invalid: Invalid,
    },
    /// A topic that is to be there at start.
    #[error("{place}: {key}: {expected} is expected, not {found:?}")]
    Topic {
        /// Where.
        place: Place,
        /// The key.
        key: String,
        /// What belongs there.
        expected: &'static str,
        /// What is there.
        found: String,
    },
    /// Two settings contradict each other.
    #[error("{place}: {problem}")]
    Contradiction {
        /// Where one of them stands.
        place: Place,
        /// What is wrong, and what would be right.
        problem: String,
    },
    /// The listeners make no sense.
    #[error("{place}: {error}")]
    Listeners {
        /// Where.
        place: Place,
        /// What is wrong.
        error: ListenerError,
    },
}

/// A topic that is to be there at start: `topic.NAME.id` and `topic.NAME.partitions`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StartTopic {
    /// Its name.
    pub name: String,
    /// Its id, if it matters.
    pub id: Option<Uuid>,
    /// How many partitions, if it matters.
    pub partitions: Option<i32>,
}

/// What was given at start.
#[derive(Debug, Clone)]
pub struct Settings {
    /// As given, by name, with the place.
    given: BTreeMap<String, (String, Place)>,
    /// The value of each configuration, in the order of [`BROKER`].
    values: Vec<Value>,
    topics: Vec<StartTopic>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            given: BTreeMap::new(),
            values: BROKER.iter().map(|definition| definition.default_value()).collect(),
            topics: Vec::new(),
        }
    }
}

impl Settings {
    /// Reads and checks what was given.
    ///
    /// # Errors
    /// The first setting that does not fit: where it stands, what is there, what belongs there.
    pub fn read(sources: &[Source<'_>]) -> Result<Self, SettingsError> {
        let mut settings = Self::default();
        for source in sources {
            match *source {
                Source::Implied(key, value) => settings.give(key, value, Place::Implied)?,
                Source::File(name, text) => {
                    for property in properties::read_properties(text) {
                        settings.give(
                            &property.key,
                            &property.value,
                            Place::Line(name.to_owned(), property.line),
                        )?;
                    }
                }
                Source::Argument(argument) => {
                    let (key, value) = argument
                        .split_once('=')
                        .ok_or_else(|| SettingsError::NoValue(argument.to_owned()))?;
                    settings.give(key.trim(), value, Place::Argument("--config"))?;
                }
                Source::Option(option, key, value) => settings.give(key, value, Place::Argument(option))?,
            }
        }
        settings.same_id();
        settings.check()?;
        Ok(settings)
    }

    fn give(&mut self, key: &str, value: &str, place: Place) -> Result<(), SettingsError> {
        if let Some(topic) = key.strip_prefix("topic.") {
            return self.start_topic(topic, key, value, place);
        }
        if let Ok(at) = BROKER.binary_search_by(|definition| definition.name.cmp(key))
            && let (Some(definition), Some(slot)) = (BROKER.get(at), self.values.get_mut(at))
        {
            *slot = definition
                .parse(value)
                .map_err(|invalid| SettingsError::Invalid { place: place.clone(), invalid })?;
        }
        self.given.insert(key.to_owned(), (value.trim().to_owned(), place));
        Ok(())
    }

    fn start_topic(&mut self, rest: &str, key: &str, value: &str, place: Place) -> Result<(), SettingsError> {
        let value = value.trim();
        let wrong =
            |expected| SettingsError::Topic { place, key: key.to_owned(), expected, found: value.to_owned() };
        // Names hold dots, so the last part tells what it is.
        let Some((name, what)) = rest.rsplit_once('.') else {
            return Err(wrong("topic.NAME.id or topic.NAME.partitions as the key"));
        };
        let (mut id, mut partitions) = (None, None);
        match what {
            "id" => {
                id = Some(Uuid(parse_uuid(value).ok_or_else(|| wrong("an id in base64 or hexadecimal"))?))
            }
            "partitions" => {
                let count = value.parse().ok().filter(|count| *count > 0);
                partitions = Some(count.ok_or_else(|| wrong("a number of partitions above 0"))?);
            }
            _ => return Err(wrong("topic.NAME.id or topic.NAME.partitions as the key")),
        }
        let known = match self.topics.iter_mut().find(|topic| topic.name == name) {
            Some(known) => known,
            None => {
                self.topics.push(StartTopic { name: name.to_owned(), id: None, partitions: None });
                match self.topics.last_mut() {
                    Some(topic) => topic,
                    None => return Ok(()),
                }
            }
        };
        known.id = id.or(known.id);
        known.partitions = partitions.or(known.partitions);
        Ok(())
    }

    /// `broker.id` and `node.id` stand for each other (`AbstractKafkaConfig.populateSynonyms`).
    fn same_id(&mut self) {
        let (broker, node) = (keys::BROKER_ID.name(), keys::NODE_ID.name());
        let copy = match (self.given.get(broker), self.given.get(node)) {
            (Some(given), None) => Some((node, keys::NODE_ID.at(), given.clone())),
            (None, Some(given)) => Some((broker, keys::BROKER_ID.at(), given.clone())),
            _ => None,
        };
        if let Some((name, at, (text, place))) = copy {
            if let Some((definition, slot)) = BROKER.get(at).zip(self.values.get_mut(at)) {
                *slot = definition.kind.parse(&text).unwrap_or(Value::Null);
            }
            self.given.insert(name.to_owned(), (text, place));
        }
    }

    /// The value of a configuration, as given at start or its default.
    pub fn get<T: Setting>(&self, key: Key<T>) -> T {
        self.values.get(key.at()).and_then(T::of).unwrap_or_else(T::nothing)
    }

    /// The value of the configuration of that name; null where there is none.
    pub fn value(&self, name: &str) -> Value {
        let at = BROKER.binary_search_by(|definition| definition.name.cmp(name)).ok();
        at.and_then(|at| self.values.get(at)).cloned().unwrap_or(Value::Null)
    }

    /// What was given under that name.
    pub fn given(&self, name: &str) -> Option<&str> {
        self.given.get(name).map(|(text, _)| text.as_str())
    }

    /// All that was given, by name.
    pub fn all_given(&self) -> impl Iterator<Item = (&str, &str)> {
        self.given.iter().map(|(name, (text, _))| (name.as_str(), text.as_str()))
    }

    /// The topics that are to be there at start.
    pub fn topics(&self) -> &[StartTopic] {
        &self.topics
    }

    /// The directories of the logs: `log.dirs`, or else `log.dir`; `None` where neither was given.
    pub fn log_dirs(&self) -> Option<Vec<String>> {
        let dirs = self.get(keys::LOG_DIRS);
        dirs.or_else(|| self.given(keys::LOG_DIR.name()).map(|_| self.get(keys::LOG_DIR)))
    }

    /// Where the broker listens for clients, in the order given; those of the controller are left out.
    ///
    /// # Errors
    /// Not after [`Settings::read`] has taken them.
    pub fn listeners(&self) -> Result<Vec<Listener>, ListenerError> {
        listeners::listeners(self)
    }

    /// The listener of the controller, where one is configured: nobody listens there, but a cluster that Apache Kafka takes
    /// over finds its controller by it.
    pub fn controller(&self) -> Option<Listener> {
        listeners::controller(self)
    }

    /// What clients are told, in the order given: `advertised.listeners`, or else [`Settings::listeners`]. A host may be empty: that
    /// of this machine is meant.
    ///
    /// # Errors
    /// Not after [`Settings::read`] has taken them.
    pub fn advertised(&self) -> Result<Vec<Listener>, ListenerError> {
        listeners::advertised(self)
    }

    /// Sentences about what whoever wrote the settings may have meant otherwise.
    pub fn warnings(&self) -> impl Iterator<Item = String> {
        self.without_effect().into_iter().chain(check::doubt(&|name| self.value(name)))
    }

    /// One sentence about what has no effect, if there is anything.
    fn without_effect(&self) -> Option<String> {
        let written = self
            .given
            .iter()
            .filter(|(_, (_, place))| *place != Place::Implied)
            .map(|(name, _)| name.as_str());
        let (mut unknown, mut ignored) = (Vec::new(), Vec::new());
        for name in written {
            match broker::find(name) {
                Some(definition) if definition.honoured => {}
                Some(_) => ignored.push(name.to_owned()),
                None if name.starts_with("listener.name.") => ignored.push(name.to_owned()),
                None => {
                    unknown.push(match names::nearest(BROKER, name, |definition| definition.name).first() {
                        Some(near) => format!("{name} (did you mean {}?)", near.name),
                        None => name.to_owned(),
                    })
                }
            }
        }
        let parts = [("not known: ", unknown), ("known to Kafka, but without effect here: ", ignored)];
        let parts: Vec<String> = parts
            .into_iter()
            .filter(|(_, names)| !names.is_empty())
            .map(|(what, names)| format!("{what}{}", names.join(", ")))
            .collect();
        (!parts.is_empty()).then(|| format!("settings {}", parts.join("; ")))
    }

    /// Where a setting stands.
    fn place(&self, name: &str) -> Place {
        self.given.get(name).map_or(Place::Implied, |(_, place)| place.clone())
    }

    /// What holds between settings.
    fn check(&self) -> Result<(), SettingsError> {
        if let Some((name, problem)) = check::contradiction(&|name| self.value(name)) {
            return Err(SettingsError::Contradiction { place: self.place(name), problem });
        }
        self.max_connections_of_addresses().map_err(|wrong| {
            let name = keys::MAX_CONNECTIONS_PER_IP_OVERRIDES.name();
            let problem = format!("{name} is a list of host:number, and {wrong:?} is none");
            SettingsError::Contradiction { place: self.place(name), problem }
        })?;
        listeners::listeners(self)
            .map_err(|error| SettingsError::Listeners { place: self.place(keys::LISTENERS.name()), error })?;
        listeners::advertised(self).map_err(|error| SettingsError::Listeners {
            place: self.place(keys::ADVERTISED_LISTENERS.name()),
            error,
        })?;
        Ok(())
    }

    /// `max.connections.per.ip.overrides`: hosts, as written, and how many connections each may have.
    ///
    /// # Errors
    /// The part that is wrong; not after [`Settings::read`] has taken it.
    pub fn max_connections_of_addresses(&self) -> Result<Vec<(String, i32)>, String> {
        let text = self.get(keys::MAX_CONNECTIONS_PER_IP_OVERRIDES);
        let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
        parts
            .map(|part| {
                let (host, number) = part.rsplit_once(':').ok_or_else(|| part.to_owned())?;
                let number = number.trim().parse().map_err(|_| part.to_owned())?;
                Ok((host.trim().to_owned(), number))
            })
            .collect()
    }
}
