//! `kafkit errors`.

use std::io::{self, Write};

use anyhow::anyhow;
use clap::ValueEnum;

use super::{ColorChoice, Failure, Outcome, Result, colour};
use crate::codec::error_codes::{self, ERROR_CODES, ErrorCode};
use crate::render::Style;
use crate::render::reference::errors;

#[derive(Debug, clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub struct Args {
    /// One error: its name in any spelling, the Java class, or the code
    #[arg(value_name = "NAME|CODE", allow_negative_numbers = true)]
    error: Option<String>,

    /// How to show it
    #[arg(short, long, value_name = "FORMAT", default_value = "table")]
    format: FormatName,
}

const EXAMPLES: &str = "Examples:
  kafkit errors 3
  kafkit errors NotCoordinatorException
  kafkit errors --format json | jq -r '.[] | select(.retriable).name'";

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FormatName {
    /// For reading
    Table,
    /// For programs
    Json,
}

pub fn run(args: &Args, color: ColorChoice) -> Result {
    let style = Style { color: color.on_stdout(), width: colour::width(), show_secrets: false };
    let mut out = Vec::new();
    match (args.error.as_deref().map(find).transpose()?, args.format) {
        (None, FormatName::Table) => errors::list(ERROR_CODES, &style, &mut out),
        (None, FormatName::Json) => errors::list_json(ERROR_CODES, &mut out),
        (Some(error), FormatName::Table) => errors::one(error, &style, &mut out),
        (Some(error), FormatName::Json) => errors::one_json(error, &mut out),
    }
    io::stdout().lock().write_all(&out)?;
    Ok(Outcome::Fine)
}

fn find(text: &str) -> std::result::Result<&'static ErrorCode, Failure> {
    if let Ok(code) = text.parse::<i64>() {
        return i16::try_from(code).ok().and_then(error_codes::by_code).ok_or_else(|| {
            let last = ERROR_CODES.last().map_or(0, |error| error.code);
            Failure::Usage(anyhow!("no error has the code {code}; they go from -1 to {last}"))
        });
    }
    error_codes::by_name(text).ok_or_else(|| {
        let near: Vec<&str> = error_codes::nearest(text).into_iter().map(|error| error.name).collect();
        Failure::Usage(if near.is_empty() {
            anyhow!("no error is called {text:?}; kafkit errors lists them")
        } else {
            anyhow!("no error is called {text:?}; did you mean {}?", near.join(", "))
        })
    })
}
