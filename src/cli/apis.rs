//! `kafkit apis`.

use std::io::{self, Write};

use anyhow::anyhow;

use super::errors::FormatName;
use super::{ColorChoice, Failure, Outcome, Result, colour};
use crate::codec::api::{self, APIS, Api};
use crate::codec::messages::{self, MESSAGES};
use crate::codec::schema::{Message, Versions};
use crate::render::Style;
use crate::render::reference::{apis, fields};

#[derive(Debug, clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub struct Args {
    /// One API or message: its name in any spelling, or an API's key
    #[arg(value_name = "NAME|KEY")]
    name: Option<String>,

    /// Which version's fields to show, or A..B for what changed between two; the newest otherwise
    #[arg(long, value_name = "N", value_parser = versions, requires = "name")]
    api_version: Option<Asked>,

    /// What changed between two versions
    #[arg(long, value_names = ["FROM", "TO"], num_args = 2, requires = "name", conflicts_with = "api_version")]
    diff: Option<Vec<i16>>,

    /// List the messages that are not requests or responses: headers, records, embedded ones
    #[arg(long, conflicts_with = "name")]
    messages: bool,

    /// How to show it
    #[arg(short, long, value_name = "FORMAT", default_value = "table")]
    format: FormatName,
}

const EXAMPLES: &str = "Examples:
  kafkit apis Fetch
  kafkit apis 1 --api-version 4
  kafkit apis Metadata --diff 8 9
  kafkit apis TopicRecord
  kafkit apis --format json | jq -r '.[] | select(.removedVersions).name'";

/// What `--api-version` asks for.
#[derive(Debug, Clone, Copy)]
enum Asked {
    One(i16),
    Change([i16; 2]),
}

fn versions(text: &str) -> std::result::Result<Asked, String> {
    let number =
        |text: &str| text.parse::<i16>().map_err(|_| "expected a version, or two as 3..4".to_owned());
    match text.split_once("..") {
        None => number(text).map(Asked::One),
        Some((from, to)) => Ok(Asked::Change([number(from)?, number(to)?])),
    }
}

/// What a name stands for.
#[derive(Debug, Clone, Copy)]
enum Named {
    Api(&'static Api),
    Message(&'static Message),
}

impl Named {
    fn find(text: &str) -> std::result::Result<Self, Failure> {
        if let Ok(key) = text.parse::<i64>() {
            return i16::try_from(key).ok().and_then(api::by_key).map(Named::Api).ok_or_else(|| {
                let last = APIS.last().map_or(0, |api| api.key);
                Failure::Usage(anyhow!("no API has the key {key}; they go from 0 to {last}"))
            });
        }
        // A request or response alone is asked for by its full name.
        if let Some(message) = messages::find(text) {
            return Ok(Named::Message(message));
        }
        if let Some(api) = api::by_name(text) {
            return Ok(Named::Api(api));
        }
        let mut near: Vec<&str> = api::nearest(text).into_iter().map(|api| api.name).collect();
        if near.is_empty() {
            near = messages::nearest(text).into_iter().map(|message| message.name).collect();
        }
        Err(Failure::Usage(if near.is_empty() {
            anyhow!(
                "no API or message is called {text:?}; kafkit apis lists them, kafkit apis --messages the others"
            )
        } else {
            anyhow!("no API or message is called {text:?}; did you mean {}?", near.join(", "))
        }))
    }

    fn name(self) -> &'static str {
        match self {
            Named::Api(api) => api.name,
            Named::Message(message) => message.name,
        }
    }

    fn messages(self) -> Vec<&'static Message> {
        match self {
            Named::Api(api) => vec![api.request, api.response],
            Named::Message(message) => vec![message],
        }
    }

    fn versions(self) -> Versions {
        match self {
            Named::Api(api) => api.request.versions,
            Named::Message(message) => message.versions,
        }
    }

    fn check(self, version: i16) -> std::result::Result<i16, Failure> {
        let (versions, name) = (self.versions(), self.name());
        if versions.contain(version) {
            return Ok(version);
        }
        Err(Failure::Usage(anyhow!("{name} has versions {versions}, not {version}")))
    }

    /// The newest version that is final.
    fn newest(self) -> i16 {
        let message = match self {
            Named::Api(api) => api.request,
            Named::Message(message) => message,
        };
        let Versions { min, mut max } = message.versions;
        while max > min && message.unstable.contain(max) {
            max -= 1;
        }
        max
    }
}

pub fn run(args: &Args, color: ColorChoice) -> Result {
    let style = Style { color: color.on_stdout(), width: colour::width(), show_secrets: false };
    let json = args.format == FormatName::Json;
    let mut out = Vec::new();
    match args.name.as_deref().map(Named::find).transpose()? {
        Some(named) => one(args, named, json, &style, &mut out)?,
        None if args.messages && json => apis::messages_json(MESSAGES, &mut out),
        None if args.messages => apis::messages(MESSAGES, &style, &mut out),
        None if json => apis::list_json(APIS, &mut out),
        None => apis::list(APIS, &style, &mut out),
    }
    io::stdout().lock().write_all(&out)?;
    Ok(Outcome::Fine)
}

fn one(
    args: &Args,
    named: Named,
    json: bool,
    style: &Style,
    out: &mut Vec<u8>,
) -> std::result::Result<(), Failure> {
    let asked = match (args.diff.as_deref(), args.api_version) {
        (Some([from, to]), _) => Asked::Change([*from, *to]),
        (_, Some(asked)) => asked,
        _ => Asked::One(named.newest()),
    };
    match (asked, named) {
        (Asked::Change([from, to]), _) => {
            let versions = [named.check(from)?, named.check(to)?];
            if json {
                fields::diff_json(&named.messages(), versions, out);
            } else {
                fields::diff(&named.messages(), versions, style, out);
            }
        }
        (Asked::One(version), Named::Api(api)) => {
            let version = named.check(version)?;
            if json { fields::api_json(api, version, out) } else { fields::api(api, version, style, out) }
        }
        (Asked::One(version), Named::Message(message)) => {
            let version = named.check(version)?;
            if json {
                fields::message_json(message, version, out);
            } else {
                fields::message(message, version, style, out);
            }
        }
    }
    Ok(())
}
