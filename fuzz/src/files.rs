//! Files of a partition, listed, checked, counted and summed up in every format. Two bytes choose a directory
//! and the names of two files in it, two more say how long the first is; the second has the rest.
#![no_main]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use kafkit::dump::format::BytesFormat;
use kafkit::dump::image::At;
use kafkit::dump::run::{Become, Destination, Request, View, run};
use kafkit::dump::select::Selection;
use kafkit::dump::select::offsets::OffsetRange;
use kafkit::dump::select::times::TimeRange;
use kafkit::dump::{Format, kafka};
use kafkit::log::scan::{Piece, Scanner};
use kafkit::log::source::Source;
use kafkit::log::verify;
use kafkit::render::Style;
use libfuzzer_sys::fuzz_target;
use serde_json::{Deserializer, Value};

const DIRECTORIES: [&str; 8] = [
    "orders-0",
    "__cluster_metadata-0",
    "__consumer_offsets-0",
    "__transaction_state-0",
    "__share_group_state-0",
    "__remote_log_metadata-0",
    "no partition",
    "gone-0.0123456789abcdef0123456789abcdef-delete",
];
const NAMES: [&str; 20] = [
    "00000000000000000000.log",
    "00000000000000000000.index",
    "00000000000000000000.timeindex",
    "00000000000000000000.txnindex",
    "00000000000000000000.snapshot",
    "00000000000000000000-0000000000.checkpoint",
    "leader-epoch-checkpoint",
    "recovery-point-offset-checkpoint",
    "partition.metadata",
    "meta.properties",
    "quorum-state",
    ".kafka_cleanshutdown",
    "00000000000000000005.log",
    "00000000000000000005.snapshot",
    "9223372036854775807.log",
    "9223372036854775807.timeindex",
    "00000000000000000000.log.deleted",
    "00000000000000000000.log.swap",
    "unnamed",
    "99999999999999999999.log",
];
/// Small enough that a bomb ends soon.
const UNPACKED_MAX: usize = 1 << 20;
const NOW_MS: i64 = 1_800_000_000_000;

/// A directory of this process, in memory where there is a file system in memory.
fn scratch() -> &'static Path {
    static SCRATCH: OnceLock<PathBuf> = OnceLock::new();
    SCRATCH.get_or_init(|| {
        let memory = Path::new("/dev/shm");
        let around = if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() };
        around.join(format!("kafkit-fuzz-{}", std::process::id()))
    })
}

fn request(path: &Path, format: Format, view: View) -> Request {
    Request {
        paths: vec![path.to_owned()],
        format,
        style: Style { color: false, width: Some(80), show_secrets: true },
        records: false,
        deep: false,
        kind: None,
        family: None,
        metadata: None,
        selection: Selection::default(),
        view,
        extract: None,
        progress: false,
        now_ms: NOW_MS,
        key_format: BytesFormat::Auto,
        value_format: BytesFormat::Auto,
        unpacked_max: UNPACKED_MAX,
    }
}

/// Runs it and checks that what it prints is what the format promises.
fn dump(request: &Request) {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let _ = run(request, &mut out, &mut err);
    match request.format {
        Format::Json => {
            Deserializer::from_slice(&out).into_iter::<Value>().for_each(|value| drop(value.expect("JSON")));
        }
        Format::Ndjson => {
            for line in out.split(|&byte| byte == b'\n').filter(|line| !line.is_empty()) {
                serde_json::from_slice::<Value>(line).expect("JSON");
            }
        }
        Format::Table => {
            let text = std::str::from_utf8(&out).expect("UTF-8");
            assert!(!text.contains(|c: char| c.is_control() && c != '\n'), "{text:?}");
        }
        Format::Csv | Format::Kafka => {}
    }
}

/// The pieces of a file follow one on the other from its beginning to its end.
fn every_byte_is_in_one_piece(path: &Path) {
    let Ok(source) = Source::open(path) else { return };
    let length = source.len();
    let mut scanner = Scanner::new(source);
    let mut at = 0;
    while let Ok(Some(piece)) = scanner.next_piece() {
        let (begin, end) = match piece {
            Piece::Batch(found) => (found.at, found.at + found.bytes.len() as u64),
            Piece::Gap(gap) => (gap.at, gap.end),
        };
        assert_eq!(begin, at, "a piece begins elsewhere");
        assert!(end > begin, "a piece is empty");
        at = end;
    }
    if let Some(length) = length {
        assert_eq!(at, length, "the last piece does not reach the end");
    }
}

fn selections() -> [Selection; 3] {
    [
        Selection { limit: Some(2), tail: Some(3), ..Selection::default() },
        Selection { offsets: vec![OffsetRange { start: 3, end: 9 }], ..Selection::default() },
        Selection { times: vec![TimeRange { from: 1000, to: NOW_MS }], ..Selection::default() },
    ]
}

fn file(path: &Path) {
    every_byte_is_in_one_piece(path);
    for format in [Format::Table, Format::Json, Format::Ndjson, Format::Csv] {
        for (records, deep) in [(false, false), (true, false), (true, true)] {
            dump(&Request { records, deep, ..request(path, format, View::Content) });
        }
    }
    for selection in selections() {
        dump(&Request { selection, records: true, ..request(path, Format::Ndjson, View::Content) });
    }
    dump(&request(path, Format::Table, View::Stats));
    dump(&request(path, Format::Json, View::Stats));
    kafka_format(path);
    for kind in [verify::file, verify::partition] {
        let options = verify::Options { unpack_limit: UNPACKED_MAX, ..verify::Options::default() };
        let _ = kind(path, &options, &mut |finding| assert!(!finding.found.is_empty(), "{finding:?}"));
    }
}

fn kafka_format(path: &Path) {
    let files = [path.to_string_lossy().into_owned()];
    let family = path.parent().and_then(Path::file_name).and_then(|name| name.to_str());
    let parser = match family {
        Some("__consumer_offsets-0") => kafka::Parser::Offsets,
        Some("__transaction_state-0") => kafka::Parser::TransactionLog,
        Some("__cluster_metadata-0") => kafka::Parser::ClusterMetadata,
        Some("__share_group_state-0") => kafka::Parser::ShareGroupState,
        Some("__remote_log_metadata-0") => kafka::Parser::RemoteLogMetadata,
        _ => kafka::Parser::Decoder,
    };
    let plain = kafka::Options::default();
    for options in [
        plain.clone(),
        kafka::Options { verify_index_only: true, ..plain.clone() },
        kafka::Options { index_sanity_check: true, ..plain.clone() },
        kafka::Options { print_data_log: true, deep_iteration: true, parser, ..plain },
    ] {
        let _ = kafka::dump(&files, &options, &mut Vec::new(), &mut Vec::new());
    }
}

fn directory(path: &Path, extracted: &Path) {
    for format in [Format::Table, Format::Json, Format::Ndjson, Format::Csv] {
        dump(&request(path, format, View::Content));
        dump(&request(path, format, View::Verify));
    }
    for at in [At::End, At::Offset(3), At::Time(NOW_MS)] {
        dump(&request(path, Format::Table, View::Image(at)));
        dump(&request(path, Format::Json, View::Image(at)));
    }
    dump(&request(path, Format::Table, View::Diff(Some((At::Offset(0), At::End)))));
    let to = (Destination::Directory(extracted.to_owned()), Become::Segments);
    dump(&Request { extract: Some(to), ..request(path, Format::Table, View::Content) });
}

fuzz_target!(|input: &[u8]| {
    let Some((&[first, second, high, low], content)) = input.split_first_chunk() else { return };
    let scratch = scratch();
    let _ = fs::remove_dir_all(scratch);
    let partition = scratch.join(DIRECTORIES[usize::from(first >> 5)]);
    fs::create_dir_all(&partition).expect("a directory to write into");
    let (head, tail) = content.split_at(usize::from(u16::from_be_bytes([high, low])).min(content.len()));
    let name = |choice: u8| partition.join(NAMES[usize::from(choice) % NAMES.len()]);
    let path = name(first & 31);
    if !tail.is_empty() {
        fs::write(name(second), tail).expect("a file");
    }
    fs::write(&path, head).expect("a file");
    file(&path);
    directory(&partition, &scratch.join("extracted"));
});
