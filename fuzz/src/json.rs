//! JSON to bytes. Text that begins with a brace is encoded as it is. Other input is a message: two bytes
//! choose which and in which version, and what reads exactly must come back from its JSON.
#![no_main]

use kafkit::codec::dissect::Depth;
use kafkit::codec::finding::FindingKind;
use kafkit::codec::json;
use kafkit::codec::messages::MESSAGES;
use kafkit::codec::reading::{ReadAs, read};
use kafkit::encode::{Options, What, encode};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

fuzz_target!(|input: &[u8]| match input {
    [b'{', ..] => {
        if let Ok(json) = serde_json::from_slice::<Value>(input) {
            // What is refused is refused with a place.
            if let Err(error) = encode(&json, &Options::default(), &mut Vec::new()) {
                assert!(error.path.starts_with('.'), "{error}");
            }
        }
    }
    [message, version, bytes @ ..] => comes_back(*message, *version, bytes),
    _ => {}
});

fn comes_back(message: u8, version: u8, bytes: &[u8]) {
    // More messages than a byte counts: the version's upper bits choose too.
    let index = usize::from(message) | usize::from(version >> 7) << 8;
    let Some(message) = MESSAGES.get(index).copied() else { return };
    let version = i16::from(version & 0x7f);
    if !message.versions.contain(version) {
        return;
    }
    let mut tape = kafkit_fuzz::tape();
    let reading = read(&mut tape, bytes, 0, ReadAs::Message(message, version), Depth::FIELDS);
    let Some(body) = reading.body else { return };
    // What Kafka takes but does not write itself is not the same again.
    let odd = |kind: &FindingKind| !matches!(kind, FindingKind::RemovedVersion { .. });
    if tape.truncated || tape.findings().iter().any(|finding| odd(&finding.kind)) {
        return;
    }
    let mut text = Vec::new();
    json::message(&tape, bytes, body, message.shape, &mut text);
    let json: Value = serde_json::from_slice(&text).expect("JSON");
    let options =
        Options { what: Some(What::Message(message)), version: Some(version), ..Options::default() };
    let mut tags = false;
    json::unknown_tags(&tape, body, |_, _, _| tags = true);
    let mut back = Vec::new();
    encode(&json, &options, &mut back).unwrap_or_else(|error| panic!("{} v{version}: {error}", message.name));
    // A NaN has many bits, and a tag that holds the default need not be there.
    let exact = !tags && !text.windows(5).any(|part| part == b"\"NaN\"");
    if exact && bytes.len() == back.len() {
        assert_eq!(bytes, back, "{} v{version}", message.name);
    }
}
