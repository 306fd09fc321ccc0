//! The answer to Fetch as a person wants it: the records of each partition under its name, from the
//! offset on that was asked for (a broker sends whole batches).

use std::io::Write;

use serde_json::Value as Json;

use crate::client::request;
use crate::codec::error_codes;
use crate::codec::explain::{counted, grouped};
use crate::codec::meaning::time::timestamp;
use crate::codec::meaning::uuid::parse_uuid;
use crate::codec::messages::fetch::fetch_response::{FetchResponse, PartitionData};
use crate::codec::reading::ReadAs;
use crate::codec::records::batch::Batch;
use crate::codec::records::batches::{AnyBatch, Batches};
use crate::codec::records::record::Record;
use crate::render::{Shown, Style, headline, push, value};

/// The key of Fetch.
const FETCH: i16 = 1;
/// The most columns of a key, and of a value; the tree shows all of it.
const KEY_COLUMNS: usize = 30;
const VALUE_COLUMNS: usize = 100;
/// The most records of one answer, which is for eyes.
const RECORDS_MAX: usize = 10_000;
/// Topics that Kafka writes to itself begin so; decode's tables open their records, and hide secrets.
const INTERNAL: &str = "__";

/// What was asked for: the names of topics by their ids, and from which offsets on.
#[derive(Debug, Default)]
pub struct Asked {
    topics: Vec<AskedTopic>,
}

#[derive(Debug)]
struct AskedTopic {
    name: String,
    id: Option<[u8; 16]>,
    /// Partitions and offsets.
    partitions: Vec<(i64, i64)>,
}

impl Asked {
    /// What the body of a Fetch request asks for.
    pub fn of(body: &Json) -> Self {
        let array =
            |json: &Json, name: &str| json.get(name).and_then(Json::as_array).cloned().unwrap_or_default();
        let topic = |topic: Json| {
            let text = |name: &str| topic.get(name).and_then(Json::as_str);
            let int =
                |partition: &Json, name: &str| partition.get(name).and_then(Json::as_i64).unwrap_or_default();
            let partitions = array(&topic, "partitions");
            let of = |partition: &Json| (int(partition, "partition"), int(partition, "fetchOffset"));
            Some(AskedTopic {
                name: text("topic")?.to_owned(),
                id: text("topicId").and_then(parse_uuid),
                partitions: partitions.iter().map(of).collect(),
            })
        };
        Self { topics: array(body, "topics").into_iter().filter_map(topic).collect() }
    }

    fn topic(&self, name: &str, id: &[u8; 16]) -> Option<&AskedTopic> {
        self.topics
            .iter()
            .find(|topic| if name.is_empty() { topic.id == Some(*id) } else { topic.name == name })
    }
}

/// Appends the answer, where it is one to Fetch, of topics whose names are known and whose records are
/// batches in the format of today. What is anything else is for decode's tables.
pub fn render(shown: &Shown<'_>, asked: &Asked, limit: usize, style: &Style, out: &mut Vec<u8>) -> bool {
    let ReadAs::Response { api: (FETCH, version), .. } = shown.reading.read_as else { return false };
    if !shown.tape.findings().is_empty() {
        return false;
    }
    let Ok(response) = request::message::<FetchResponse<'_>>(shown.input, version, "") else { return false };
    let mut text = Vec::new();
    let mut left = RECORDS_MAX;
    for topic in &response.responses {
        let Some(known) = asked.topic(&topic.topic.to_text(), &topic.topic_id.0) else { return false };
        if known.name.starts_with(INTERNAL) {
            return false;
        }
        for partition in &topic.partitions {
            let index = i64::from(partition.partition_index);
            let from = known.partitions.iter().find(|(of, _)| *of == index).map_or(0, |(_, from)| *from);
            if one(&known.name, partition, from, limit, &mut left, &mut text).is_none() {
                return false;
            }
        }
    }
    if response.responses.is_empty() {
        return false;
    }
    if style.color {
        headline::render::<true>(shown, style.width, out);
    } else {
        headline::render::<false>(shown, style.width, out);
    }
    if response.throttle_time_ms != 0 {
        // Vec never refuses a write, here and below.
        let _ = writeln!(out, "throttled for {} ms", response.throttle_time_ms);
    }
    out.append(&mut text);
    true
}

/// Appends a partition; none where it is not for this view.
fn one(
    topic: &str,
    partition: &PartitionData<'_>,
    from: i64,
    limit: usize,
    left: &mut usize,
    out: &mut Vec<u8>,
) -> Option<()> {
    let name = push::harmless(topic).into_owned();
    let _ = write!(out, "\n{name}-{}", partition.partition_index);
    if partition.error_code != error_codes::NONE {
        let error = error_codes::by_code(partition.error_code).map_or("", |error| error.name);
        let _ = writeln!(out, " · {} ({error})", partition.error_code);
        return Some(());
    }
    let _ = write!(
        out,
        " · log start {} · high watermark {}",
        grouped(partition.log_start_offset),
        grouped(partition.high_watermark)
    );
    if partition.last_stable_offset != partition.high_watermark {
        let _ = write!(out, " · last stable offset {}", grouped(partition.last_stable_offset));
    }
    if let Some(aborted) = partition.aborted_transactions.as_ref().filter(|aborted| !aborted.is_empty()) {
        let _ = write!(out, " · {}", counted(aborted.len(), "aborted transaction"));
    }
    let content = partition.records.as_ref().map_or(&[][..], |records| &records.bytes);
    if content.is_empty() {
        let _ = writeln!(out, " · no records from {} on", grouped(from));
        return Some(());
    }
    out.push(b'\n');
    let mut scratch = Vec::new();
    for batch in Batches::new(content) {
        let AnyBatch::Batch(batch) = batch.ok()?.view().ok()? else { return None };
        if batch.last_offset() < from {
            continue;
        }
        let _ = write!(
            out,
            "  {}-{} · {}, ",
            batch.base_offset(),
            batch.last_offset(),
            counted(usize::try_from(batch.count()).ok()?, "record")
        );
        value::push_attributes(batch.attributes().0.into(), out);
        if batch.producer_id() >= 0 {
            let _ = write!(
                out,
                " · producer {}/{} from sequence {}",
                batch.producer_id(),
                batch.producer_epoch(),
                batch.base_sequence()
            );
        }
        out.push(b'\n');
        for record in batch.records(limit, &mut scratch).ok()? {
            let record = record.ok()?;
            if record.offset < from {
                continue;
            }
            match left.checked_sub(1) {
                Some(less) => *left = less,
                None => {
                    let _ = writeln!(
                        out,
                        "  ... there is more than can be shown here; --format ndjson has it all"
                    );
                    return Some(());
                }
            }
            row(&batch, &record, out);
        }
    }
    Some(())
}

/// Appends `       7  2026-11-20 10:00:00.000Z  "k"  "one"  source="test"`.
fn row(batch: &Batch<'_>, record: &Record<'_>, out: &mut Vec<u8>) {
    let _ = write!(out, "    {:>8}  {}  ", record.offset, timestamp(record.timestamp));
    if let Ok(Some(control)) = batch.check_control(record) {
        let name = control.record_type().map_or("an unknown control record", |record_type| record_type.name);
        let _ = writeln!(out, "{name}");
        return;
    }
    text(record.key, KEY_COLUMNS, out);
    out.extend_from_slice(b"  ");
    text(record.value, VALUE_COLUMNS, out);
    for (name, content) in record.headers {
        let _ = write!(out, "  {}=", push::harmless(&String::from_utf8_lossy(name)));
        text(content, KEY_COLUMNS, out);
    }
    out.push(b'\n');
}

fn text(content: Option<&[u8]>, columns: usize, out: &mut Vec<u8>) {
    let Some(content) = content else { return out.extend_from_slice(b"null") };
    if push::is_text(content) || content.is_empty() {
        if !push::quoted(content, columns, out) {
            let _ = write!(out, "… ({})", counted(content.len(), "byte"));
        }
        return;
    }
    let shown = content.get(..columns / 2).unwrap_or(content);
    let _ = write!(out, "0x{}", hex::encode(shown));
    if shown.len() < content.len() {
        let _ = write!(out, "… ({})", counted(content.len(), "byte"));
    }
}
