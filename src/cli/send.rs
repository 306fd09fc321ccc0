//! `kafkit send`.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, IsTerminal, Read, Write};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::anyhow;
use clap::ValueEnum;
use serde_json::Value as Json;

use super::decode::api_key;
use super::{ColorChoice, Failure, Outcome, Result, colour, number};
use crate::client::{self, Address, Direction};
use crate::codec::api::{self, Api};
use crate::codec::detect::FRAME_BYTES_MAX;
use crate::codec::records::compression::{Codec, DECOMPRESSED_BYTES_MAX};
use crate::dump::select::times::TimeRange;
use crate::encode::CLIENT_ID;
use crate::input::Argument;
use crate::render::{Format, Style};
use crate::send::bodies::{Body, EARLIEST, Fetch, LATEST, ListOffsets};
use crate::send::flight::Pace;
use crate::send::mutate::Mutation;
use crate::send::produce::{self, Produce};
use crate::send::report::Show;
use crate::send::route;
use crate::send::set::Set;
use crate::send::target::Target;
use crate::send::{self, What, raw};

#[derive(Debug, clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub struct Args {
    /// The API: a name in any spelling, or a key; kafkit apis lists them. With --raw it may be left out
    #[arg(value_name = "API", required = true)]
    api: String,

    /// The broker: HOST, HOST:PORT or [IPv6]:PORT; several with commas, of which the first that answers is taken
    ///
    /// The port is 9092 where none is given.
    #[arg(value_name = "ADDRESS", required_unless_present = "raw")]
    address: Option<String>,

    /// Of metadata, describe-topic-partitions, fetch, list-offsets, produce, and of groups: what it is about
    ///
    /// metadata [TOPIC]...; describe-topic-partitions TOPIC...; fetch TOPIC[:PARTITION[:OFFSET]]...;
    /// list-offsets TOPIC[:PARTITION]...; produce TOPIC. Without a partition all of them are meant. An OFFSET is a number,
    /// -N for the last N, earliest (which it is without) or latest. A topic may be named by its id.
    ///
    /// Requests about groups take their names: describe-groups GROUP..., offset-fetch GROUP..., those about
    /// transactions the transactional ids. Where no topics are said, offset-fetch asks for the offsets of all.
    #[arg(value_name = "TOPIC|GROUP", allow_hyphen_values = false)]
    topics: Vec<String>,

    /// How to show what comes back
    #[arg(short, long, value_name = "FORMAT", default_value = "table", help_heading = "Output")]
    format: FormatName,

    /// Show the request too
    #[arg(long, help_heading = "Output")]
    show_request: bool,

    /// Write everything that goes over the wire to a file, a line of hex for each message: kafkit decode reads it
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    hex_out: Option<String>,

    /// Exit with 1 when any error code in a response is not 0
    #[arg(long, help_heading = "Output")]
    fail_on_error: bool,

    /// Show passwords, tokens, keys and salts
    #[arg(long, help_heading = "Output")]
    show_secrets: bool,

    /// The body of the request: JSON, @FILE with JSON, or - for standard input
    ///
    /// As decode --format json prints it, alone or with "body" around it. What is missing takes its default.
    /// Where a version wants topic ids, names are looked up.
    #[arg(long, value_name = "JSON|@FILE|-", conflicts_with = "raw", help_heading = "Request")]
    body: Option<String>,

    /// Set one value of the request, or of its header: topics[0].name=orders, header.clientId=null
    ///
    /// The value is JSON, or text where it is no JSON. May be repeated; what is missing on the way is made.
    #[arg(long, value_name = "PATH=VALUE", value_parser = Set::parse, conflicts_with = "raw", help_heading = "Request")]
    set: Vec<Set>,

    /// The version; otherwise the newest both sides know
    #[arg(long, value_name = "N", conflicts_with = "raw", help_heading = "Request")]
    api_version: Option<i16>,

    /// Who the request says it is from
    #[arg(long, value_name = "ID", default_value = CLIENT_ID, help_heading = "Request")]
    client_id: String,

    /// Fetch: how long the broker may wait for --min-bytes
    #[arg(long, value_name = "MS", default_value_t = 500, help_heading = "Fetch and list-offsets")]
    max_wait: i32,

    /// Fetch: how much the broker waits for
    #[arg(long, value_name = "BYTES", default_value_t = 1, help_heading = "Fetch and list-offsets")]
    min_bytes: i32,

    /// Fetch: how much it may send in all
    #[arg(long, value_name = "BYTES", default_value_t = 52_428_800, help_heading = "Fetch and list-offsets")]
    max_bytes: i32,

    /// Fetch: how much it may send of each partition
    #[arg(long, value_name = "BYTES", default_value_t = 1_048_576, help_heading = "Fetch and list-offsets")]
    partition_max_bytes: i32,

    /// Which records count: all, or only those of transactions that were committed
    #[arg(
        long,
        value_name = "LEVEL",
        default_value = "uncommitted",
        help_heading = "Fetch and list-offsets"
    )]
    isolation: Isolation,

    /// List-offsets: earliest, latest, max-timestamp, earliest-local, latest-tiered, a time or a timestamp
    ///
    /// A time is as dump-log --time takes it: 2026-11-20T10:15, -2h, milliseconds since 1970. The offset is that of
    /// the first record from then on.
    #[arg(long, value_name = "WHEN", default_value = "latest", value_parser = timestamp_spec, allow_hyphen_values = true, help_heading = "Fetch and list-offsets")]
    at: i64,

    /// The record's key
    #[arg(short, long, value_name = "TEXT", help_heading = "Produce")]
    key: Option<String>,

    /// The record's value; without it, and without --null, lines of standard input are values
    #[arg(short, long, value_name = "TEXT", conflicts_with_all = ["null", "lines"], help_heading = "Produce")]
    value: Option<String>,

    /// The record has no value: a tombstone
    #[arg(long, conflicts_with = "lines", help_heading = "Produce")]
    null: bool,

    /// A header of every record; without = it has no value. May be repeated
    #[arg(short = 'H', long, value_name = "NAME=VALUE", help_heading = "Produce")]
    header: Vec<String>,

    /// Each line of a file, or of - for standard input, is a record
    #[arg(long, value_name = "FILE|-", conflicts_with = "key", help_heading = "Produce")]
    lines: Option<String>,

    /// What stands between key and value in a line
    #[arg(long, value_name = "TEXT", help_heading = "Produce")]
    key_separator: Option<String>,

    /// The partition; otherwise the one that Kafka's own producer puts the key into, 0 without a key
    #[arg(short, long, value_name = "N", allow_hyphen_values = true, help_heading = "Produce")]
    partition: Option<i32>,

    /// How batches are compressed
    #[arg(long, value_name = "CODEC", default_value = "none", help_heading = "Produce")]
    compression: Compression,

    /// Whose acknowledgement is waited for: all in-sync replicas, the leader (1), nobody (0)
    #[arg(long, value_name = "all|1|0", default_value = "all", value_parser = acks, allow_hyphen_values = true, help_heading = "Produce")]
    acks: i16,

    /// When the records are from: a time, or milliseconds since 1970; otherwise now
    #[arg(long, value_name = "TIME", value_parser = time, allow_hyphen_values = true, help_heading = "Produce")]
    timestamp: Option<i64>,

    /// As an idempotent producer: its id, epoch and next sequence number
    #[arg(long, value_name = "ID,EPOCH,SEQUENCE", value_parser = producer, allow_hyphen_values = true, help_heading = "Produce")]
    producer: Option<(i64, i16, i32)>,

    /// The broker may make the topic, where it is set to
    #[arg(long, help_heading = "Produce")]
    create: bool,

    /// Send these bytes as they are: hex in any spelling, base64, a file with either or with raw bytes, -
    ///
    /// Each frame's own header says how its answer is read.
    #[arg(long, value_name = "HEX|FILE|-", help_heading = "Testing a broker")]
    raw: Option<String>,

    /// Make the bytes wrong: truncate=N, flip=N[:BIT], put=N:HEX, insert=N:HEX, size=N|+N|-=N|fit, repeat=N
    ///
    /// Places count from the first byte of the size, as decode shows them; negative ones from the end. May be
    /// repeated: they are done in turn. The size stays as it was unless size= says otherwise.
    #[arg(long, value_name = "CHANGE", value_parser = Mutation::parse, help_heading = "Testing a broker")]
    mutate: Vec<Mutation>,

    /// Send it so many times, each with its own correlation id
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..), help_heading = "Testing a broker")]
    repeat: Option<u32>,

    /// So many requests under way at once, on one connection
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100_000), help_heading = "Testing a broker")]
    pipeline: Option<u32>,

    /// Send nothing but the request: no ApiVersions, Metadata or FindCoordinator before it
    #[arg(long, help_heading = "Testing a broker")]
    no_negotiate: bool,

    /// Ask the address itself, not the leader or coordinator
    #[arg(long, help_heading = "Testing a broker")]
    no_follow: bool,

    /// How long to wait for a connection, and for each response
    #[arg(long, value_name = "SECONDS", default_value = "10", value_parser = seconds, help_heading = "Limits")]
    timeout: Duration,

    /// The largest response that is taken in
    #[arg(long, value_name = "BYTES", value_parser = number::bytes, default_value_t = FRAME_BYTES_MAX, help_heading = "Limits")]
    max_response_bytes: usize,

    /// How much the records of one response may decompress to
    #[arg(long, value_name = "BYTES", value_parser = number::bytes, default_value_t = DECOMPRESSED_BYTES_MAX, help_heading = "Limits")]
    max_decompressed_bytes: usize,
}

const EXAMPLES: &str = r#"Examples:
  kafkit send api-versions localhost
  kafkit send metadata localhost:9092 orders
  kafkit send fetch localhost:9092 orders:0:-5
  kafkit send list-offsets localhost:9092 orders --at earliest
  kafkit send produce localhost:9092 orders --key k --value v --header by=test
  seq 100 | kafkit send produce localhost:9092 orders --lines -
  kafkit send create-topics localhost:9092 --set topics[0].name=orders \
    --set topics[0].numPartitions=3 --set topics[0].replicationFactor=-1 \
    --set timeoutMs=5000
  kafkit send describe-groups localhost:9092 billing
  kafkit send offset-fetch localhost:9092 billing
Testing a broker:
  kafkit send api-versions localhost:9092 --set header.requestApiVersion=99
  kafkit send metadata localhost:9092 --repeat 10000 --pipeline 50
  kafkit send metadata localhost:9092 --mutate truncate=20 --timeout 1
  kafkit send --raw 0000000f001200000000000100056b61666b61 localhost:9092

Only plaintext: neither TLS nor SASL."#;

#[derive(Debug, Clone, Copy, ValueEnum)]
enum FormatName {
    /// Tables of what the message says
    Table,
    /// A line for each field: where, which bytes, which value, what it means
    Tree,
    /// Each run of bytes beside the field that it is
    Hex,
    /// An object for each message, indented
    Json,
    /// An object for each message, one a line
    Ndjson,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Isolation {
    /// All records (read_uncommitted)
    Uncommitted,
    /// Only those before the last stable offset, and what is needed to leave out aborted ones (read_committed)
    Committed,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Compression {
    None,
    Gzip,
    Snappy,
    Lz4,
    Zstd,
}

fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

fn time(text: &str) -> std::result::Result<i64, String> {
    TimeRange::parse(text, now_ms()).map(|range| range.from)
}

/// The special timestamps of ListOffsets by their names in Kafka's own tool.
fn timestamp_spec(text: &str) -> std::result::Result<i64, String> {
    match text {
        "earliest" => Ok(EARLIEST),
        "latest" => Ok(LATEST),
        "max-timestamp" => Ok(-3),
        "earliest-local" => Ok(-4),
        "latest-tiered" => Ok(-5),
        "earliest-pending-upload" => Ok(-6),
        // Numbers below 0 are what a broker is to be tested with.
        _ => text.parse().or_else(|_| time(text)),
    }
}

fn acks(text: &str) -> std::result::Result<i16, String> {
    match text {
        "all" => Ok(-1),
        _ => text.parse().map_err(|_| "expected all, 1 or 0".to_owned()),
    }
}

fn producer(text: &str) -> std::result::Result<(i64, i16, i32), String> {
    let parse = || {
        let mut parts = text.split(',');
        let found = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
        parts.next().is_none().then_some(found)
    };
    parse().ok_or_else(|| "expected three numbers with commas, as in 4007,0,0".to_owned())
}

fn seconds(text: &str) -> std::result::Result<Duration, String> {
    const SECONDS_MAX: f64 = 86_400.0;
    match text.trim_end_matches('s').parse::<f64>() {
        Ok(seconds) if (0.001..=SECONDS_MAX).contains(&seconds) => Ok(Duration::from_secs_f64(seconds)),
        _ => Err("expected seconds, from 0.001 to 86400".into()),
    }
}

fn usage(text: impl std::fmt::Display) -> Failure {
    Failure::Usage(anyhow!("{text}"))
}

impl Args {
    /// The API, where one is named, and the address.
    fn target(&self) -> std::result::Result<(Option<&'static Api>, &str), Failure> {
        let (api, address) = match (&self.address, &self.raw) {
            (Some(address), _) => (Some(self.api.as_str()), address.as_str()),
            (None, _) => (None, self.api.as_str()),
        };
        let api = match api {
            Some(name) => {
                let key = api_key(name).map_err(|error| usage(format!("{name:?}: {error}")))?;
                api::by_key(key)
            }
            None => None,
        };
        Ok((api, address))
    }

    /// What is asked in a few words or as JSON.
    fn body(&self, api: &'static Api) -> std::result::Result<Body, Failure> {
        if let Some(text) = &self.body {
            if !self.topics.is_empty() {
                return Err(usage("--body and names contradict each other: --body says it all"));
            }
            return Ok(Body::Json(body(text, api)?));
        }
        let targets =
            || self.topics.iter().map(|text| Target::parse(text)).collect::<std::result::Result<Vec<_>, _>>();
        let isolation_level = i8::from(self.isolation == Isolation::Committed);
        match api.name {
            "ApiVersions" if self.topics.is_empty() => Ok(Body::ApiVersions),
            "Metadata" => Ok(Body::Metadata(self.topics.clone())),
            "DescribeTopicPartitions" => Ok(Body::DescribeTopicPartitions(self.topics.clone())),
            "Fetch" => Ok(Body::Fetch(Fetch {
                targets: targets().map_err(usage)?,
                max_wait_ms: self.max_wait,
                min_bytes: self.min_bytes,
                max_bytes: self.max_bytes,
                partition_max_bytes: self.partition_max_bytes,
                isolation_level,
            })),
            "ListOffsets" => Ok(Body::ListOffsets(ListOffsets {
                targets: targets().map_err(usage)?,
                timestamp: self.at,
                isolation_level,
                timeout_ms: i32::try_from(self.timeout.as_millis()).unwrap_or(i32::MAX),
            })),
            "Produce" => match self.topics.as_slice() {
                [topic] => self.produce(topic).map(Body::Produce),
                _ => Err(usage(
                    "produce takes one topic, as in kafkit send produce localhost orders --value x",
                )),
            },
            _ if self.topics.is_empty() => Ok(Body::Json(Json::Object(serde_json::Map::new()))),
            _ if route::is_coordinated(api.key) => Ok(Body::Coordinated(self.topics.clone())),
            name => Err(usage(format!(
                "{name} takes no names here: say it with --body or --set; kafkit apis {} shows its fields",
                api.kebab_name()
            ))),
        }
    }

    fn produce(&self, topic: &str) -> std::result::Result<Produce, Failure> {
        let bytes = |text: &String| text.clone().into_bytes();
        let records = if self.value.is_some() || self.null {
            vec![(self.key.as_ref().map(bytes), self.value.as_ref().map(bytes))]
        } else {
            let from = self.lines.as_deref().unwrap_or("-");
            if self.lines.is_none() && io::stdin().is_terminal() {
                return Err(usage(
                    "no record: give --value, --null, or --lines FILE; - reads what is typed here",
                ));
            }
            let reader = open(from)?;
            let mut records = produce::lines(BufReader::new(reader), self.key_separator.as_deref())
                .map_err(|error| Failure::Data(anyhow!("{from}: {error}")))?;
            if let Some(key) = &self.key {
                records.iter_mut().for_each(|(of, _)| *of = Some(bytes(key)));
            }
            if records.is_empty() {
                return Err(Failure::Data(anyhow!("{from}: there is nothing in it; each line is a record")));
            }
            records
        };
        let header = |text: &String| match text.split_once('=') {
            Some((name, value)) => (name.to_owned(), Some(value.as_bytes().to_vec())),
            None => (text.clone(), None),
        };
        Ok(Produce {
            topic: topic.to_owned(),
            partition: self.partition,
            records,
            headers: self.header.iter().map(header).collect(),
            timestamp: self.timestamp.unwrap_or_else(now_ms),
            codec: match self.compression {
                Compression::None => Codec::None,
                Compression::Gzip => Codec::Gzip,
                Compression::Snappy => Codec::Snappy,
                Compression::Lz4 => Codec::Lz4,
                Compression::Zstd => Codec::Zstd,
            },
            acks: self.acks,
            timeout_ms: i32::try_from(self.timeout.as_millis()).unwrap_or(i32::MAX),
            producer: self.producer,
            create: self.create,
        })
    }

    /// Flags of one API with another would do nothing in silence.
    fn check(&self, api: Option<&'static Api>) -> std::result::Result<(), Failure> {
        let is = |name: &str| api.is_some_and(|api| api.name == name) && self.body.is_none();
        let given = [
            ("--key", self.key.is_some()),
            ("--value", self.value.is_some()),
            ("--null", self.null),
            ("--header", !self.header.is_empty()),
            ("--lines", self.lines.is_some()),
            ("--key-separator", self.key_separator.is_some()),
            ("--partition", self.partition.is_some()),
            ("--timestamp", self.timestamp.is_some()),
            ("--producer", self.producer.is_some()),
            ("--create", self.create),
        ];
        match given.iter().find(|(_, given)| *given) {
            Some((flag, _)) if !is("Produce") => {
                Err(usage(format!("{flag} is of produce TOPIC, not of this request")))
            }
            _ => Ok(()),
        }
    }

    fn what(&self, api: Option<&'static Api>) -> std::result::Result<What, Failure> {
        let Some(argument) = &self.raw else {
            let api = api.ok_or_else(|| usage("no API is named"))?;
            return Ok(What::Request(api, self.body(api)?));
        };
        let argument = Argument::classify(argument).map_err(|error| Failure::Usage(error.into()))?;
        let (reader, name): (Box<dyn Read>, String) = match argument {
            Argument::Stdin => (Box::new(io::stdin().lock()), "standard input".into()),
            Argument::Inline(text) => (Box::new(io::Cursor::new(text)), "--raw".into()),
            Argument::File(path) => {
                let name = path.display().to_string();
                (open(&name)?, name)
            }
        };
        raw::read(reader).map(What::Raw).map_err(|error| Failure::Data(anyhow!("{name}: {error}")))
    }
}

/// A file, or standard input.
fn open(path: &str) -> std::result::Result<Box<dyn Read>, Failure> {
    if path == "-" {
        return Ok(Box::new(io::stdin().lock()));
    }
    File::open(path)
        .map(|file| Box::new(file) as Box<dyn Read>)
        .map_err(|error| usage(format!("{path}: {error}")))
}

/// The body that `--body` names; what decode prints has it inside.
fn body(text: &str, api: &'static Api) -> std::result::Result<Json, Failure> {
    /// JSON of more than this is no request that a broker takes.
    const JSON_BYTES_MAX: u64 = 256 << 20;
    let (text, name) = match text.strip_prefix('@') {
        None if text != "-" => (text.to_owned(), "--body".to_owned()),
        path => {
            let path = path.unwrap_or("-");
            let mut text = String::new();
            open(path)?
                .take(JSON_BYTES_MAX)
                .read_to_string(&mut text)
                .map_err(|error| Failure::Data(anyhow!("{path}: {error}")))?;
            (text, path.to_owned())
        }
    };
    let json: Json = serde_json::from_str(&text).map_err(|error| usage(format!("{name}: {error}")))?;
    match json.get("kind").and_then(Json::as_str) {
        None => Ok(json),
        Some("request") => {
            let named = json.get("api").and_then(Json::as_str);
            if let Some(other) =
                named.filter(|name| api::by_name(name).is_none_or(|named| named.key != api.key))
            {
                return Err(usage(format!("{name}: it is a request of {other}, not of {}", api.name)));
            }
            Ok(json.get("body").cloned().unwrap_or_else(|| Json::Object(serde_json::Map::new())))
        }
        Some(kind) => Err(usage(format!("{name}: expected a request, found a {kind}"))),
    }
}

/// A file that is written to as bytes go by, and what went wrong with it.
type HexOut = Arc<Mutex<(BufWriter<File>, Option<io::Error>)>>;

fn hex_out(path: &str) -> std::result::Result<HexOut, Failure> {
    let file = File::create(path).map_err(|error| usage(format!("{path}: {error}")))?;
    Ok(Arc::new(Mutex::new((BufWriter::new(file), None))))
}

fn write_hex(file: &HexOut, bytes: &[u8]) {
    // A thread that fell while it held the file has left it as it was.
    let mut file = file.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let (writer, failed) = &mut *file;
    if let (None, Err(error)) = (&failed, writeln!(writer, "{}", hex::encode(bytes))) {
        *failed = Some(error);
    }
}

pub fn run(args: Args, color: ColorChoice) -> Result {
    let (api, address) = args.target()?;
    args.check(api)?;
    let addresses = Address::parse_list(address).map_err(|error| Failure::Usage(error.into()))?;
    let what = args.what(api)?;
    let file = args.hex_out.as_deref().map(hex_out).transpose()?;
    let witness = file.clone().map(|file| -> client::Witness {
        Arc::new(move |_: Direction, bytes: &[u8]| write_hex(&file, bytes))
    });
    let window = args.pipeline.map_or(1, |window| window as usize);
    let options = send::Options {
        addresses,
        client: client::Options {
            client_id: Some(args.client_id.clone()),
            timeout: args.timeout,
            response_bytes_max: args.max_response_bytes,
            ids: Arc::new(1.into()),
            witness,
        },
        what,
        version: args.api_version,
        sets: args.set,
        mutations: args.mutate,
        negotiate: !args.no_negotiate,
        follow: !args.no_follow && !args.no_negotiate,
        // A pipeline alone is filled once.
        pace: Pace { repeat: args.repeat.map_or(window, |repeat| repeat as usize), window },
        show: Show {
            format: match args.format {
                FormatName::Table => Format::Table,
                FormatName::Tree => Format::Tree,
                FormatName::Hex => Format::Hex,
                FormatName::Json => Format::Json,
                FormatName::Ndjson => Format::Ndjson,
            },
            style: Style {
                color: color.on_stdout(),
                width: colour::width(),
                show_secrets: args.show_secrets,
            },
            request: args.show_request,
            fail_on_error: args.fail_on_error,
            decompressed_bytes_max: args.max_decompressed_bytes,
        },
    };
    let mut out = BufWriter::new(io::stdout().lock());
    let result = send::run(&options, &mut out, &mut io::stderr());
    out.flush()?;
    if let Some(file) = &file {
        let mut file = file.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(error) = file.1.take().or_else(|| file.0.flush().err()) {
            let path = args.hex_out.as_deref().unwrap_or_default();
            return Err(Failure::Data(anyhow!("{path}: {error}")));
        }
    }
    match result {
        Ok(true) => Ok(Outcome::Fine),
        Ok(false) => Ok(Outcome::Problem),
        Err(error @ send::Failure::Usage(_)) => Err(Failure::Usage(error.into())),
        Err(send::Failure::Io(error)) => Err(error.into()),
        Err(error) => Err(Failure::Data(error.into())),
    }
}
