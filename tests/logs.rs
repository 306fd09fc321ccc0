//! `--format kafka` against what Kafka's own tool printed: `testdata/logs`, or the folder that
//! `KAFKIT_LOGS` names (same layout: data in ROOT/, runs in expected/ROOT/exit.tsv).
#![allow(clippy::unwrap_used, clippy::panic)] // A test that cannot go on has failed.

mod common;

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// Kafka's tool writes: when it closes an index, it cuts off what is behind the last whole entry. Runs of
/// before had done so when this one was recorded, so that it saw another file than there is.
const CUT_BEFORE: &str =
    "--files index-truncated/comp-none-0/00000000000000000720.index --index-sanity-check";

/// The roots whose files are as Kafka wrote them: there every byte must be the same.
const HEALTHY: [&str; 3] = ["clean", "unclean", "tier"];

/// What Kafka's tool was asked and what it said.
struct Run {
    exit: i32,
    output: String,
    arguments: String,
    first_error: String,
}

fn runs(table: &Path) -> Vec<Run> {
    let text = fs::read_to_string(table).unwrap();
    let run = |line: &str| {
        let mut cells = line.split('\t').map(str::to_owned);
        let mut cell = || cells.next().unwrap_or_default();
        Run { exit: cell().parse().unwrap(), output: cell(), arguments: cell(), first_error: cell() }
    };
    text.lines().map(run).collect()
}

/// Runs the program with the tool's own arguments, where the tool ran.
fn kafkit(arguments: &str, directory: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_kafkit"))
        .args(["dump-log", "--format", "kafka"])
        .args(arguments.split_whitespace())
        .current_dir(directory)
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

/// Help, version, and what the tool refuses are kafkit's own.
fn is_about_files(arguments: &str) -> bool {
    arguments.contains("--files") && !arguments.contains("--no-such-option")
}

/// A tree of links to the files of `from`, with packed ones unpacked.
fn unpacked(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if path.is_dir() {
            unpacked(&path, &to.join(name));
        } else if let Some(bare) = name.strip_suffix(".gz") {
            fs::write(to.join(bare), gunzip(&path)).unwrap();
        } else {
            std::os::unix::fs::symlink(&path, to.join(name)).unwrap();
        }
    }
}

fn gunzip(path: &Path) -> Vec<u8> {
    let mut content = Vec::new();
    flate2::read::MultiGzDecoder::new(fs::File::open(path).unwrap()).read_to_end(&mut content).unwrap();
    content
}

fn expected(root: &Path, output: &str) -> Vec<u8> {
    let plain = root.join(output);
    let packed = root.join(format!("{output}.gz"));
    if packed.exists() { gunzip(&packed) } else { fs::read(plain).unwrap_or_default() }
}

/// Addresses of Java's objects are others in each run.
fn without_addresses(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.windows(3).position(|window| window == b"[B@") {
        let behind = &rest[at + 3..];
        let digits = behind.iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
        out.extend_from_slice(&rest[..at + 3]);
        rest = &behind[digits..];
    }
    out.extend_from_slice(rest);
    out
}

/// How a run compares.
#[derive(PartialEq, Eq, PartialOrd, Ord, Clone, Copy, Debug)]
enum Verdict {
    Same,
    SameButAddresses,
    RecordedOfAnother,
    GoesOnWhereItThrows,
    GoesOnWhereItStops,
    NotAboutFiles,
    Different,
}

fn compare(run: &Run, want: &[u8], got: &[u8]) -> Verdict {
    if want == got {
        return Verdict::Same;
    }
    if run.arguments.contains("DefaultDecoder") && without_addresses(want) == without_addresses(got) {
        return Verdict::SameButAddresses;
    }
    if run.arguments == CUT_BEFORE && want.starts_with(got) {
        return Verdict::RecordedOfAnother;
    }
    if got.starts_with(want) {
        return if run.exit == 0 { Verdict::GoesOnWhereItStops } else { Verdict::GoesOnWhereItThrows };
    }
    Verdict::Different
}

fn difference(want: &[u8], got: &[u8]) -> String {
    let at = want.iter().zip(got).position(|(a, b)| a != b).unwrap_or(want.len().min(got.len()));
    let around = |text: &[u8]| {
        let part = &text[at.saturating_sub(60)..text.len().min(at + 60)];
        String::from_utf8_lossy(part).into_owned()
    };
    format!(
        "at byte {at} of {} and {}:\n    tool {:?}\n    ours {:?}",
        want.len(),
        got.len(),
        around(want),
        around(got)
    )
}

#[test]
fn everything_that_kafkas_tool_prints() {
    let folder = common::logs::folder().canonicalize().unwrap();
    let work = tempfile::tempdir().unwrap();
    let (mut counts, mut exceptions, mut failures) = (BTreeMap::new(), Vec::new(), Vec::new());
    let (mut exits, mut total) = (Vec::new(), 0);
    let mut roots: Vec<PathBuf> =
        fs::read_dir(folder.join("expected")).unwrap().map(|root| root.unwrap().path()).collect();
    roots.sort();
    for root in roots {
        let name = root.file_name().unwrap().to_str().unwrap().to_owned();
        // The tool ran there, with the paths that it prints.
        let directory = work.path().join(&name);
        unpacked(&folder.join(&name), &directory);
        for run in runs(&root.join("exit.tsv")) {
            total += 1;
            let title = format!("{name}: {}", run.arguments);
            if !is_about_files(&run.arguments) {
                *counts.entry((name.clone(), Verdict::NotAboutFiles)).or_insert(0) += 1;
                exceptions.push(format!("{title:?}: kafkit's own help, version and refusals"));
                continue;
            }
            let output = kafkit(&run.arguments, &directory);
            let (out, err) = (output.stdout, output.stderr);
            let problem = output.status.code() == Some(1);
            let want = expected(&root, &run.output);
            let verdict = compare(&run, &want, &out);
            *counts.entry((name.clone(), verdict)).or_insert(0) += 1;
            let more = out.len().saturating_sub(want.len());
            match verdict {
                Verdict::Same | Verdict::NotAboutFiles => {}
                Verdict::SameButAddresses => exceptions.push(format!("{title}: addresses of objects")),
                Verdict::RecordedOfAnother => {
                    exceptions.push(format!("{title}: the tool had changed the file before"));
                }
                Verdict::GoesOnWhereItThrows => {
                    exceptions.push(format!(
                        "{title}: {more} bytes more, where the tool throws: {}",
                        run.first_error
                    ));
                }
                Verdict::GoesOnWhereItStops if !HEALTHY.contains(&name.as_str()) => {
                    exceptions.push(format!("{title}: {more} bytes more, where the tool stops"));
                }
                Verdict::GoesOnWhereItStops | Verdict::Different => {
                    failures.push(format!("{title}\n  {}", difference(&want, &out)));
                }
            }
            // Where the tool throws, something is to be said of it.
            if run.exit != 0 && err.is_empty() {
                failures.push(format!("{title}: nothing is said where the tool throws"));
            }
            if (run.exit != 0) != problem {
                exits.push(format!(
                    "{title}: the tool's exit code is {}, ours {:?}",
                    run.exit,
                    output.status.code()
                ));
            }
        }
    }
    for exception in &exceptions {
        println!("exception: {exception}");
    }
    for exit in &exits {
        println!("exit code: {exit}");
    }
    for ((root, verdict), count) in &counts {
        println!("{root:8} {count:5} {verdict:?}");
    }
    println!("{total} runs, {} exceptions, {} differences", exceptions.len(), failures.len());
    assert!(failures.is_empty(), "{} differences:\n{}", failures.len(), failures.join("\n"));
}
