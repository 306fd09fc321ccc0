//! From arguments and properties to what a broker starts with.

use std::path::PathBuf;

use anyhow::{Context, anyhow, bail};

use super::{Args, Failure};
use crate::broker::Broker;
use crate::broker::apis;
use crate::broker::config::{Settings, keys, settings::Source};
use crate::broker::exchange::Exchange;
use crate::broker::handlers::topics;
use crate::codec::error_codes;
use crate::codec::meaning::uuid::uuid;
use crate::codec::messages::topics::create_topics_request::{
    CreatableTopic, CreatableTopicConfig, Root as CreateTopics,
};
use crate::codec::wire::{Str, Uuid};
use crate::state::cluster::topics::Topic;

/// Where data is kept if nobody says otherwise.
const DATA: &str = "kafkit-data";
const PORT: u16 = 9092;
const LISTENER: &str = "PLAINTEXT";

/// A topic that is to be there at start.
pub struct Wanted {
    name: String,
    id: Option<Uuid>,
    partitions: i32,
    configs: Vec<(String, String)>,
}

/// All settings, the later source before the earlier one: ours, the file's, the arguments'.
pub fn settings(args: &Args) -> std::result::Result<Settings, Failure> {
    let file = match &args.properties {
        None => None,
        Some(path) => {
            let text = std::fs::read_to_string(path)
                .with_context(|| path.display().to_string())
                .map_err(Failure::Usage)?;
            Some((path.display().to_string(), text))
        }
    };
    let listen = listeners(&args.listen);
    let standard = format!("{LISTENER}://127.0.0.1:{}", args.port.unwrap_or(PORT));
    let advertised = listeners(&args.advertise);
    let protocols = protocols(&listen);
    let mut options: Vec<(&'static str, &str, &str)> = Vec::new();
    if !args.listen.is_empty() {
        options.push(("--listen", "listeners", &listen));
        options.push(("--listen", "listener.security.protocol.map", &protocols));
    } else if args.port.is_some() {
        options.push(("--port", "listeners", &standard));
    }
    if !args.advertise.is_empty() {
        options.push(("--advertise", "advertised.listeners", &advertised));
    }
    let implied = [
        ("node.id", "1"),
        ("process.roles", "broker,controller"),
        ("listeners", standard.as_str()),
        // Kafka waits 3 s for more members. Whoever starts a broker for a test has none that would come.
        ("group.initial.rebalance.delay.ms", "0"),
    ];
    let given = |key: &str| {
        let in_file = file.as_ref().is_some_and(|(_, text)| {
            crate::log::properties::properties(text).iter().any(|(name, _)| name == key)
        });
        in_file
            || options.iter().any(|(_, name, _)| *name == key)
            || args.config.iter().any(|argument| argument.split('=').next() == Some(key))
    };
    let old_id = given("broker.id");
    let mut sources: Vec<Source<'_>> = implied
        .iter()
        .filter(|(key, _)| !(given(key) || *key == "node.id" && old_id))
        .map(|(key, value)| Source::Implied(key, value))
        .collect();
    if let Some((path, text)) = &file {
        sources.push(Source::File(path, text));
    }
    sources.extend(args.config.iter().map(|argument| Source::Argument(argument)));
    sources.extend(options.iter().map(|(option, key, value)| Source::Option(option, key, value)));
    Settings::read(&sources).map_err(|error| Failure::Usage(error.into()))
}

/// Addresses with a listener's name each: the first is PLAINTEXT, the next are told apart by a number.
fn listeners(addresses: &[String]) -> String {
    let named = addresses.iter().enumerate().map(|(at, address)| match address.contains("://") {
        true => address.clone(),
        false if at == 0 => format!("{LISTENER}://{address}"),
        false => format!("{LISTENER}{}://{address}", at + 1),
    });
    named.collect::<Vec<_>>().join(",")
}

/// What they speak: the only protocol there is, but for those that are named after another one.
fn protocols(listeners: &str) -> String {
    let names = listeners.split(',').filter_map(|listener| listener.split("://").next());
    let spoken = |name: &str| {
        if matches!(name, "SSL" | "SASL_PLAINTEXT" | "SASL_SSL") {
            name.to_owned()
        } else {
            LISTENER.to_owned()
        }
    };
    names.map(|name| format!("{name}:{}", spoken(name))).collect::<Vec<_>>().join(",")
}

/// The data directory.
pub fn data(args: &Args, settings: &Settings) -> std::result::Result<PathBuf, Failure> {
    // The cluster's metadata is looked for beside the partitions: without it they would be nobody's.
    if let Some(directory) = settings.get(keys::METADATA_LOG_DIR) {
        let among = settings.log_dirs().is_some_and(|directories| directories.contains(&directory));
        if !among {
            return Err(Failure::Usage(anyhow!(
                "metadata.log.dir: {directory}: a directory of its own for the metadata log is not supported"
            )));
        }
    }
    if let Some(data) = &args.data {
        return Ok(data.clone());
    }
    match settings.log_dirs().as_deref() {
        None => Ok(PathBuf::from(DATA)),
        Some([one]) => Ok(PathBuf::from(one)),
        Some(several) => Err(Failure::Usage(anyhow!(
            "log.dirs names {} directories, and one is supported; name it with --data",
            several.len()
        ))),
    }
}

/// The topics of the arguments and of the properties.
pub fn topics(args: &Args, settings: &Settings) -> anyhow::Result<Vec<Wanted>> {
    let mut wanted: Vec<Wanted> = settings
        .topics()
        .iter()
        .map(|topic| Wanted {
            name: topic.name.clone(),
            id: topic.id,
            partitions: topic.partitions.unwrap_or(-1),
            configs: Vec::new(),
        })
        .collect();
    for text in &args.topic {
        wanted.push(topic(text)?);
    }
    for (at, topic) in wanted.iter().enumerate() {
        let Some(id) = topic.id else { continue };
        if id == Uuid::default() || id == METADATA_TOPIC_ID {
            bail!("topic.{}.id: {} is the id of no topic", topic.name, uuid(&id.0));
        }
        if let Some(other) = wanted.iter().skip(at + 1).find(|other| other.id == Some(id)) {
            bail!("topic.{}.id and topic.{}.id are the same: {}", topic.name, other.name, uuid(&id.0));
        }
    }
    Ok(wanted)
}

fn topic(text: &str) -> anyhow::Result<Wanted> {
    let mut parts = text.split(',');
    let head = parts.next().unwrap_or_default();
    let (name, partitions) = match head.split_once(':') {
        None => (head, -1),
        Some((name, count)) => {
            let count = count.parse().ok().filter(|count| *count > 0);
            (
                name,
                count.with_context(|| {
                    format!("--topic {text}: expected a number of partitions behind the colon")
                })?,
            )
        }
    };
    let mut configs = Vec::new();
    for part in parts {
        let Some((key, value)) = part.split_once('=') else {
            bail!("--topic {text}: expected key=value, found {part:?}");
        };
        configs.push((key.to_owned(), value.to_owned()));
    }
    Ok(Wanted { name: name.to_owned(), id: None, partitions, configs })
}

/// Makes the topics that are not there.
pub fn create_topics(broker: &Broker, wanted: &[Wanted]) -> std::result::Result<(), Failure> {
    let version = apis::served(CREATE_TOPICS).map_or(0, |served| served.versions.max);
    for topic in wanted {
        let image = broker.metadata.image();
        if let Some(known) = image.topics.by_name(&topic.name) {
            differs(topic, known);
            continue;
        }
        if let Some(other) = topic.id.and_then(|id| image.topics.by_id(id)) {
            let (name, other, id) = (&topic.name, &other.name, uuid(&other.id.0));
            return Err(Failure::Usage(anyhow!("topic.{name}.id: topic {other} has the id {id} already")));
        }
        let exchange = Exchange::new(broker, version, 0);
        let creatable = CreatableTopic {
            name: Str::from(topic.name.clone()),
            num_partitions: topic.partitions,
            replication_factor: -1,
            configs: topic
                .configs
                .iter()
                .map(|(name, value)| CreatableTopicConfig {
                    name: Str::from(name.clone()),
                    value: Some(Str::from(value.clone())),
                    ..Default::default()
                })
                .collect(),
            ..Default::default()
        };
        let request = CreateTopics { topics: vec![creatable], ..Default::default() };
        let response = topics::create_topics_as(&exchange, request, topic.id);
        let Some(made) = response.topics.first() else { continue };
        if made.error_code != error_codes::NONE {
            let name = error_codes::by_code(made.error_code).map_or("an unknown error", |error| error.name);
            let why = made.error_message.as_ref().map(|text| text.to_text().into_owned()).unwrap_or_default();
            return Err(Failure::Usage(anyhow!("topic {}: {name}: {why}", topic.name)));
        }
    }
    Ok(())
}

/// A topic that is there stays as it is; who expects it otherwise is told.
fn differs(wanted: &Wanted, known: &Topic) {
    let name = &wanted.name;
    if let Some(id) = wanted.id.filter(|id| *id != known.id) {
        let (id, has) = (uuid(&id.0), uuid(&known.id.0));
        tracing::warn!("topic {name} is there with the id {has}, and keeps it: topic.{name}.id says {id}");
    }
    let count = known.partitions.len();
    if wanted.partitions > 0 && usize::try_from(wanted.partitions).is_ok_and(|wanted| wanted != count) {
        let wanted = wanted.partitions;
        tracing::warn!(
            "topic {name} is there with {count} partitions, and keeps them: {wanted} are asked for"
        );
    }
}

const CREATE_TOPICS: i16 = 19;
/// That of `__cluster_metadata` (`Uuid.METADATA_TOPIC_ID`).
const METADATA_TOPIC_ID: Uuid = Uuid([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);

/// The name that others reach this machine by.
pub fn this_host() -> String {
    let name = rustix::system::uname();
    name.nodename().to_str().ok().filter(|name| !name.is_empty()).unwrap_or("localhost").to_owned()
}
