//! Statistics for a program.

use serde_json::{Map, Value, json};

use super::Stats;
use super::histogram::Histogram;
use super::text::{PERCENTILES, codec_name};
use crate::codec::record_types::Family;
use crate::dump::format::BytesFormat;

/// Entries of a list.
const LISTED: usize = 100;
/// Parts of the time that the record counts are given for.
const PARTS: usize = 256;

impl Stats {
    /// The statistics as a JSON object; keys are shown by `key`. Sizes are in bytes, times in milliseconds.
    pub fn to_json(&self, key: BytesFormat) -> Value {
        let mut codecs = Map::new();
        for (index, codec) in self.codecs.iter().enumerate().filter(|(_, codec)| codec.batches > 0) {
            let ratio = codec.unpacked as f64 / codec.stored.max(1) as f64;
            codecs.insert(
                codec_name(index).to_owned(),
                json!({
                    "batches": codec.batches,
                    "records": codec.records,
                    "storedBytes": codec.stored,
                    "unpackedBytes": codec.unpacked,
                    "ratio": ratio,
                }),
            );
        }
        let [magic_0, magic_1, magic_2] = self.magics;
        json!({
            "files": self.files,
            "batches": self.batches,
            "records": self.records(),
            "bytes": self.bytes,
            "magic": { "0": magic_0, "1": magic_1, "2": magic_2 },
            "firstOffset": self.offsets.map(|(first, _)| first),
            "lastOffset": self.offsets.map(|(_, last)| last),
            "time": self.time_json(),
            "codecs": codecs,
            "sizes": {
                "batch": sizes(&self.batch_sizes),
                "recordsPerBatch": sizes(&self.batch_records),
                "record": sizes(&self.record_sizes),
                "key": sizes(&self.key_sizes),
                "value": sizes(&self.value_sizes),
            },
            "keys": self.keys_json(key),
            "tombstones": self.tombstones,
            "emptyValues": self.empty_values,
            "nullKeysAndValues": self.null_both,
            "headers": self.headers_json(),
            "producers": self.producers_json(),
            "producerBatchesLeftOut": self.producers_left_out,
            "transactionalRecords": self.transactional,
            "control": self.control_json(),
            "leaderEpochs": self.epochs.iter().map(|(epoch, (start, batches))| {
                json!({ "epoch": epoch, "firstOffset": start, "batches": batches })
            }).collect::<Vec<_>>(),
            "damage": {
                "wrongChecksums": self.bad_crc,
                "unreadableBatches": self.broken,
                "gaps": self.gaps,
                "gapBytes": self.gap_bytes,
            },
        })
    }

    fn time_json(&self) -> Value {
        let range = self.timeline.range();
        let (parts, millis) = self.timeline.columns(PARTS);
        let seconds = range.map(|((min, _), (max, _))| max.abs_diff(min) as f64 / 1000.0);
        let per_second = |amount: u64| seconds.filter(|&s| s > 0.0).map(|seconds| amount as f64 / seconds);
        json!({
            "min": range.map(|((min, _), _)| min),
            "max": range.map(|(_, (max, _))| max),
            "recordsPerSecond": per_second(self.records()),
            "bytesPerSecond": per_second(self.bytes),
            "parts": { "millis": millis, "records": parts },
            "outOfOrder": self.timeline.late(),
            "outOfOrderMost": self.timeline.latest().map(|(millis, offset)| {
                json!({ "millis": millis, "offset": offset })
            }),
            "pauses": self.timeline.pauses().iter().map(|pause| {
                json!({ "from": pause.from, "to": pause.to, "millis": pause.millis(), "offset": pause.offset })
            }).collect::<Vec<_>>(),
            "withoutTimestamp": self.without_timestamp,
            "logAppendTime": self.log_append,
        })
    }

    fn keys_json(&self, key: BytesFormat) -> Value {
        let shown = |item: &[u8]| {
            let mut text = Vec::new();
            key.push_json(Some(item), &mut text);
            serde_json::from_slice::<Value>(&text).unwrap_or(Value::Null)
        };
        let error = self.top_keys.error();
        let top: Vec<_> = self
            .top_keys
            .top(LISTED)
            .into_iter()
            .filter(|top| top.count > error)
            .map(|top| {
                json!({
                    "key": shown(top.item),
                    "cut": top.length > top.item.len(),
                    "records": top.count,
                    "recordsMost": top.count + error,
                    "bytes": top.bytes,
                })
            })
            .collect();
        json!({
            "distinct": self.keys.count(),
            "exact": self.keys.is_exact(),
            "null": self.null_keys,
            "top": top,
        })
    }

    fn headers_json(&self) -> Value {
        let names: Vec<_> = self
            .top_headers
            .top(LISTED)
            .into_iter()
            .map(|top| json!({ "key": String::from_utf8_lossy(top.item), "count": top.count }))
            .collect();
        json!({ "records": self.with_headers, "count": self.headers, "bytes": self.header_bytes, "keys": names })
    }

    fn producers_json(&self) -> Vec<Value> {
        let each = self.producers.iter().map(|(id, producer)| {
            json!({
                "producerId": id,
                "epoch": producer.epoch,
                "batches": producer.batches,
                "records": producer.records,
                "firstOffset": producer.offsets.0,
                "lastOffset": producer.offsets.1,
                "transactional": producer.transactional,
            })
        });
        each.collect()
    }

    fn control_json(&self) -> Value {
        let mut types = Map::new();
        for (&id, &records) in &self.control {
            let name =
                Family::Control.record_type(id).map_or_else(|| id.to_string(), |kind| kind.name.to_owned());
            types.insert(name, records.into());
        }
        json!({ "records": self.control_records, "types": types })
    }
}

fn sizes(histogram: &Histogram) -> Value {
    let Some((min, max)) = histogram.range() else { return Value::Null };
    let mut object = Map::new();
    object.insert("count".to_owned(), histogram.count().into());
    object.insert("sum".to_owned(), histogram.sum().into());
    object.insert("mean".to_owned(), histogram.mean().into());
    object.insert("min".to_owned(), min.into());
    for (name, percent) in PERCENTILES {
        object.insert(name.to_owned(), histogram.percentile(percent).into());
    }
    object.insert("max".to_owned(), max.into());
    Value::Object(object)
}
