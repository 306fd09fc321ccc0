//! Damaged messages and the causes that are offered for them.

#![allow(clippy::unwrap_used)]

mod common;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use common::{hex, vectors};
use kafkit::codec::api;
use kafkit::codec::dissect::Depth;
use kafkit::codec::frame::{HeaderChoice, Layout};
use kafkit::codec::messages;
use kafkit::codec::reading::{ReadAs, read};
use kafkit::codec::repair::{Budget, Edit, Repair, TRIES_MAX, faulty, search};
use kafkit::codec::tape::{Node, Shape, Tape};

const SIZED: Layout = Layout { size: true, header: HeaderChoice::Usual };
const REQUEST: ReadAs = ReadAs::Request { layout: SIZED, api: None };

fn bytes(text: &str) -> Vec<u8> {
    ::hex::decode(text.replace(char::is_whitespace, "")).unwrap()
}

fn repairs_as(input: &[u8], read_as: ReadAs) -> Vec<Repair> {
    let mut tape = Tape::default();
    let reading = read(&mut tape, input, 0, read_as, Depth::ALL);
    search(input, 0, &reading, &tape, &mut Budget::new(TRIES_MAX, None))
}

fn repairs(text: &str) -> Vec<Repair> {
    repairs_as(&bytes(text), REQUEST)
}

fn told(repairs: &[Repair]) -> Vec<(&str, &str)> {
    repairs.iter().map(|repair| (repair.what.as_str(), repair.why.as_str())).collect()
}

/// Processor time of this thread: what a budget bounds, whatever else the machine does.
fn busy() -> Duration {
    rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime).try_into().unwrap()
}

/// A frame with its size prefix.
fn sized(body: &[u8]) -> Vec<u8> {
    [&(body.len() as u32).to_be_bytes(), body].concat()
}

#[test]
fn the_case_of_the_issue() {
    let found = repairs("00000023001200046f7fc66100096b61666b612d636c69500a6b61666b612d636c6904302e3100");
    assert_eq!(
        told(&found),
        [(
            "byte 23: 00 instead of 50",
            "A version 2 header ends in a tag buffer, 00 when it is empty; with 00 the rest reads exactly as ApiVersions v4."
        )]
    );
    assert_eq!((found[0].at, &found[0].edit), (23, &Edit::Change { at: 23, to: 0 }));
}

#[test]
fn a_header_without_its_tag_buffer() {
    let found = repairs("00000022001200046f7fc66100096b61666b612d636c690a6b61666b612d636c6904302e3100");
    assert_eq!(
        told(&found),
        [(
            "00 put in before byte 23, and size 34 -> 35",
            "A version 2 header ends in a tag buffer, 00 when it is empty, and here it is missing; with 00 the rest reads exactly as ApiVersions v4."
        )]
    );
    assert_eq!(found[0].edit, Edit::Insert { at: 23, bytes: vec![0] });
    // The size as it was before the byte was lost.
    let found = repairs("00000023001200046f7fc66100096b61666b612d636c690a6b61666b612d636c6904302e3100");
    assert_eq!((found.len(), found[0].what.as_str(), found[0].size), (1, "00 put in before byte 23", None));
}

#[test]
fn a_client_id_with_a_compact_length() {
    let found = repairs("00000022001200046f7fc6610a6b61666b612d636c69000a6b61666b612d636c6904302e3100");
    assert_eq!(
        told(&found),
        [(
            "byte 12: 00 09 instead of 0a, and size 34 -> 35",
            "header.client_id takes an int16 length here, and this is a compact one; with 00 09 the rest reads exactly as ApiVersions v4."
        )]
    );
}

#[test]
fn a_body_with_old_lengths() {
    let found = repairs("00000025001200046f7fc66100096b61666b612d636c690000096b61666b612d636c690003302e3100");
    assert_eq!(
        told(&found),
        [(
            "bytes 24-25: 0a instead of 00 09; bytes 35-36: 04 instead of 00 03, and size 37 -> 35",
            "This version has compact lengths, and these are written in the older form; with that the rest reads exactly as ApiVersions v4."
        )]
    );
    // Only the first of the two.
    let found = repairs("00000024001200046f7fc66100096b61666b612d636c690000096b61666b612d636c6904302e3100");
    assert_eq!(
        told(&found),
        [(
            "bytes 24-25: 0a instead of 00 09, and size 36 -> 35",
            "client_software_name takes a compact length (a varint of one more) here, and this is an int16; with 0a the rest reads exactly as ApiVersions v4."
        )]
    );
}

#[test]
fn another_version() {
    // FindCoordinator v1 labelled 0; the api has no version 9.
    let body = "6f7fc661 0009 6b61666b612d636c69 0002 6731 00";
    let found = repairs_as(&sized(&bytes(&format!("000a 0000 {body}"))), REQUEST);
    // A 00 too many explains it as well.
    let edits: Vec<&Edit> = found.iter().map(|repair| &repair.edit).collect();
    assert_eq!(
        edits,
        [&Edit::Remove { at: 27, count: 1 }, &Edit::Version { from: 0, to: vec![1, 2] }],
        "{:?}",
        told(&found)
    );
    let found = repairs_as(&sized(&bytes(&format!("000a 0009 {body}"))), REQUEST);
    assert_eq!(
        told(&found),
        [(
            "version 1 or 2 instead of 9",
            "FindCoordinator has no version 9 (it has 0-6). The bytes are those of version 1 or 2, which read the same: all of it reads exactly as FindCoordinator v1."
        )]
    );
}

#[test]
fn size_prefixes() {
    let body = "001200046f7fc66100096b61666b612d636c69000a6b61666b612d636c6904302e3100";
    for (size, what, because) in [
        ("00000027", "size 35 instead of 39", "The size prefix counts itself; 35 bytes follow it"),
        ("23000000", "size 35 instead of 587202560", "The size prefix is little-endian"),
        ("00000021", "size 35 instead of 33", "The size prefix says 33, but 35 bytes follow it"),
    ] {
        let found = repairs(&format!("{size}{body}"));
        assert_eq!((found.len(), found[0].what.as_str()), (1, what), "{:?}", told(&found));
        assert!(found[0].why.starts_with(because), "{}", found[0].why);
    }
}

#[test]
fn a_cut_off_end() {
    let found = repairs("00000023001200046f7fc66100096b61666b612d636c69000a6b61666b61");
    assert_eq!(
        told(&found),
        [(
            "9 bytes missing at the end",
            "The size prefix says 35 and 26 follow it; up to where they end the message reads as ApiVersions v4."
        )]
    );
    assert_eq!(found[0].edit, Edit::Truncated { missing: 9 });
}

#[test]
fn bytes_behind_the_end() {
    let found = repairs("00000024001200046f7fc66100096b61666b612d636c69000a6b61666b612d636c6904302e310000");
    assert_eq!(found[0].what, "byte 39 left out: 00, and size 36 -> 35", "{:?}", told(&found));
}

#[test]
fn nothing_is_offered_where_nothing_is_wrong_or_nothing_helps() {
    assert_eq!(repairs("00000023001200046f7fc66100096b61666b612d636c69000a6b61666b612d636c6904302e3100"), []);
    assert_eq!(repairs("474554202f20485454502f312e310d0a"), []);
    for text in ["", "00", "00000000", "ffffffff", "0000000400120004"] {
        repairs(text);
    }
}

// Damage in known ways.

/// A generator of numbers that is the same everywhere.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        ((self.0 >> 33) as usize) % sides.max(1)
    }
}

struct Case {
    name: String,
    bytes: Vec<u8>,
    read_as: ReadAs,
    nodes: Vec<Node>,
}

/// Kafka's own frames with a size prefix.
fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for vector in vectors("messages.ndjson").iter().filter(|vector| vector["frame_hex"].is_string()) {
        let message = messages::by_name(vector["message"].as_str().unwrap()).unwrap();
        let version = vector["version"].as_i64().unwrap() as i16;
        let bytes = sized(&hex(&vector["frame_hex"]));
        let read_as = match vector["kind"].as_str().unwrap() {
            "request" => REQUEST,
            _ => ReadAs::Response { layout: SIZED, api: (message.key, version) },
        };
        let mut tape = Tape::default();
        read(&mut tape, &bytes, 0, read_as, Depth::FIELDS);
        if faulty(&tape) {
            continue;
        }
        let nodes = tape.nodes().to_vec();
        // Kafka's own random texts have control characters, and the extreme cases random tags; nobody
        // could tell such a message from a damaged one.
        let odd = |node: &Node| match node.shape {
            Shape::Tag => true,
            Shape::Text => {
                let text = String::from_utf8_lossy(tape.content(&bytes, node));
                text.chars().any(char::is_control)
            }
            _ => false,
        };
        if std::env::var_os("KAFKIT_REPAIR_ODD").is_none() && nodes.iter().any(odd) {
            continue;
        }
        let name = format!("{} v{version} {}", message.name, vector["case"].as_str().unwrap());
        cases.push(Case { name, bytes, read_as, nodes });
    }
    assert!(cases.len() > 300, "{}", cases.len());
    cases
}

struct Damage {
    input: Vec<u8>,
    read_as: ReadAs,
    /// What the repair may be called by: the node that was damaged.
    node: Option<(usize, usize)>,
    version: Option<i16>,
    note: String,
}

fn splice(case: &Case, dice: &mut Dice, at: usize, count: usize, with: &[u8]) -> Damage {
    let mut input = case.bytes.clone();
    input.splice(at..at + count, with.iter().copied());
    let follows = dice.roll(2) == 0;
    if follows {
        let size = input.len() as u32 - 4;
        input[..4].copy_from_slice(&size.to_be_bytes());
    }
    let node = case
        .nodes
        .iter()
        .filter(|node| node.start as usize <= at && at < (node.end as usize).max(node.start as usize + 1))
        .min_by_key(|node| node.end - node.start)
        .map(|node| (node.start as usize, node.end as usize));
    let note =
        format!("{at}: {count} by {} size {}", ::hex::encode(with), if follows { "follows" } else { "kept" });
    Damage { input, read_as: case.read_as, node, version: None, note }
}

fn pick(case: &Case, dice: &mut Dice, want: impl Fn(&Node) -> bool) -> Option<Node> {
    let all: Vec<&Node> = case.nodes.iter().filter(|node| want(node)).collect();
    (!all.is_empty()).then(|| *all[dice.roll(all.len())])
}

fn uvarint(mut value: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
    bytes
}

fn damage(class: &str, case: &Case, dice: &mut Dice) -> Option<Damage> {
    let empty_tags = |node: &Node| node.shape == Shape::Tags && node.value == 0;
    Some(match class {
        "tag buffer removed" => {
            let node = pick(case, dice, empty_tags)?;
            splice(case, dice, node.start as usize, 1, &[])
        }
        "tag buffer doubled" => {
            let node = pick(case, dice, empty_tags)?;
            splice(case, dice, node.start as usize, 0, &[0])
        }
        "tag buffer not zero" => {
            let node = pick(case, dice, empty_tags)?;
            let byte = dice.roll(255) as u8 + 1;
            splice(case, dice, node.start as usize, 1, &[byte])
        }
        "string length in the other form" => {
            let node = pick(case, dice, |node| node.shape == Shape::Text)?;
            let (start, head) = (node.start as usize, node.head as usize);
            let length = node.value as usize;
            let now = &case.bytes[start..head];
            let compact = uvarint(length + 1);
            let with = if now == compact { (length as u16).to_be_bytes().to_vec() } else { compact };
            splice(case, dice, start, head - start, &with)
        }
        "length off by one" => {
            let node = pick(case, dice, |node| {
                matches!(node.shape, Shape::Text | Shape::Bytes | Shape::Array) && node.head > node.start
            })?;
            let last = node.head as usize - 1;
            let byte = case.bytes[last];
            let byte = if dice.roll(2) == 0 { byte.checked_add(1)? } else { byte.checked_sub(1)? };
            splice(case, dice, last, 1, &[byte])
        }
        "size prefix" => {
            let mut input = case.bytes.clone();
            let size = input.len() as i32 - 4;
            let size = match dice.roll(6) {
                0 => size + 4,
                1 => size.swap_bytes(),
                2 => size - 1,
                3 => size + 1,
                4 => size - 4,
                _ => dice.roll(60_000) as i32,
            };
            input[..4].copy_from_slice(&size.to_be_bytes());
            Damage {
                input,
                read_as: case.read_as,
                node: Some((0, 4)),
                version: None,
                note: format!("size {size}"),
            }
        }
        "byte inserted" => {
            let at = 4 + dice.roll(case.bytes.len() - 4);
            let byte = dice.roll(256) as u8;
            splice(case, dice, at, 0, &[byte])
        }
        "byte removed" => {
            let at = 4 + dice.roll(case.bytes.len() - 4);
            splice(case, dice, at, 1, &[])
        }
        "version" => {
            let (key, version) = match case.read_as {
                ReadAs::Response { api, .. } => api,
                _ => (
                    i16::from_be_bytes([case.bytes[4], case.bytes[5]]),
                    i16::from_be_bytes([case.bytes[6], case.bytes[7]]),
                ),
            };
            let versions = api::by_key(key)?.request.versions;
            let other = versions.min + dice.roll((versions.max - versions.min) as usize + 3) as i16;
            let mut damage = Damage {
                input: case.bytes.clone(),
                read_as: case.read_as,
                node: None,
                version: Some(version),
                note: format!("version {other}"),
            };
            match case.read_as {
                ReadAs::Response { layout, .. } => {
                    damage.read_as = ReadAs::Response { layout, api: (key, other) }
                }
                _ => damage.input[6..8].copy_from_slice(&other.to_be_bytes()),
            }
            damage
        }
        "end cut off" => {
            let keep = 12 + dice.roll(case.bytes.len().checked_sub(12)?);
            let input = case.bytes[..keep].to_vec();
            let note = format!("{} of {}", keep, case.bytes.len());
            Damage { input, read_as: case.read_as, node: None, version: None, note }
        }
        _ => unreachable!(),
    })
}

const CLASSES: [&str; 10] = [
    "tag buffer removed",
    "tag buffer doubled",
    "tag buffer not zero",
    "string length in the other form",
    "length off by one",
    "size prefix",
    "byte inserted",
    "byte removed",
    "version",
    "end cut off",
];

/// The repair undoes the damage, or, where a byte was lost that nobody can know, names its place.
fn undoes(repair: &Repair, case: &Case, damage: &Damage) -> bool {
    if repair.apply(&damage.input) == case.bytes && damage.version.is_none() {
        return true;
    }
    match (&repair.edit, damage.version) {
        (Edit::Version { to, .. }, Some(version)) => return to.contains(&version),
        (Edit::Truncated { missing }, _) => return damage.input.len() + missing == case.bytes.len(),
        _ => {}
    }
    let Some((start, end)) = damage.node else { return false };
    match repair.edit {
        Edit::Lost { from, to } | Edit::Extra { from, to } => from <= end && start <= to,
        _ => false,
    }
}

/// As [`undoes`], or it corrects the length of the same field.
fn names_the_place(repair: &Repair, damage: &Damage) -> bool {
    damage.node.is_some_and(|(start, end)| (start..=end).contains(&repair.at))
}

#[test]
fn damage_is_undone() {
    let cases = cases();
    let samples = std::env::var("KAFKIT_REPAIR_SAMPLES").map_or(40, |n| n.parse().unwrap());
    let verbose = std::env::var_os("KAFKIT_REPAIR_VERBOSE");
    let mut rates = BTreeMap::new();
    for class in CLASSES {
        if verbose.as_ref().is_some_and(|v| v != "1" && !class.contains(v.to_str().unwrap())) {
            continue;
        }
        let mut dice = Dice(7);
        let (mut done, mut first, mut near, mut none, mut shown) = (0, 0, 0, 0, 0);
        let (mut longest, mut total) = (Duration::ZERO, Duration::ZERO);
        while done < samples {
            let case = &cases[dice.roll(cases.len())];
            let Some(damage) = damage(class, case, &mut dice) else { continue };
            let mut tape = Tape::default();
            let reading = read(&mut tape, &damage.input, 0, damage.read_as, Depth::ALL);
            if !faulty(&tape) {
                continue;
            }
            done += 1;
            let began = Instant::now();
            let mut budget = Budget::new(TRIES_MAX, None);
            let found = search(&damage.input, 0, &reading, &tape, &mut budget);
            total += began.elapsed();
            longest = longest.max(began.elapsed());
            shown += found.len();
            let good = found.iter().any(|repair| undoes(repair, case, &damage));
            let close = good || found.iter().any(|repair| names_the_place(repair, &damage));
            first += usize::from(good);
            near += usize::from(close);
            none += usize::from(found.is_empty());
            if !good && verbose.is_some() {
                println!("{class}: {} {}: {:?}", case.name, damage.note, told(&found));
                println!("   was {}\n   now {}", ::hex::encode(&case.bytes), ::hex::encode(&damage.input));
            }
        }
        println!(
            "{class:32} {done}: undone {:.1} %, place named {:.1} %, nothing {:.1} %, {:.2} offered; mean {:?}, longest {longest:?}",
            100.0 * first as f64 / done as f64,
            100.0 * near as f64 / done as f64,
            100.0 * none as f64 / done as f64,
            shown as f64 / done as f64,
            total / done as u32,
        );
        rates.insert(class, (first, near, done));
    }
    for (class, (first, near, done)) in rates {
        // Which byte was lost cannot always be told: a 00 fits between many numbers.
        let (undone, named) = if class == "byte removed" { (65, 85) } else { (90, 90) };
        assert!(
            first * 100 >= undone * done && near * 100 >= named * done,
            "{class}: {first}, {near} of {done}"
        );
    }
}

#[test]
fn no_input_is_too_odd_and_no_search_too_long() {
    let cases = cases();
    let mut dice = Dice(99);
    let (mut longest, mut total, mut searched, mut most) = (Duration::ZERO, Duration::ZERO, 0u32, 0);
    let rounds = std::env::var("KAFKIT_REPAIR_SAMPLES").map_or(200, |n| n.parse::<usize>().unwrap() * 10);
    for round in 0..rounds {
        let case = &cases[dice.roll(cases.len())];
        let mut input = case.bytes.clone();
        for _ in 0..=dice.roll(6) {
            let at = dice.roll(input.len());
            match dice.roll(4) {
                0 => input[at] = dice.roll(256) as u8,
                1 => input.insert(at, dice.roll(256) as u8),
                2 if input.len() > 1 => drop(input.remove(at)),
                _ => input.truncate(at.max(1)),
            }
        }
        let mut read_as = case.read_as;
        let mut start = 0;
        match round % 5 {
            1 => {
                let layout = Layout { size: false, header: HeaderChoice::None };
                read_as = ReadAs::Request { layout, api: Some((dice.roll(95) as i16, dice.roll(12) as i16)) };
            }
            2 => {
                start = dice.roll(input.len() + 2);
            }
            3 => {
                let message = messages::MESSAGES[dice.roll(messages::MESSAGES.len())];
                read_as = match dice.roll(2) {
                    0 => ReadAs::VersionPrefixed(message),
                    _ => ReadAs::Message(message, dice.roll(9) as i16),
                };
            }
            _ => {}
        }
        let mut tape = Tape::default();
        let reading = read(&mut tape, &input, start, read_as, Depth::ALL);
        if !faulty(&tape) {
            continue;
        }
        let mut budget = Budget::default();
        let began = busy();
        let found = search(&input, start, &reading, &tape, &mut budget);
        let took = busy() - began;
        for repair in &found {
            assert!(repair.why.ends_with('.') && !repair.what.is_empty());
            repair.apply(&input);
        }
        (longest, total, searched) = (longest.max(took), total + took, searched + 1);
        most = most.max(budget.tried);
    }
    println!("{searched} searches: mean {:?}, longest {longest:?}, most tries {most}", total / searched);
    // The budget, and the try that it ran out in.
    assert!(longest < Duration::from_millis(250), "{longest:?}");
}

#[test]
fn long_messages_stay_within_the_budget() {
    // A Metadata v9 response of 20,000 topics, with a byte missing near its middle or end.
    let mut body = bytes("00000001 00 00000000 02 00000001 0a 6c6f63616c686f7374 00002384 00 00 00 00000001");
    body.extend(uvarint(20_001));
    for i in 0..20_000 {
        let name = format!("topic-{i:05}");
        body.extend([0, 0, name.len() as u8 + 1]);
        body.extend(name.as_bytes());
        body.extend(bytes("00 02 0000 00000000 00000001 00000000 02 00000001 02 00000001 01 00 80000000 00"));
    }
    body.extend(bytes("80000000 00"));
    let whole = sized(&body);
    let read_as = ReadAs::Response { layout: SIZED, api: (3, 9) };
    let mut tape = Tape::default();
    read(&mut tape, &whole, 0, read_as, Depth::ALL);
    assert!(!faulty(&tape), "{:?}", tape.findings());
    for at in [whole.len() - 6, whole.len() - 43, whole.len() / 2, 9] {
        let mut input = whole.clone();
        input.remove(at);
        tape.clear();
        let reading = read(&mut tape, &input, 0, read_as, Depth::ALL);
        let mut budget = Budget::default();
        let began = busy();
        let found = search(&input, 0, &reading, &tape, &mut budget);
        let took = busy() - began;
        println!("{} bytes, {at}: {took:?}, {} tries: {:?}", input.len(), budget.tried, told(&found));
        assert!(took < Duration::from_millis(500), "{took:?}");
    }
}
