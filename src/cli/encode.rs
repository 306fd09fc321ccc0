//! `kafkit encode`.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, IsTerminal, Read, Write};

use ::base64::Engine;
use anyhow::anyhow;
use clap::ValueEnum;
use serde_json::Value as Json;

use super::decode::{YesNo, api_key, header_version, message};
use super::{Failure, Outcome, Result};
use crate::codec::frame::HeaderChoice;
use crate::codec::json::Missing;
use crate::codec::schema::Message;
use crate::encode::{self, Options, What};

#[derive(Debug, clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub struct Args {
    /// JSON, a file with JSON, or - for standard input
    ///
    /// One object or several, one a line or not, as decode --format json and ndjson print them. The keys
    /// "kind", "api", "version", "headerVersion", "size", "header", "body" and "unknownTags" say what is
    /// written; all others are passed over. A header that is not whole is filled up.
    #[arg(value_name = "FILE|JSON")]
    input: Option<String>,

    /// How to write the bytes: a line of text for each message, or nothing but the bytes
    #[arg(short, long, value_name = "FORM", default_value = "hex")]
    output: Form,

    /// Fields that are not there take their default, instead of being refused
    #[arg(long)]
    defaults: bool,

    /// What the object is where it is a body, without "kind" around it
    #[arg(long = "as", value_name = "WHAT", help_heading = "What it is", conflicts_with = "message")]
    what: Option<Kind>,

    /// The API, instead of the one that the JSON names: a name or a key
    #[arg(long, value_name = "NAME|KEY", value_parser = api_key, help_heading = "What it is")]
    api: Option<i16>,

    /// The version, instead of the one that the JSON names
    #[arg(long, value_name = "N", help_heading = "What it is")]
    api_version: Option<i16>,

    /// The version of the header, or none for the body alone
    #[arg(long, value_name = "N|none", value_parser = header_version, help_heading = "What it is")]
    header_version: Option<HeaderChoice>,

    /// Whether to put four bytes of size before each message; otherwise where the JSON has "size"
    #[arg(long, value_name = "yes|no", help_heading = "What it is")]
    size: Option<YesNo>,

    /// The object is a message of this name that stands alone
    #[arg(long, value_name = "NAME", value_parser = message, help_heading = "What it is")]
    message: Option<&'static Message>,
}

const EXAMPLES: &str = r#"Examples:
  kafkit decode --format json frame.hex | kafkit encode
  kafkit encode --defaults --as request --api Metadata --api-version 12 '{}'
  kafkit encode --as request --api ApiVersions --api-version 0 --size yes '{}'
  kafkit decode --format ndjson dump.bin | jq -c '.header.clientId="x"' |
    kafkit encode -o raw"#;

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    /// Hexadecimal digits
    Hex,
    /// The bytes themselves, back to back
    Raw,
    /// Base64
    Base64,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Kind {
    /// A request: a header is put before it
    Request,
    /// A response: a header is put before it
    Response,
    /// A request's body without a header
    RequestBody,
    /// A response's body without a header
    ResponseBody,
}

impl Args {
    fn options(&self) -> std::result::Result<Options, Failure> {
        let what = match (self.what, self.message) {
            (_, Some(message)) => Some(What::Message(message)),
            (None, None) => None,
            (Some(kind), None) => Some(match kind {
                Kind::Request => What::Request,
                Kind::Response => What::Response,
                Kind::RequestBody => What::RequestBody,
                Kind::ResponseBody => What::ResponseBody,
            }),
        };
        if self.what.is_some() && (self.api.is_none() || self.api_version.is_none()) {
            return Err(Failure::Usage(anyhow!(
                "a body does not say of which API and version it is: give --api and --api-version too"
            )));
        }
        if self.message.is_some() && self.api_version.is_none() {
            return Err(Failure::Usage(anyhow!(
                "a message does not say its version: give --api-version too"
            )));
        }
        Ok(Options {
            what,
            api: self.api,
            version: self.api_version,
            header: self.header_version,
            size: self.size.map(|size| size == YesNo::Yes),
            missing: if self.defaults { Missing::Default } else { Missing::Refuse },
        })
    }

    /// Where the JSON comes from, and what to call that in an error.
    fn open(&self) -> std::result::Result<(Box<dyn Read>, String), Failure> {
        let stdin = || (Box::new(io::stdin().lock()) as Box<dyn Read>, "standard input".to_owned());
        match self.input.as_deref() {
            None if io::stdin().is_terminal() => Err(Failure::Usage(anyhow!(
                "no input: give JSON, a file, or - to paste it here; kafkit encode --help has examples"
            ))),
            None | Some("-") => Ok(stdin()),
            Some(text) if text.trim_start().starts_with(['{', '[']) => {
                Ok((Box::new(io::Cursor::new(text.to_owned())), "the argument".to_owned()))
            }
            Some(path) => {
                let file = File::open(path).map_err(|error| Failure::Usage(anyhow!("{path}: {error}")))?;
                Ok((Box::new(file), path.to_owned()))
            }
        }
    }
}

pub fn run(args: &Args) -> Result {
    let options = args.options()?;
    if args.output == Form::Raw && io::stdout().is_terminal() {
        return Err(Failure::Usage(anyhow!(
            "raw bytes would garble the terminal: redirect them, or leave out --output raw"
        )));
    }
    let (input, name) = args.open()?;
    let mut out = BufWriter::new(io::stdout().lock());
    let mut outcome = Outcome::Fine;
    let mut bytes = Vec::new();
    let objects = serde_json::Deserializer::from_reader(BufReader::new(input)).into_iter::<Json>();
    let mut number = 0;
    for object in objects {
        number += 1;
        let which = if number == 1 { name.clone() } else { format!("{name}, object {number}") };
        let object = match object {
            Ok(object) => object,
            Err(error) => {
                out.flush()?;
                return Err(Failure::Data(match error.io_error_kind() {
                    Some(kind) => anyhow!("{name}: {kind}"),
                    None => anyhow!("{name}: {error}"),
                }));
            }
        };
        bytes.clear();
        match encode::encode(&object, &options, &mut bytes) {
            Ok(()) => write(&mut out, args.output, &bytes)?,
            Err(error) => {
                // What went before comes before what is said of this one.
                out.flush()?;
                outcome = Outcome::Problem;
                writeln!(io::stderr(), "error: {which}: {error}")?;
            }
        }
    }
    out.flush()?;
    if number == 0 {
        return Err(Failure::Data(anyhow!("{name}: there is nothing in it; expected a JSON object")));
    }
    Ok(outcome)
}

fn write(out: &mut impl Write, form: Form, bytes: &[u8]) -> io::Result<()> {
    match form {
        Form::Raw => out.write_all(bytes),
        Form::Hex => writeln!(out, "{}", hex::encode(bytes)),
        Form::Base64 => writeln!(out, "{}", ::base64::engine::general_purpose::STANDARD.encode(bytes)),
    }
}
