//! Requests that a real Kafka 4.3.1 was sent, with what it answered, against what is answered here. `testdata/admin.ndjson.zst` has a
//! line for each, in the order sent to a broker that was formatted just before.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use serde_json::Value as Json;

use crate::broker::config::Settings;
use crate::broker::config::settings::Source;
use crate::broker::exchange::Exchange;
use crate::broker::handlers;
use crate::broker::loggers::Loggers;
use crate::broker::node::Advertised;
use crate::broker::partitions::Fsync;
use crate::broker::{Broker, apis, start};
use crate::codec::schema::{Message, Struct, Type};
use crate::codec::wire::{Reader, WriteError, Writer};
use crate::codec::{api, dissect, json, tape};

const PROPERTIES: &str = include_str!("recorded.properties");
/// Where the recorded broker had its data.
const DIRECTORY: &str = "/var/lib/kafka-logs/01";

// What goes on in the background needs somebody who runs it.
#[tokio::test]
async fn answers_are_those_of_kafka() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/admin.ndjson.zst");
    let lines = zstd::decode_all(std::fs::File::open(path).unwrap()).unwrap();
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("data");
    let broker = broker(&data);
    let data = data.display().to_string();
    let mut compared: BTreeMap<&str, usize> = BTreeMap::new();
    let mut differing = String::new();
    let mut differ = 0;
    let mut ids = Ids::default();
    for (at, line) in std::str::from_utf8(&lines).unwrap().lines().enumerate() {
        let pair: Json = serde_json::from_str(line).unwrap();
        let (key, version) = (pair["api"].as_i64().unwrap() as i16, pair["version"].as_i64().unwrap() as i16);
        let api = api::by_key(key).unwrap();
        let bytes = |name: &str| hex::decode(pair[name].as_str().unwrap()).unwrap();
        let request = renamed(ids.ours(bytes("request")), &data);
        let Some(answer) = answer(&broker, key, version, &request) else { continue };
        let answer = match answer {
            Ok(answer) => answer,
            Err(error) => {
                differ += 1;
                let _ = writeln!(differing, "{at} {} v{version}: {error}", api.name);
                continue;
            }
        };
        let theirs = as_json(api.response, version, &bytes("response"));
        let ours = as_json(api.response, version, &answer).to_string().replace(&data, DIRECTORY);
        let ours: Json = serde_json::from_str(&ours).unwrap();
        ids.learn(&theirs, &ours);
        // Kafka would record its voters and let the quorum change; here it is one node for good.
        if as_json(api.request, version, &request).to_string().contains("kraft.version") {
            continue;
        }
        *compared.entry(api.name).or_default() += 1;
        let (theirs, ours) = (comparable(theirs), comparable(ours));
        if theirs != ours {
            differ += 1;
            let asked = as_json(api.request, version, &request);
            let _ = writeln!(differing, "{at} {} v{version} {asked}", api.name);
            difference("", &theirs, &ours, &mut differing);
        }
    }
    assert!(differ == 0, "{differ} differ of {compared:?}\n{differing}");
}

/// A request that names the recorded broker's directory, for ours: there is only the compact form of it.
fn renamed(mut request: Vec<u8>, data: &str) -> Vec<u8> {
    if let Some(at) = request.windows(DIRECTORY.len()).position(|window| window == DIRECTORY.as_bytes()) {
        request[at - 1] = u8::try_from(data.len() + 1).unwrap();
        request.splice(at..at + DIRECTORY.len(), data.bytes());
    }
    request
}

/// The body of what is answered; none where that is not the handler's to write.
fn answer(broker: &Broker, key: i16, version: i16, request: &[u8]) -> Option<Result<Vec<u8>, WriteError>> {
    let served = handlers::SERVED.iter().find(|served| served.key == key)?;
    assert!(served.versions.contain(version));
    let apis::Handle::Answer(handle) = served.handle else { return None };
    let exchange = Exchange { listener: "PLAINTEXT", ..Exchange::new(broker, version, 1) };
    let mut writer = Writer::default();
    handle(&exchange, &mut Reader::new(request), &mut writer).unwrap();
    Some(writer.finish())
}

/// A node as the recorded broker was, over a directory of its own.
fn broker(data: &Path) -> Arc<Broker> {
    let settings = Settings::read(&[Source::File("server.properties", PROPERTIES)]).unwrap();
    let advertised =
        vec![Advertised { listener: "PLAINTEXT".to_owned(), host: "127.0.0.1".to_owned(), port: 49092 }];
    start::start(start::Plan {
        settings,
        data: data.to_owned(),
        cluster_id: None,
        fsync: Fsync::Never,
        advertised,
        trace: None,
        loggers: Loggers::new("ERROR", Box::new(|_| {})),
    })
    .unwrap()
}

/// Ids of topics, theirs and ours: requests name theirs.
#[derive(Default)]
struct Ids(Vec<(Vec<u8>, Vec<u8>)>);

impl Ids {
    fn learn(&mut self, theirs: &Json, ours: &Json) {
        let parse = |id: &Json| crate::codec::meaning::uuid::parse_uuid(id.as_str()?).map(Vec::from);
        for theirs in theirs["topics"].as_array().into_iter().flatten() {
            let same = |ours: &&Json| ours["name"] == theirs["name"];
            let ours = ours["topics"].as_array().into_iter().flatten().find(same);
            if let (Some(theirs), Some(ours)) =
                (parse(&theirs["topicId"]), ours.and_then(|ours| parse(&ours["topicId"])))
            {
                self.0.push((theirs, ours));
            }
        }
    }

    fn ours(&self, mut request: Vec<u8>) -> Vec<u8> {
        for (theirs, ours) in self.0.iter().filter(|(theirs, _)| *theirs != [0; 16]) {
            if let Some(at) = request.windows(16).position(|window| window == theirs) {
                request.splice(at..at + 16, ours.iter().copied());
            }
        }
        request
    }
}

fn as_json(message: &'static Message, version: i16, bytes: &[u8]) -> Json {
    static ROOT: crate::codec::schema::Field = root(&EMPTY);
    let mut tape = tape::Tape::default();
    let mut reader = Reader::new(bytes);
    assert!(dissect::message(&mut tape, &mut reader, message, version, &ROOT, dissect::Depth::FIELDS));
    let mut out = Vec::new();
    json::message(&tape, bytes, 0, message.shape, &mut out);
    serde_json::from_slice(&out).unwrap()
}

static EMPTY: Struct = Struct { name: "", fields: &[], tagged: false };

const fn root(shape: &'static Struct) -> crate::codec::schema::Field {
    use crate::codec::schema::{Default, Field, Versions};
    Field {
        name: "body",
        ty: Type::Struct(shape),
        versions: Versions { min: 0, max: i16::MAX },
        nullable: Versions::NONE,
        tag: None,
        default: Default::Zero,
        ignorable: false,
        inflexible: false,
        meaning: crate::codec::meaning::Meaning::Plain,
    }
}

/// Without what differs from broker to broker, and in an order that is the same for both: Kafka's comes from hash maps.
fn comparable(json: Json) -> Json {
    match json {
        Json::Array(items) => {
            let mut items: Vec<Json> = items.into_iter().map(comparable).collect();
            items.sort_by_cached_key(ToString::to_string);
            Json::Array(items)
        }
        Json::Object(fields) => fields
            .into_iter()
            .map(|(name, value)| {
                let value = match name.as_str() {
                    // Ours are our own words; whether there are some is compared.
                    "errorMessage" => value.as_str().map_or(Json::Null, |text| Json::Bool(text.is_empty())),
                    "clusterId" => Json::Bool(value.as_str().is_some_and(|id| id.len() == 22)),
                    "topicId" => Json::Bool(value != "AAAAAAAAAAAAAAAAAAAAAA"),
                    "totalBytes"
                    | "usableBytes"
                    | "highWatermark"
                    | "logEndOffset"
                    | "leaderEpoch"
                    | "lastFetchTimestamp"
                    | "lastCaughtUpTimestamp" => Json::Bool(value.as_i64().is_some_and(|value| value > 0)),
                    _ => comparable(value),
                };
                (name, value)
            })
            .collect(),
        other => other,
    }
}

/// Where two values differ.
fn difference(path: &str, theirs: &Json, ours: &Json, out: &mut String) {
    match (theirs, ours) {
        _ if theirs == ours => {}
        (Json::Object(a), Json::Object(b)) if a.keys().eq(b.keys()) => {
            for (name, theirs) in a {
                difference(&format!("{path}.{name}"), theirs, &b[name], out);
            }
        }
        (Json::Array(a), Json::Array(b)) if a.len() == b.len() => {
            for (at, (theirs, ours)) in a.iter().zip(b).enumerate() {
                difference(&format!("{path}[{at}]"), theirs, ours, out);
            }
        }
        _ => {
            let short = |json: &Json| json.to_string().chars().take(700).collect::<String>();
            let _ = writeln!(out, "   {path}\n      theirs {}\n      ours   {}", short(theirs), short(ours));
        }
    }
}
