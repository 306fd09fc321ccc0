//! Offsets and leader epochs of batches, which go up from one to the next. Neither is under a checksum,
//! so that the batch that stands out among its neighbours is the one that was changed.

use super::report::{File, Report, Words, count, n};
use crate::log::finding::{Place, Severity};

/// What is known of a batch here.
#[derive(Debug, Clone)]
pub(super) struct Link {
    pub file: File,
    /// Its first byte.
    pub at: u64,
    /// Its base offset, and the offset behind its last.
    pub base: i64,
    pub next: i64,
    /// The leader epoch, or -1.
    pub epoch: i32,
    pub crc: u32,
    pub bytes: usize,
    /// Its checksum fits.
    pub sound: bool,
}

/// Offsets that no batch has.
#[derive(Debug, Clone)]
struct Hole {
    file: File,
    at: u64,
    from: i64,
    to: i64,
    kind: HoleKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum HoleKind {
    /// Between two batches of a segment.
    Inner,
    /// Between two segments.
    Between,
    /// A segment that is empty, though another one follows.
    Empty,
}

/// A segment that begins.
#[derive(Debug)]
struct Begun {
    file: File,
    base: i64,
    active: bool,
}

/// Whether batches stand where they should.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Verdict {
    /// This one does.
    pub right: bool,
    /// The one before does, as far as this one shows.
    pub before: bool,
}

impl Verdict {
    const RIGHT: Self = Self { right: true, before: true };
    const WRONG: Self = Self { right: false, before: true };
}

/// How many holes are kept until it is known whether the log is compacted.
const HOLES_MAX: usize = 32;

#[derive(Debug, Default)]
pub(super) struct Order {
    before: Option<Link>,
    last: Option<Link>,
    /// Where another numbering goes on that was found wrong once.
    otherwise: Option<i64>,
    /// Bytes were passed over since the last batch.
    damaged: bool,
    /// A hole before the last batch, which may turn out to be that batch's wrong base offset.
    hole: Option<Hole>,
    holes: Vec<Hole>,
    inner_holes: u64,
    begun: Option<Begun>,
    /// Segments begin in which these epochs: epoch, offset, file, byte.
    pub starts: Vec<(i32, i64, File, u64)>,
}

/// How many beginnings of epochs are kept, to be compared with the checkpoint.
const STARTS_MAX: usize = 10_000;

impl Order {
    /// The offset that comes next.
    pub(super) fn next_offset(&self) -> Option<i64> {
        self.last.as_ref().map(|last| last.next)
    }

    /// Bytes were passed over, so that a hole is explained.
    pub(super) fn damage(&mut self) {
        self.damaged = true;
        self.otherwise = None;
    }

    /// The next batches are of another segment, which begins at `base` by its name.
    pub(super) fn begin_segment(&mut self, file: &File, base: i64, active: bool) {
        self.begun = Some(Begun { file: file.clone(), base, active });
    }

    /// The segment is over.
    pub(super) fn end_segment(&mut self, next_base: Option<i64>) {
        let Some(begun) = self.begun.take() else { return };
        self.between(&begun);
        if let Some(to) = next_base.filter(|_| !begun.active && !self.damaged) {
            let kind = HoleKind::Empty;
            self.keep(Hole { file: begun.file.clone(), at: 0, from: begun.base, to, kind });
        }
        self.expect(&begun, next_base.unwrap_or(begun.base));
    }

    /// Nothing but the name says where it begins.
    fn expect(&mut self, begun: &Begun, next: i64) {
        let epoch = self.last.as_ref().map_or(-1, |last| last.epoch);
        let next = self.last.as_ref().map_or(next, |last| last.next.max(next));
        let file = begun.file.clone();
        self.settle();
        self.before = self.last.take();
        self.last = Some(Link { file, at: 0, base: next, next, epoch, crc: 0, bytes: 0, sound: true });
    }

    /// A hole before a segment that begins.
    fn between(&mut self, begun: &Begun) {
        let Some(last) = self.last.as_ref().filter(|last| last.next < begun.base && !self.damaged) else {
            return;
        };
        let name = format!("{:020}.log", last.next);
        let file = std::sync::Arc::new(begun.file.with_file_name(name));
        let (from, to) = (last.next, begun.base);
        self.settle();
        self.keep(Hole { file, at: 0, from, to, kind: HoleKind::Between });
    }

    /// The first batch of a segment, by whose name it begins elsewhere.
    fn begin(&mut self, report: &mut Report, begun: &Begun, link: &Link) {
        let last = self.last.as_ref().map(|last| last.next);
        let misnamed = link.base < begun.base
            || last.is_some_and(|last| last > begun.base && link.base >= last && !self.damaged);
        if !misnamed {
            self.between(begun);
            if self.last.as_ref().is_none_or(|last| last.next < begun.base) {
                self.expect(begun, begun.base);
            }
            return;
        }
        let place = Place { byte: Some(0), offset: Some(link.base), ..Place::WHOLE };
        let meaning = if link.base < begun.base {
            "A broker looks for offsets below the name in the segment before, and does not find them there; indexes beside it count from the wrong offset. The names are not checked when it starts."
        } else {
            "A broker looks for offsets from the name on in this segment, and does not find those that the segment before has. The names are not checked when it starts."
        };
        report.error(
            "segment-name",
            &begun.file,
            place,
            Words {
                found: format!("the first batch begins at offset {}", n(link.base)),
                expected: format!("offset {}, by the name of the segment", n(begun.base)),
                meaning: meaning.to_owned(),
                remedy: format!(
                    "Rename the segment and its indexes to {:020} while the broker is stopped, and delete the .index so that it is built anew.",
                    link.base
                ),
            },
        );
        if self.last.is_none() {
            self.expect(begun, link.base);
        }
    }

    fn keep(&mut self, hole: Hole) {
        if self.holes.len() < HOLES_MAX {
            self.holes.push(hole);
        }
    }

    /// A hole in the offsets between two batches of a segment with no damage there: compaction.
    pub(super) fn seems_compacted(&self) -> bool {
        self.inner_holes > 1
    }

    /// The next batch. Returns whether it and the one before stand where they should.
    pub(super) fn push(&mut self, report: &mut Report, link: Link) -> Verdict {
        if let Some(begun) = self.begun.take() {
            self.begin(report, &begun, &link);
        }
        let verdict = self.offsets(report, &link);
        if verdict.right {
            self.epochs(report, &link);
            self.before = self.last.take();
            self.last = Some(link);
        }
        self.damaged = self.last.as_ref().is_some_and(|last| !last.sound);
        verdict
    }

    fn offsets(&mut self, report: &mut Report, link: &Link) -> Verdict {
        let Some(last) = self.last.clone() else { return Verdict::RIGHT };
        if link.base == last.next {
            self.settle();
            return Verdict::RIGHT;
        }
        if link.base > last.next {
            self.settle();
            if !self.damaged {
                let (from, to, kind) = (last.next, link.base, HoleKind::Inner);
                self.hole = Some(Hole { file: link.file.clone(), at: link.at, from, to, kind });
            }
            return Verdict::RIGHT;
        }
        if self.damaged || !link.sound {
            // One of the two is known to be broken, and has been told.
            self.settle();
            return Verdict { right: link.sound && !last.sound, before: true };
        }
        self.backwards(report, &last, link)
    }

    /// The base offset is below what comes next.
    fn backwards(&mut self, report: &mut Report, last: &Link, link: &Link) -> Verdict {
        if (link.base, link.crc, link.bytes) == (last.base, last.crc, last.bytes) {
            report.error(
                "batch-twice",
                &link.file,
                Place::byte(link.at).with_offset(link.base),
                Words {
                    found: format!("the batch at byte {} stands here a second time", n(last.at)),
                    expected: format!("a batch from offset {} on, or the end", n(last.next)),
                    meaning: "Consumers that read through here get its records twice; a lookup by offset finds the first copy.".to_owned(),
                    remedy: REFETCH.to_owned(),
                },
            );
            return Verdict::WRONG;
        }
        if self.otherwise.take() == Some(link.base) {
            return Verdict::RIGHT;
        }
        let floor = self.before.as_ref().map_or(0, |before| before.next);
        if let Some(hole) = self.hole.take().filter(|_| link.base >= floor) {
            // The batch before left a hole and this one fills it: that one stood out, not this one.
            let swapped = link.base == hole.from && link.next == last.base;
            if swapped {
                self.swapped(report, last, link);
                return Verdict { right: false, before: false };
            }
            let length = last.next - last.base;
            let exact = link.base == hole.from.wrapping_add(length);
            base_offset(report, last, exact.then_some(hole.from), hole.from, link.base);
            if let Some(last) = &mut self.last {
                (last.base, last.next) = (hole.from, link.base);
            }
            return Verdict { right: true, before: false };
        }
        self.settle();
        base_offset(report, link, Some(last.next), last.next, i64::MAX);
        self.otherwise = Some(link.next);
        if let Some(mended) = &mut self.last {
            // As if it were right, so that the next is not blamed for it.
            mended.next = mended.next.saturating_add(link.next.saturating_sub(link.base));
        }
        Verdict::WRONG
    }

    fn swapped(&self, report: &mut Report, last: &Link, link: &Link) {
        report.error(
            "batch-order",
            &last.file,
            Place::byte(last.at).with_offset(last.base),
            Words {
                found: format!(
                    "the batch from offset {} on stands before that from offset {} on, which is at byte {}",
                    n(last.base),
                    n(link.base),
                    n(link.at)
                ),
                expected: format!("offset {} here, then offset {}", n(link.base), n(last.base)),
                meaning: "A search for one of these offsets stops at the wrong batch, and consumers get the records in the wrong order or miss some. Both checksums fit: a broker does not notice.".to_owned(),
                remedy: REFETCH.to_owned(),
            },
        );
    }

    fn epochs(&mut self, report: &mut Report, link: &Link) {
        let last_epoch = self.last.as_ref().map(|last| last.epoch);
        if last_epoch.is_none_or(|last| link.epoch > last) {
            self.start(link);
        }
        let Some(last) = &self.last else { return };
        if link.epoch >= last.epoch || link.epoch < 0 || !link.sound || !last.sound {
            return;
        }
        let before = self.before.as_ref().map_or(-1, |before| before.epoch);
        // The higher one stands out where the one before it had the lower epoch already.
        let wrong = if link.epoch >= before && last.epoch > before { last } else { link };
        if self.starts.last().is_some_and(|(epoch, ..)| *epoch > link.epoch) && wrong.at == last.at {
            self.starts.pop();
        }
        report.error(
            "leader-epoch",
            &wrong.file,
            Place::byte(wrong.at + 12).with_offset(wrong.base),
            Words {
                found: format!("leader epoch {}, and epoch {} in the batch behind it", last.epoch, link.epoch),
                expected: "leader epochs that go up; the field is not under the checksum".to_owned(),
                meaning: "After a change of leader, replicas find by epochs where their logs part. With a wrong one they cut too much or too little.".to_owned(),
                remedy: REFETCH.to_owned(),
            },
        );
    }

    fn start(&mut self, link: &Link) {
        if link.epoch >= 0 && link.sound && self.starts.len() < STARTS_MAX {
            self.starts.push((link.epoch, link.base, link.file.clone(), link.at));
        }
    }

    fn settle(&mut self) {
        let Some(hole) = self.hole.take() else { return };
        self.inner_holes += 1;
        self.keep(hole);
    }

    /// The log is over. In a compacted one, holes are as they should be.
    pub(super) fn finish(&mut self, report: &mut Report, compacted: bool, severity: Severity) {
        self.settle();
        for hole in self.holes.drain(..).filter(|_| !compacted) {
            report.add(severity, hole.code(), &hole.file, hole.place(), hole.words());
        }
    }
}

impl Hole {
    fn code(&self) -> &'static str {
        match self.kind {
            HoleKind::Inner => "offset-gap",
            HoleKind::Between => "segment-missing",
            HoleKind::Empty => "segment-empty",
        }
    }

    fn place(&self) -> Place {
        let byte = (self.kind == HoleKind::Inner).then_some(self.at);
        let offset = if self.kind == HoleKind::Inner { self.to } else { self.from };
        Place { byte, offset: Some(offset), ..Place::WHOLE }
    }

    fn words(&self) -> Words {
        let lost = u64::try_from(self.to.saturating_sub(self.from)).unwrap_or(0);
        let (from, to) = (n(self.from), n(self.to - 1));
        let (found, expected) = match self.kind {
            HoleKind::Inner => (
                format!("offsets {from} to {to} are missing"),
                format!("offset {from}, which follows the batch before"),
            ),
            HoleKind::Between => (
                format!("offsets {from} to {to} are missing between two segments"),
                format!("a segment of this name, which begins at offset {from}"),
            ),
            HoleKind::Empty => {
                ("an empty file, and a segment behind it".to_owned(), format!("the records {from} to {to}"))
            }
        };
        let gone =
            if lost == 1 { "one record is".to_owned() } else { format!("{} are", count(lost, "record")) };
        Words {
            found,
            expected,
            meaning: format!(
                "Unless the topic is or was compacted, {gone} gone from this replica; consumers pass over the hole in silence. A broker never looks for gaps."
            ),
            remedy: match self.kind {
                HoleKind::Inner => REFETCH.to_owned(),
                _ => format!("Look for the file where it may have been moved, or in a backup. {REFETCH}"),
            },
        }
    }
}

/// What helps against all that was changed in a log.
pub(super) const REFETCH: &str = "If another replica is in sync: stop this broker, move the partition's directory away, start it again, and it copies the log from the leader. If this is the only copy, save what can be read with --extract first.";

fn base_offset(report: &mut Report, wrong: &Link, exact: Option<i64>, from: i64, to: i64) {
    let expected = match exact {
        Some(offset) => format!("base offset {}, by the batches around it", n(offset)),
        None if to == i64::MAX => format!("a base offset of at least {}", n(from)),
        None => format!("a base offset from {} to {}, by the batches around it", n(from), n(to - 1)),
    };
    report.error(
        "base-offset",
        &wrong.file,
        Place::byte(wrong.at).with_offset(exact.unwrap_or(from)),
        Words {
            found: format!("base offset {}", n(wrong.base)),
            expected,
            meaning: "The base offset is not under the checksum: a broker and its tools take the batch as valid. Its records get wrong offsets, a search stops at the wrong batch, and consumers that follow it skip or repeat records.".to_owned(),
            remedy: REFETCH.to_owned(),
        },
    );
}
