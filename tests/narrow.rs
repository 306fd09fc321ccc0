//! On a terminal of 80 columns nothing that `dump-log` prints for a person is folded by the terminal.
#![allow(clippy::unwrap_used, clippy::panic)] // A test that cannot go on has failed.

use std::path::{Path, PathBuf};

use kafkit::codec::records::compression::DECOMPRESSED_BYTES_MAX;
use kafkit::dump::Format;
use kafkit::dump::format::BytesFormat;
use kafkit::dump::image::At;
use kafkit::dump::run::{Request, View, run};
use kafkit::dump::select::Selection;
use kafkit::render::Style;
use kafkit::render::headline::columns_of;

const COLUMNS: usize = 80;

/// What is printed of an example for a terminal of so many columns, or for none.
fn printed(path: &str, view: View, records: bool, color: bool, width: Option<usize>) -> String {
    let request = Request {
        paths: vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/examples").join(path)],
        format: Format::Table,
        style: Style { color, width, show_secrets: false },
        records,
        deep: false,
        kind: None,
        family: None,
        metadata: None::<PathBuf>,
        selection: Selection::default(),
        view,
        extract: None,
        progress: false,
        now_ms: 1_795_225_500_000,
        key_format: BytesFormat::Auto,
        value_format: BytesFormat::Auto,
        unpacked_max: DECOMPRESSED_BYTES_MAX,
    };
    let (mut out, mut err) = (Vec::new(), Vec::new());
    run(&request, &mut out, &mut err).unwrap();
    assert_eq!(String::from_utf8_lossy(&err), "", "{path}");
    String::from_utf8(out).unwrap()
}

#[test]
fn no_line_is_wider_than_the_terminal() {
    let mut wide = Vec::new();
    for (path, view, records) in [
        ("logs/txn-0", View::Content, false),
        ("logs/txn-0", View::Content, true),
        ("logs/txn-0", View::Verify, false),
        ("logs/txn-0", View::Stats, false),
        ("logs/txn-0", View::Image(At::End), false),
        ("logs/txn-0/00000000000000000261.snapshot", View::Content, false),
        ("logs/txn-0/00000000000000000000.timeindex", View::Content, false),
        ("logs/txn-0/00000000000000000000.txnindex", View::Content, false),
        ("logs/txn-0/leader-epoch-checkpoint", View::Content, false),
        ("damaged/txn-2", View::Content, false),
        ("damaged/txn-2", View::Verify, false),
    ] {
        for color in [false, true] {
            let text = printed(path, view, records, color, Some(COLUMNS));
            assert!(text.lines().count() > 3, "{path}: {text}");
            // A line feed in a heading that was made harmless.
            assert!(!text.contains('\u{fffd}'), "{path}: {text}");
            wide.extend(text.lines().filter(|line| columns_of(line.as_bytes()) > COLUMNS).map(str::to_owned));
        }
    }
    assert!(wide.is_empty(), "{}", wide.join("\n"));
}

#[test]
fn a_batch_is_a_line_of_80_columns() {
    let text = printed("logs/txn-0/00000000000000000000.log", View::Content, false, false, Some(COLUMNS));
    // Before that is the path, which is another in each checkout.
    let lines: Vec<&str> = text.lines().skip_while(|line| !line.starts_with("  offsets")).take(5).collect();
    let expected = [
        "  offsets         n  time (UTC)     bytes  codec     ep  producer",
        "  2026-11-21",
        "  0-13           14  01:43:16.234     624  gzip 2.4x  0  7/0 seq 0-13 txn",
        "  14              1  01:43:16.240      78  -          0  7/1 COMMIT (epoch 0)",
        "  15-28          14  01:43:16.239     643  gzip 2.3x  0  7/1 seq 0-13 txn",
    ];
    assert_eq!(lines, expected);
}

#[test]
fn wide_terminals_and_pipes_get_whole_times() {
    let rows = |width| {
        let text = printed("logs/txn-0", View::Content, false, false, width);
        text.lines().filter(|line| line.starts_with("  ")).map(str::to_owned).collect::<Vec<_>>()
    };
    let piped = rows(None);
    assert_eq!(rows(Some(160)), piped);
    let line = "  14                     1  2026-11-21 01:43:16.240Z        78  -                0  7/1 txn COMMIT (coordinator epoch 0)";
    assert!(piped.iter().any(|found| found == line), "{piped:?}");
}
