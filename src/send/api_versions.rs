//! The answer to ApiVersions as a person wants it: names, and how what is offered compares with what
//! kafkit knows.

use std::fmt::Write;

use crate::client::{negotiate, request};
use crate::codec::api;
use crate::codec::messages::metadata::api_versions_response::ApiVersionsResponse;
use crate::codec::reading::ReadAs;
use crate::codec::schema::Versions;
use crate::render::{Shown, Style, headline, push};

/// Whether a message is an answer to ApiVersions that reads to its end.
pub fn is_one(shown: &Shown<'_>) -> bool {
    shown.tape.findings().is_empty() && read(shown).is_some_and(|response| !response.api_keys.is_empty())
}

fn read<'a>(shown: &Shown<'a>) -> Option<ApiVersionsResponse<'a>> {
    match shown.reading.read_as {
        ReadAs::Response { api: (negotiate::API_VERSIONS, version), .. } => {
            request::message(shown.input, version, "").ok()
        }
        _ => None,
    }
}

/// Appends the headline, a line for each API, and the features.
pub fn render(shown: &Shown<'_>, style: &Style, out: &mut Vec<u8>) {
    if style.color {
        headline::render::<true>(shown, style.width, out);
    } else {
        headline::render::<false>(shown, style.width, out);
    }
    let Some(response) = read(shown) else { return };
    let names = response.api_keys.iter().filter_map(|key| api::by_key(key.api_key));
    let width = names.map(|api| api.name.len()).max().unwrap_or_default().max(3);
    let mut text = format!("\n  key  {:width$}  versions  kafkit knows\n", "api");
    for offered in &response.api_keys {
        let versions = Versions { min: offered.min_version, max: offered.max_version };
        let (name, known) = match api::by_key(offered.api_key) {
            Some(api) => (api.name, api.request.versions.to_string()),
            None => ("?", "-".to_owned()),
        };
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{:>5}  {name:width$}  {:8}  {known}", offered.api_key, versions.to_string());
    }
    let mut features = Vec::new();
    for feature in &response.supported_features {
        let versions = Versions { min: feature.min_version, max: feature.max_version };
        let name = push::harmless(&feature.name.to_text()).into_owned();
        let finalized = response.finalized_features.iter().find(|one| one.name == feature.name);
        let level = finalized
            .map_or_else(|| "not finalized".to_owned(), |one| format!("at {}", one.max_version_level));
        features.push((name, versions.to_string(), level));
    }
    if !features.is_empty() {
        let epoch = match response.finalized_features_epoch {
            -1 => String::new(),
            epoch => format!(" (epoch {epoch})"),
        };
        let width = features.iter().map(|(name, ..)| name.len()).max().unwrap_or_default();
        let _ = writeln!(text, "\n  {:width$}  supported  finalized{epoch}", "feature");
        for (name, versions, level) in features {
            let _ = writeln!(text, "  {name:width$}  {versions:9}  {level}");
        }
    }
    let _ = match response.throttle_time_ms {
        0 => Ok(()),
        millis => writeln!(text, "\n  throttled for {millis} ms"),
    };
    out.extend_from_slice(text.as_bytes());
}
