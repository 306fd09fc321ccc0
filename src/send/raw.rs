//! `--raw`: bytes that are sent as they are.

use std::io::Read;

use super::PRODUCE;
use super::flight::Expect;
use crate::codec::api;
use crate::codec::dissect::Depth;
use crate::codec::frame::{HeaderChoice, Layout};
use crate::codec::reading::{self, ReadAs};
use crate::codec::tape::Tape;
use crate::input::{Input, InputError};

/// The most bytes that are taken in.
const INPUT_BYTES_MAX: usize = 64 << 20;
/// Fields kept of one request, which is only looked at for its acks.
const NODES_MAX: usize = 10_000;
/// How much is read at once.
const CHUNK_BYTES: usize = 64 << 10;

/// Reads bytes in any spelling. What is behind the limit is left.
///
/// # Errors
/// What is wrong with the text that they are written in.
pub fn read(reader: impl Read) -> Result<Vec<u8>, InputError> {
    let mut input = Input::open(reader, None)?;
    let mut bytes = Vec::new();
    while input.next_unit()? {
        while bytes.len() < INPUT_BYTES_MAX && input.fill(&mut bytes, CHUNK_BYTES)? > 0 {}
    }
    Ok(bytes)
}

/// Cuts bytes into frames, each with the answer that it should get. What is no whole frame comes last.
pub fn frames(bytes: &[u8]) -> Vec<(Vec<u8>, Vec<Expect>)> {
    let mut frames = Vec::new();
    let mut rest = bytes;
    while !rest.is_empty() {
        let size = rest.first_chunk().map(|size| i32::from_be_bytes(*size));
        let end = size.and_then(|size| usize::try_from(size).ok()).map(|size| size.saturating_add(4));
        let (frame, behind) = end.and_then(|end| rest.split_at_checked(end)).unwrap_or((rest, &[]));
        frames.push((frame.to_vec(), expected(frame).into_iter().collect()));
        rest = behind;
    }
    frames
}

/// What should answer a request, read from its own header; nothing answers a Produce with acks 0.
fn expected(frame: &[u8]) -> Option<Expect> {
    let int = |at: usize| frame.get(at..)?.first_chunk().map(|bytes| i16::from_be_bytes(*bytes));
    let id = frame.get(8..).and_then(|rest| rest.first_chunk()).map(|id| i32::from_be_bytes(*id));
    let api = int(4).and_then(api::by_key).zip(int(6));
    let unanswered = int(4) == Some(PRODUCE) && acks(frame) == Some(0);
    (!unanswered).then_some(Expect { api, id })
}

fn acks(frame: &[u8]) -> Option<i64> {
    let mut tape = Tape::new(NODES_MAX, 0);
    let layout = Layout { size: true, header: HeaderChoice::Usual };
    let reading = reading::read(&mut tape, frame, 0, ReadAs::Request { layout, api: None }, Depth::FIELDS);
    let acks = tape.child(reading.body?, "acks")?;
    tape.nodes().get(acks).map(|node| node.value)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // A test that cannot go on has failed.
mod tests {
    use super::*;

    #[test]
    fn frames_and_what_is_none() {
        let bytes = read(&b"0000000a 0012 0000 00000007 ffff 0000 0005 01"[..]).unwrap();
        let frames = frames(&bytes);
        assert_eq!(frames.iter().map(|(bytes, _)| bytes.len()).collect::<Vec<_>>(), [14, 5]);
        let expect = frames.first().and_then(|(_, expects)| expects.first()).unwrap();
        assert_eq!(
            (expect.api.map(|(api, version)| (api.name, version)), expect.id),
            (Some(("ApiVersions", 0)), Some(7))
        );
        assert!(frames.last().unwrap().1.first().unwrap().api.is_none());
    }

    #[test]
    fn nothing_answers_acks_0() {
        // Produce v3: no transactional id, acks, a timeout, no topics.
        let frame = |acks: &str| {
            hex::decode(format!("0000001600000003000000070000ffff{acks}0000000000000000")).unwrap()
        };
        let count = |acks| frames(&frame(acks)).first().unwrap().1.len();
        assert_eq!((count("0000"), count("0001")), (0, 1));
    }
}
