//! What real clients and brokers sent: `testdata/pcaps`, or the folder that `KAFKIT_PCAPS` names.
//! Every request and response must read to its end without an error, records and embedded messages
//! included, and requests must be those that an independent reassembly listed.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::collections::BTreeMap;
use std::path::Path;

use kafkit::codec::dissect::Depth;
use kafkit::codec::finding::{FindingKind, Severity};
use kafkit::codec::frame::{self, HeaderChoice, Layout};
use kafkit::codec::messages::{MESSAGES, ROUND_TRIPS};
use kafkit::codec::tape::Tape;

/// One direction of a connection: client port, server port, towards the server.
type Direction = (u16, u16, bool);

fn files(ending: &str) -> Vec<(String, Vec<u8>)> {
    let folder = match std::env::var_os("KAFKIT_PCAPS") {
        Some(folder) => folder.into(),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/pcaps"),
    };
    let mut files: Vec<(String, Vec<u8>)> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter_map(|path| {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            let stem = name.strip_suffix(".zst").unwrap_or(&name).to_owned();
            let bytes = std::fs::read(&path).unwrap();
            let bytes = if name.ends_with(".zst") { zstd::decode_all(&bytes[..]).unwrap() } else { bytes };
            stem.ends_with(ending).then(|| (stem.strip_suffix(ending).unwrap().to_owned(), bytes))
        })
        .collect();
    files.sort();
    assert!(!files.is_empty());
    files
}

/// The TCP payloads of a capture of the loopback interface, put together by direction.
fn streams(pcap: &[u8]) -> BTreeMap<Direction, Vec<u8>> {
    let little = pcap[..4] == [0xd4, 0xc3, 0xb2, 0xa1] || pcap[..4] == [0x4d, 0x3c, 0xb2, 0xa1];
    let word = |at: usize| {
        let bytes = pcap[at..at + 4].try_into().unwrap();
        if little { u32::from_le_bytes(bytes) } else { u32::from_be_bytes(bytes) }
    };
    let link = word(20);
    let mut segments: BTreeMap<Direction, Vec<(u32, Vec<u8>)>> = BTreeMap::new();
    let mut at = 24;
    while at + 16 <= pcap.len() {
        let captured = word(at + 8) as usize;
        let packet = &pcap[at + 16..at + 16 + captured];
        at += 16 + captured;
        let ip = match link {
            1 => &packet[14..],
            113 => &packet[16..],
            276 => &packet[20..],
            0 => &packet[4..],
            _ => packet,
        };
        let (tcp, end) = match ip[0] >> 4 {
            4 => (usize::from(ip[0] & 15) * 4, usize::from(u16::from_be_bytes([ip[2], ip[3]]))),
            _ => (40, 40 + usize::from(u16::from_be_bytes([ip[4], ip[5]]))),
        };
        let segment = &ip[tcp..end.min(ip.len())];
        let port = |at: usize| u16::from_be_bytes([segment[at], segment[at + 1]]);
        let (from, to) = (port(0), port(2));
        let sequence = u32::from_be_bytes(segment[4..8].try_into().unwrap());
        let payload = &segment[usize::from(segment[12] >> 4) * 4..];
        let is_server = |port: u16| (19690..19710).contains(&port);
        let direction = match (is_server(from), is_server(to)) {
            (false, true) => (from, to, true),
            (true, false) => (to, from, false),
            _ => continue,
        };
        let syn = segment[13] & 2 != 0;
        if syn {
            // Marks where the stream begins.
            segments.entry(direction).or_default().push((sequence.wrapping_add(1), Vec::new()));
        } else if !payload.is_empty() {
            segments.entry(direction).or_default().push((sequence, payload.to_vec()));
        }
    }
    segments
        .into_iter()
        .map(|(direction, parts)| {
            let first = parts[0].0;
            let mut parts: Vec<(u32, Vec<u8>)> = parts
                .into_iter()
                .map(|(sequence, payload)| (sequence.wrapping_sub(first), payload))
                .collect();
            parts.sort_by_key(|(at, _)| *at);
            let mut stream: Vec<u8> = Vec::new();
            for (at, payload) in parts {
                let at = at as usize;
                if at <= stream.len() && at + payload.len() > stream.len() {
                    let known = stream.len() - at;
                    stream.extend_from_slice(&payload[known..]);
                }
            }
            (direction, stream)
        })
        .collect()
}

fn frames(stream: &[u8]) -> Vec<&[u8]> {
    let (mut frames, mut rest) = (Vec::new(), stream);
    while rest.len() >= 4 {
        let size = i32::from_be_bytes(rest[..4].try_into().unwrap());
        let Some(frame) = usize::try_from(size).ok().and_then(|size| rest.get(..4 + size)) else { break };
        frames.push(frame);
        rest = &rest[frame.len()..];
    }
    frames
}

fn check(tape: &Tape, what: &str) {
    for finding in tape.findings() {
        assert!(
            finding.severity == Severity::Note && !matches!(finding.kind, FindingKind::Trailing { .. }),
            "{what}: {finding:?} at {}",
            tape.path(finding.node as usize)
        );
    }
}

#[test]
fn every_request_and_response_of_real_clients_reads_without_an_error() {
    let layout = Layout { size: true, header: HeaderChoice::Usual };
    let mut tape = Tape::default();
    let (mut requests, mut responses) = (0, 0);
    let mut listed: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, pcap) in files(".pcap") {
        let streams = streams(&pcap);
        for (&(client, server, towards), stream) in &streams {
            if !towards {
                continue;
            }
            let answers = streams.get(&(client, server, false)).map(Vec::as_slice).unwrap_or_default();
            let mut answers = frames(answers).into_iter();
            for (number, request) in frames(stream).into_iter().enumerate() {
                tape.clear();
                let frame = frame::request(&mut tape, request, 0, layout, None, Depth::ALL);
                let what = format!(
                    "{name} {client}:{server} #{number} {:?} v{}",
                    frame.api.map(|a| a.name),
                    frame.version
                );
                check(&tape, &what);
                requests += 1;
                let body = frame.body.map(|body| tape.nodes()[body]).unwrap();
                round_trips(
                    frame.message.unwrap().name,
                    frame.version,
                    &request[body.start as usize..],
                    &what,
                );
                let correlation = frame.correlation_id.unwrap();
                listed.entry(name.clone()).or_default().push(format!(
                    "{client}\t{server}\t{number}\t{}\t{}\t{}\t{correlation}",
                    request.len() - 4,
                    frame.key,
                    frame.version
                ));
                // Kafka answers a produce with acks=0 not at all.
                let acks = tape.child(frame.body.unwrap(), "acks").map(|i| tape.nodes()[i].value);
                if frame.key == 0 && acks == Some(0) {
                    continue;
                }
                let Some(answer) = answers.next() else { continue };
                tape.clear();
                let frame =
                    frame::response(&mut tape, answer, 0, layout, (frame.key, frame.version), Depth::ALL);
                check(&tape, &format!("{what} response"));
                assert_eq!(frame.correlation_id, Some(correlation), "{what}");
                let body = tape.nodes()[frame.body.unwrap()];
                round_trips(
                    frame.message.unwrap().name,
                    frame.version,
                    &answer[body.start as usize..],
                    &what,
                );
                responses += 1;
            }
        }
    }
    println!("{requests} requests, {responses} responses");
    assert!(requests > 100 && responses > 100);
    // The same requests as the independent reassembly found.
    for (name, table) in files(".messages.tsv") {
        let table = String::from_utf8(table).unwrap();
        // Connections that began before the capture are left out there.
        let middle: Vec<String> = table
            .lines()
            .filter_map(|line| line.strip_prefix("# ")?.strip_suffix(" starts in the middle"))
            .map(|connection| connection.replace('>', "\t") + "\t")
            .collect();
        let mut theirs: Vec<String> = table
            .lines()
            .skip(1)
            .filter(|line| !line.starts_with('#'))
            .map(|line| line.split('\t').take(7).collect::<Vec<_>>().join("\t"))
            .collect();
        let mut ours = listed.remove(&name).unwrap_or_default();
        ours.retain(|line| !middle.iter().any(|connection| line.starts_with(connection)));
        theirs.sort();
        ours.sort();
        assert_eq!(ours, theirs, "{name}");
    }
}

fn round_trips(name: &str, version: i16, body: &[u8], what: &str) {
    let index = MESSAGES.iter().position(|message| message.name == name).unwrap();
    assert_eq!(ROUND_TRIPS[index](body, version).as_deref(), Ok(body), "{what}");
}
