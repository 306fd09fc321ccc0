//! `kafkit decode`.

use std::fs::File;
use std::io::{self, Read, Write};
use std::time::Duration;

use anyhow::anyhow;
use clap::ValueEnum;

use super::{ColorChoice, Failure, Outcome, Result, colour, number};
use crate::codec::api;
use crate::codec::detect::{FRAME_BYTES_MAX, Hints, What};
use crate::codec::dissect::Depth;
use crate::codec::finding::Severity;
use crate::codec::frame::HeaderChoice;
use crate::codec::messages;
use crate::codec::record_types::Family;
use crate::codec::records::compression::DECOMPRESSED_BYTES_MAX;
use crate::codec::repair;
use crate::codec::tape::{NODES_MAX, Tape};
use crate::decode::{Decoder, Options};
use crate::input::{Argument, Form, Input, InputError, Spelling};
use crate::render::{self, Format, Shown, Style};

/// Output is written when this much of it is there.
const OUTPUT_BYTES: usize = 64 << 10;
/// Causes are searched for only of so many broken messages: in a stream of nothing else the first
/// ones tell it all.
const REPAIRS_MAX: usize = 100;

#[derive(Debug, clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub struct Args {
    /// Hex in any spelling, base64, a file with either or with raw bytes, or - for standard input
    ///
    /// Hex may have spaces, newlines, 0x, \x, colons, commas, quotes, comments; it may be a C, Go, Rust
    /// or Java array, or a dump by xxd, hexdump, od, tcpdump or Wireshark. There may be one message,
    /// several back to back, or one on each line. Without an argument standard input is read.
    #[arg(value_name = "INPUT", allow_hyphen_values = false)]
    input: Vec<String>,

    /// How to show it
    #[arg(short, long, value_name = "FORMAT", default_value = "tree")]
    format: FormatName,

    /// What the input is, where that cannot be told from its bytes
    #[arg(long = "as", value_name = "WHAT", help_heading = "What it is")]
    what: Option<Kind>,

    /// The API that a response, or a body alone, belongs to: a name or a key
    #[arg(long, value_name = "NAME|KEY", value_parser = api_key, help_heading = "What it is")]
    api: Option<i16>,

    /// The API's version, or the version of a message that stands alone
    #[arg(long, value_name = "N", help_heading = "What it is")]
    api_version: Option<i16>,

    /// The version of the header, or none where a body stands alone
    #[arg(long, value_name = "N|none", value_parser = header_version, help_heading = "What it is")]
    header_version: Option<HeaderChoice>,

    /// Whether four bytes of size stand before each message
    #[arg(long, value_name = "yes|no", help_heading = "What it is")]
    size: Option<YesNo>,

    /// Read as a message of this name that stands alone: ConsumerProtocolSubscription, TopicRecord, ...
    #[arg(long, value_name = "NAME", value_parser = message, help_heading = "What it is")]
    message: Option<&'static crate::codec::schema::Message>,

    /// The log that records come from
    #[arg(long, value_name = "LOG", help_heading = "What it is")]
    log: Option<WrittenTo>,

    /// Type of the record whose value is read: the first number in its key
    #[arg(long, value_name = "N", help_heading = "What it is")]
    record_type: Option<i16>,

    /// Requests and responses take turns: read each second message as the answer to the one before
    #[arg(long, help_heading = "What it is")]
    pair: bool,

    /// What the input is written in
    #[arg(long, value_name = "FORM", help_heading = "Input")]
    input_format: Option<InputForm>,

    /// Each line of text is a message
    #[arg(long, help_heading = "Input", conflicts_with = "joined")]
    lines: bool,

    /// All lines of text are one run of bytes
    #[arg(long, help_heading = "Input")]
    joined: bool,

    /// Show passwords, tokens, keys and salts
    #[arg(long)]
    show_secrets: bool,

    /// Leave records and embedded messages as bytes
    #[arg(long)]
    shallow: bool,

    /// The largest message that is taken in
    #[arg(long, value_name = "BYTES", value_parser = number::bytes, default_value_t = FRAME_BYTES_MAX, help_heading = "Limits")]
    max_frame_bytes: usize,

    /// How much the records of one message may decompress to
    #[arg(long, value_name = "BYTES", value_parser = number::bytes, default_value_t = DECOMPRESSED_BYTES_MAX, help_heading = "Limits")]
    max_decompressed_bytes: usize,

    /// How many fields of one message are shown
    #[arg(long, value_name = "N", default_value_t = NODES_MAX, help_heading = "Limits")]
    max_fields: usize,

    /// How long to look for the cause of a problem, in milliseconds a message
    #[arg(long, value_name = "MS", default_value_t = 50, help_heading = "Limits")]
    repair_ms: u64,
}

const EXAMPLES: &str = "Examples:
  kafkit decode 0000000f001200000000000100056b61666b61
  kafkit decode --api Metadata --api-version 12 response.hex
  xxd frame.bin | kafkit decode --format hex -
  kafkit decode --pair --format ndjson exchange.bin | jq .body";

#[derive(Debug, Clone, Copy, ValueEnum)]
enum FormatName {
    /// A line for each field: where, which bytes, which value, what it means
    Tree,
    /// Each run of bytes beside the field that it is
    Hex,
    /// Tables of what the message says
    Table,
    /// An object for each message, indented
    Json,
    /// An object for each message, one a line
    Ndjson,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Kind {
    /// A request
    Request,
    /// A response
    Response,
    /// A request's body without its header
    RequestBody,
    /// A response's body without its header
    ResponseBody,
    /// Record batches or message sets
    Records,
    /// The key of a record that a coordinator wrote
    RecordKey,
    /// The value of a record that Kafka itself wrote
    RecordValue,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum WrittenTo {
    /// __cluster_metadata
    Metadata,
    /// __consumer_offsets
    Group,
    /// __transaction_state
    Transaction,
    /// __share_group_state
    Share,
    /// __remote_log_metadata
    RemoteLog,
}

impl WrittenTo {
    pub(super) fn family(self) -> Family {
        match self {
            WrittenTo::Metadata => Family::Metadata,
            WrittenTo::Group => Family::Group,
            WrittenTo::Transaction => Family::Transaction,
            WrittenTo::Share => Family::Share,
            WrittenTo::RemoteLog => Family::RemoteLog,
        }
    }
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum InputForm {
    /// Raw bytes
    Raw,
    /// Hex in any spelling, dumps and arrays included
    Hex,
    /// Base64
    Base64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum YesNo {
    Yes,
    No,
}

pub(super) fn api_key(text: &str) -> std::result::Result<i16, String> {
    if let Ok(key) = text.parse::<i16>() {
        return match api::by_key(key) {
            Some(_) => Ok(key),
            None => Err(format!("no API has the key {key}; see kafkit apis")),
        };
    }
    api::by_name(text).map(|api| api.key).ok_or_else(|| {
        let near: Vec<&str> = api::nearest(text).into_iter().take(3).map(|api| api.name).collect();
        if near.is_empty() {
            "no such API; see kafkit apis".into()
        } else {
            format!("no such API; did you mean {}?", near.join(", "))
        }
    })
}

pub(super) fn header_version(text: &str) -> std::result::Result<HeaderChoice, String> {
    match text {
        "none" => Ok(HeaderChoice::None),
        "0" | "1" | "2" => Ok(HeaderChoice::Version(text.parse().unwrap_or(1))),
        _ => Err("expected 0, 1, 2 or none".into()),
    }
}

pub(super) fn message(text: &str) -> std::result::Result<&'static crate::codec::schema::Message, String> {
    messages::find(text).ok_or_else(|| "no message of that name; kafkit apis --messages lists them".into())
}

impl Args {
    fn hints(&self) -> std::result::Result<Hints, Failure> {
        let family = self.log.map(WrittenTo::family);
        let mut header = self.header_version;
        let mut size = self.size.map(|size| size == YesNo::Yes);
        let what = match (self.message, self.what) {
            (Some(message), None) => Some(What::Message(message)),
            (Some(_), Some(_)) => {
                return Err(Failure::Usage(anyhow!("--message and --as contradict each other")));
            }
            (None, None) => None,
            (None, Some(kind)) => Some(match kind {
                Kind::Request => What::Request,
                Kind::Response => What::Response,
                Kind::RequestBody | Kind::ResponseBody => {
                    if self.api.is_none() || self.api_version.is_none() {
                        return Err(Failure::Usage(anyhow!(
                            "a body alone does not say what it is: give --api and --api-version too"
                        )));
                    }
                    header = Some(HeaderChoice::None);
                    // A size goes before a header, never before a body.
                    size = size.or(Some(false));
                    if matches!(kind, Kind::RequestBody) { What::Request } else { What::Response }
                }
                Kind::Records => What::Records,
                Kind::RecordKey => What::RecordKey,
                Kind::RecordValue => What::RecordValue(self.record_type),
            }),
        };
        if let (Some(key), Some(version), None) = (self.api, self.api_version, self.message)
            && let Some(api) = api::by_key(key)
            && !api.request.versions.contain(version)
        {
            let versions = api.request.versions;
            return Err(Failure::Usage(anyhow!("{} has versions {versions}, not {version}", api.name)));
        }
        if let (Some(id), Some(family)) = (self.record_type, family)
            && family.record_type(id).is_none()
        {
            return Err(Failure::Usage(anyhow!("the {} log has no record type {id}", family.name())));
        }
        let coordinator = matches!(family, Some(Family::Group | Family::Transaction | Family::Share));
        let alone =
            matches!(what, Some(What::Records | What::RecordKey | What::RecordValue(_) | What::Message(_)));
        let contradiction = match what {
            Some(What::RecordValue(None)) if coordinator => Some(
                "the value of a coordinator's record does not say its type: give --record-type, the first number in its key",
            ),
            Some(What::RecordKey) if family.is_some() && !coordinator => {
                Some("the records of that log have no keys: use --as record-value")
            }
            _ if alone && self.api.is_some() => {
                Some("--api names a request or response; records and messages that stand alone have none")
            }
            _ => None,
        };
        if let Some(contradiction) = contradiction {
            return Err(Failure::Usage(anyhow!(contradiction)));
        }
        Ok(Hints { what, api: self.api, version: self.api_version, size, header, family })
    }
}

/// Where bytes come from.
enum Source {
    Stdin,
    File(File, String),
    Inline(String),
}

impl Source {
    fn reader(self) -> Box<dyn Read> {
        match self {
            Source::Stdin => Box::new(io::stdin().lock()),
            Source::File(file, _) => Box::new(file),
            Source::Inline(text) => Box::new(io::Cursor::new(text)),
        }
    }

    fn name(&self) -> String {
        match self {
            Source::Stdin => "standard input".into(),
            Source::File(_, path) => path.clone(),
            Source::Inline(_) => "the argument".into(),
        }
    }
}

/// The arguments as sources. Hex that the shell has split at its blanks is put together again.
fn sources(arguments: &[String]) -> std::result::Result<Vec<Source>, Failure> {
    if arguments.is_empty() {
        use io::IsTerminal;
        if io::stdin().is_terminal() {
            return Err(Failure::Usage(anyhow!(
                "no input: give hex, base64, a file, or - to paste it here; kafkit decode --help has examples"
            )));
        }
        return Ok(vec![Source::Stdin]);
    }
    let mut classified = Vec::new();
    for argument in arguments {
        classified.push(Argument::classify(argument));
    }
    let all_inline = classified.iter().all(|argument| matches!(argument, Ok(Argument::Inline(_)) | Err(_)));
    let split_hex =
        arguments.len() > 1 && all_inline && arguments.iter().any(|part| part.len() < SPLIT_HEX_MAX);
    if split_hex {
        return Ok(vec![Source::Inline(arguments.join(" "))]);
    }
    classified
        .into_iter()
        .zip(arguments)
        .map(|(argument, text)| match argument.map_err(|error| Failure::Usage(error.into()))? {
            Argument::Stdin => Ok(Source::Stdin),
            Argument::Inline(text) => Ok(Source::Inline(text)),
            Argument::File(path) => {
                let file = File::open(&path)
                    .map_err(|error| Failure::Usage(anyhow!("{}: {error}", path.display())))?;
                Ok(Source::File(file, text.clone()))
            }
        })
        .collect()
}

/// An argument shorter than this is no message but a part of one.
const SPLIT_HEX_MAX: usize = 12;

pub fn run(args: Args, color: ColorChoice) -> Result {
    let options = Options {
        hints: args.hints()?,
        pair: args.pair,
        lines: if args.lines { Some(true) } else { args.joined.then_some(false) },
        frame_bytes_max: args.max_frame_bytes,
        depth: if args.shallow { Depth::FIELDS } else { Depth::ALL },
    };
    let style = Style { color: color.on_stdout(), width: colour::width(), show_secrets: args.show_secrets };
    let format = match args.format {
        FormatName::Tree => Format::Tree,
        FormatName::Hex => Format::Hex,
        FormatName::Table => Format::Table,
        FormatName::Json => Format::Json,
        FormatName::Ndjson => Format::Ndjson,
    };
    let form = args.input_format.map(|form| match form {
        InputForm::Raw => Form::Raw,
        InputForm::Hex => Form::Hex,
        InputForm::Base64 => Form::Base64,
    });
    let mut printer = Printer {
        format,
        style,
        out: Vec::with_capacity(2 * OUTPUT_BYTES),
        stdout: io::stdout().lock(),
        repairs_left: REPAIRS_MAX,
        repair_ms: args.repair_ms,
        several: args.input.len() > 1,
        printed: false,
        outcome: Outcome::Fine,
    };
    let mut pairs = None;
    for source in sources(&args.input)? {
        let name = source.name();
        let tape = Tape::new(args.max_fields, args.max_decompressed_bytes);
        match Input::open(source.reader(), form) {
            Ok(input) => {
                // Where bytes are not in the order in which they are written, the reader must know.
                if matches!(input.spelling(), Spelling::HexdumpWords | Spelling::OdWords | Spelling::Decimal)
                {
                    writeln!(io::stderr(), "note: {name}: {}", input.reason())?;
                }
                let mut decoder = Decoder::new(input, options, tape);
                if let Some(pairs) = pairs.take() {
                    decoder.set_pairs(pairs);
                }
                printer.all(&mut decoder, &name)?;
                pairs = Some(decoder.into_pairs());
            }
            Err(error) => printer.input_error(&name, &error)?,
        }
    }
    printer.flush()?;
    Ok(printer.outcome)
}

struct Printer {
    format: Format,
    style: Style,
    out: Vec<u8>,
    stdout: io::StdoutLock<'static>,
    repairs_left: usize,
    repair_ms: u64,
    several: bool,
    printed: bool,
    outcome: Outcome,
}

impl Printer {
    fn all<R: Read>(&mut self, decoder: &mut Decoder<R>, name: &str) -> std::result::Result<(), Failure> {
        loop {
            match decoder.next_message() {
                Ok(Some(message)) => self.message(&message, name)?,
                Ok(None) => return Ok(()),
                Err(error) => self.input_error(name, &error)?,
            }
        }
    }

    fn message(&mut self, message: &crate::decode::Message<'_>, name: &str) -> io::Result<()> {
        let broken = message.tape.findings().iter().any(|finding| finding.severity != Severity::Note);
        let mut repairs = Vec::new();
        if broken || message.foreign.is_some() {
            self.outcome = Outcome::Problem;
        }
        if repair::faulty(message.tape) && message.foreign.is_none() && self.repairs_left > 0 {
            self.repairs_left -= 1;
            let time = Duration::from_millis(self.repair_ms);
            let mut budget = repair::Budget::new(repair::TRIES_MAX, Some(time));
            repairs = repair::search(message.bytes, 0, message.reading, message.tape, &mut budget);
        }
        let origin = origin(message, name, self.several);
        let shown = Shown {
            tape: message.tape,
            input: message.bytes,
            reading: message.reading,
            repairs: &repairs,
            origin: origin.as_deref(),
            base: message.base,
        };
        // Messages for a person stand apart; those for a program are lines.
        if !matches!(self.format, Format::Json | Format::Ndjson) && std::mem::replace(&mut self.printed, true)
        {
            self.out.push(b'\n');
        }
        match message.foreign {
            Some(foreign) => render::foreign::render(self.format, &foreign, &shown, &mut self.out),
            None => render::render(self.format, &shown, &self.style, &mut self.out),
        }
        if self.out.len() >= OUTPUT_BYTES {
            self.flush()?;
        }
        Ok(())
    }

    fn input_error(&mut self, name: &str, error: &InputError) -> io::Result<()> {
        self.flush()?;
        self.outcome = Outcome::Problem;
        writeln!(io::stderr(), "error: {name}: {error}")
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stdout.write_all(&self.out)?;
        self.out.clear();
        self.stdout.flush()
    }
}

/// Where a message stands, when there is more than one.
fn origin(message: &crate::decode::Message<'_>, name: &str, several: bool) -> Option<String> {
    let of_file = if several { format!("{name}, ") } else { String::new() };
    match message.line {
        Some(line) => Some(format!("{of_file}line {line}")),
        None if !message.alone => Some(format!("{of_file}byte {}", message.base)),
        None if several => Some(name.to_owned()),
        None => None,
    }
}
