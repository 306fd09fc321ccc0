//! Findings of one call: counted, kept from flooding, put in the order of the files.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Summary;
use crate::log::finding::{Finding, Place, Severity};

/// How many findings of one kind are told of one file; the rest is counted.
const FLOOD_MAX: u64 = 20;

/// A file, as findings name it.
pub(super) type File = Arc<PathBuf>;

/// Collects what is found until it is [`flush`](Report::flush)ed.
#[derive(Debug, Default)]
pub(super) struct Report {
    findings: Vec<Finding>,
    floods: HashMap<(File, &'static str), Flood>,
    /// What was checked, and how much was found.
    pub summary: Summary,
}

#[derive(Debug)]
struct Flood {
    seen: u64,
    severity: Severity,
}

/// What a finding says, in the order in which it is read.
#[derive(Debug, Default)]
pub(super) struct Words {
    /// What is there.
    pub found: String,
    /// What ought to be there.
    pub expected: String,
    /// What follows from it.
    pub meaning: String,
    /// What one can do.
    pub remedy: String,
}

impl Report {
    /// Something bad: lost, or read wrongly.
    pub(super) fn error(&mut self, code: &'static str, file: &File, place: Place, words: Words) {
        self.add(Severity::Error, code, file, place, words);
    }

    /// Something that a broker mends, or that does no harm but is not as Kafka writes it.
    pub(super) fn warning(&mut self, code: &'static str, file: &File, place: Place, words: Words) {
        self.add(Severity::Warning, code, file, place, words);
    }

    /// Something that is as it should be after what happened.
    pub(super) fn note(&mut self, code: &'static str, file: &File, place: Place, words: Words) {
        self.add(Severity::Note, code, file, place, words);
    }

    pub(super) fn add(
        &mut self,
        severity: Severity,
        code: &'static str,
        file: &File,
        place: Place,
        words: Words,
    ) {
        match severity {
            Severity::Error => self.summary.errors += 1,
            Severity::Warning => self.summary.warnings += 1,
            Severity::Note => self.summary.notes += 1,
        }
        let flood = self.floods.entry((file.clone(), code)).or_insert(Flood { seen: 0, severity });
        flood.seen += 1;
        flood.severity = flood.severity.min(severity);
        if flood.seen > FLOOD_MAX {
            return;
        }
        let Words { found, expected, meaning, remedy } = words;
        let file = file.clone();
        self.findings.push(Finding { severity, code, file, place, expected, found, meaning, remedy });
    }

    /// Where a file cannot be read at all.
    pub(super) fn unreadable(&mut self, file: &File, error: &std::io::Error) {
        let vanished = error.kind() == std::io::ErrorKind::NotFound;
        let (severity, code) =
            if vanished { (Severity::Note, "vanished") } else { (Severity::Error, "unreadable") };
        let meaning = if vanished {
            "A broker that runs deletes files (retention, compaction). Nothing of it was checked."
        } else {
            "Nothing of it was checked. A broker that meets this takes the whole log directory offline."
        };
        let remedy = if vanished { "" } else { "Check the rights of the file, and the disk." };
        let words = Words {
            found: if vanished { "the file is gone".to_owned() } else { error.to_string() },
            expected: "a file that can be read".to_owned(),
            meaning: meaning.to_owned(),
            remedy: remedy.to_owned(),
        };
        self.add(severity, code, file, Place::WHOLE, words);
    }

    /// Takes over what another report has of one file, and what was read.
    pub(super) fn take(&mut self, other: Self, file: &Path) {
        self.summary.files += 1;
        for finding in other.findings.into_iter().filter(|finding| finding.file.as_path() == file) {
            let Finding { severity, code, file, place, expected, found, meaning, remedy } = finding;
            self.add(severity, code, &file, place, Words { found, expected, meaning, remedy });
        }
    }

    /// Hands out everything that was found, by file and place, and forgets it.
    pub(super) fn flush(&mut self, sink: &mut dyn FnMut(Finding)) {
        for ((file, code), flood) in self.floods.drain().filter(|(_, flood)| flood.seen > FLOOD_MAX) {
            self.findings.push(Finding {
                severity: flood.severity,
                code,
                file,
                place: Place { byte: Some(u64::MAX), ..Place::WHOLE },
                found: format!("{} more of this kind in this file", n(flood.seen - FLOOD_MAX)),
                expected: String::new(),
                meaning: String::new(),
                remedy: String::new(),
            });
        }
        let place = |place: &Place| (place.byte.or(place.line), place.entry, place.offset);
        self.findings.sort_by(|a, b| {
            let order = a.file.cmp(&b.file).then(place(&a.place).cmp(&place(&b.place)));
            order.then(a.severity.cmp(&b.severity)).then(a.code.cmp(b.code))
        });
        for mut finding in self.findings.drain(..) {
            if finding.place.byte == Some(u64::MAX) {
                finding.place = Place::WHOLE;
            }
            sink(finding);
        }
    }
}

/// A path as findings have it.
pub(super) fn file_of(path: &Path) -> File {
    Arc::new(path.to_owned())
}

pub(super) use crate::codec::explain::grouped as n;

/// `1 byte`, `1,024 bytes`.
pub(super) fn count(number: u64, thing: &str) -> String {
    crate::codec::explain::counted(usize::try_from(number).unwrap_or(usize::MAX), thing)
}
