//! From arguments and properties to what a broker starts with.

use std::path::PathBuf;

use anyhow::{Context, anyhow, bail};

use super::{Args, Failure};
use crate::broker::Broker;
use crate::broker::apis;
use crate::broker::config::{Settings, settings::Source};
use crate::broker::exchange::Exchange;
use crate::broker::handlers::topics;
use crate::codec::error_codes;
use crate::codec::messages::topics::create_topics_request::{
    CreatableTopic, CreatableTopicConfig, Root as CreateTopics,
};
use crate::codec::wire::{Str, Uuid};

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
    let mut arguments = args.config.clone();
    if !args.listen.is_empty() {
        arguments.push(format!("listeners={listen}"));
        arguments.push(format!("listener.security.protocol.map={}", protocols(&listen)));
    } else if args.port.is_some() {
        arguments.push(format!("listeners={standard}"));
    }
    if !args.advertise.is_empty() {
        arguments.push(format!("advertised.listeners={advertised}"));
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
        in_file || arguments.iter().any(|argument| argument.split('=').next() == Some(key))
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
    sources.extend(arguments.iter().map(|argument| Source::Argument(argument)));
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

fn protocols(listeners: &str) -> String {
    let names = listeners.split(',').filter_map(|listener| listener.split("://").next());
    names.map(|name| format!("{name}:{LISTENER}")).collect::<Vec<_>>().join(",")
}

/// The data directory.
pub fn data(args: &Args, settings: &Settings) -> std::result::Result<PathBuf, Failure> {
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
        if broker.metadata.image().topics.by_name(&topic.name).is_some() {
            continue;
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

const CREATE_TOPICS: i16 = 19;

/// The name that others reach this machine by.
pub fn this_host() -> String {
    let name = rustix::system::uname();
    name.nodename().to_str().ok().filter(|name| !name.is_empty()).unwrap_or("localhost").to_owned()
}
