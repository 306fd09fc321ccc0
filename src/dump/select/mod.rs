//! Which records are wanted.
//!
//! A [`Selection`] is the filters of the command line as values. Filters of different kinds must all
//! hold; of one kind that is given several times, one must. What a batch's header alone can decide is
//! decided there ([`Matcher::batch`]), and what names and indexes can decide before the file is read
//! at all ([`plan`]).
//!
//! `--invert` selects the records that the filters together do not. `--limit` and `--tail` count what is
//! selected after that ([`Window`], [`tail`]).

pub mod internal;
pub mod lookup;
pub mod offsets;
pub mod pattern;
pub mod plan;
pub mod tail;
pub mod times;

use crate::codec::record_types::Family;
use crate::codec::records::batch::TimestampType;
use crate::dump::records::{BatchInfo, RecordView};
use internal::{InternalMatcher, TopicFilter, TypeFilter};
use offsets::OffsetRange;
use pattern::{HeaderPattern, Pattern};
use times::TimeRange;

/// The filters. The default selects everything.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// `--offset`.
    pub offsets: Vec<OffsetRange>,
    /// `--time`.
    pub times: Vec<TimeRange>,
    /// `--key`.
    pub keys: Vec<Pattern>,
    /// `--value`.
    pub values: Vec<Pattern>,
    /// `--header`.
    pub headers: Vec<HeaderPattern>,
    /// `--producer-id`.
    pub producer_ids: Vec<i64>,
    /// `--transactional`: only records of transactions, their markers included.
    pub transactional: bool,
    /// `--control`: only control records.
    pub control: bool,
    /// `--type`.
    pub types: Vec<TypeFilter>,
    /// `--group`.
    pub groups: Vec<String>,
    /// `--topic`.
    pub topics: Vec<TopicFilter>,
    /// `--invert`.
    pub invert: bool,
    /// `--limit`: at most that many records, over all files.
    pub limit: Option<u64>,
    /// `--tail`: only the last so many records, of each partition or file.
    pub tail: Option<u64>,
    /// `--thorough`: segments are read to their end where only timestamps say that nothing more follows.
    pub thorough: bool,
}

/// What a batch's header says about its records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// None of them is selected.
    Skip,
    /// Each has to be looked at.
    Check,
    /// All of them are selected.
    Take,
}

impl Verdict {
    /// Where both have to hold.
    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Skip, _) | (_, Self::Skip) => Self::Skip,
            (Self::Take, Self::Take) => Self::Take,
            _ => Self::Check,
        }
    }

    /// Where one has to hold.
    fn or(self, other: Self) -> Self {
        self.not().and(other.not()).not()
    }

    fn not(self) -> Self {
        match self {
            Self::Skip => Self::Take,
            Self::Check => Self::Check,
            Self::Take => Self::Skip,
        }
    }

    fn of(holds: bool) -> Self {
        if holds { Self::Take } else { Self::Skip }
    }
}

impl Selection {
    /// No filter is given, so that all records are selected (`limit` and `tail` aside).
    pub fn is_everything(&self) -> bool {
        let Self { offsets, times, keys, values, headers, producer_ids, types, groups, topics, .. } = self;
        let lists = [
            offsets.is_empty(),
            times.is_empty(),
            keys.is_empty(),
            values.is_empty(),
            headers.is_empty(),
            producer_ids.is_empty(),
            types.is_empty(),
            groups.is_empty(),
            topics.is_empty(),
        ];
        lists.iter().all(|&empty| empty) && !self.transactional && !self.control && !self.invert
    }

    /// Some filter looks at more of a record than its batch's header, its offset and its timestamp say.
    pub fn looks_inside(&self) -> bool {
        !self.keys.is_empty()
            || !self.values.is_empty()
            || !self.headers.is_empty()
            || !self.types.is_empty()
            || !self.groups.is_empty()
            || !self.topics.is_empty()
    }
}

/// A selection at work on the batches of one file or partition, in order.
#[derive(Debug)]
pub struct Matcher<'s> {
    selection: &'s Selection,
    family: Option<Family>,
    internal: InternalMatcher<'s>,
}

impl<'s> Matcher<'s> {
    /// For a file of which it is known whose records it holds (`family`, for those that Kafka itself
    /// writes) and of which topic it is.
    pub fn new(selection: &'s Selection, family: Option<Family>, topic: Option<&str>) -> Self {
        let internal = InternalMatcher::new(&selection.groups, &selection.topics, family, topic);
        Self { selection, family, internal }
    }

    /// What the batch's header says. A header whose checksum does not fit says nothing.
    pub fn batch(&self, batch: &BatchInfo) -> Verdict {
        let verdict = self.header(batch);
        if batch.crc_fits { verdict } else { Verdict::Check }
    }

    /// Whether a damaged batch would be of interest if its header were right: then it is told, although none
    /// of its records may be selected.
    pub fn concerns(&self, damaged: &BatchInfo) -> bool {
        self.header(damaged) != Verdict::Skip
    }

    fn header(&self, batch: &BatchInfo) -> Verdict {
        let selection = self.selection;
        if selection.is_everything() {
            return Verdict::Take;
        }
        let mut verdict = Verdict::Take;
        if !selection.offsets.is_empty() {
            verdict = verdict.and(any(&selection.offsets, |range| range.batch(batch)));
        }
        if !selection.times.is_empty() && verdict != Verdict::Skip {
            verdict = verdict.and(any(&selection.times, |range| range.batch(batch)));
        }
        if !selection.producer_ids.is_empty() {
            verdict = verdict.and(Verdict::of(selection.producer_ids.contains(&batch.producer_id)));
        }
        if selection.transactional {
            verdict = verdict.and(Verdict::of(batch.transactional));
        }
        if selection.control {
            verdict = verdict.and(Verdict::of(batch.control));
        }
        if !selection.types.is_empty() {
            let family = if batch.control { Some(Family::Control) } else { self.family };
            verdict = verdict.and(any(&selection.types, |filter| filter.family(family)));
        }
        if !selection.headers.is_empty() && batch.magic < 2 {
            verdict = Verdict::Skip;
        }
        verdict = verdict.and(self.internal.batch(batch));
        let inside = [selection.keys.is_empty(), selection.values.is_empty(), selection.headers.is_empty()];
        if verdict == Verdict::Take && inside.contains(&false) {
            verdict = Verdict::Check;
        }
        if selection.invert { verdict.not() } else { verdict }
    }

    /// Whether a record is selected, `limit` and `tail` aside. Of a metadata log every record of a batch that is
    /// not skipped should be shown, for the names of topics are learnt on the way.
    #[inline]
    pub fn record(&mut self, record: &RecordView<'_>) -> bool {
        self.holds(record) != self.selection.invert
    }

    fn holds(&mut self, record: &RecordView<'_>) -> bool {
        let selection = self.selection;
        let (offsets, times) = (&selection.offsets, &selection.times);
        let batch = record.batch;
        (offsets.is_empty() || offsets.iter().any(|range| range.contains(record.offset)))
            && (times.is_empty() || times.iter().any(|range| range.contains(record.timestamp)))
            && (selection.producer_ids.is_empty() || selection.producer_ids.contains(&batch.producer_id))
            && (!selection.transactional || batch.transactional)
            && (!selection.control || batch.control)
            && (selection.keys.is_empty() || selection.keys.iter().any(|key| key.matches(record.key)))
            && (selection.values.is_empty()
                || selection.values.iter().any(|value| value.matches(record.value)))
            && (selection.headers.is_empty()
                || selection.headers.iter().any(|header| header.matches(record.headers)))
            && (selection.types.is_empty() || {
                let found = record.record_type(self.family);
                found.is_some_and(|found| selection.types.iter().any(|filter| filter.matches(found)))
            })
            && self.internal.record(record)
    }
}

/// The verdict of several filters of which one has to hold.
fn any<T>(filters: &[T], verdict: impl Fn(&T) -> Verdict) -> Verdict {
    filters.iter().map(verdict).fold(Verdict::Skip, Verdict::or)
}

/// All records of the batch have one timestamp, which its header says.
fn has_one_timestamp(batch: &BatchInfo) -> bool {
    batch.timestamp_type == TimestampType::LogAppend || (batch.magic < 2 && batch.count == Some(1))
}

/// Which of the selected records are shown, by their number: what `--limit` and `--tail` come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    skip: u64,
    left: u64,
}

impl Window {
    /// Passes over `skip` selected records (see [`tail::start`]), then lets `limit` of them through.
    pub fn new(skip: u64, limit: Option<u64>) -> Self {
        Self { skip, left: limit.unwrap_or(u64::MAX) }
    }

    /// Counts a selected record; whether it is to be shown.
    #[inline]
    pub fn admit(&mut self) -> bool {
        if self.skip > 0 {
            self.skip -= 1;
            return false;
        }
        let shown = self.left > 0;
        self.left = self.left.saturating_sub(1);
        shown
    }

    /// Counts `count` selected records at once. Returns how many of them are passed over, and how many are
    /// shown behind those.
    pub fn admit_many(&mut self, count: u64) -> (u64, u64) {
        let skipped = self.skip.min(count);
        self.skip -= skipped;
        let shown = self.left.min(count - skipped);
        self.left -= shown;
        (skipped, shown)
    }

    /// Not all of `count` selected records would be shown.
    pub fn would_cut(&self, count: u64) -> bool {
        self.skip > 0 || self.left < count
    }

    /// Nothing more is to be shown.
    pub fn is_done(&self) -> bool {
        self.left == 0
    }
}
