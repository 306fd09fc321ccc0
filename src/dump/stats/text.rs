//! Statistics for a person, in 80 columns.

use std::io::Write;

use super::histogram::Histogram;
use super::{CODECS, Stats};
use crate::codec::meaning::time::{duration, size, timestamp};
use crate::codec::record_types::Family;
use crate::codec::records::compression::Codec;
use crate::dump::format::BytesFormat;
use crate::render::push::grouped;

/// Columns of the chart; a heading stands before it.
const CHART_COLUMNS: usize = 66;
/// Columns of the headings.
const HEADING: usize = 13;
/// Lines of a list.
const LISTED: usize = 10;
/// Columns of a key, a note on its length aside.
const KEY_COLUMNS: usize = 24;
const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// How a number is shown.
type Show = fn(u64) -> String;

/// The percentiles that are shown.
pub(super) const PERCENTILES: [(&str, f64); 4] = [("p50", 50.0), ("p90", 90.0), ("p95", 95.0), ("p99", 99.0)];

impl Stats {
    /// Appends the statistics as lines of at most 80 columns. Keys are shown by `key`.
    pub fn push_text(&self, key: BytesFormat, out: &mut Vec<u8>) {
        self.totals(out);
        self.times(out);
        self.codecs(out);
        self.sizes(out);
        self.keys(key, out);
        self.headers(out);
        self.transactions(out);
        self.epochs(out);
        self.damage(out);
    }

    fn totals(&self, out: &mut Vec<u8>) {
        let mut text = format!("{} in {}", count(self.records(), "record"), count(self.batches, "batch"));
        text.push_str(&format!(", {}", size(self.bytes)));
        if self.files > 1 {
            text.push_str(&format!(", {}", count(self.files, "file")));
        }
        line("records", &text, out);
        if let Some((low, high)) = self.offsets {
            let span = high.abs_diff(low).saturating_add(1);
            let missing = span.saturating_sub(self.records());
            let note =
                if missing > 0 { format!(", {} of them not there", number(missing)) } else { String::new() };
            line("offsets", &format!("{} to {}{note}", signed(low), signed(high)), out);
        }
        let [zero, one, two] = self.magics;
        if zero + one > 0 {
            line(
                "formats",
                &format!("magic 0: {}, 1: {}, 2: {}", number(zero), number(one), count(two, "batch")),
                out,
            );
        }
    }

    fn times(&self, out: &mut Vec<u8>) {
        if let Some(((min, _), (max, _))) = self.timeline.range() {
            let span = max.abs_diff(min);
            line("time", &format!("{} to {}", timestamp(min), timestamp(max)), out);
            if span > 0 {
                let seconds = span as f64 / 1000.0;
                let (records, bytes) = (self.records() as f64 / seconds, self.bytes as f64 / seconds);
                let rate =
                    format!("{}, {} records/s, {}/s", duration(span), rate(records), size(bytes as u64));
                wrapped("", &rate, out);
                self.chart(out);
            }
        }
        if let Some((late, offset)) = self.timeline.latest() {
            let by = format!("by up to {} (offset {})", duration(late), signed(offset));
            let late = count(self.timeline.late(), "record");
            wrapped("order", &format!("{late} earlier than one before, {by}"), out);
        }
        // What comes again and again is the rhythm of the log.
        let span = self.timeline.range().map_or(0, |((min, _), (max, _))| max.abs_diff(min));
        let long = |pause: &&super::timeline::Pause| pause.millis() >= (span / 100).max(1000);
        for (number, pause) in self.timeline.pauses().iter().filter(long).enumerate() {
            let heading = if number == 0 { "pauses" } else { "" };
            let (before, length) = (signed(pause.offset), duration(pause.millis()));
            wrapped(heading, &format!("{length}, from {} to offset {before}", timestamp(pause.from)), out);
        }
        if self.without_timestamp > 0 {
            line("", &format!("{} without a timestamp", count(self.without_timestamp, "record")), out);
        }
        if self.log_append > 0 {
            line(
                "",
                &format!("{} stamped by the broker (LogAppendTime)", count(self.log_append, "record")),
                out,
            );
        }
    }

    fn chart(&self, out: &mut Vec<u8>) {
        let (columns, millis) = self.timeline.columns(CHART_COLUMNS);
        let most = columns.iter().copied().max().unwrap_or(0);
        let bars: String = columns
            .iter()
            .map(|&records| match records {
                0 => ' ',
                _ => {
                    let height = records.saturating_mul(BARS.len() as u64).div_ceil(most.max(1)) as usize;
                    BARS.get(height.saturating_sub(1)).copied().unwrap_or('█')
                }
            })
            .collect();
        line("", bars.trim_end(), out);
        line("", &format!("a column is {}, █ {}", duration(millis), count(most, "record")), out);
    }

    fn codecs(&self, out: &mut Vec<u8>) {
        row("codec", ["batches", "records", "stored", "unpacked", "ratio"].map(str::to_owned), out);
        for (index, codec) in self.codecs.iter().enumerate().filter(|(_, codec)| codec.batches > 0) {
            let ratio = codec.unpacked as f64 / codec.stored.max(1) as f64;
            let cells = [
                number(codec.batches),
                number(codec.records),
                size(codec.stored),
                size(codec.unpacked),
                format!("{ratio:.2}"),
            ];
            row(&format!("  {}", codec_name(index)), cells, out);
        }
    }

    fn sizes(&self, out: &mut Vec<u8>) {
        let heading = ["least", "p50", "p90", "p95", "p99", "most"].map(str::to_owned);
        wide_row("sizes", heading, out);
        let sized: [(&str, &Histogram, Show); 5] = [
            ("  batch", &self.batch_sizes, size),
            ("  its records", &self.batch_records, number),
            ("  record", &self.record_sizes, size),
            ("  key", &self.key_sizes, size),
            ("  value", &self.value_sizes, size),
        ];
        for (name, histogram, show) in sized {
            let Some((least, most)) = histogram.range() else { continue };
            let [p50, p90, p95, p99] = PERCENTILES.map(|(_, percent)| show(histogram.percentile(percent)));
            wide_row(name, [show(least), p50, p90, p95, p99, show(most)], out);
        }
    }

    fn keys(&self, format: BytesFormat, out: &mut Vec<u8>) {
        let about = if self.keys.is_exact() { "" } else { "about " };
        let mut text = format!("{about}{} different", number(self.keys.count()));
        for (records, what) in [
            (self.null_keys, "without a key"),
            (self.tombstones, "tombstones"),
            (self.empty_values, "with an empty value"),
            (self.null_both, "without key and value"),
        ] {
            if records > 0 {
                text.push_str(&format!(", {} {what}", number(records)));
            }
        }
        wrapped("keys", &text, out);
        let error = self.top_keys.error();
        // What may be an accident of the counting is not shown as frequent, nor a list of keys that occur once.
        let top: Vec<_> =
            self.top_keys.top(LISTED).into_iter().filter(|top| top.count > error.max(1)).collect();
        if top.is_empty() {
            return;
        }
        let note = if error > 0 { format!(" (up to {} records more)", number(error)) } else { String::new() };
        line("  top", &format!("{:>12}  {:>10}  key{note}", "records", "bytes"), out);
        for top in top {
            let mut shown = Vec::new();
            format.push(Some(top.item), KEY_COLUMNS, &mut shown);
            if top.length > top.item.len() {
                shown.extend_from_slice("…".as_bytes());
            }
            let shown = String::from_utf8_lossy(&shown).into_owned();
            line("", &format!("{:>12}  {:>10}  {shown}", number(top.count), size(top.bytes)), out);
        }
    }

    fn headers(&self, out: &mut Vec<u8>) {
        if self.headers == 0 {
            return;
        }
        let (records, headers) = (count(self.with_headers, "record"), count(self.headers, "header"));
        line("headers", &format!("{headers} in {records}, {}", size(self.header_bytes)), out);
        let mut text = String::new();
        for top in self.top_headers.top(LISTED) {
            let mut name = Vec::new();
            BytesFormat::Auto.push(Some(top.item), 24, &mut name);
            let comma = if text.is_empty() { "" } else { ", " };
            text.push_str(&format!("{comma}{} {}", String::from_utf8_lossy(&name), number(top.count)));
        }
        wrapped("", &text, out);
    }

    fn transactions(&self, out: &mut Vec<u8>) {
        if !self.producers.is_empty() {
            let mut text = format!("{} idempotent", number(self.producers.len() as u64));
            if self.producers_left_out > 0 {
                text.push_str(&format!(" and others of {} more batches", number(self.producers_left_out)));
            }
            let transactional = self.producers.values().filter(|producer| producer.transactional).count();
            text.push_str(&format!(", {} transactional", number(transactional as u64)));
            text.push_str(&format!("; {} in transactions", count(self.transactional, "record")));
            wrapped("producers", &text, out);
            let mut most: Vec<_> = self.producers.iter().collect();
            most.sort_by_key(|(_, producer)| std::cmp::Reverse(producer.records));
            let head = ["epoch", "batches", "records"].map(str::to_owned);
            let [epoch, batches, records] = head;
            line("  id", &format!("{epoch:>13} {batches:>10} {records:>12}  offsets"), out);
            for (id, producer) in most.into_iter().take(LISTED) {
                let (first, last) = producer.offsets;
                let (batches, records) = (number(producer.batches), number(producer.records));
                let epoch = producer.epoch;
                let offsets = format!("{} to {}", signed(first), signed(last));
                line(&format!("  {id}"), &format!("{epoch:>13} {batches:>10} {records:>12}  {offsets}"), out);
            }
        }
        if self.control_records > 0 {
            let mut text = count(self.control_records, "record");
            for (&id, &records) in &self.control {
                let name = Family::Control.record_type(id).map_or("of unknown type", |kind| kind.name);
                text.push_str(&format!(", {} {name}", number(records)));
            }
            wrapped("control", &text, out);
        }
    }

    fn epochs(&self, out: &mut Vec<u8>) {
        if self.epochs.is_empty() {
            return;
        }
        let mut text = String::new();
        for (epoch, (start, _)) in self.epochs.iter().take(LISTED) {
            let comma = if text.is_empty() { "" } else { ", " };
            text.push_str(&format!("{comma}{epoch} from offset {}", signed(*start)));
        }
        if self.epochs.len() > LISTED {
            text.push_str(&format!(", and {} more", self.epochs.len() - LISTED));
        }
        wrapped("epochs", &text, out);
    }

    fn damage(&self, out: &mut Vec<u8>) {
        let mut parts = Vec::new();
        if self.bad_crc > 0 {
            parts.push(format!("{} with a wrong checksum", count(self.bad_crc, "batch")));
        }
        if self.broken > 0 {
            parts.push(format!("{} with unreadable records", count(self.broken, "batch")));
        }
        if self.gaps > 0 {
            parts.push(format!(
                "{} in {} outside of batches",
                size(self.gap_bytes),
                count(self.gaps, "place")
            ));
        }
        if !parts.is_empty() {
            wrapped("damage", &parts.join(", "), out);
        }
    }
}

/// The name of the codec that is counted there.
pub(super) fn codec_name(index: usize) -> &'static str {
    let codec = Codec::ALL.get(index).filter(|_| index < CODECS - 1);
    codec.map_or("unknown", |codec| codec.name())
}

// Vec never refuses a write.
fn line(heading: &str, text: &str, out: &mut Vec<u8>) {
    drop(writeln!(out, "{}", format!("{heading:<HEADING$} {text}").trim_end()));
}

/// A line that goes on below itself where it is too long, at its commas.
fn wrapped(heading: &str, text: &str, out: &mut Vec<u8>) {
    let (mut current, mut heading) = (String::new(), heading);
    for part in text.split_inclusive(", ") {
        if !current.is_empty() && current.chars().count() + part.trim_end().chars().count() > CHART_COLUMNS {
            line(heading, &current, out);
            (current, heading) = (String::new(), "");
        }
        current.push_str(part);
    }
    line(heading, &current, out);
}

fn row(heading: &str, cells: [String; 5], out: &mut Vec<u8>) {
    let [a, b, c, d, e] = cells;
    line(heading, &format!("{a:>12} {b:>14} {c:>12} {d:>12} {e:>8}"), out);
}

fn wide_row(heading: &str, cells: [String; 6], out: &mut Vec<u8>) {
    let [a, b, c, d, e, f] = cells;
    line(heading, &format!("{a:>10} {b:>10} {c:>10} {d:>10} {e:>10} {f:>10}"), out);
}

fn text_of(push: impl FnOnce(&mut Vec<u8>)) -> String {
    let mut out = Vec::new();
    push(&mut out);
    String::from_utf8_lossy(&out).into_owned()
}

fn number(number: u64) -> String {
    text_of(|out| grouped(number, out))
}

fn signed(value: i64) -> String {
    let sign = if value < 0 { "-" } else { "" };
    format!("{sign}{}", number(value.unsigned_abs()))
}

fn count(count: u64, thing: &str) -> String {
    let plural = match (count, thing.ends_with("ch")) {
        (1, _) => "",
        (_, true) => "es",
        (_, false) => "s",
    };
    format!("{} {thing}{plural}", number(count))
}

fn rate(per_second: f64) -> String {
    if per_second >= 10.0 { number(per_second.round() as u64) } else { format!("{per_second:.2}") }
}
