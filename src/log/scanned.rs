//! What the scan of a segment finds, in words: listings and `--verify` say the same of the same bytes.

use std::path::PathBuf;
use std::sync::Arc;

use super::finding::{Finding, Place, Severity};
use super::scan::{Gap, GapKind};
use crate::codec::explain::grouped;
use crate::codec::records::error::Error;

fn bytes(count: u64) -> String {
    format!("{} byte{}", grouped(count), if count == 1 { "" } else { "s" })
}

/// Bytes that are no batch.
pub fn of_gap(gap: &Gap, file: &Arc<PathBuf>) -> Finding {
    let skipped = bytes(gap.end - gap.at);
    let place = Place::byte(gap.at);
    let finding =
        |severity, code, place, expected: &str, found: String, meaning: String, remedy: &str| Finding {
            severity,
            code,
            file: file.clone(),
            place,
            expected: expected.to_owned(),
            found,
            meaning,
            remedy: remedy.to_owned(),
        };
    match gap.kind {
        GapKind::Damage(error) => finding(
            Severity::Error,
            "damaged",
            Place::byte(gap.wrong_at),
            "a whole batch",
            format!("{error}; {skipped} are passed over, reading goes on at byte {}", grouped(gap.end)),
            "The records in between cannot be read. Kafka's own readers stop at the first of these bytes; a broker that \
             must recover this segment cuts it off there, and everything behind it is lost."
                .to_owned(),
            "Copy the file before the broker starts again. Where another replica is whole, delete this one and let it be \
             replicated anew; kafkit dump-log --extract saves what can be read.",
        ),
        GapKind::Zeros => finding(
            Severity::Error,
            "zeros",
            place,
            "a batch",
            format!("{skipped} of zeros, behind which batches go on at byte {}", grouped(gap.end)),
            "A page was never written to the disk, or was lost by it. The records that stood there are gone, and Kafka's own \
             readers stop here."
                .to_owned(),
            "Take the partition from another replica, or save the rest with kafkit dump-log --extract.",
        ),
        GapKind::ZeroTail => finding(
            Severity::Warning,
            "zero-tail",
            place,
            "the end of the file",
            format!("{skipped} of zeros up to the end of the file"),
            "The file was preallocated (log.preallocate), or its end was not written before the machine stopped. A broker cuts \
             them off when it starts after an unclean stop."
                .to_owned(),
            "Nothing, where the broker was not stopped in an orderly way; else look for errors of the disk.",
        ),
        GapKind::TornTail { need } => finding(
            Severity::Error,
            "torn-tail",
            place,
            "the rest of the last batch",
            format!("the last batch is cut off: it claims {}, {} are there", bytes(need), grouped(gap.end - gap.at)),
            format!("A write did not finish.{} A broker cuts the log here when it starts.", lost(gap)),
            "Nothing, where another replica has the records: it will be copied from there.",
        ),
        GapKind::Shrunk { length } => finding(
            Severity::Warning,
            "shrunk",
            place,
            "a file that does not become shorter",
            format!("the file was {} long when it was opened, and ends here now", bytes(length)),
            "A broker cut it while it was read: a follower that follows a new leader, or a start after a crash.".to_owned(),
            "Run it again.",
        ),
    }
}

/// Which records a torn batch held, where its header is there.
fn lost(gap: &Gap) -> String {
    use crate::codec::records::batch::Batch;
    let Ok(batch) = Batch::new(gap.head()) else { return String::new() };
    if batch.count() <= 0 || batch.last_offset() < batch.base_offset() {
        return String::new();
    }
    let offsets = format!("{}-{}", batch.base_offset(), batch.last_offset());
    format!(" Up to {} records ({offsets}) are lost unless a replica has them.", batch.count())
}

/// A checksum that does not fit.
pub fn of_crc(at: u64, base_offset: Option<i64>, stored: u32, file: &Arc<PathBuf>) -> Finding {
    Finding {
        severity: Severity::Error,
        code: "crc",
        file: file.clone(),
        place: Place { offset: base_offset, ..Place::byte(at) },
        expected: format!("bytes whose checksum is {stored:#010x}"),
        found: "the checksum of the batch does not fit its bytes: some of them were changed".to_owned(),
        meaning: "Consumers refuse the batch (CRC check), followers that copy it do too, and compaction stops at it.".to_owned(),
        remedy: "Take the partition from another replica; or delete the records up to here (kafka-delete-records), once what \
                 can be read is saved."
            .to_owned(),
    }
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
        found: format!("{} (at byte {}{unpacked})", error.kind, grouped(error.at as u64)),
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
