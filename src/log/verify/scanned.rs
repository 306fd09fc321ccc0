//! What a scan meets, in the words of [`super`]: listings and `--verify` say the same of the same bytes.

use std::path::PathBuf;
use std::sync::Arc;

use super::context::{AtStart, Standing};
use super::report::{Report, n};
use crate::codec::records::error::Error;
use crate::log::finding::{Finding, Place, Severity};
use crate::log::scan::{Found, Gap};

/// Nothing is known of how the broker stopped.
const STANDING: Standing = Standing { at_start: AtStart::Unknown, active: true };

fn all(tell: impl FnOnce(&mut Report)) -> Vec<Finding> {
    let mut report = Report::default();
    tell(&mut report);
    let mut findings = Vec::new();
    report.flush(&mut |finding| findings.push(finding));
    findings
}

/// Bytes that are no batch.
pub fn of_gap(gap: &Gap, file: &Arc<PathBuf>) -> Vec<Finding> {
    all(|report| super::gap::gap(report, file, file, gap, STANDING))
}

/// A batch whose checksum does not fit.
pub fn of_crc(found: &Found<'_>, file: &Arc<PathBuf>) -> Vec<Finding> {
    all(|report| super::gap::crc(found, STANDING).tell(report, file))
}

/// A batch or record that cannot be read although its checksum fits.
pub fn of_error(at: u64, base_offset: Option<i64>, error: &Error, file: &Arc<PathBuf>) -> Finding {
    let unpacked = if error.unpacked { " of the unpacked records" } else { " of the batch" };
    Finding {
        severity: Severity::Error,
        code: "records",
        file: file.clone(),
        place: Place { offset: base_offset, ..Place::byte(at) },
        expected: "records that can be read".to_owned(),
        found: format!("{} (at byte {}{unpacked})", error.kind, n(error.at as u64)),
        meaning: "A consumer fails on this batch, and so does compaction.".to_owned(),
        remedy: "kafkit dump-log --deep shows every byte of it.".to_owned(),
    }
}

/// A record that Kafka itself wrote and that cannot be read.
pub fn of_internal(at: u64, offset: i64, problem: String, file: &Arc<PathBuf>) -> Finding {
    Finding {
        severity: Severity::Error,
        code: "internal-record",
        file: file.clone(),
        place: Place { offset: Some(offset), ..Place::byte(at) },
        expected: "a record that this Kafka knows".to_owned(),
        found: problem,
        meaning: "The coordinator or controller that loads this log skips the record or stops at it."
            .to_owned(),
        remedy: "Look at it with kafkit dump-log --deep; a newer Kafka may have written it.".to_owned(),
    }
}
