//! What `kafkit serve` answers where Apache Kafka does something that is easily done otherwise.
#![allow(clippy::unwrap_used, clippy::panic)] // A test that cannot go on has failed.

#[path = "common/broker.rs"]
#[allow(dead_code)]
mod broker;

use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use broker::{ANYBODY, Broker, FETCH_VERSION, KAFKIT, batch, fetch, frame, produce, produced, read, record};
use kafkit::codec::error_codes::codes;
use kafkit::codec::messages::fetch::fetch_request::{FetchPartition, FetchRequest, FetchTopic};
use kafkit::codec::messages::fetch::fetch_response::FetchResponse;
use kafkit::codec::records::batch::Attributes;
use kafkit::codec::records::compression::Codec;
use kafkit::codec::records::write::{BatchHeader, BatchWriter, NewRecord};
use kafkit::codec::wire::Str;

/// A wait that is plainly seen, and not long.
const WAIT_MS: i32 = 1500;
const WAIT: Duration = Duration::from_millis(1500);

/// A fetch of the first partition of topics, each from an offset.
fn fetch_of(topics: &[(&str, i64)], min_bytes: i32, max_wait_ms: i32) -> Vec<u8> {
    let topic = |&(topic, fetch_offset): &(&'static str, i64)| FetchTopic {
        topic: Str::from(topic),
        partitions: vec![FetchPartition {
            fetch_offset,
            partition_max_bytes: 10 << 20,
            ..Default::default()
        }],
        ..Default::default()
    };
    let topics: Vec<(&'static str, i64)> = topics
        .iter()
        .map(|&(name, offset)| (&*Box::leak(name.to_owned().into_boxed_str()), offset))
        .collect();
    let body = FetchRequest {
        max_wait_ms,
        min_bytes,
        max_bytes: 50 << 20,
        topics: topics.iter().map(topic).collect(),
        ..Default::default()
    };
    frame(1, FETCH_VERSION, &body)
}

#[test]
fn a_fetch_waits_for_what_appends_can_bring_and_for_nothing_else() {
    let broker = Broker::start(&["--temp", "--topic", "idle", "--topic", "rolled,segment.bytes=1048576"]);
    let mut client = broker.connect();
    for _ in 0..4 {
        assert_eq!(client.produce("rolled", 0, &record(300_000)).unwrap().0, 0);
    }
    // The last batch of a segment: the next one is in another, and no append makes this answer longer.
    let begun = Instant::now();
    client.send(&fetch_of(&[("rolled", 2)], 1 << 20, WAIT_MS)).unwrap();
    client.receive().unwrap();
    assert!(begun.elapsed() < WAIT / 2, "{:?}", begun.elapsed());
    // An unknown topic is told at once only where it is all that was asked for.
    client.send(&fetch_of(&[("none", 0)], 1, WAIT_MS)).unwrap();
    client.receive().unwrap();
    assert!(begun.elapsed() < WAIT / 2, "{:?}", begun.elapsed());
    let begun = Instant::now();
    client.send(&fetch_of(&[("none", 0), ("idle", 0)], 1, WAIT_MS)).unwrap();
    let answer = client.receive().unwrap();
    assert!(begun.elapsed() >= WAIT, "{:?}", begun.elapsed());
    let response: FetchResponse<'_> = read(&answer, FETCH_VERSION);
    let code = |at: usize| response.responses[at].partitions[0].error_code;
    assert_eq!((code(0), code(1)), (codes::UNKNOWN_TOPIC_OR_PARTITION, 0));
    // Of the error Kafka says an empty list, of what it has read for somebody who takes all, nothing.
    let aborted =
        |at: usize| response.responses[at].partitions[0].aborted_transactions.as_ref().map(Vec::len);
    assert_eq!((aborted(0), aborted(1)), (Some(0), None));
}

#[test]
fn records_of_transactions_are_refused() {
    let broker = Broker::start(&["--temp", "--topic", "t"]);
    let mut client = broker.connect();
    let mut writer = BatchWriter::new(BatchHeader {
        attributes: Attributes::of(Codec::None).transactional(),
        base_timestamp: 1,
        producer_id: 5,
        producer_epoch: 0,
        base_sequence: 0,
        ..Default::default()
    });
    writer.push(&NewRecord { value: Some(b"v"), ..Default::default() });
    let mut batch = Vec::new();
    writer.finish(&mut batch).unwrap();
    assert_eq!(client.produce("t", 0, &batch).unwrap(), (codes::TRANSACTIONAL_ID_AUTHORIZATION_FAILED, -1));
    assert_eq!(client.produce("t", 0, &record(1)).unwrap(), (0, 0));
    let (_, records) = client.fetch("t", 0, 0).unwrap();
    assert!(!records.is_empty(), "nothing holds readers back");
}

#[test]
fn internal_topics_are_the_brokers() {
    let broker = Broker::start(&["--temp", "--topic", "__transaction_state"]);
    let mut client = broker.connect();
    let code = client.produce("__transaction_state", 0, &batch(ANYBODY, &[b"v".to_vec()])).unwrap().0;
    assert_eq!(code, codes::INVALID_TOPIC_EXCEPTION);
}

#[test]
fn who_reads_slowly_is_not_idle() {
    let broker = Broker::start(&["--temp", "--topic", "t", "--config", "connections.max.idle.ms=500"]);
    let mut client = broker.connect();
    for _ in 0..12 {
        assert_eq!(client.produce("t", 0, &record(900_000)).unwrap().0, 0);
    }
    client.send(&fetch(1, "t", 0, 0, 0)).unwrap();
    let mut size = [0; 4];
    client.stream.read_exact(&mut size).unwrap();
    let size = u32::from_be_bytes(size) as usize;
    assert!(size > 8 << 20);
    let (mut read, mut part) = (0, vec![0; size / 15]);
    while read < size {
        thread::sleep(Duration::from_millis(100));
        let room = part.len().min(size - read);
        client.stream.read_exact(&mut part[..room]).unwrap();
        read += room;
    }
    broker.says("idle for 500 ms");
}

#[test]
fn a_trace_that_nobody_reads_holds_nobody_up() {
    let mut child = Command::new(KAFKIT)
        .args(["serve", "--temp", "--port", "0", "--trace=full", "--topic", "t"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    // Held, and not read any more.
    let mut out = BufReader::with_capacity(1, child.stdout.take().unwrap());
    let mut line = String::new();
    out.read_line(&mut line).unwrap();
    let mut client = broker::Client::new(line.trim().parse().unwrap()).unwrap();
    for _ in 0..200 {
        client.send(&produce(1, 1, "t", 0, &record(900_000))).unwrap();
        assert_eq!(produced(&client.receive().unwrap()).0, 0);
    }
    let begun = Instant::now();
    rustix::process::kill_process(rustix::process::Pid::from_child(&child), rustix::process::Signal::TERM)
        .unwrap();
    assert!(child.wait().unwrap().success());
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
}

#[test]
fn a_trace_shows_everything_or_what_it_is_asked_for() {
    let traced = |arguments: &[&str]| {
        let mut child = Command::new(KAFKIT)
            .args(["serve", "--temp", "--port", "0", "--topic", "t", "--topic", "tt"])
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        out.read_line(&mut line).unwrap();
        let address = line.trim().parse().unwrap();
        let mut client = broker::Client::new(address).unwrap();
        // Without acknowledgement, of an unknown version, and what is no request.
        client.send(&produce(1, 0, "t", 0, &record(10))).unwrap();
        client.send(&broker::raw(18, 99, 2, &[0])).unwrap();
        client.receive().unwrap();
        client.send(&produce(3, 1, "tt", 0, &record(10))).unwrap();
        client.receive().unwrap();
        // Topics by their ids.
        let send = |api: &str| {
            let address = line.trim();
            Command::new(KAFKIT).args(["send", api, address, "t", "--timeout", "5s"]).output().unwrap()
        };
        assert!(send("fetch").status.success());
        client.send(&[0, 0, 0, 3, 1, 2, 3]).unwrap();
        client.is_closed();
        rustix::process::kill_process(
            rustix::process::Pid::from_child(&child),
            rustix::process::Signal::TERM,
        )
        .unwrap();
        let mut text = String::new();
        out.read_to_string(&mut text).unwrap();
        child.wait().unwrap();
        text
    };
    let all = traced(&["--trace"]);
    for part in
        ["Produce v8 request · correlation 1", "ApiVersions v99", "correlation 3", "closed: ", "Fetch v"]
    {
        assert!(all.contains(part), "{part}: {all}");
    }
    let of_topic = traced(&["--trace", "--trace-topic", "t"]);
    for (part, is_there) in
        [("correlation 1 ", true), ("Fetch v18 request", true), ("Produce v8 request · correlation 3", false)]
    {
        assert_eq!(of_topic.contains(part), is_there, "{part}: {of_topic}");
    }
}

#[test]
fn topics_with_one_id_are_refused_before_anything_is_written() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("data");
    let id = "topic.a.id=AAAAAAAAQACAAAAAAAAAAw";
    let starts = |arguments: &[&str]| {
        let mut command = Command::new(KAFKIT);
        Broker::of(command.args(["serve", "--port", "0", "--data"]).arg(&data).args(arguments))
    };
    let same = id.replace(".a.", ".b.");
    let refused = starts(&["--config", id, "--config", &same]).map(drop).unwrap_err();
    assert!(refused.contains("topic.a.id and topic.b.id are the same"), "{refused}");
    assert!(!data.exists());
    starts(&["--config", id]).unwrap().end();
    let refused = starts(&["--config", &same]).map(drop).unwrap_err();
    assert!(refused.contains("topic.b.id: topic a has the id"), "{refused}");
    let other = id.replace("AAw", "AAg");
    let said = starts(&["--config", &other, "--topic", "a:9"]).unwrap().end();
    assert!(said.contains("topic a is there with the id"), "{said}");
    assert!(said.contains("topic a is there with 1 partitions"), "{said}");
}
