//! What the fuzzers of `fuzz/` begin with: Kafka's own bytes, spread over all messages, versions and
//! codecs. With `KAFKIT_FUZZ_CORPUS` naming a folder they are written there, a folder for each target.
#![allow(clippy::unwrap_used, clippy::panic)] // A test that cannot go on has failed.

mod common;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use common::{hex, logs, vectors};
use kafkit::codec::messages::MESSAGES;
use kafkit::codec::record_types::Family;
use serde_json::{Value, json};

/// Longer seeds slow the fuzzer down more than they teach it.
const SEED_BYTES_MAX: usize = 2048;
/// Out of the many batches, each so-manieth.
const BATCHES_STEP: usize = 8;
/// Out of the many damaged frames, each so-manieth.
const MUTANTS_STEP: usize = 20;

/// So many batches are produced to a broker.
const PRODUCED: usize = 100;

type Seeds = Vec<Vec<u8>>;

/// The first vector of each message and version.
fn one_of_each() -> Vec<Value> {
    let mut seen = BTreeSet::new();
    let mut all = vectors("messages.ndjson");
    all.extend(vectors("messages-3.9.ndjson"));
    all.retain(|vector| seen.insert((vector["message"].to_string(), vector["version"].as_i64())));
    all
}

fn frames() -> Seeds {
    let mut seeds = Seeds::new();
    for vector in one_of_each().iter().filter(|vector| !vector["frame_hex"].is_null()) {
        let frame = hex(&vector["frame_hex"]);
        let mut sized = (frame.len() as u32).to_be_bytes().to_vec();
        sized.extend_from_slice(&frame);
        seeds.push(sized);
    }
    seeds.extend(vectors("mutants.ndjson").iter().step_by(MUTANTS_STEP).map(|vector| hex(&vector["hex"])));
    seeds
}

/// Requests without their sizes: of each message and version one, and some that a fresh broker has much to do with.
fn requests() -> Seeds {
    let is_request =
        |vector: &&Value| vector["message"].as_str().is_some_and(|name| name.ends_with("Request"));
    let all = one_of_each();
    let framed = all.iter().filter(is_request).filter(|vector| !vector["frame_hex"].is_null());
    let mut seeds: Seeds = framed.map(|vector| hex(&vector["frame_hex"])).collect();
    seeds.retain(|seed| seed.len() <= SEED_BYTES_MAX);
    for batch in records().iter().take(PRODUCED) {
        let batch = batch.get(1..).unwrap_or_default();
        // Produce version 3 to partition 0 of `t`.
        let mut produce = b"\0\0\0\x03\0\0\0\x01\xff\xff\xff\xff\xff\xff\0\0\x75\x30".to_vec();
        produce.extend(b"\0\0\0\x01\0\x01t\0\0\0\x01\0\0\0\0");
        produce.extend((batch.len() as u32).to_be_bytes());
        produce.extend(batch);
        seeds.push(produce);
    }
    // Fetch version 4 of it, from its beginning.
    let fetch = b"\0\x01\0\x04\0\0\0\x01\xff\xff\xff\xff\xff\xff\0\0\0\0\0\0\0\0\0\x10\0\0\0";
    let place = b"\0\0\0\x01\0\x01t\0\0\0\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\x10\0\0";
    seeds.push([&fetch[..], place].concat());
    seeds
}

fn records() -> Seeds {
    let batches = vectors("batches.ndjson");
    batches.iter().step_by(BATCHES_STEP).map(|vector| [vec![u8::MAX], hex(&vector["hex"])].concat()).collect()
}

fn internal() -> Seeds {
    let mut seeds = Seeds::new();
    for vector in vectors("internal-records.ndjson") {
        let Some(family) = Family::ALL.iter().position(|family| vector["family"] == family.name()) else {
            continue;
        };
        let id = vector["type"].as_u64().unwrap_or(0) as u8;
        for (part, id) in [("keyHex", u8::MAX), ("valueHex", id)] {
            if !vector[part].is_null() {
                seeds.push([vec![family as u8, id], hex(&vector[part])].concat());
            }
        }
    }
    seeds
}

/// The same few frames in the spellings that people paste.
fn input() -> Seeds {
    let mut seeds = Seeds::new();
    for frame in frames().iter().filter(|frame| frame.len() < 100).step_by(40) {
        let pairs: Vec<String> = frame.iter().map(|byte| format!("{byte:02x}")).collect();
        let decimals: Vec<String> = frame.iter().map(u8::to_string).collect();
        let dump: Vec<String> = pairs
            .chunks(16)
            .enumerate()
            .map(|(i, row)| format!("{:08x}: {}", 16 * i, row.join(" ")))
            .collect();
        for text in [
            pairs.concat(),
            pairs.join(" "),
            pairs.join(":"),
            format!("0x{}", pairs.join(", 0x")),
            format!("\"\\x{}\"", pairs.join("\\x")),
            format!("[{}]", decimals.join(", ")),
            format!("let bytes = [0x{}]; // a frame", pairs.join(", 0x")),
            dump.join("\n"),
            [pairs.concat(), pairs.concat()].join("\n"),
        ] {
            seeds.push(text.into_bytes());
        }
    }
    seeds
}

fn json_seeds() -> Seeds {
    let mut seeds = Seeds::new();
    for vector in one_of_each() {
        let index = MESSAGES.iter().position(|message| vector["message"] == message.name).unwrap();
        let version = vector["version"].as_u64().unwrap() as u8;
        seeds.push([vec![index as u8, version | ((index >> 8) as u8) << 7], hex(&vector["hex"])].concat());
        let envelope = json!({"kind": "message", "message": vector["message"], "version": version, "body": vector["json"]});
        seeds.push(envelope.to_string().into_bytes());
    }
    seeds
}

/// The directories that the target `files` knows, in its order, and the names of files in them.
const DIRECTORIES: [&str; 6] = [
    "orders-0",
    "__cluster_metadata-0",
    "__consumer_offsets-0",
    "__transaction_state-0",
    "__share_group_state-0",
    "__remote_log_metadata-0",
];
const KINDS: [&str; 12] = [
    ".log",
    ".index",
    ".timeindex",
    ".txnindex",
    ".snapshot",
    ".checkpoint",
    "leader-epoch-checkpoint",
    "-offset-checkpoint",
    "partition.metadata",
    "meta.properties",
    "quorum-state",
    ".kafka_cleanshutdown",
];
/// Of each kind in each directory, so many files.
const FILES_OF_A_KIND: usize = 8;
/// Bytes of a seed before the files' own.
const FILES_HEAD_BYTES: usize = 4;

fn all_files(folder: &Path, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() { all_files(&path, found) } else { found.push(path) }
    }
}

/// Files of every kind, the segments' beginnings beside them; of segments and indexes as much as a seed may
/// have.
fn files() -> Seeds {
    let mut found = Vec::new();
    ["clean", "unclean", "damaged"]
        .into_iter()
        .for_each(|root| all_files(&logs::folder().join(root), &mut found));
    let mut taken = std::collections::BTreeMap::new();
    let mut seeds = Seeds::new();
    for path in found {
        let (name, parent) = (path.file_name().unwrap().to_str().unwrap(), path.parent().unwrap());
        let Some(kind) = KINDS.iter().position(|kind| name.ends_with(kind)) else { continue };
        let parent = parent.file_name().unwrap().to_str().unwrap();
        let directory = DIRECTORIES.iter().position(|known| {
            parent.trim_end_matches(|c: char| c.is_ascii_digit()) == known.trim_end_matches('0')
        });
        let content = std::fs::read(&path).unwrap();
        let of_kind = taken.entry((kind, directory)).or_insert(0);
        if content.is_empty() || *of_kind == FILES_OF_A_KIND {
            continue;
        }
        *of_kind += 1;
        let log = std::fs::read(path.with_extension("log")).unwrap_or_default();
        let room = (SEED_BYTES_MAX - FILES_HEAD_BYTES) / if kind == 0 { 1 } else { 4 };
        let head = content.get(..room).unwrap_or(&content);
        let rest = if kind == 0 {
            &[]
        } else {
            log.get(..SEED_BYTES_MAX - FILES_HEAD_BYTES - head.len()).unwrap_or(&log)
        };
        let [high, low] = (head.len() as u16).to_be_bytes();
        let choice = (directory.unwrap_or(0) << 5 | kind) as u8;
        seeds.push([&[choice, 0, high, low], head, rest].concat());
    }
    seeds
}

#[test]
fn every_fuzzer_has_seeds() {
    let targets: [(&str, Seeds); 7] = [
        ("frames", frames()),
        ("requests", requests()),
        ("records", records()),
        ("internal", internal()),
        ("input", input()),
        ("json", json_seeds()),
        ("files", files()),
    ];
    let corpus = std::env::var_os("KAFKIT_FUZZ_CORPUS");
    for (target, mut seeds) in targets {
        seeds.retain(|seed| seed.len() <= SEED_BYTES_MAX);
        assert!(seeds.len() > 50, "{target} has {} seeds", seeds.len());
        if let Some(corpus) = &corpus {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(corpus).join(target);
            std::fs::create_dir_all(&folder).unwrap();
            for (i, seed) in seeds.iter().enumerate() {
                std::fs::write(folder.join(format!("seed-{i:04}")), seed).unwrap();
            }
        }
        println!("{target}: {} seeds", seeds.len());
    }
}
