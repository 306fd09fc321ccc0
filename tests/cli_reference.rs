//! The command line as people and scripts meet it: `testdata/cli` holds commands and exactly what they
//! print; [`common::golden`] says how.
#![allow(clippy::unwrap_used, clippy::panic)] // A test that cannot go on has failed.

mod common;

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use common::{golden, vectors};
use kafkit::codec::api;
use kafkit::codec::messages;
use kafkit::codec::schema::Kind;

const PROGRAM: &str = env!("CARGO_BIN_EXE_kafkit");

#[test]
fn golden_commands() {
    golden::check_folder(&Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/cli"), Path::new(PROGRAM));
}

/// Runs the program over a lot of input and returns its output.
fn kafkit(arguments: &[&str], input: Vec<u8>) -> String {
    let mut child = Command::new(PROGRAM)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    // From a thread of its own: the program writes while it reads.
    let writer = std::thread::spawn(move || stdin.write_all(&input).unwrap());
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    // A problem in the data, such as records that are none, is told in the output.
    assert!(errors.is_empty() && output.status.code() != Some(2), "{arguments:?}: {errors}");
    String::from_utf8(output.stdout).unwrap()
}

/// All bodies of one message and version, decoded to JSON and encoded again, come back as they were.
fn comes_back(decode: &[&str], hex: &[String]) {
    let mut arguments =
        vec!["decode", "--format", "ndjson", "--lines", "--show-secrets", "--input-format", "hex"];
    arguments.extend(decode);
    arguments.push("-");
    let json = kafkit(&arguments, (hex.join("\n") + "\n").into_bytes());
    let back = kafkit(&["encode"], json.into_bytes());
    for (was, is) in hex.iter().zip(back.lines()) {
        assert_eq!(was, is, "{decode:?}");
    }
    assert_eq!(hex.len(), back.lines().count(), "{decode:?}");
}

#[test]
fn every_vector_survives_decode_and_encode() {
    let mut all = vectors("messages.ndjson");
    all.extend(vectors("messages-3.9.ndjson"));
    let mut groups: Vec<(String, i64, Vec<String>)> = Vec::new();
    for vector in &all {
        let (name, version) = (vector["message"].as_str().unwrap(), vector["version"].as_i64().unwrap());
        // An empty line is no message.
        let hex = vector["hex"].as_str().unwrap();
        if hex.is_empty() {
            continue;
        }
        match groups.iter_mut().find(|(n, v, _)| n == name && *v == version) {
            Some((.., cases)) => cases.push(hex.to_owned()),
            None => groups.push((name.to_owned(), version, vec![hex.to_owned()])),
        }
    }
    for (name, version, cases) in &groups {
        let message = messages::by_name(name).unwrap();
        let version = version.to_string();
        let api = api::by_key(message.key).map_or("", |api| api.name);
        match message.kind {
            Kind::Request => {
                comes_back(&["--as", "request-body", "--api", api, "--api-version", &version], cases)
            }
            Kind::Response => {
                comes_back(&["--as", "response-body", "--api", api, "--api-version", &version], cases)
            }
            _ => comes_back(&["--message", name, "--api-version", &version], cases),
        }
    }
    println!("{} vectors of {} message versions", all.len(), groups.len());
}

#[test]
fn every_frame_survives_decode_and_encode() {
    let mut frames = Vec::new();
    for vector in vectors("messages.ndjson") {
        let Some(frame) = vector["frame_hex"].as_str() else { continue };
        if vector["message"].as_str().unwrap().ends_with("Request") {
            frames.push(format!("{:08x}{frame}", frame.len() / 2));
        }
    }
    assert!(frames.len() > 100, "only {} frames", frames.len());
    comes_back(&["--as", "request"], &frames);
    println!("{} frames", frames.len());
}

#[test]
fn every_internal_record_survives_decode_and_encode() {
    let mut count = 0;
    for vector in vectors("internal-records.ndjson") {
        let family = vector["family"].as_str().unwrap();
        if vector["accepted"].as_bool() == Some(false)
            || !["metadata", "group", "transaction", "share", "remote-log"].contains(&family)
        {
            continue;
        }
        // Kafka takes these, but would not write them: their fields do not say all of their bytes.
        if matches!(vector["case"].as_str(), Some("padded-varints" | "version-too-high")) {
            continue;
        }
        if let Some(key) = vector["keyHex"].as_str() {
            comes_back(&["--as", "record-key", "--log", family], &[key.to_owned()]);
            count += 1;
        }
        if let Some(value) = vector["valueHex"].as_str().filter(|value| !value.is_empty()) {
            let id = vector["type"].to_string();
            let mut arguments = vec!["--as", "record-value", "--log", family];
            if !matches!(family, "metadata" | "remote-log") {
                arguments.extend(["--record-type", &id]);
            }
            comes_back(&arguments, &[value.to_owned()]);
            count += 1;
        }
    }
    println!("{count} keys and values");
}
