//! Records to the bodies of Produce requests.

use std::io::{self, BufRead};

use ::base64::Engine;
use serde_json::{Value as Json, json};

use super::partitioner;
use crate::codec::records::batch::Attributes;
use crate::codec::records::compression::Codec;
use crate::codec::records::write::{BatchHeader, BatchWriter, NewRecord};

/// Records of one request before compression: below a broker's `message.max.bytes` of 1 MiB.
const REQUEST_BYTES: usize = 900_000;
/// The most bytes of lines that are taken in: this tool asks questions, it is no bulk loader.
const INPUT_BYTES_MAX: usize = 64 << 20;

/// A key and a value; none is null.
pub type KeyValue = (Option<Vec<u8>>, Option<Vec<u8>>);

/// What is to be written, and how.
#[derive(Debug, Clone)]
pub struct Produce {
    /// The topic's name, or its id.
    pub topic: String,
    /// The partition; otherwise as Kafka's own producer chooses it by the key.
    pub partition: Option<i32>,
    /// The records.
    pub records: Vec<KeyValue>,
    /// Headers of every record.
    pub headers: Vec<(String, Option<Vec<u8>>)>,
    /// When the records are from, in milliseconds since 1970.
    pub timestamp: i64,
    /// How batches are compressed.
    pub codec: Codec,
    /// Whose acknowledgement is waited for: -1 all in-sync replicas, 1 the leader, 0 nobody.
    pub acks: i16,
    /// How long the broker may wait for it.
    pub timeout_ms: i32,
    /// Producer id, epoch and first sequence number of an idempotent producer.
    pub producer: Option<(i64, i16, i32)>,
    /// Whether the broker may make a topic that is not there.
    pub create: bool,
}

/// Reads records from lines: values, or keys and values with a separator between them.
///
/// # Errors
/// That reading failed, or that it is too much.
pub fn lines(reader: impl BufRead, separator: Option<&str>) -> io::Result<Vec<KeyValue>> {
    let mut records = Vec::new();
    let mut bytes = 0;
    // One byte more, so that too much is told from just enough.
    let mut reader = io::Read::take(reader, INPUT_BYTES_MAX as u64 + 1);
    let mut line = Vec::new();
    while reader.read_until(b'\n', &mut line)? > 0 {
        bytes += line.len();
        if bytes > INPUT_BYTES_MAX {
            return Err(io::Error::other(format!(
                "more than {} MiB of records; send is for trying things out",
                INPUT_BYTES_MAX >> 20
            )));
        }
        let text = line.strip_suffix(b"\n").unwrap_or(&line);
        let text = text.strip_suffix(b"\r").unwrap_or(text);
        let at = separator
            .filter(|separator| !separator.is_empty())
            .and_then(|separator| Some((memchr::memmem::find(text, separator.as_bytes())?, separator.len())));
        records.push(match at {
            Some((at, width)) => {
                let value = text.get(at + width..).unwrap_or_default();
                (text.get(..at).map(<[u8]>::to_vec), Some(value.to_vec()))
            }
            None => (None, Some(text.to_vec())),
        });
        line.clear();
    }
    Ok(records)
}

/// A batch that is being filled.
struct Open {
    partition: i32,
    batch: BatchWriter,
    count: i32,
}

impl Produce {
    /// The bodies of the requests, in order, when the topic has so many partitions.
    ///
    /// # Errors
    /// That compressing failed.
    pub fn bodies(&self, partitions: i32) -> io::Result<Vec<Json>> {
        let mut bodies = Vec::new();
        let mut open: Vec<Open> = Vec::new();
        let mut sequences: Vec<(i32, i32)> = Vec::new();
        for (key, value) in &self.records {
            let chosen = || key.as_deref().map_or(0, |key| partitioner::partition(key, partitions));
            let partition = self.partition.unwrap_or_else(chosen);
            let bytes = key.as_ref().map_or(0, Vec::len) + value.as_ref().map_or(0, Vec::len);
            if !open.is_empty()
                && open.iter().map(|one| one.batch.len()).sum::<usize>() + bytes > REQUEST_BYTES
            {
                bodies.push(self.body(std::mem::take(&mut open))?);
            }
            let at = match open.iter().position(|one| one.partition == partition) {
                Some(at) => at,
                None => {
                    let sequence = sequences.iter().find(|(of, _)| *of == partition).map(|(_, next)| *next);
                    let batch = BatchWriter::new(self.header(sequence));
                    open.push(Open { partition, batch, count: 0 });
                    open.len() - 1
                }
            };
            let Some(one) = open.get_mut(at) else { continue };
            let headers: Vec<(&[u8], Option<&[u8]>)> =
                self.headers.iter().map(|(name, value)| (name.as_bytes(), value.as_deref())).collect();
            one.batch.push(&NewRecord {
                offset_delta: one.count,
                key: key.as_deref(),
                value: value.as_deref(),
                headers: &headers,
                ..NewRecord::default()
            });
            one.count += 1;
            if let Some((.., first)) = self.producer {
                match sequences.iter_mut().find(|(of, _)| *of == partition) {
                    Some((_, next)) => *next = next.wrapping_add(1) & i32::MAX,
                    None => sequences.push((partition, first.wrapping_add(1) & i32::MAX)),
                }
            }
        }
        if !open.is_empty() || bodies.is_empty() {
            bodies.push(self.body(open)?);
        }
        Ok(bodies)
    }

    fn header(&self, sequence: Option<i32>) -> BatchHeader {
        let mut header = BatchHeader {
            attributes: Attributes::of(self.codec),
            base_timestamp: self.timestamp,
            ..BatchHeader::default()
        };
        if let Some((id, epoch, first)) = self.producer {
            header.producer_id = id;
            header.producer_epoch = epoch;
            header.base_sequence = sequence.unwrap_or(first);
        }
        header
    }

    fn body(&self, open: Vec<Open>) -> io::Result<Json> {
        let mut partitions = Vec::with_capacity(open.len());
        for one in open {
            let mut records = Vec::new();
            one.batch.finish(&mut records)?;
            let records = ::base64::engine::general_purpose::STANDARD.encode(records);
            partitions.push(json!({"index": one.partition, "records": records}));
        }
        Ok(json!({
            "acks": self.acks,
            "timeoutMs": self.timeout_ms,
            "topicData": [{"name": self.topic, "partitionData": partitions}],
        }))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // A test that cannot go on has failed.
mod tests {
    use super::*;
    use crate::codec::records::batch::Batch;

    fn produce(records: Vec<KeyValue>) -> Produce {
        Produce {
            topic: "t".into(),
            partition: None,
            records,
            headers: vec![("h".into(), None)],
            timestamp: 7,
            codec: Codec::Zstd,
            acks: -1,
            timeout_ms: 1000,
            producer: Some((9, 1, 5)),
            create: false,
        }
    }

    fn batches(bodies: &[Json]) -> Vec<(i64, i32, i32)> {
        let mut all = Vec::new();
        for partition in
            bodies.iter().flat_map(|body| body["topicData"][0]["partitionData"].as_array().unwrap())
        {
            let bytes =
                ::base64::engine::general_purpose::STANDARD.decode(partition["records"].as_str().unwrap());
            let bytes = bytes.unwrap();
            let batch = Batch::new(&bytes).unwrap();
            batch.check_crc().unwrap();
            all.push((partition["index"].as_i64().unwrap(), batch.count(), batch.base_sequence()));
        }
        all
    }

    #[test]
    fn records_go_into_batches_by_partition() {
        let keyed = |key: &str| (Some(key.as_bytes().to_vec()), Some(b"v".to_vec()));
        let bodies = produce(vec![keyed("a"), keyed("b"), keyed("a"), keyed("c")]).bodies(1).unwrap();
        assert_eq!(batches(&bodies), [(0, 4, 5)]);
        let bodies = produce((0..9).map(|n| keyed(&n.to_string())).collect()).bodies(3).unwrap();
        assert_eq!(batches(&bodies).iter().map(|(_, count, _)| count).sum::<i32>(), 9);
        assert_eq!(bodies.len(), 1);
    }

    #[test]
    fn many_records_are_several_requests() {
        let bodies = produce(vec![(None, Some(vec![0; 400_000])); 5]).bodies(1).unwrap();
        assert_eq!(batches(&bodies), [(0, 2, 5), (0, 2, 7), (0, 1, 9)]);
    }

    #[test]
    fn lines_are_records() {
        let read = |text: &str, separator| lines(text.as_bytes(), separator).unwrap();
        assert_eq!(read("a\r\nb", None), [(None, Some(b"a".to_vec())), (None, Some(b"b".to_vec()))]);
        assert_eq!(read("k::v::w\nx\n", Some("::")).first().unwrap().1, Some(b"v::w".to_vec()));
        assert_eq!(read("", None), []);
    }
}
