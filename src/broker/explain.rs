//! Why a request is refused, in the words of `decode`.

use crate::codec::api;
use crate::codec::dissect::Depth;
use crate::codec::explain;
use crate::codec::frame::Layout;
use crate::codec::reading::{self, ReadAs};
use crate::codec::tape::Tape;

/// So much of a request is looked at: what is wrong with a long one is nearly always told before.
const LOOKED_AT_BYTES: usize = 1 << 20;

/// What is wrong with a frame that was not to be read.
pub fn request(frame: &[u8]) -> String {
    let frame = frame.get(..LOOKED_AT_BYTES).unwrap_or(frame);
    let mut tape = Tape::default();
    let read_as = ReadAs::Request { layout: Layout::default(), api: None };
    let reading = reading::read(&mut tape, frame, 0, read_as, Depth::ALL);
    let name = reading.frame.and_then(|frame| frame.api).map_or("request", |api| api.name);
    match tape.findings().first() {
        Some(finding) => {
            let words = explain::explain(&tape, &reading, finding);
            format!("{name}: byte {}: {}: {}", finding.at, explain::path(&tape, finding), words.title)
        }
        None => format!("{name}: nothing is wrong with its form, but it could not be read"),
    }
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
