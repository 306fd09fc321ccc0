//! Places in JSON, spelled as jq and decode spell them: `.body.topics[0].name`.

use serde_json::Value as Json;

use super::envelope::Envelope;
use super::problem;
use crate::codec::json::JsonError;

/// What decode prints in place of a password, a key or a token.
const REDACTED: &str = "(redacted)";

/// The value at a path below `json`.
pub fn at<'j>(json: &'j Json, path: &str) -> Option<&'j Json> {
    let mut here = json;
    for step in path.split_inclusive(['.', '[']) {
        let step = step.trim_end_matches(['.', '[']);
        here = match step.strip_suffix(']') {
            Some(index) => here.get(index.parse::<usize>().ok()?)?,
            None if step.is_empty() => here,
            None => here.get(step)?,
        };
    }
    Some(here)
}

/// Refuses values that decode has hidden: they would become the text that stands for them.
pub fn nothing_is_hidden(envelope: &Envelope<'_>) -> Result<(), JsonError> {
    let body = if envelope.is_bare { "" } else { ".body" };
    for (path, part) in [(".header", envelope.given_header), (body, envelope.body)] {
        if let Some(hidden) = part.and_then(|part| hidden(part, path.to_owned())) {
            return Err(problem(&hidden, "decode has hidden this value; with --show-secrets it does not"));
        }
    }
    Ok(())
}

fn hidden(json: &Json, path: String) -> Option<String> {
    match json {
        Json::String(text) => (text == REDACTED).then_some(path),
        Json::Array(elements) => {
            elements.iter().enumerate().find_map(|(i, element)| hidden(element, format!("{path}[{i}]")))
        }
        Json::Object(members) => {
            members.iter().find_map(|(name, member)| hidden(member, format!("{path}.{name}")))
        }
        _ => None,
    }
}
