//! What Kafka's own tool prints (`DumpLogSegments` of Kafka 4.3.1), byte for byte on standard output.
//!
//! Scripts parse that text, so its quirks stay: a first batch that does not begin at offset 0 is not
//! consecutive, a null key is no word at all, control characters go out as they are.
//!
//! Where Kafka's tool throws, or stops and is silent about what lies behind, its text ends. Here it goes on
//! after the same text, and what was found is said on standard error. So what Kafka's tool prints is
//! always the beginning of what is printed here, and mostly all of it. What cannot be the same: an
//! object's address in `[B@7a5d012c` (`DefaultDecoder`), of which only the shape is.
//!
//! `segment` finds batches as Kafka does, `batch_line` and `record_line` print them,
//! `content` keys and values through `coordinator`, `framed`, `remote` and `control`; `index`,
//! `time_index` and `small` are the files beside a segment; `mismatches` is what the tool
//! says on standard error when it is done.

mod batch_line;
mod content;
mod control;
mod coordinator;
mod framed;
mod index;
mod java;
mod log;
mod mismatches;
mod out;
mod reading;
mod record_line;
mod remote;
mod segment;
mod small;
mod time_index;

use std::fmt::Display;
use std::io::{self, Write};

use mismatches::Mismatches;
use out::Out;

/// `--max-message-size`, where it is not given.
pub const MAX_MESSAGE_SIZE: i32 = 5 << 20;
/// `--max-bytes`, where it is not given.
pub const MAX_BYTES: i32 = i32::MAX;

/// What the flags of Kafka's tool say.
#[derive(Debug, Clone)]
#[allow(clippy::struct_excessive_bools)] // They are flags.
pub struct Options {
    /// `--print-data-log`, which any decoder flag implies.
    pub print_data_log: bool,
    /// `--deep-iteration`, which `print_data_log` implies.
    pub deep_iteration: bool,
    /// `--skip-record-metadata`.
    pub skip_record_metadata: bool,
    /// `--verify-index-only`.
    pub verify_index_only: bool,
    /// `--index-sanity-check`.
    pub index_sanity_check: bool,
    /// `--max-message-size`: the largest batch that an index entry may point at.
    pub max_message_size: i32,
    /// `--max-bytes`: how much of each segment is read.
    pub max_bytes: i32,
    /// `--key-decoder-class`.
    pub key_decoder: Decoder,
    /// `--value-decoder-class`.
    pub value_decoder: Decoder,
    /// What records are, by one of the decoder flags.
    pub parser: Parser,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            print_data_log: false,
            deep_iteration: false,
            skip_record_metadata: false,
            verify_index_only: false,
            index_sanity_check: false,
            max_message_size: MAX_MESSAGE_SIZE,
            max_bytes: MAX_BYTES,
            key_decoder: Decoder::String,
            value_decoder: Decoder::String,
            parser: Parser::Decoder,
        }
    }
}

/// What records hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Parser {
    /// What the decoder classes make of them.
    Decoder,
    /// `--offsets-decoder`: those of `__consumer_offsets`.
    Offsets,
    /// `--transaction-log-decoder`: those of `__transaction_state`.
    TransactionLog,
    /// `--cluster-metadata-decoder`: those of `__cluster_metadata`.
    ClusterMetadata,
    /// `--remote-log-metadata-decoder`: those of `__remote_log_metadata`.
    RemoteLogMetadata,
    /// `--share-group-state-decoder`: those of `__share_group_state`.
    ShareGroupState,
}

/// The decoder classes that come with Kafka.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decoder {
    /// UTF-8.
    String,
    /// An int32, big-endian.
    Integer,
    /// An int64, big-endian.
    Long,
    /// The bytes as a Java object, of which nothing but an address is printed.
    Default,
}

impl Decoder {
    /// The decoder of a class name, with or without its package.
    pub fn of_class(name: &str) -> Option<Self> {
        match name.strip_prefix("org.apache.kafka.tools.api.").unwrap_or(name) {
            "StringDecoder" => Some(Self::String),
            "IntegerDecoder" => Some(Self::Integer),
            "LongDecoder" => Some(Self::Long),
            "DefaultDecoder" => Some(Self::Default),
            _ => None,
        }
    }
}

/// How it went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Kafka's tool comes to its end as well, with all there is. It may have told of mismatches.
    Fine,
    /// It throws, or stops before what lies behind some damage.
    Problem,
}

/// The files of `--files a,b,c`, split as Java does: nothing comes of what is empty at the end.
pub fn files(list: &str) -> Vec<String> {
    let kept = list.trim_end_matches(',');
    // A list without a comma is one file, even if it is empty.
    if kept.is_empty() && !list.is_empty() {
        Vec::new()
    } else {
        kept.split(',').map(str::to_owned).collect()
    }
}

/// Prints `files`: those that Kafka's tool knows by their names.
///
/// # Errors
///
/// Where `out` or `err` cannot be written. Files that cannot be read are told of in `err`.
pub fn dump(
    files: &[String],
    options: &Options,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> io::Result<Outcome> {
    let mut dump =
        Dump { options, out: Out::new(out), err, mismatches: Mismatches::default(), outcome: Outcome::Fine };
    for file in files {
        let file = java::file(file);
        dump.line(format_args!("Dumping {file}"))?;
        dump.file(&file)?;
        // A line that Kafka's tool leaves open when it throws is closed here.
        dump.out.flush()?;
    }
    dump.mismatches.print(dump.err)?;
    dump.out.flush()?;
    dump.err.flush()?;
    Ok(dump.outcome)
}

/// The run of the tool.
struct Dump<'o> {
    options: &'o Options,
    out: Out<'o>,
    err: &'o mut dyn Write,
    mismatches: Mismatches,
    outcome: Outcome,
}

impl Dump<'_> {
    fn file(&mut self, file: &str) -> io::Result<()> {
        let result = match java::file_name(file).rsplit_once('.').map(|(_, suffix)| suffix) {
            Some("log" | "checkpoint") => self.log(file),
            Some("index") => self.index(file),
            Some("timeindex") => self.time_index(file),
            Some("txnindex") => self.txn_index(file),
            Some("snapshot") => self.producer_snapshot(file),
            _ => return writeln!(self.err, "Ignoring unknown file {file}"),
        };
        match result {
            Ok(()) => Ok(()),
            Err(Failure::Write(error)) => Err(error),
            Err(Failure::Read(error)) => self.problem(file, error),
        }
    }

    /// Prints a line.
    fn line(&mut self, line: impl Display) -> io::Result<()> {
        writeln!(self.out.text, "{line}")?;
        self.out.drain()
    }

    /// Says what is wrong with a file.
    fn problem(&mut self, file: &str, what: impl Display) -> io::Result<()> {
        self.outcome = Outcome::Problem;
        writeln!(self.err, "{file}: {what}")
    }

    /// Says what is wrong at a byte of a file.
    fn problem_at(&mut self, file: &str, at: u64, what: impl Display) -> io::Result<()> {
        self.problem(file, format_args!("at byte {at}: {what}"))
    }

    /// Says something that is no problem of the file.
    fn remark(&mut self, file: &str, what: impl Display) -> io::Result<()> {
        writeln!(self.err, "{file}: {what}")
    }

    /// The base offset that a file's name begins with. Kafka's tool throws where something else
    /// stands before the first dot; what digits there are say it all the same.
    fn base_offset(&mut self, file: &str) -> io::Result<i64> {
        let name = java::file_name(file);
        let stem = name.split_once('.').map_or(name, |(stem, _)| stem);
        if let Some(offset) = java::parse_long(stem) {
            return Ok(offset);
        }
        let digits = stem.bytes().take_while(u8::is_ascii_digit).count();
        let offset = stem.get(..digits).and_then(java::parse_long);
        let taken = offset.unwrap_or(0);
        self.problem(
            file,
            format_args!("the name begins with {stem:?}, not with an offset and a dot; {taken} is taken"),
        )?;
        Ok(taken)
    }
}

/// Why a file was not printed to its end.
enum Failure {
    /// It cannot be read.
    Read(io::Error),
    /// What is printed cannot be written.
    Write(io::Error),
}

/// As an error of reading.
fn read<T>(result: io::Result<T>) -> Result<T, Failure> {
    result.map_err(Failure::Read)
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Write(error)
    }
}
