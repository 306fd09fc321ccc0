//! What bytes are taken for when nobody says what they are.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use common::{hex, vectors};
use kafkit::codec::detect::{Hints, detect};
use kafkit::codec::dissect::Depth;
use kafkit::codec::reading::ReadAs;
use kafkit::codec::tape::Tape;
use kafkit::decode::{Decoder, Options};
use kafkit::input::Input;

#[test]
fn sound_record_batches_are_read_as_such() {
    let mut tape = Tape::default();
    let mut checked = 0;
    for vector in vectors("batches.ndjson").iter().filter(|vector| vector["corrupt"] == false) {
        let bytes = hex(&vector["hex"]);
        if bytes.is_empty() {
            continue;
        }
        // A batch at offset 0 and at others; a log's batches follow each other.
        for bytes in [bytes.clone(), [bytes.clone(), bytes.clone()].concat()] {
            tape.clear();
            let reading = detect(&mut tape, &bytes, 0, &Hints::default(), Depth::ALL);
            assert!(
                matches!(reading.read_as, ReadAs::Records(_)),
                "{}: {:?}",
                vector["case"],
                reading.read_as
            );
            checked += 1;
        }
    }
    println!("{checked} batches");
}

#[test]
fn request_frames_are_read_as_such_with_and_without_their_size() {
    let mut tape = Tape::default();
    let (mut sized, mut plain, mut plain_right) = (0, 0, 0);
    for vector in vectors("messages.ndjson").iter().filter(|vector| vector["kind"] == "request") {
        let Some(frame) = vector["frame_hex"].as_str() else { continue };
        let frame = ::hex::decode(frame).unwrap();
        // Random client ids with control characters are nobody's.
        let client_id = vector["header"]["clientId"].as_str().unwrap_or_default();
        if client_id.chars().any(char::is_control) {
            continue;
        }
        let bytes = [&(frame.len() as u32).to_be_bytes()[..], &frame].concat();
        tape.clear();
        let reading = detect(&mut tape, &bytes, 0, &Hints::default(), Depth::ALL);
        assert!(
            matches!(reading.read_as, ReadAs::Request { .. }),
            "{} {:?}",
            vector["message"],
            reading.read_as
        );
        assert!(tape.first_error().is_none());
        sized += 1;
        tape.clear();
        let reading = detect(&mut tape, &frame, 0, &Hints::default(), Depth::ALL);
        plain += 1;
        plain_right += usize::from(matches!(reading.read_as, ReadAs::Request { .. }));
    }
    println!("{sized} with size; of {plain} without {plain_right} are recognised");
    // Random field values can look less likely than another reading.
    assert!(plain_right * 100 >= plain * 90, "{plain_right} of {plain}");
}

fn decode(bytes: &[u8]) -> Vec<(usize, bool, String)> {
    let input = Input::open(bytes, Some(kafkit::input::Form::Raw)).unwrap();
    let mut decoder = Decoder::new(input, Options::default(), Tape::default());
    let mut messages = Vec::new();
    while let Some(message) = decoder.next_message().unwrap() {
        let kind = format!("{:?}", message.reading.read_as);
        messages.push((message.bytes.len(), message.tape.first_error().is_none(), kind));
    }
    messages
}

#[test]
fn no_byte_behind_a_wrong_size_is_lost() {
    let frame =
        ::hex::decode("00000023001200046f7fc66100096b61666b612d636c69000a6b61666b612d636c6904302e3100")
            .unwrap();
    for size in [0u32, 1, 3, 0x10, 0x22, 0x24, 0x7fff_ffff, 0x8000_0000] {
        let mut bytes = frame.clone();
        bytes[..4].copy_from_slice(&size.to_be_bytes());
        let shown: usize = decode(&bytes).iter().map(|(length, ..)| length).sum();
        assert_eq!(shown, bytes.len(), "size {size}");
    }
}

#[test]
fn a_long_run_of_batches_is_cut_into_them_and_its_torn_end_is_records_too() {
    let vectors = vectors("batches.ndjson");
    let batch = vectors.iter().find(|v| v["case"] == "v2-none-CreateTime-2").map(|v| hex(&v["hex"])).unwrap();
    let mut run = batch.repeat(1 + (600 << 10) / batch.len());
    run.truncate(run.len() - batch.len() / 2);
    let messages = decode(&run);
    assert!(messages.len() > 100);
    assert!(messages.iter().all(|(_, _, kind)| kind.starts_with("Records")), "{:?}", messages.last());
    assert_eq!(messages.iter().map(|(length, ..)| length).sum::<usize>(), run.len());
}
