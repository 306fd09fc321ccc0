//! Why a request is refused, in the words of `decode`.

use super::aside::aside;
use crate::codec::api;
use crate::codec::dissect::Depth;
use crate::codec::explain;
use crate::codec::frame::Layout;
use crate::codec::reading::{self, ReadAs};
use crate::codec::tape::Tape;

/// So many values are remembered to name the one that is wrong: 48 MB at most, for as long as it takes.
const NODES_KEPT: usize = 1 << 20;

/// A longer frame takes so long to be looked at that the other connections of the thread go on elsewhere.
const AT_ONCE_BYTES: usize = 1 << 20;

/// What is wrong with a frame that was not to be read. All of it is looked at: a part would seem cut.
pub fn request(frame: &[u8]) -> String {
    if frame.len() > AT_ONCE_BYTES { aside(|| reason(frame)) } else { reason(frame) }
}

fn reason(frame: &[u8]) -> String {
    let mut tape = Tape::new(NODES_KEPT, 0);
    let read_as = ReadAs::Request { layout: Layout::default(), api: None };
    let reading = reading::read(&mut tape, frame, 0, read_as, Depth::FIELDS);
    let name = reading.frame.and_then(|frame| frame.api).map_or("request", |api| api.name);
    let Some(finding) = tape.first_error().or(tape.findings().first()) else {
        return format!("{name}: nothing is wrong with its form, but it could not be read");
    };
    if tape.truncated {
        return format!(
            "{name}: byte {}: it cannot be read, behind more values than are named here",
            finding.at
        );
    }
    let words = explain::explain(&tape, &reading, finding);
    let wanted = match (words.want, words.have) {
        (Some(want), Some(have)) => format!(" (expected {want}, found {have})"),
        _ => String::new(),
    };
    format!("{name}: byte {}: {}: {}{wanted}", finding.at, explain::path(&tape, finding), words.title)
}

/// An API that is not answered.
pub fn unserved(frame: &[u8], key: i16) -> String {
    match api::by_key(key) {
        Some(api) => format!("{} (API key {key}) is not answered by this broker", api.name),
        None => request(frame),
    }
}

/// A version that is not answered.
pub fn unsupported(key: i16, version: i16) -> String {
    let name = api::by_key(key).map_or("API", |api| api.name);
    let offered = super::apis::served(key).map(|served| served.versions.to_string()).unwrap_or_default();
    format!("{name} version {version} is not answered by this broker, which offers {offered}")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Metadata v1 of so many topics, of which this many bytes come.
    fn metadata(topics: u32, bytes: usize) -> Vec<u8> {
        let mut frame = b"\0\x03\0\x01\0\0\0\x07\xff\xff".to_vec();
        frame.extend(topics.to_be_bytes());
        frame.resize(frame.len() + bytes, 0);
        frame
    }

    #[test]
    fn the_reason_is_the_true_one_in_a_long_request() {
        let told = request(&metadata(2_000_000, 4_000_000));
        assert!(told.contains("too many elements (expected at most 1,000,000, found 2,000,000)"), "{told}");
        assert!(told.starts_with("Metadata: byte 10: "), "{told}");
        let told = request(&metadata(2_000_000, 1_999_999));
        assert!(told.contains("claims 2,000,000 elements, but 1,999,999 bytes follow"), "{told}");
        let told = request(&metadata(1, 2_000_000));
        assert!(told.contains("1,999,998 bytes follow the end of the request"), "{told}");
    }

    #[test]
    fn no_value_is_blamed_for_one_that_was_not_kept() {
        // OffsetFetch v1: topics, each with a name, no partitions.
        let mut frame = b"\0\x09\0\x01\0\0\0\x07\xff\xff\0\0".to_vec();
        frame.extend(999_999_u32.to_be_bytes());
        frame.resize(frame.len() + 5_999_990, 0);
        let told = request(&frame);
        assert!(told.ends_with("behind more values than are named here"), "{told}");
    }
}
