//! Bytes of a log that no batch explains, and batches whose checksum does not fit: what was changed, as
//! far as the bytes themselves tell.

use std::path::Path;

use super::batch::field_at;
use super::context::Standing;
use super::flip::{self, Flip};
use super::report::{File, Report, Words, count, n};
use crate::codec::records::batch::{ATTRIBUTES_AT, Batch, HEADER_BYTES};
use crate::codec::records::batches::{LENGTH_AT, LENGTH_END, MAGIC_AT, next_length};
use crate::codec::records::error::{RecordsError, RecordsNote};
use crate::codec::records::legacy::Message;
use crate::log::finding::Place;
use crate::log::scan::{Found, Gap, GapKind};
use crate::log::source::Source;

/// The largest batch for whose damage a cause is looked for.
const MEND_BYTES_MAX: u64 = 4 << 20;

/// A batch whose checksum does not fit, before it is told.
#[derive(Debug)]
pub(super) struct Broken {
    code: &'static str,
    words: Words,
    offset: i64,
    /// Its bytes in the file.
    at: u64,
    end: u64,
    head: [u8; HEADER_BYTES],
    head_len: usize,
}

impl Broken {
    /// Tells it.
    pub(super) fn tell(self, report: &mut Report, file: &File) {
        report.error(self.code, file, Place::byte(self.at).with_offset(self.offset), self.words);
    }

    /// Tells it together with the gap that begins where it ends, if both are one batch whose length was
    /// changed; otherwise gives it back.
    pub(super) fn join(
        self,
        report: &mut Report,
        file: &File,
        path: &Path,
        next: &Gap,
        standing: Standing,
    ) -> Option<Self> {
        let one = Gap { at: self.at, wrong_at: self.at, head: self.head, head_len: self.head_len, ..*next };
        if next.at != self.end || !matches!(next.kind, GapKind::Damage(_)) || mended(path, &one).is_none() {
            return Some(self);
        }
        gap(report, file, path, &one, standing);
        None
    }
}

/// What is wrong with a batch whose checksum does not fit.
pub(super) fn crc(found: &Found<'_>, standing: Standing) -> Broken {
    let (stored, computed, covered_at) =
        match (found.magic, Batch::new(found.bytes), Message::new(found.bytes)) {
            (2, Ok(batch), _) => (batch.stored_crc(), batch.computed_crc(), ATTRIBUTES_AT),
            (_, _, Ok(message)) => (message.stored_crc(), message.computed_crc(), MAGIC_AT),
            _ => (0, 0, found.bytes.len()),
        };
    let offset = found.bytes.first_chunk().map(|&bytes| i64::from_be_bytes(bytes)).unwrap_or_default();
    let covered = found.bytes.get(covered_at..).unwrap_or_default();
    let mut cause = String::new();
    let mut code = "crc";
    if found.magic != 2 && magic_2_fits(found.bytes) {
        code = "batch-magic";
        cause = format!(
            "; with magic 2 instead of {} in byte {} a checksum fits: only the magic byte was changed",
            found.magic,
            n(found.at + MAGIC_AT as u64)
        );
    } else if let Some(flip) = flip::locate(stored, computed, covered.len(), found.magic) {
        cause = match flip {
            Flip::Checksum(_) => "; only the checksum itself was changed, the records are whole".to_owned(),
            Flip::Byte { at, bits } => {
                let byte = covered.get(at).copied().unwrap_or_default();
                let at = at + covered_at;
                let field = if found.magic == 2 { format!(" ({})", field_at(at)) } else { String::new() };
                format!(
                    "; with {:#04x} instead of {byte:#04x} in byte {}{field} it fits",
                    byte ^ bits,
                    n(found.at + at as u64)
                )
            }
        };
    } else if covered.len() > 64 && ends_in_zeros(found.bytes) {
        cause = "; its end is nothing but zeros: a page was never written".to_owned();
    }
    let mut head = [0; HEADER_BYTES];
    head.iter_mut().zip(found.bytes).for_each(|(to, &from)| *to = from);
    let length = count(found.bytes.len() as u64, "byte");
    let words = Words {
        found: format!(
            "a batch of {length} with checksum {stored:#010x}, whose bytes give {computed:#010x}{cause}"
        ),
        expected: "a checksum that fits".to_owned(),
        meaning: format!(
            "Bytes of the batch changed after it was written. {}",
            standing.of_damage(Some(offset))
        ),
        remedy: standing.remedy().to_owned(),
    };
    let end = found.at + found.bytes.len() as u64;
    Broken { code, words, offset, at: found.at, end, head, head_len: found.bytes.len().min(HEADER_BYTES) }
}

fn magic_2_fits(bytes: &[u8]) -> bool {
    Batch::new(bytes).is_ok_and(|batch| batch.check_crc().is_ok())
}

fn ends_in_zeros(bytes: &[u8]) -> bool {
    bytes.iter().rev().take(64).all(|&byte| byte == 0)
}

/// Bytes between batches, or behind the last.
pub(super) fn gap(report: &mut Report, file: &File, path: &Path, gap: &Gap, standing: Standing) {
    let length = gap.end - gap.at;
    let head = Batch::new(gap.head()).ok().filter(|batch| batch.base_offset() >= 0);
    let offset = head.map(|head| head.base_offset());
    let mut place = Place::byte(gap.at);
    let skipped = format!("bytes {} to {} are skipped", n(gap.at), n(gap.end.saturating_sub(1)));
    let (code, found, expected, meaning) = match gap.kind {
        GapKind::Damage(kind) => match mended(path, gap) {
            Some(mend) => {
                place.offset = offset;
                let meaning = format!(
                    "{} The field is not under the checksum. {}",
                    if mend.code == "batch-length" {
                        "What follows is found by its own checksum."
                    } else {
                        "The batch itself is whole."
                    },
                    standing.of_damage(offset)
                );
                (mend.code, format!("{}; {}", mend.found, records_of(head)), mend.expected, meaning)
            }
            None => {
                let what = damage(kind, head);
                let meaning =
                    format!("The batches there are lost, if there were any. {}", standing.of_damage(None));
                (
                    "garbage",
                    format!("{what}: {} ({skipped})", count(length, "byte")),
                    "a batch".to_owned(),
                    meaning,
                )
            }
        },
        GapKind::Zeros => {
            let meaning = format!(
                "A page was never written, or was lost: what stood there is gone. {}",
                standing.of_damage(None)
            );
            (
                "zeros",
                format!("{} without a batch, zeros at their beginning ({skipped})", count(length, "byte")),
                "a batch".to_owned(),
                meaning,
            )
        }
        GapKind::ZeroTail => {
            let meaning = format!(
                "The system made the file longer but stopped before it wrote the bytes, or the topic preallocates its segments. {}",
                standing.of_damage(None)
            );
            return report.warning(
                "zero-tail",
                file,
                place,
                Words {
                    found: format!("{} of zeros behind the last batch", count(length, "byte")),
                    expected: "the end of the file".to_owned(),
                    meaning,
                    remedy: format!(
                        "None, where it is the last segment and the broker stopped without closing it. {}",
                        standing.remedy()
                    ),
                },
            );
        }
        GapKind::TornTail { need } => {
            place.offset = offset.or_else(|| head_offset(gap));
            let meaning = format!(
                "A write did not finish, or the end of the file was lost. {}{}",
                torn(head),
                standing.of_damage(place.offset)
            );
            (
                "torn-tail",
                format!("the last batch is cut off: {} of it are there", count(length, "byte")),
                needed(need, gap),
                meaning,
            )
        }
        GapKind::Shrunk { length } => {
            let words = Words {
                found: format!("the file ends at byte {}", n(gap.at)),
                expected: format!("{}, its length when it was opened", count(length, "byte")),
                meaning: "A broker that runs cut the log or deleted the segment meanwhile. What was beyond was not checked.".to_owned(),
                remedy: "Check it again.".to_owned(),
            };
            return report.warning("shrunk", file, place, words);
        }
    };
    report.error(code, file, place, Words { found, expected, meaning, remedy: standing.remedy().to_owned() });
}

fn head_offset(gap: &Gap) -> Option<i64> {
    gap.head().first_chunk().map(|&bytes| i64::from_be_bytes(bytes)).filter(|&offset| offset >= 0)
}

fn needed(need: u64, gap: &Gap) -> String {
    if gap.head().len() < LENGTH_END {
        return "at least 12 bytes, its base offset and length".to_owned();
    }
    format!("{}, as its length says", count(need, "byte"))
}

fn torn(head: Option<Batch<'_>>) -> String {
    let Some(head) = head.filter(|head| head.last_offset_delta() >= 0) else { return String::new() };
    format!(
        "Up to {} are in it ({} to {}). ",
        count(head.last_offset_delta() as u64 + 1, "record"),
        n(head.base_offset()),
        n(head.last_offset())
    )
}

fn records_of(head: Option<Batch<'_>>) -> String {
    match head {
        Some(head) => format!("offsets {} to {}", n(head.base_offset()), n(head.last_offset())),
        None => "its offsets are not known".to_owned(),
    }
}

fn damage(kind: RecordsError, head: Option<Batch<'_>>) -> String {
    match kind {
        RecordsError::Odd(RecordsNote::CutOff { need, .. }) => {
            format!(
                "no batch fits here: one would take {}, and others begin before that",
                count(need as u64, "byte")
            )
        }
        RecordsError::Crc { .. } => match head {
            Some(head) => format!(
                "a batch from offset {} on whose checksum does not fit, overwritten by others",
                n(head.base_offset())
            ),
            None => "bytes that are no batch".to_owned(),
        },
        RecordsError::SizeTooSmall { size, .. } => {
            format!("no batch begins here, its length would be {}", n(size))
        }
        RecordsError::Magic { magic } => format!("no batch begins here, its magic byte would be {magic}"),
        _ => format!("no batch begins here, {kind}"),
    }
}

/// One field that makes a batch whole again.
struct Mend {
    code: &'static str,
    found: String,
    expected: String,
}

/// Whether the gap is a whole batch but for its magic byte or its length.
fn mended(path: &Path, gap: &Gap) -> Option<Mend> {
    let bytes = read(path, gap.at, (gap.end - gap.at).min(MEND_BYTES_MAX))?;
    let fits = |bytes: &[u8], length: usize| {
        bytes
            .get(..length)
            .and_then(|bytes| Batch::new(bytes).ok())
            .is_some_and(|batch| batch.check_crc().is_ok())
    };
    let &magic = bytes.get(MAGIC_AT)?;
    let stated =
        bytes.get(LENGTH_AT..).and_then(<[u8]>::first_chunk).map(|&bytes| i32::from_be_bytes(bytes))?;
    if magic != 2 {
        let mut patched = bytes.clone();
        *patched.get_mut(MAGIC_AT)? = 2;
        let length = next_length(&patched).ok()?;
        return fits(&patched, length).then(|| Mend {
            code: "batch-magic",
            found: format!("magic byte {} in byte {}", magic as i8, n(gap.at + MAGIC_AT as u64)),
            expected: "magic 2, with which the checksum fits".to_owned(),
        });
    }
    let flipped = (0..31).map(|bit| stated ^ (1 << bit)).filter_map(|size| usize::try_from(size).ok());
    let whole = bytes.len().checked_sub(LENGTH_END)?;
    let size = std::iter::once(whole).chain(flipped).find(|size| {
        let length = size.saturating_add(LENGTH_END);
        length >= HEADER_BYTES && length <= bytes.len() && fits(&bytes, length)
    })?;
    Some(Mend {
        code: "batch-length",
        found: format!("length {} in byte {}", n(stated), n(gap.at + LENGTH_AT as u64)),
        expected: format!("length {}, with which the checksum fits", n(size as u64)),
    })
}

fn read(path: &Path, at: u64, length: u64) -> Option<Vec<u8>> {
    let mut source = Source::open(path).ok()?;
    source.skip(at).ok()?;
    let mut bytes = Vec::new();
    std::io::Read::read_to_end(&mut std::io::Read::take(&mut source, length), &mut bytes).ok()?;
    Some(bytes)
}
