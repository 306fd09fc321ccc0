//! `kafkit send` against a peer that does as it is told: answers, refuses, closes, keeps silent, sends
//! half of it or nonsense. What the program prints then stands in `testdata/send.txt`, with times and
//! ports masked; `KAFKIT_BLESS=1 cargo test --test send` rewrites it.
#![allow(clippy::unwrap_used, clippy::panic)] // A test that cannot go on has failed.

mod common;

use std::fmt::Write as _;
use std::io::{ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use base64::Engine;
use common::golden;
use kafkit::codec::api;
use kafkit::codec::json::Missing;
use kafkit::codec::records::batch::Attributes;
use kafkit::codec::records::compression::Codec;
use kafkit::codec::records::write::{BatchHeader, BatchWriter, NewRecord};
use kafkit::encode::{self, Options};
use kafkit::send::partitioner;
use serde_json::{Value, json};

/// What the peer does about a request.
#[derive(Clone)]
enum Reaction {
    /// Answers with this body, in the version that was asked.
    Body(Value),
    /// Answers with this body in another version.
    BodyIn(i16, Value),
    /// Answers with another correlation id.
    WrongId(Value),
    /// Sends these bytes.
    Bytes(Vec<u8>),
    /// Sends the beginning of the answer with this body, and closes.
    Half(Value),
    Close,
    Silent,
    /// Takes it and says nothing, and reads on.
    Nothing,
}
use Reaction::{Body, BodyIn, Bytes, Close, Half, Nothing, Silent, WrongId};

/// What a peer does about requests, by the keys of their APIs.
type Script = Vec<(i16, Reaction)>;

/// A peer: reactions by API key, each the next time that it is asked; the last one stays.
struct Peer {
    port: u16,
    heard: Arc<Mutex<Vec<Vec<u8>>>>,
}

impl Peer {
    fn new(script: impl Fn(u16) -> Script) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let script = Arc::new(Mutex::new(script(port)));
        let heard = Arc::new(Mutex::new(Vec::new()));
        let ears = heard.clone();
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (script, ears) = (script.clone(), ears.clone());
                thread::spawn(move || serve(stream.unwrap(), &script, &ears));
            }
        });
        Self { port, heard }
    }

    fn heard(&self, key: i16) -> Vec<Vec<u8>> {
        let heard = self.heard.lock().unwrap();
        heard.iter().filter(|frame| frame.get(4..6) == Some(&key.to_be_bytes())).cloned().collect()
    }
}

fn serve(mut stream: TcpStream, script: &Mutex<Script>, heard: &Mutex<Vec<Vec<u8>>>) {
    while let Some(frame) = read_frame(&mut stream) {
        heard.lock().unwrap().push(frame.clone());
        let int = |at: usize| i16::from_be_bytes([frame[at], frame[at + 1]]);
        let (key, version) = (int(4), int(6));
        let id = i32::from_be_bytes([frame[8], frame[9], frame[10], frame[11]]);
        let reaction = {
            let mut script = script.lock().unwrap();
            let at = script.iter().position(|(of, _)| *of == key);
            let Some(at) = at else { return };
            let last = script.iter().filter(|(of, _)| *of == key).count() == 1;
            if last { script[at].1.clone() } else { script.remove(at).1 }
        };
        let bytes = match reaction {
            Body(body) => response(key, version, id, body),
            BodyIn(version, body) => response(key, version, id, body),
            WrongId(body) => response(key, version, id + 40, body),
            Bytes(bytes) => bytes,
            Half(body) => {
                let whole = response(key, version, id, body);
                stream.write_all(&whole[..whole.len() / 2]).unwrap();
                return;
            }
            Close => return,
            Silent => {
                // Until the other side has had enough.
                let _ = stream.read(&mut [0]);
                return;
            }
            Nothing => continue,
        };
        if stream.write_all(&bytes).is_err() {
            return;
        }
    }
}

fn read_frame(stream: &mut TcpStream) -> Option<Vec<u8>> {
    let mut frame = vec![0; 4];
    stream.read_exact(&mut frame).ok()?;
    let size = u32::from_be_bytes([frame[0], frame[1], frame[2], frame[3]]) as usize;
    frame.resize(4 + size, 0);
    match stream.read_exact(&mut frame[4..]) {
        Ok(()) => Some(frame),
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => None,
        Err(_) => None,
    }
}

fn response(key: i16, version: i16, id: i32, body: Value) -> Vec<u8> {
    let api = api::by_key(key).unwrap().name;
    let version = version.min(api::by_key(key).unwrap().response.versions.max);
    let json = json!({
        "kind": "response", "api": api, "version": version, "size": 0,
        "header": {"correlationId": id}, "body": body,
    });
    let options = Options { missing: Missing::Default, ..Options::default() };
    let mut bytes = Vec::new();
    encode::encode(&json, &options, &mut bytes).unwrap();
    bytes
}

const PRODUCE: i16 = 0;
const FETCH: i16 = 1;
const LIST_OFFSETS: i16 = 2;
const METADATA: i16 = 3;
const OFFSET_FETCH: i16 = 9;
const FIND_COORDINATOR: i16 = 10;
const DESCRIBE_GROUPS: i16 = 15;
const API_VERSIONS: i16 = 18;

fn offers(apis: &[(i16, i16, i16)]) -> (i16, Reaction) {
    let apis: Vec<Value> = apis
        .iter()
        .map(|(key, min, max)| json!({"apiKey": key, "minVersion": min, "maxVersion": max}))
        .collect();
    (API_VERSIONS, Body(json!({"apiKeys": apis})))
}

const USUAL: [(i16, i16, i16); 7] =
    [(0, 3, 13), (1, 4, 18), (2, 1, 11), (3, 0, 13), (10, 0, 6), (15, 0, 6), (18, 0, 4)];
const ORDERS: &str = "Q5PpH8ahRfafq_nomW9zsA";

/// A cluster of nodes at these ports, with the topic orders: partition N is led by node N + 1.
fn cluster(ports: &[u16]) -> Reaction {
    let brokers: Vec<Value> = ports
        .iter()
        .enumerate()
        .map(|(i, port)| json!({"nodeId": i + 1, "host": "127.0.0.1", "port": port, "rack": null}))
        .collect();
    let partitions: Vec<Value> = (0..ports.len())
        .map(
            |i| json!({"partitionIndex": i, "leaderId": i + 1, "replicaNodes": [i + 1], "isrNodes": [i + 1]}),
        )
        .collect();
    Body(json!({
        "brokers": brokers, "clusterId": "c", "controllerId": 1,
        "topics": [{"name": "orders", "topicId": ORDERS, "partitions": partitions}],
    }))
}

fn records() -> String {
    let mut batch = BatchWriter::new(BatchHeader {
        base_offset: 7,
        base_timestamp: 1_795_168_800_000,
        attributes: Attributes::of(Codec::Gzip),
        ..BatchHeader::default()
    });
    for (delta, value) in ["one", "two"].iter().enumerate() {
        batch.push(&NewRecord {
            offset_delta: delta as i32,
            key: Some(b"k"),
            value: Some(value.as_bytes()),
            ..NewRecord::default()
        });
    }
    let mut bytes = Vec::new();
    batch.finish(&mut bytes).unwrap();
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

fn fetched(partition: i32) -> Reaction {
    Body(json!({"responses": [{"topic": "orders", "topicId": ORDERS, "partitions": [
        {"partitionIndex": partition, "highWatermark": 9, "lastStableOffset": 9, "logStartOffset": 7,
         "abortedTransactions": null, "records": records()},
    ]}]}))
}

struct Output {
    stdout: String,
    stderr: String,
    code: i32,
}

fn kafkit(arguments: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_kafkit"))
        .arg("send")
        .args(arguments)
        .env_remove("CLICOLOR_FORCE")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A command that does not read its input has closed it.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let output = child.wait_with_output().unwrap();
    Output {
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
        code: output.status.code().unwrap(),
    }
}

/// A run of the program, as text in which only what is the same each time is left.
fn told(peer: &Peer, arguments: &str, input: &str, out: &mut String) {
    let other = peer.port.to_string();
    let words: Vec<String> =
        arguments.split(' ').map(|word| word.replace("PEER", &format!("127.0.0.1:{other}"))).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let output = kafkit(&words, input);
    writeln!(out, "$ kafkit send {arguments}").unwrap();
    let mask = |text: &str| {
        let text = text.replace(&format!("127.0.0.1:{other}"), "PEER").replace(&other, "PORT");
        let text = regex::Regex::new(r"\d+(\.\d+)? ms\b").unwrap().replace_all(&text, "N ms").into_owned();
        let text =
            regex::Regex::new(r#"("\w+Ms": ?)\d+\.\d+"#).unwrap().replace_all(&text, "${1}0").into_owned();
        // Ports have different widths, and tables follow.
        let text = regex::Regex::new("─+").unwrap().replace_all(&text, "─").into_owned();
        let text =
            regex::Regex::new(" +([0-9]{4,5}|PORT) ").unwrap().replace_all(&text, "  $1 ").into_owned();
        let text = regex::Regex::new(r"\([\d,]+ a second\)")
            .unwrap()
            .replace_all(&text, "(N a second)")
            .into_owned();
        regex::Regex::new(r" +port ").unwrap().replace_all(&text, "  port ").into_owned()
    };
    out.push_str(&mask(&output.stdout));
    for line in mask(&output.stderr).lines() {
        writeln!(out, "2> {line}").unwrap();
    }
    writeln!(out, "? {}\n", output.code).unwrap();
}

#[test]
fn what_is_said_of_what_comes_back() {
    let metadata = || json!({"brokers": [], "topics": []});
    let unknown = json!({"brokers": [], "topics": [{"errorCode": 3, "name": "nope", "partitions": []}]});
    let huge = vec![0x7f, 0xff, 0xff, 0xff, 0, 0, 0, 1];
    let cases: Vec<(&str, &str, Script)> = vec![
        ("all is well", "metadata PEER", vec![offers(&USUAL), (METADATA, Body(metadata()))]),
        (
            "an error code is a result",
            "metadata PEER nope",
            vec![offers(&USUAL), (METADATA, Body(unknown.clone()))],
        ),
        (
            "unless it must not be",
            "metadata PEER nope --fail-on-error",
            vec![offers(&USUAL), (METADATA, Body(unknown))],
        ),
        (
            "the version that both know",
            "metadata PEER --format ndjson",
            vec![offers(&[(3, 0, 5)]), (METADATA, Body(metadata()))],
        ),
        ("no version that both know", "metadata PEER", vec![offers(&[(3, 90, 95)])]),
        ("not offered", "metadata PEER", vec![offers(&[(18, 0, 4)])]),
        (
            "not offered and sent all the same",
            "metadata PEER --api-version 1",
            vec![offers(&[(18, 0, 4)]), (METADATA, Close)],
        ),
        ("api-versions", "api-versions PEER", vec![offers(&USUAL)]),
        (
            "a peer that does not speak the version",
            "api-versions PEER",
            vec![
                (
                    API_VERSIONS,
                    BodyIn(
                        0,
                        json!({"errorCode": 35, "apiKeys": [{"apiKey": 18, "minVersion": 0, "maxVersion": 3}]}),
                    ),
                ),
                offers(&USUAL),
            ],
        ),
        (
            "a refused version that was asked for",
            "api-versions PEER --set header.requestApiVersion=99",
            vec![(API_VERSIONS, BodyIn(0, json!({"errorCode": 35})))],
        ),
        ("closed at ApiVersions", "metadata PEER", vec![(API_VERSIONS, Close)]),
        ("silent at ApiVersions", "metadata PEER --timeout 0.2", vec![(API_VERSIONS, Silent)]),
        (
            "an ApiVersions answer that does not read",
            "metadata PEER",
            vec![(API_VERSIONS, Bytes(b"\0\0\0\x0c\0\0\0\x01\0\0\x09\0\0\x12\0\0".to_vec()))],
        ),
        ("closed", "metadata PEER", vec![offers(&USUAL), (METADATA, Close)]),
        ("closed, for a program", "metadata PEER --format ndjson", vec![offers(&USUAL), (METADATA, Close)]),
        ("silent", "metadata PEER --timeout 0.2", vec![offers(&USUAL), (METADATA, Silent)]),
        ("half an answer", "metadata PEER", vec![offers(&USUAL), (METADATA, Half(metadata()))]),
        (
            "half an answer, for a program",
            "metadata PEER --format json",
            vec![offers(&USUAL), (METADATA, Half(metadata()))],
        ),
        (
            "garbage",
            "metadata PEER --no-negotiate",
            vec![(METADATA, Bytes(b"\0\0\0\x08\0\0\0\x01\0zzz".to_vec()))],
        ),
        ("the wrong correlation id", "metadata PEER", vec![offers(&USUAL), (METADATA, WrongId(metadata()))]),
        ("a giant size", "metadata PEER", vec![offers(&USUAL), (METADATA, Bytes(huge))]),
        ("a negative size", "metadata PEER", vec![offers(&USUAL), (METADATA, Bytes(vec![0xff; 4]))]),
        (
            "another protocol",
            "metadata PEER",
            vec![(API_VERSIONS, Bytes(b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec()))],
        ),
        ("a TLS alert", "metadata PEER", vec![(API_VERSIONS, Bytes(vec![0x15, 3, 3, 0, 2, 2, 0x46]))]),
        (
            "a size below a header",
            "metadata PEER --no-negotiate",
            vec![(METADATA, Bytes(vec![0, 0, 0, 2, 0, 0]))],
        ),
        ("several", "metadata PEER --repeat 3 --no-negotiate", vec![(METADATA, Body(metadata()))]),
        (
            "several, one of them wrong",
            "metadata PEER --repeat 3 --no-negotiate --format ndjson",
            vec![
                (METADATA, Body(metadata())),
                (METADATA, Body(json!({"errorCode": 29}))),
                (METADATA, Body(metadata())),
            ],
        ),
        (
            "several, of which one does not come",
            "metadata PEER --repeat 3 --no-negotiate",
            vec![(METADATA, Body(metadata())), (METADATA, Close)],
        ),
        (
            "acks=0",
            "produce PEER orders --value x --acks 0 --api-version 9 --no-follow --timestamp 1795168800000",
            vec![offers(&USUAL), (METADATA, Body(metadata())), (PRODUCE, Nothing)],
        ),
        (
            "acks=0 and closed",
            "produce PEER orders --value x --acks 0 --api-version 9 --no-follow",
            vec![offers(&USUAL), (METADATA, Body(metadata())), (PRODUCE, Close)],
        ),
        (
            "a topic that has no id",
            "fetch PEER nope",
            vec![offers(&USUAL), (METADATA, Body(json!({"topics": [{"errorCode": 3, "name": "nope"}]})))],
        ),
        ("raw bytes", "--raw 0000000a001200000000000affff PEER", vec![offers(&[(18, 0, 4)])]),
        (
            "raw bytes that are no frame",
            "--raw 000000ff00120000 PEER --timeout 0.2",
            vec![(API_VERSIONS, Silent)],
        ),
        (
            "mutated",
            "metadata PEER --no-negotiate --mutate truncate=-1 --mutate size=fit --show-request --set topics[0].name=a --api-version 1",
            vec![(METADATA, Close)],
        ),
        (
            "sent twice",
            "metadata PEER --no-negotiate --mutate repeat=2 --format ndjson --api-version 1",
            vec![(METADATA, Body(metadata()))],
        ),
        (
            "the request too",
            "metadata PEER --show-request --format ndjson --no-negotiate --client-id me",
            vec![(METADATA, Body(metadata()))],
        ),
        (
            "a group by its name",
            "describe-groups PEER billing --no-follow --show-request --api-version 0",
            vec![offers(&USUAL), (DESCRIBE_GROUPS, Body(json!({"groups": []})))],
        ),
        (
            "one group, where the version takes one",
            "offset-fetch PEER billing orders --api-version 7",
            vec![offers(&[(9, 1, 10)])],
        ),
        (
            "the offsets of a group are those of all topics",
            "offset-fetch PEER billing --no-follow --show-request --api-version 8",
            vec![offers(&[(9, 1, 10)]), (OFFSET_FETCH, Body(json!({"groups": []})))],
        ),
        ("a value where an array belongs", "describe-groups PEER --set groups=billing", vec![offers(&USUAL)]),
        ("what is not of this request", "metadata PEER --key k", vec![]),
        ("no such API", "fecth PEER", vec![]),
        ("no such field", "metadata PEER --set topics[0].nam=x", vec![offers(&USUAL)]),
        (
            "fields as tables spell them",
            "offset-fetch PEER --api-version 7 --no-follow --body {\"group_id\":\"a\",\"require_stable\":true} --set group_id=b --set header.client_id=me --show-request --format ndjson",
            vec![offers(&[(9, 1, 10)]), (9, Body(json!({})))],
        ),
        (
            "a field in both spellings",
            "offset-fetch PEER --api-version 7 --body {\"group_id\":\"a\",\"groupId\":\"b\"}",
            vec![offers(&[(9, 1, 10)])],
        ),
        ("a body that is no object", "offset-fetch PEER --body []", vec![offers(&[(9, 1, 10)])]),
        ("a body that is none", "metadata PEER --body {", vec![]),
        ("a version that is none", "metadata PEER --api-version 99", vec![offers(&USUAL)]),
    ];
    let mut text = String::new();
    for (title, arguments, script) in cases {
        let peer = Peer::new(|_| script.clone());
        writeln!(text, "# {title}").unwrap();
        told(&peer, arguments, "", &mut text);
    }
    // Whose answers lead elsewhere.
    let fetch = Peer::new(|port| {
        vec![
            offers(&USUAL),
            (METADATA, cluster(&[port])),
            (LIST_OFFSETS, Body(json!({"topics": [{"name": "orders", "partitions": [{"offset": 7}]}]}))),
            (FETCH, fetched(0)),
        ]
    });
    writeln!(text, "# records").unwrap();
    told(&fetch, "fetch PEER orders", "", &mut text);
    told(&fetch, "fetch PEER orders:0:7 --format ndjson", "", &mut text);
    told(&fetch, "fetch PEER orders:0:-1 --api-version 12 --no-follow", "", &mut text);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/send.txt");
    golden::check_file(&path, &text).unwrap_or_else(|error| panic!("{error}"));
}

/// Two nodes: each partition is asked of its leader, and groups of their coordinator.
#[test]
fn leaders_and_coordinators_are_followed() {
    let second = Peer::new(|_| {
        vec![
            (FETCH, fetched(1)),
            (
                LIST_OFFSETS,
                Body(
                    json!({"topics": [{"name": "orders", "partitions": [{"partitionIndex": 1, "offset": 9}]}]}),
                ),
            ),
            (DESCRIBE_GROUPS, Body(json!({"groups": [{"groupId": "g", "groupState": "Empty"}]}))),
            (
                PRODUCE,
                Body(
                    json!({"responses": [{"name": "orders", "topicId": ORDERS, "partitionResponses": [{"index": 1}]}]}),
                ),
            ),
        ]
    });
    let there = second.port;
    let first = Peer::new(move |port| {
        vec![
            offers(&USUAL),
            (METADATA, cluster(&[port, there])),
            (LIST_OFFSETS, Body(json!({"topics": [{"name": "orders", "partitions": [{"offset": 7}]}]}))),
            (FETCH, fetched(0)),
            (
                FIND_COORDINATOR,
                Body(
                    json!({"coordinators": [{"key": "g", "nodeId": 2, "host": "127.0.0.1", "port": there}]}),
                ),
            ),
        ]
    });
    let address = format!("127.0.0.1:{}", first.port);
    let ndjson = |arguments: &[&str], input: &str| -> Vec<Value> {
        let mut all = vec![arguments[0], &address, "--format", "ndjson"];
        all.extend(&arguments[1..]);
        let output = kafkit(&all, input);
        assert_eq!(output.code, 0, "{}{}", output.stdout, output.stderr);
        output.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    };
    let second_name = format!("127.0.0.1:{there}");
    let answers = ndjson(&["fetch", "orders"], "");
    assert_eq!(answers.len(), 2);
    assert_eq!((&answers[0]["peer"], &answers[1]["peer"]), (&json!(address), &json!(second_name)));
    assert_eq!(answers[1]["because"], json!("leader of orders-1"));
    assert_eq!(answers[1]["records"][0]["batches"][0]["records"][1]["value"], json!("two"), "{}", answers[1]);
    let groups = ndjson(&["describe-groups", "--body", r#"{"groups":["g"]}"#], "");
    assert_eq!(
        (&groups[0]["peer"], &groups[0]["because"]),
        (&json!(second_name), &json!("coordinator of g"))
    );
    // A key of partition 1 of 2; in version 13 with the topic's id.
    let key = ('a'..='z').find(|key| partitioner::partition(key.to_string().as_bytes(), 2) == 1).unwrap();
    let lines = format!("{key}:1\n{key}:2\n");
    let produced = ndjson(&["produce", "orders", "--lines", "-", "--key-separator", ":"], &lines);
    assert_eq!(produced[0]["peer"], json!(second_name));
    let sent = second.heard(PRODUCE);
    let id = kafkit::codec::meaning::uuid::parse_uuid(ORDERS).unwrap();
    assert!(sent[0].windows(16).any(|bytes| bytes == id));
    // One that cannot be reached is named as what it is.
    let lost = Peer::new(|port| vec![offers(&USUAL), (METADATA, cluster(&[port, 1]))]);
    let output = kafkit(&["fetch", &format!("127.0.0.1:{}", lost.port), "orders:1:0"], "");
    assert_eq!(output.code, 1);
    assert!(output.stderr.contains("127.0.0.1:1 is the leader of orders-1 by what"), "{}", output.stderr);
}

/// Requests that overlap on one connection get answers in order, and no more of them are under way than
/// were allowed.
#[test]
fn pipelines() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let most = Arc::new(Mutex::new(0));
    let seen = most.clone();
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut waiting = Vec::new();
        // What has come is answered when nothing more comes for a while, so that a window fills.
        loop {
            stream.set_read_timeout(Some(Duration::from_millis(30))).unwrap();
            if stream.peek(&mut [0]).is_ok_and(|count| count > 0) {
                stream.set_read_timeout(None).unwrap();
                let Some(frame) = read_frame(&mut stream) else { return };
                waiting.push(i32::from_be_bytes([frame[8], frame[9], frame[10], frame[11]]));
                continue;
            }
            let mut most = seen.lock().unwrap();
            *most = waiting.len().max(*most);
            for id in waiting.drain(..) {
                if stream
                    .write_all(&response(METADATA, 13, id, json!({"brokers": [], "topics": []})))
                    .is_err()
                {
                    return;
                }
            }
        }
    });
    let address = format!("127.0.0.1:{port}");
    let output = kafkit(
        &["metadata", &address, "--no-negotiate", "--repeat", "20", "--pipeline", "5", "--format", "ndjson"],
        "",
    );
    assert_eq!(output.code, 0, "{}", output.stderr);
    let ids: Vec<i64> = output
        .stdout
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["header"]["correlationId"].as_i64().unwrap())
        .collect();
    assert!(ids.windows(2).all(|pair| pair[0] + 1 == pair[1]) && ids.len() == 20, "{ids:?}");
    assert!(output.stderr.starts_with("20 answers to 20 requests in "), "{}", output.stderr);
    assert_eq!(*most.lock().unwrap(), 5);
}

/// A peer that hangs up in the middle of a pipeline leaves nobody waiting.
#[test]
fn a_pipeline_that_breaks_ends() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        for _ in 0..3 {
            let frame = read_frame(&mut stream).unwrap();
            let id = i32::from_be_bytes([frame[8], frame[9], frame[10], frame[11]]);
            stream.write_all(&response(METADATA, 13, id, json!({"brokers": [], "topics": []}))).unwrap();
        }
    });
    let output = kafkit(
        &[
            "metadata",
            &address,
            "--no-negotiate",
            "--repeat",
            "100000",
            "--pipeline",
            "64",
            "--format",
            "ndjson",
        ],
        "",
    );
    assert_eq!(output.code, 1);
    assert!(output.stdout.lines().last().unwrap().contains("\"kind\":\"failure\""), "{}", output.stdout);
}

/// Bytes of clients that the peer passes on are its business no more than kafkit's; records are.
#[test]
fn what_is_wrong_inside_of_an_answer() {
    let base64 = |bytes: &[u8]| base64::engine::general_purpose::STANDARD.encode(bytes);
    let described = |metadata: &[u8], assignment: &[u8]| {
        let member = json!({"memberId": "m", "memberMetadata": base64(metadata), "memberAssignment": base64(assignment)});
        Body(
            json!({"groups": [{"groupId": "g", "groupState": "Stable", "protocolType": "consumer", "members": [member]}]}),
        )
    };
    let arguments = ["--set", "groups[0]=g", "--no-follow"];
    for (metadata, assignment) in
        [(&[0xff; 7][..], &[b'x'; 40][..]), (b"\0\x01\0\0\0\x01\0\x01t\xff\xff\xff\xff", b"")]
    {
        let peer = Peer::new(|_| vec![offers(&USUAL), (DESCRIBE_GROUPS, described(metadata, assignment))]);
        let address = format!("127.0.0.1:{}", peer.port);
        let output = kafkit(&[&["describe-groups", &address], &arguments[..]].concat(), "");
        assert_eq!((output.code, output.stderr.as_str()), (0, ""));
        assert!(output.stdout.contains("error inside"), "{}", output.stdout);
    }
    // A bit of the records flips, and the answer reads all the same.
    let Body(mut body) = fetched(0) else { panic!() };
    let mut batch = base64::engine::general_purpose::STANDARD.decode(records()).unwrap();
    *batch.last_mut().unwrap() ^= 1;
    body["responses"][0]["partitions"][0]["records"] = base64(&batch).into();
    let peer =
        Peer::new(|port| vec![offers(&USUAL), (METADATA, cluster(&[port])), (FETCH, Body(body.clone()))]);
    let output = kafkit(&["fetch", &format!("127.0.0.1:{}", peer.port), "orders:0:7"], "");
    assert_eq!(output.code, 1);
    assert!(output.stderr.contains("but not all records in it do"), "{}", output.stderr);
}

/// What goes over the wire, in both directions, reads again as what it was.
#[test]
fn hex_out_is_food_for_decode() {
    let peer = Peer::new(|_| vec![offers(&USUAL), (METADATA, Body(json!({"brokers": [], "topics": []})))]);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("wire.hex");
    let file = file.to_str().unwrap();
    let output = kafkit(&["metadata", &format!("127.0.0.1:{}", peer.port), "--hex-out", file], "");
    assert_eq!(output.code, 0, "{}", output.stderr);
    let decoded = Command::new(env!("CARGO_BIN_EXE_kafkit"))
        .args(["decode", "--format", "ndjson", "--lines", file])
        .output()
        .unwrap();
    let kinds: Vec<String> = String::from_utf8(decoded.stdout)
        .unwrap()
        .lines()
        .map(|line| {
            let message: Value = serde_json::from_str(line).unwrap();
            format!("{} {}", message["api"].as_str().unwrap(), message["kind"].as_str().unwrap())
        })
        .collect();
    assert_eq!(
        kinds,
        ["ApiVersions request", "ApiVersions response", "Metadata request", "Metadata response"]
    );
    // And what decode prints of a request can be sent again.
    let again = folder.path().join("request.json");
    std::fs::write(
        &again,
        r#"{"kind":"request","api":"Metadata","version":1,"header":{},"body":{"topics":null}}"#,
    )
    .unwrap();
    let body = format!("@{}", again.display());
    let output = kafkit(&["metadata", &format!("127.0.0.1:{}", peer.port), "--body", &body], "");
    assert_eq!(output.code, 0, "{}", output.stderr);
}
