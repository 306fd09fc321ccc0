//! `kafkit dump-log`.

use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{anyhow, bail, ensure};
use clap::ValueEnum;

use super::decode::WrittenTo;
use super::{ColorChoice, Failure, Outcome, Result, colour, number};
use crate::codec::records::compression::DECOMPRESSED_BYTES_MAX;
use crate::dump;
use crate::dump::format::BytesFormat;
use crate::dump::image::At;
use crate::dump::kafka;
use crate::dump::run::{Become, Destination, View};
use crate::dump::select::Selection;
use crate::dump::select::internal::{TopicFilter, TypeFilter};
use crate::dump::select::offsets::OffsetRange;
use crate::dump::select::pattern::{HeaderPattern, Pattern};
use crate::dump::select::times::TimeRange;
use crate::log::name::FileKind;
use crate::render::Style;

#[derive(Debug, clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub struct Args {
    /// Segments, indexes, snapshots, checkpoints; partition directories; data directories; - for
    /// standard input
    ///
    /// What a file is, its content says; gzip and zstd are unpacked. Nothing is ever written to where
    /// it lies, nor locked: a live broker may go on.
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// How to show it
    #[arg(short, long, value_name = "FORMAT")]
    format: Option<FormatName>,

    /// Show each record below its batch
    #[arg(short, long)]
    records: bool,

    /// Show every byte, as decode does
    #[arg(long)]
    deep: bool,

    /// What the file is, where its content does not say or is not to be believed
    #[arg(long = "as", value_name = "WHAT", help_heading = "What it is")]
    kind: Option<Kind>,

    /// The log that the records belong to, where the directory's name does not say
    #[arg(long, value_name = "LOG", help_heading = "What it is")]
    log: Option<WrittenTo>,

    /// A __cluster_metadata-0 directory, for the names of topics [default: the one beside the partition]
    #[arg(long, value_name = "DIR", help_heading = "What it is")]
    metadata: Option<PathBuf>,

    /// How to show keys that Kafka itself did not write
    #[arg(long, value_name = "FORMAT", default_value = "auto", value_parser = key_format)]
    key_format: BytesFormat,

    /// How to show values: auto, text, hex, base64, json, int, long, avro-id or string
    #[arg(long, value_name = "FORMAT", default_value = "auto", value_parser = key_format)]
    value_format: BytesFormat,

    /// Show passwords, tokens, keys and salts
    #[arg(long)]
    show_secrets: bool,

    /// How much one batch may decompress to
    #[arg(long, value_name = "BYTES", value_parser = number::bytes, default_value_t = DECOMPRESSED_BYTES_MAX, help_heading = "Limits")]
    max_decompressed_bytes: usize,

    /// Check every invariant of the files and between them; exit code 1 where one does not hold
    #[arg(long, conflicts_with_all = ["image", "at", "diff"])]
    verify: bool,

    /// Sum up what is selected: sizes, rates, keys, producers
    #[arg(long, conflicts_with_all = ["verify", "image", "diff", "follow"])]
    stats: bool,

    /// Go on as a live segment grows and rolls
    #[arg(long, conflicts_with_all = ["verify", "image", "diff"])]
    follow: bool,

    /// Write what is selected into a new directory: as segments with their indexes, unless --extract-as says otherwise
    #[arg(long, value_name = "DIR", help_heading = "Writing elsewhere", conflicts_with_all = ["out", "verify", "image", "diff", "stats", "follow"])]
    extract: Option<PathBuf>,

    /// Write what is selected into a new file: as NDJSON, unless --extract-as says otherwise
    #[arg(long, value_name = "FILE", help_heading = "Writing elsewhere", conflicts_with_all = ["verify", "image", "diff", "stats", "follow"])]
    out: Option<PathBuf>,

    /// What selected records become
    #[arg(long, value_name = "FORM", help_heading = "Writing elsewhere")]
    extract_as: Option<Form>,

    /// Show what the records add up to: of __cluster_metadata the cluster, of __consumer_offsets the groups, of
    /// __transaction_state the transactions, of any partition its producers and open transactions
    #[arg(long, help_heading = "State")]
    image: bool,

    /// The state as of that offset (with it) or time
    #[arg(long, value_name = "OFFSET|TIME", value_parser = at, allow_hyphen_values = true, help_heading = "State")]
    at: Option<At>,

    /// What changed in the cluster: between two offsets or times of the log that PATH names, or between two
    /// metadata logs or data directories. Of other logs, compare what --image --at shows of A and of B
    #[arg(long, num_args = 0..=2, value_names = ["A", "B"], allow_hyphen_values = true, help_heading = "State")]
    diff: Option<Vec<String>>,

    #[command(flatten)]
    filters: FilterArgs,

    #[command(flatten)]
    kafka: KafkaArgs,
}

/// Which records. Filters of different kinds must all hold; of one kind given several times, one must.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Which records")]
struct FilterArgs {
    /// Offsets: A, A..B (to before B), A..=B, A.., ..B
    #[arg(long, value_name = "RANGE", value_parser = OffsetRange::parse)]
    offset: Vec<OffsetRange>,
    /// Times: FROM..TO, FROM.., ..TO, or a day, minute or second; 2026-11-20, 2026-11-20T10:15Z,
    /// milliseconds since 1970, now, -2h, -1d
    #[arg(long, value_name = "RANGE", value_parser = time_range, allow_hyphen_values = true)]
    time: Vec<TimeRange>,
    /// Keys: the whole text, hex:0a0b, /regex/, /regex/i, null, or text:... for what looks like one of these
    #[arg(long, value_name = "PATTERN", value_parser = Pattern::parse)]
    key: Vec<Pattern>,
    /// Values: as keys
    #[arg(long, value_name = "PATTERN", value_parser = Pattern::parse)]
    value: Vec<Pattern>,
    /// Headers: NAME, or NAME=PATTERN
    #[arg(long, value_name = "NAME[=PATTERN]", value_parser = HeaderPattern::parse)]
    header: Vec<HeaderPattern>,
    /// Records of that producer
    #[arg(long, value_name = "ID", allow_hyphen_values = true)]
    producer_id: Vec<i64>,
    /// Records of transactions only, their markers included
    #[arg(long)]
    transactional: bool,
    /// Control records only
    #[arg(long)]
    control: bool,
    /// Types of the records that Kafka itself writes: PartitionRecord, OffsetCommit, COMMIT
    #[arg(long = "type", value_name = "TYPE,...", value_delimiter = ',', value_parser = TypeFilter::parse)]
    types: Vec<TypeFilter>,
    /// Records about that group, in __consumer_offsets and __share_group_state
    #[arg(long, value_name = "GROUP")]
    group: Vec<String>,
    /// Records about that topic (a name or an id) in the logs that Kafka itself writes; partitions of it
    /// in a data directory
    #[arg(long, value_name = "TOPIC|ID", value_parser = TopicFilter::parse)]
    topic: Vec<TopicFilter>,
    /// At most so many records
    #[arg(long, value_name = "N")]
    limit: Option<u64>,
    /// Only the last so many records of each partition or file
    #[arg(long, value_name = "N")]
    tail: Option<u64>,
    /// The records that the filters do not select
    #[arg(long)]
    invert: bool,
    /// Read on where timestamps seem to have passed the end of --time
    #[arg(long)]
    thorough: bool,
}

impl FilterArgs {
    /// Some filter is given.
    fn any(&self) -> bool {
        let Self { offset, time, key, value, header, producer_id, types, group, topic, .. } = self;
        let lists = [
            !offset.is_empty(),
            !time.is_empty(),
            !key.is_empty(),
            !value.is_empty(),
            !header.is_empty(),
            !producer_id.is_empty(),
            !types.is_empty(),
            !group.is_empty(),
            !topic.is_empty(),
        ];
        let flags = self.transactional || self.control || self.invert;
        flags || lists.contains(&true) || self.limit.is_some() || self.tail.is_some()
    }

    fn selection(self) -> Selection {
        Selection {
            offsets: self.offset,
            times: self.time,
            keys: self.key,
            values: self.value,
            headers: self.header,
            producer_ids: self.producer_id,
            transactional: self.transactional,
            control: self.control,
            types: self.types,
            groups: self.group,
            topics: self.topic,
            invert: self.invert,
            limit: self.limit,
            tail: self.tail,
            thorough: self.thorough,
        }
    }
}

fn time_range(text: &str) -> std::result::Result<TimeRange, String> {
    TimeRange::parse(text, now_ms())
}

/// A number is an offset; milliseconds since 1970 are, as no log has such offsets, and everything else
/// is a time.
fn at(text: &str) -> std::result::Result<At, String> {
    if let Ok(offset) = text.parse::<i64>()
        && (0..OFFSETS_MAX).contains(&offset)
    {
        return Ok(At::Offset(offset));
    }
    // A range of that time alone begins where it does.
    TimeRange::parse(text, now_ms()).map(|range| At::Time(range.from))
}

/// Numbers from here on are milliseconds since 1970, from 2001 on.
const OFFSETS_MAX: i64 = 1_000_000_000_000;

/// What the clock says, in milliseconds since 1970.
fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// The flags of Kafka's own tool.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Flags of kafka-dump-log (they choose --format kafka)")]
struct KafkaArgs {
    /// The files, with commas between them
    #[arg(long, value_name = "FILE,...")]
    files: Option<String>,
    /// Print keys and payloads
    #[arg(long)]
    print_data_log: bool,
    /// Print each record
    #[arg(long)]
    deep_iteration: bool,
    /// Print keys and payloads alone
    #[arg(long)]
    skip_record_metadata: bool,
    /// Compare indexes with their logs and do not print them
    #[arg(long)]
    verify_index_only: bool,
    /// Make the check of indexes that a broker makes when it starts
    #[arg(long)]
    index_sanity_check: bool,
    /// Size of the largest message
    #[arg(long, value_name = "BYTES", default_value_t = 5 << 20)]
    max_message_size: i32,
    /// Read no more of each log
    #[arg(long, value_name = "BYTES", default_value_t = i32::MAX)]
    max_bytes: i32,
    /// The class that reads keys
    #[arg(long, value_name = "CLASS", num_args = 0..=1, default_missing_value = STRING_DECODER)]
    key_decoder_class: Option<String>,
    /// The class that reads values
    #[arg(long, value_name = "CLASS", num_args = 0..=1, default_missing_value = STRING_DECODER)]
    value_decoder_class: Option<String>,
    /// Read records as those of __consumer_offsets
    #[arg(long)]
    offsets_decoder: bool,
    /// Read records as those of __transaction_state
    #[arg(long)]
    transaction_log_decoder: bool,
    /// Read records as those of __cluster_metadata
    #[arg(long)]
    cluster_metadata_decoder: bool,
    /// Read records as those of __remote_log_metadata
    #[arg(long)]
    remote_log_metadata_decoder: bool,
    /// Read records as those of __share_group_state
    #[arg(long)]
    share_group_state_decoder: bool,
}

const STRING_DECODER: &str = "org.apache.kafka.tools.api.StringDecoder";

const EXAMPLES: &str = "Examples:
  kafkit dump-log /var/kafka-logs
  kafkit dump-log /var/kafka-logs/orders-0 --records
  kafkit dump-log 00000000000000000000.log --format ndjson --records | jq .value
  kafkit dump-log orders-0 --time -2h --key /^user-7/ --records
  kafkit dump-log --verify /var/kafka-logs
  kafkit dump-log --image --at 2026-11-20T10:15 __cluster_metadata-0
  kafkit dump-log --files 00000000000000000000.log --print-data-log";

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum FormatName {
    /// A line for each batch, for a person [default]
    Table,
    /// An object for each file
    Json,
    /// An object for each batch, record or entry, one a line
    Ndjson,
    /// What kafka-dump-log prints, byte for byte
    Kafka,
    /// A line for each batch, record or entry, with a heading
    Csv,
}

impl FormatName {
    fn format(self) -> dump::Format {
        match self {
            FormatName::Table => dump::Format::Table,
            FormatName::Json => dump::Format::Json,
            FormatName::Ndjson => dump::Format::Ndjson,
            FormatName::Kafka => dump::Format::Kafka,
            FormatName::Csv => dump::Format::Csv,
        }
    }
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Kind {
    /// Record batches or message sets
    Segment,
    /// .index
    OffsetIndex,
    /// .timeindex
    TimeIndex,
    /// .txnindex
    TxnIndex,
    /// .snapshot beside a segment
    ProducerSnapshot,
    /// .checkpoint of __cluster_metadata
    MetadataSnapshot,
    /// leader-epoch-checkpoint
    LeaderEpochCheckpoint,
    /// recovery-point-offset-checkpoint and its siblings
    OffsetCheckpoint,
    /// partition.metadata
    PartitionMetadata,
    /// meta.properties
    MetaProperties,
    /// quorum-state
    QuorumState,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    /// Segments with their indexes
    Segment,
    /// A JSON object for each record, one a line
    Ndjson,
    /// The bytes of each value and a line feed
    Values,
}

impl Form {
    fn become_(self) -> Become {
        match self {
            Form::Segment => Become::Segments,
            Form::Ndjson => Become::Ndjson,
            Form::Values => Become::Values,
        }
    }
}

impl Kind {
    fn kind(self) -> FileKind {
        match self {
            Kind::Segment => FileKind::Log,
            Kind::OffsetIndex => FileKind::OffsetIndex,
            Kind::TimeIndex => FileKind::TimeIndex,
            Kind::TxnIndex => FileKind::TxnIndex,
            Kind::ProducerSnapshot => FileKind::ProducerSnapshot,
            Kind::MetadataSnapshot => FileKind::Snapshot,
            Kind::LeaderEpochCheckpoint => FileKind::LeaderEpochs,
            Kind::OffsetCheckpoint => FileKind::OffsetCheckpoint,
            Kind::PartitionMetadata => FileKind::PartitionMetadata,
            Kind::MetaProperties => FileKind::MetaProperties,
            Kind::QuorumState => FileKind::QuorumState,
        }
    }
}

fn key_format(text: &str) -> std::result::Result<BytesFormat, String> {
    BytesFormat::parse(text)
}

impl Args {
    /// Something is asked for that Kafka's own tool does not have.
    fn has_view(&self) -> bool {
        let flags = [self.records, self.deep, self.image, self.verify, self.stats, self.follow];
        flags.contains(&true)
            || self.diff.is_some()
            || self.at.is_some()
            || self.extract.is_some()
            || self.out.is_some()
    }

    fn extraction(&self) -> std::result::Result<Option<(Destination, Become)>, Failure> {
        let form = self.extract_as.map(Form::become_);
        match (&self.extract, &self.out) {
            (Some(directory), _) => {
                Ok(Some((Destination::Directory(directory.clone()), form.unwrap_or(Become::Segments))))
            }
            (None, Some(_)) if form == Some(Become::Segments) => {
                Err(Failure::Usage(anyhow!("a segment and its indexes are several files: use --extract DIR")))
            }
            (None, Some(file)) => Ok(Some((Destination::File(file.clone()), form.unwrap_or(Become::Ndjson)))),
            (None, None) if form.is_some() => {
                Err(Failure::Usage(anyhow!("--extract-as goes with --extract DIR or --out FILE")))
            }
            (None, None) => Ok(None),
        }
    }
}

impl KafkaArgs {
    /// Some flag is given.
    fn any(&self) -> bool {
        let flags = [
            self.print_data_log,
            self.deep_iteration,
            self.skip_record_metadata,
            self.verify_index_only,
            self.index_sanity_check,
            self.offsets_decoder,
            self.transaction_log_decoder,
            self.cluster_metadata_decoder,
            self.remote_log_metadata_decoder,
            self.share_group_state_decoder,
            self.files.is_some(),
            self.key_decoder_class.is_some(),
            self.value_decoder_class.is_some(),
            self.max_message_size != kafka::MAX_MESSAGE_SIZE,
            self.max_bytes != kafka::MAX_BYTES,
        ];
        flags.contains(&true)
    }

    fn options(&self) -> std::result::Result<kafka::Options, Failure> {
        let parsers = [
            (self.offsets_decoder, kafka::Parser::Offsets),
            (self.transaction_log_decoder, kafka::Parser::TransactionLog),
            (self.cluster_metadata_decoder, kafka::Parser::ClusterMetadata),
            (self.remote_log_metadata_decoder, kafka::Parser::RemoteLogMetadata),
            (self.share_group_state_decoder, kafka::Parser::ShareGroupState),
        ];
        let parser = parsers.into_iter().find(|(given, _)| *given).map(|(_, parser)| parser);
        let named = |class: &Option<String>| {
            match class {
            None => Ok(kafka::Decoder::String),
            Some(class) => kafka::Decoder::of_class(class).ok_or_else(|| {
                Failure::Usage(anyhow!(
                    "{class}: classes are not loaded; what is known is StringDecoder, IntegerDecoder, LongDecoder and \
                     DefaultDecoder of org.apache.kafka.tools.api"
                ))
            }),
        }
        };
        let decoders = self.key_decoder_class.is_some() || self.value_decoder_class.is_some();
        let print_data_log = self.print_data_log || parser.is_some() || decoders;
        Ok(kafka::Options {
            print_data_log,
            deep_iteration: self.deep_iteration || print_data_log,
            skip_record_metadata: self.skip_record_metadata,
            verify_index_only: self.verify_index_only,
            index_sanity_check: self.index_sanity_check,
            max_message_size: self.max_message_size,
            max_bytes: self.max_bytes,
            key_decoder: named(&self.key_decoder_class)?,
            value_decoder: named(&self.value_decoder_class)?,
            parser: parser.unwrap_or(kafka::Parser::Decoder),
        })
    }
}

/// What `--diff` was given: two places in one log, or logs, which are paths like others.
fn diff_ends(ends: &[String], paths: &mut Vec<PathBuf>) -> std::result::Result<Option<(At, At)>, Failure> {
    if let [from, to] = ends
        && !Path::new(from).exists()
        && !Path::new(to).exists()
    {
        let read = |text: &str| at(text).map_err(|error| Failure::Usage(anyhow!("--diff {text}: {error}")));
        return Ok(Some((read(from)?, read(to)?)));
    }
    // Before other paths, as they were typed.
    paths.splice(0..0, ends.iter().map(PathBuf::from));
    Ok(None)
}

/// Prints what Kafka's own tool prints.
fn kafka_format(args: &Args, paths: &[PathBuf]) -> Result {
    if args.filters.any() || args.has_view() {
        return Err(Failure::Usage(anyhow!(
            "--format kafka is what Kafka's own tool prints, which has no filters and no views; leave one of them out"
        )));
    }
    let options = args.kafka.options()?;
    let files: Vec<String> = paths.iter().map(|path| path.to_string_lossy().into_owned()).collect();
    let mut out = io::stdout().lock();
    let outcome = kafka::dump(&files, &options, &mut out, &mut io::stderr())?;
    out.flush()?;
    Ok(if outcome == kafka::Outcome::Problem { Outcome::Problem } else { Outcome::Fine })
}

pub fn run(args: Args, color: ColorChoice) -> Result {
    let mut paths = args.paths.clone();
    if let Some(files) = &args.kafka.files {
        paths.extend(kafka::files(files).into_iter().map(PathBuf::from));
    }
    if paths.is_empty() && args.diff.as_ref().is_none_or(Vec::is_empty) {
        if io::stdin().is_terminal() {
            return Err(Failure::Usage(anyhow!(
                "no input: name a segment, a partition directory or a data directory; kafkit dump-log --help has examples"
            )));
        }
        paths.push(PathBuf::from("-"));
    }
    let format = match args.format {
        Some(format) => format.format(),
        None if args.kafka.any() => dump::Format::Kafka,
        None => dump::Format::Table,
    };
    if format == dump::Format::Kafka {
        return kafka_format(&args, &paths);
    }
    check(&args, &paths, format).map_err(Failure::Usage)?;
    let (missing, mut paths): (Vec<PathBuf>, Vec<PathBuf>) =
        paths.into_iter().partition(|path| is_missing(path));
    let missing = missing.first().map(|path| anyhow!("{}: no such file or directory", path.display()));
    if let (Some(missing), true) = (&missing, paths.is_empty()) {
        return Err(Failure::Usage(anyhow!("{missing}")));
    }
    let view = match (&args.diff, args.image || args.at.is_some()) {
        (Some(ends), false) => View::Diff(diff_ends(ends, &mut paths)?),
        (Some(_), true) => return Err(Failure::Usage(anyhow!("--diff and --image contradict each other"))),
        (None, true) => View::Image(args.at.unwrap_or(At::End)),
        (None, false) if args.verify => View::Verify,
        (None, false) if args.stats => View::Stats,
        (None, false) if args.follow => View::Follow,
        (None, false) => View::Content,
    };
    let extract = args.extraction()?;
    let request = dump::run::Request {
        view,
        extract,
        // Where both go to one terminal, the output itself shows that it goes on.
        progress: io::stderr().is_terminal() && !io::stdout().is_terminal(),
        now_ms: now_ms(),
        paths,
        format,
        style: Style { color: color.on_stdout(), width: colour::width(), show_secrets: args.show_secrets },
        records: args.records,
        deep: args.deep,
        kind: args.kind.map(Kind::kind),
        family: args.log.map(WrittenTo::family),
        metadata: args.metadata,
        selection: args.filters.selection(),
        key_format: args.key_format,
        value_format: args.value_format,
        unpacked_max: args.max_decompressed_bytes,
    };
    let mut out = io::stdout().lock();
    let problem = dump::run::run(&request, &mut out, &mut io::stderr())?;
    out.flush()?;
    // What is there was shown.
    missing.map_or(Ok(()), |missing| Err(Failure::Usage(missing)))?;
    Ok(if problem { Outcome::Problem } else { Outcome::Fine })
}

fn is_missing(path: &Path) -> bool {
    let found = std::fs::symlink_metadata(path);
    !dump::open::is_stdin(path) && found.is_err_and(|error| error.kind() == io::ErrorKind::NotFound)
}

/// What contradicts itself is refused, rather than half of it done.
fn check(args: &Args, paths: &[PathBuf], format: dump::Format) -> anyhow::Result<()> {
    let state = args.image || args.at.is_some() || args.diff.is_some();
    ensure!(!args.kafka.any(), "flags of kafka-dump-log go with --format kafka; leave them out, or --format");
    ensure!(
        !(args.verify || state) || !args.filters.any(),
        "--verify, --image and --diff look at everything; filters go with records, --stats, --extract and --out"
    );
    ensure!(
        format != dump::Format::Csv || !(state || args.stats),
        "--stats, --image and --diff have no rows for CSV; use --format json"
    );
    ensure!(
        format != dump::Format::Json || !args.follow,
        "--follow has no end, which a JSON array needs; use --format ndjson"
    );
    if let Some(directory) = args.metadata.as_ref().filter(|directory| !directory.is_dir()) {
        bail!("--metadata {}: no such directory", directory.display());
    }
    if let Some(directory) = paths.iter().find(|path| args.kind.is_some() && path.is_dir()) {
        bail!("--as says what a file is, and {} is a directory; name the file", directory.display());
    }
    let again = args.verify || state || args.follow || args.filters.tail.is_some();
    if let Some(stream) = paths.iter().find(|path| again && dump::open::is_stream(path)) {
        let name =
            if dump::open::is_stdin(stream) { "standard input".into() } else { stream.to_string_lossy() };
        bail!(
            "{name} can be read once and from its beginning, which is not enough for --verify, --image, --diff, \
             --follow and --tail; name a file"
        );
    }
    Ok(())
}
