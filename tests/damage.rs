//! `log::verify` on damaged partitions: each damage is found at its place, and nothing is found on healthy
//! ones. The data is described in the README of the folder that `KAFKIT_LOGS` names.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;
#[path = "damage/mutations.rs"]
mod mutations;
#[path = "damage/peer.rs"]
mod peer;

use std::fmt::Write;
use std::path::{Path, PathBuf};

use kafkit::log::finding::{Finding, Severity};
use kafkit::log::verify::{self, Options, Summary};
use serde_json::Value;

/// The folder with `clean`, `unclean`, `tier`, `damaged` and `expected`.
fn logs() -> PathBuf {
    common::logs::folder().to_owned()
}

/// Everything that is found in a partition, a log directory or a file.
fn found(path: &Path) -> (Vec<Finding>, Summary) {
    let mut findings = Vec::new();
    let mut sink = |finding| findings.push(finding);
    let options = Options::default();
    let summary = if path.is_file() {
        verify::file(path, &options, &mut sink)
    } else if path.join("meta.properties").exists() {
        verify::data_dir(path, &options, &mut sink)
    } else {
        verify::partition(path, &options, &mut sink)
    };
    (findings, summary.unwrap_or_else(|error| panic!("{}: {error}", path.display())))
}

fn told(findings: &[Finding]) -> String {
    let mut out = Vec::new();
    findings.iter().for_each(|finding| kafkit::dump::verify::render(finding, None, false, None, &mut out));
    String::from_utf8(out).unwrap()
}

fn bad(findings: &[Finding]) -> Vec<Finding> {
    findings.iter().filter(|finding| finding.severity != Severity::Note).cloned().collect()
}

/// A damaged file and what was done to it.
struct Damage {
    variant: String,
    /// The partition, and the file in it.
    file: PathBuf,
    facts: Value,
}

fn damages() -> Vec<Damage> {
    let content = std::fs::read_to_string(logs().join("damaged/damaged.json")).unwrap();
    let json: serde_json::Map<String, Value> = serde_json::from_str(&content).unwrap();
    let one = |variant: &String, facts: &Value| Damage {
        variant: variant.clone(),
        file: facts["file"].as_str().unwrap().into(),
        facts: facts.clone(),
    };
    json.iter()
        .flat_map(|(variant, all)| all.as_array().unwrap().iter().map(move |facts| one(variant, facts)))
        .collect()
}

impl Damage {
    fn partition(&self) -> PathBuf {
        logs().join("damaged").join(&self.variant).join(self.file.parent().unwrap())
    }

    fn path(&self) -> PathBuf {
        logs().join("damaged").join(&self.variant).join(&self.file)
    }

    fn number(&self, name: &str) -> Option<u64> {
        self.facts.get(name)?.as_u64()
    }

    /// Whether a finding names the file and the place of this damage.
    fn is_named_by(&self, finding: &Finding) -> bool {
        let path = self.path();
        if finding.severity == Severity::Note && self.variant != "leftovers" {
            return false;
        }
        if self.variant == "leftovers" {
            let beside = finding.file.to_string_lossy().starts_with(path.to_string_lossy().as_ref());
            return beside && finding.code.starts_with("leftover-");
        }
        if **finding.file != path {
            return false;
        }
        let place = finding.place;
        if let Some(entries) = self.facts.get("entries") {
            return entries.as_array().unwrap().iter().any(|entry| entry.as_u64() == place.entry);
        }
        if let Some(entry) = self.number("entry") {
            return place.entry == Some(entry);
        }
        if let Some(size) = self.number("size").filter(|_| self.variant.ends_with("truncated")) {
            // The place is the last whole entry's end, or where the file says how many entries there are.
            return place.byte.is_some_and(|byte| byte <= size);
        }
        let Some(position) = self.number("position").or_else(|| self.number("batch_position")) else {
            return true;
        };
        // The second of two copies names the first.
        if self.variant == "batch-twice" {
            return finding.code == "batch-twice" && finding.found.contains("byte 11,507");
        }
        // Of a batch, or of what lies around the place.
        let begin = self.number("batch_position").unwrap_or_else(|| batch_around(&path, position));
        let end =
            position.max(begin + self.number("batch_size").unwrap_or(1)) + self.number("size").unwrap_or(0);
        place.byte.is_some_and(|byte| byte == begin || (position..=end).contains(&byte))
    }
}

/// The first byte of the batch or gap that holds `position`.
fn batch_around(path: &Path, position: u64) -> u64 {
    use kafkit::log::scan::{Piece, Scanner};
    let mut scanner = Scanner::new(kafkit::log::source::Source::open(path).unwrap());
    let mut begin = 0;
    while let Ok(Some(piece)) = scanner.next_piece() {
        let at = match piece {
            Piece::Batch(found) => found.at,
            Piece::Gap(gap) => gap.at,
        };
        if at > position {
            break;
        }
        begin = at;
    }
    begin
}

#[test]
fn each_damage_is_found_at_its_place() {
    let damages = damages();
    let mut variants: Vec<&str> = damages.iter().map(|damage| damage.variant.as_str()).collect();
    variants.dedup();
    assert_eq!(variants.len(), 47);
    for damage in &damages {
        let (findings, summary) = found(&damage.partition());
        assert!(
            findings.iter().any(|finding| damage.is_named_by(finding)),
            "{}:\n{}",
            damage.variant,
            told(&findings)
        );
        assert!(!summary.is_clean(), "{}", damage.variant);
        let severe = findings.iter().filter(|finding| finding.severity != Severity::Note);
        for finding in severe {
            assert!(
                !finding.meaning.is_empty() && !finding.found.is_empty(),
                "{}",
                told(std::slice::from_ref(finding))
            );
        }
    }
}

#[test]
fn one_damage_is_not_told_of_its_neighbours() {
    for (variant, most) in [
        ("batches-swapped", 1),
        ("flip-in-base-offset", 1),
        ("flip-in-last-offset-delta", 1),
        ("flip-in-length", 1),
        ("flip-in-magic", 1),
        ("garbage-inserted", 2),
        ("segment-misnamed", 5),
        ("zero-page", 2),
    ] {
        let damage = damages().into_iter().find(|damage| damage.variant == variant).unwrap();
        let findings = bad(&found(&damage.partition()).0);
        assert!(findings.len() <= most, "{variant}:\n{}", told(&findings));
    }
}

#[test]
fn everything_else_is_still_read() {
    let root = logs();
    for damage in damages() {
        // What was removed or emptied is not there to be read; the others lose one batch or two.
        if ["segment-missing", "log-empty"].contains(&damage.variant.as_str()) {
            continue;
        }
        let (_, healthy) = found(&root.join("clean/d1").join(damage.file.parent().unwrap()));
        let (_, read) = found(&damage.partition());
        assert!(
            read.batches + 2 >= healthy.batches,
            "{}: {} of {}",
            damage.variant,
            read.batches,
            healthy.batches
        );
    }
}

#[test]
fn nothing_is_found_on_healthy_directories() {
    let root = logs();
    for directory in ["clean/d1", "clean/n2", "unclean/d1", "unclean/n2"] {
        let (findings, summary) = found(&root.join(directory));
        assert!(summary.is_clean(), "{directory}:\n{}", told(&bad(&findings)));
        assert!(summary.partitions > 3 && summary.records > 400, "{directory}");
        let explained = ["index-preallocated", "unclean-shutdown", "leftover-deleted"];
        let odd: Vec<Finding> =
            findings.into_iter().filter(|finding| !explained.contains(&finding.code)).collect();
        assert!(odd.is_empty(), "{directory}:\n{}", told(&odd));
    }
    for tiered in std::fs::read_dir(root.join("tier")).unwrap() {
        let (findings, summary) = found(&tiered.unwrap().path());
        assert!(findings.is_empty() && summary.segments > 0, "{}", told(&findings));
    }
}

#[test]
fn nothing_is_found_on_healthy_partitions_and_files_by_themselves() {
    let root = logs();
    let mut files = 0;
    for directory in ["clean/d1", "clean/n2", "unclean/d1", "unclean/n2"] {
        for partition in verify::partitions(&root.join(directory)).unwrap() {
            let (findings, summary) = found(&partition);
            assert!(summary.is_clean(), "{}", told(&bad(&findings)));
            for file in std::fs::read_dir(&partition).unwrap() {
                let path = file.unwrap().path();
                let name = kafkit::log::name::FileName::of(&path);
                if name.kind.is_none() {
                    continue;
                }
                let (findings, summary) = found(&path);
                assert!(summary.is_clean() && summary.files > 0, "{}", told(&bad(&findings)));
                files += 1;
            }
        }
    }
    assert!(files > 500);
}

#[test]
fn preallocated_indexes_of_ten_mebibytes() {
    let scratch = mutations::Scratch::of(&logs().join("unclean/d1/__cluster_metadata-0"), "unpacked");
    for file in std::fs::read_dir(scratch.path()).unwrap() {
        let path = file.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "gz") {
            let mut unpacked = Vec::new();
            let packed = std::fs::File::open(&path).unwrap();
            std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(packed), &mut unpacked).unwrap();
            assert!(unpacked.len() > 10_000_000);
            std::fs::write(path.with_extension(""), unpacked).unwrap();
            std::fs::remove_file(path).unwrap();
        }
    }
    let (findings, summary) = found(scratch.path());
    assert!(summary.is_clean(), "{}", told(&findings));
    assert_eq!(findings.len(), 2, "{}", told(&findings));
}

#[test]
fn findings_come_in_one_order() {
    let path = damages()[0].partition();
    assert_eq!(found(&path).0, found(&path).0);
}

#[test]
fn the_table_of_damages() {
    let mut text = String::from(
        "# Damage, and who finds it\n\n\
         47 damaged copies of partitions that a Kafka 4.3.1 broker wrote. What was changed is beside what Kafka's own\n\
         `DumpLogSegments` says of the damaged file, run with each of its flags for that kind of file, and what\n\
         `kafkit dump-log --verify` says of it. What Kafka's tool says of the healthy file too is left out.\n\n\
         This table is made by `tests/damage.rs` from the tool's recorded output and from a run of kafkit;\n\
         `KAFKIT_BLESS=1 cargo test --test damage` writes it anew.\n\n\
         | damage | file | Kafka's tool | kafkit |\n|---|---|---|---|\n",
    );
    for damage in damages() {
        let (findings, _) = found(&damage.partition());
        let name = damage.file.file_name().unwrap().to_string_lossy();
        let mine: Vec<String> = findings
            .iter()
            .filter(|finding| {
                finding.file.to_string_lossy().starts_with(damage.path().to_string_lossy().as_ref())
            })
            .map(|finding| {
                let place = kafkit::dump::verify::place(&finding.place);
                let place = if place.is_empty() { String::new() } else { format!(", {place}") };
                format!(
                    "{} `{}`{place}: {}",
                    finding.severity.name(),
                    finding.code,
                    finding.found.replace('|', "\\|")
                )
            })
            .collect();
        let what = damage.facts["damage"].as_str().unwrap();
        let batches = if damage.path().exists() { found(&damage.path()).1.batches } else { 0 };
        let peer = peer::says(&logs().join("expected"), &damage.variant, &damage.file, batches);
        writeln!(text, "| **{}**: {what} | `{name}` | {peer} | {} |", damage.variant, mine.join("<br>"))
            .unwrap();
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/damage.md");
    common::golden::check_file(&path, &text).unwrap_or_else(|error| panic!("{error}"));
}
