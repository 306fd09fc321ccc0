//! The names that topic ids stand for, from the metadata log beside a partition.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};

use crate::codec::internal::type_of_framed;
use crate::codec::meaning::uuid::push_uuid;
use crate::codec::messages::metadata_records::topic_record::TopicRecord;
use crate::codec::record_types::Family;
use crate::codec::records::compression::DECOMPRESSED_BYTES_MAX;
use crate::codec::wire::{Body, Reader};
use crate::dump::records::{BatchInfo, Unpacker};
use crate::log::partition::Partition;
use crate::log::scan::{Piece, Scanner};
use crate::log::source::Source;

/// Letters of an id as Kafka writes it.
const ID_LETTERS: usize = 22;
/// Bytes of the frame before a metadata record's message: frame version, type, version.
const FRAME_BYTES: usize = 3;

/// Topic names by id, as Kafka writes ids.
#[derive(Debug, Clone, Default)]
pub struct TopicNames {
    by_id: HashMap<Vec<u8>, String>,
}

impl TopicNames {
    /// The directory of the metadata log that is beside `path`, which is a file of a partition, a
    /// partition or a data directory.
    pub fn beside(path: &Path) -> Option<PathBuf> {
        let absolute = std::fs::canonicalize(path).ok()?;
        absolute.ancestors().take(3).map(|dir| dir.join("__cluster_metadata-0")).find(|dir| dir.is_dir())
    }

    /// Reads the topics of a metadata log, those that were deleted too.
    ///
    /// # Errors
    ///
    /// Where the directory cannot be read.
    pub fn read(directory: &Path) -> io::Result<Self> {
        let mut names = Self::default();
        let partition = Partition::list(directory)?;
        for file in partition.snapshots.iter().chain(partition.logs()) {
            // A file that is gone or broken takes its names with it, and nothing else.
            let Ok(source) = Source::open(&file.path) else { continue };
            let mut scanner = Scanner::new(source);
            let mut unpacker = Unpacker::new(DECOMPRESSED_BYTES_MAX);
            while let Some(piece) = scanner.next_piece()? {
                let Piece::Batch(found) = piece else { continue };
                let Ok(batch) = BatchInfo::of(&found) else { continue };
                let Ok(records) = unpacker.records(&found, &batch) else { continue };
                for record in records.map_while(Result::ok) {
                    record.value.and_then(topic).into_iter().for_each(|(id, name)| names.insert(&id, &name));
                }
            }
        }
        Ok(names)
    }

    /// Adds a name.
    pub fn insert(&mut self, id: &[u8; 16], name: &str) {
        let mut text = Vec::with_capacity(ID_LETTERS);
        push_uuid(id, &mut text);
        self.by_id.insert(text, name.to_owned());
    }

    /// The name of a topic.
    pub fn get(&self, id: &[u8; 16]) -> Option<&str> {
        let mut text = Vec::with_capacity(ID_LETTERS);
        push_uuid(id, &mut text);
        self.by_id.get(&text).map(String::as_str)
    }

    /// The ids in a JSON text and what they stand for, in the order of the text.
    pub fn of_json<'n, 'j>(&'n self, json: &'j [u8]) -> impl Iterator<Item = (usize, &'j [u8], &'n str)>
    where
        'n: 'j,
    {
        let none = self.by_id.is_empty();
        memchr::memchr_iter(b'"', json).filter(move |_| !none).filter_map(move |quote| {
            let id = json.get(quote + 1..quote + 1 + ID_LETTERS)?;
            json.get(quote + 1 + ID_LETTERS).filter(|&&byte| byte == b'"')?;
            Some((quote + 1 + ID_LETTERS, id, self.by_id.get(id)?.as_str()))
        })
    }

    /// Appends a JSON text for a person: behind each topic id its name in brackets.
    pub fn annotate(&self, json: &[u8], out: &mut Vec<u8>) {
        let mut from = 0;
        for (at, _, name) in self.of_json(json) {
            out.extend_from_slice(json.get(from..at).unwrap_or_default());
            out.extend_from_slice(b" (");
            out.extend_from_slice(name.as_bytes());
            out.push(b')');
            from = at;
        }
        out.extend_from_slice(json.get(from..).unwrap_or_default());
    }
}

fn topic(value: &[u8]) -> Option<([u8; 16], String)> {
    let (record_type, version) = type_of_framed(value, Family::Metadata)?;
    if record_type.value.name != "TopicRecord" {
        return None;
    }
    let mut reader = Reader::new(value.get(FRAME_BYTES..)?);
    let record = TopicRecord::decode(&mut reader, version).ok()?;
    Some((record.topic_id.0, record.name.to_text().into_owned()))
}
