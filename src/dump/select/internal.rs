//! `--type`, `--group`, `--topic`: filters on the records that Kafka itself writes.

use super::Verdict;
use crate::codec::dissect::Depth;
use crate::codec::internal;
use crate::codec::meaning::Meaning;
use crate::codec::meaning::uuid::parse_uuid;
use crate::codec::record_types::{self, Family, RecordType};
use crate::codec::tape::{Shape, Tape};
use crate::dump::records::{BatchInfo, RecordView};

/// `ConfigResource.Type` and `ResourceType`, which agree about topics and not about groups.
const TOPIC_RESOURCE: i64 = 2;
const GROUP_CONFIG: i64 = 32;
const GROUP_ACL: i64 = 3;
/// Type of a TopicRecord.
const TOPIC_RECORD: i16 = 2;

/// A type of record, by its name.
#[derive(Debug, Clone)]
pub struct TypeFilter {
    types: Vec<&'static RecordType>,
}

impl TypeFilter {
    /// Reads the name of a record type in any spelling: `PartitionRecord`, `partition-record`,
    /// `OFFSET_COMMIT`, `COMMIT`.
    ///
    /// # Errors
    ///
    /// The names that come nearest, or all of them, where there is no such type.
    pub fn parse(text: &str) -> Result<Self, String> {
        let all = || Family::ALL.into_iter().flat_map(Family::record_types);
        let types: Vec<_> = all().filter(|kind| kind.is_named(text)).collect();
        if !types.is_empty() {
            return Ok(Self { types });
        }
        let nearest: Vec<_> =
            record_types::nearest(text).into_iter().map(|kind| format!("`{}`", kind.short_name())).collect();
        if !nearest.is_empty() {
            return Err(format!("no record type is called `{text}`; did you mean {}?", nearest.join(" or ")));
        }
        let names: Vec<_> = all().map(RecordType::short_name).collect();
        Err(format!("no record type is called `{text}`; there are {}", names.join(", ")))
    }

    /// The record is of this type.
    pub fn matches(&self, found: &RecordType) -> bool {
        self.types.iter().any(|kind| std::ptr::eq(*kind, found))
    }

    /// Whether a batch whose records are of `family` can have such records.
    pub(super) fn family(&self, family: Option<Family>) -> Verdict {
        let possible = self.types.iter().any(|kind| Some(kind.family) == family);
        if possible { Verdict::Check } else { Verdict::Skip }
    }
}

/// A topic, by name or id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TopicFilter {
    /// What was typed.
    pub name: String,
    /// Its ids: the one that was typed, or those that somebody found for the name. A topic that was
    /// deleted and made anew has several.
    pub ids: Vec<[u8; 16]>,
}

impl TopicFilter {
    /// Reads a topic's name, or its id in either spelling.
    ///
    /// # Errors
    ///
    /// Where nothing was typed.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.is_empty() {
            return Err("expected a topic's name or id".to_owned());
        }
        Ok(Self { name: text.to_owned(), ids: parse_uuid(text).into_iter().collect() })
    }
}

/// Looks for groups and topics in internal records.
#[derive(Debug)]
pub(super) struct InternalMatcher<'s> {
    groups: &'s [String],
    topics: &'s [TopicFilter],
    family: Option<Family>,
    /// The file is of a topic that is wanted.
    own_topic: bool,
    /// Ids of wanted topics that records of the file have told.
    learnt: Vec<[u8; 16]>,
    tape: Tape,
}

/// What a record says of groups and topics.
#[derive(Debug, Default, Clone, Copy)]
struct Mentions {
    group: bool,
    topic: bool,
}

impl<'s> InternalMatcher<'s> {
    pub(super) fn new(
        groups: &'s [String],
        topics: &'s [TopicFilter],
        family: Option<Family>,
        topic: Option<&str>,
    ) -> Self {
        let own_topic = topic.is_some_and(|topic| topics.iter().any(|wanted| wanted.name == topic));
        Self { groups, topics, family, own_topic, learnt: Vec::new(), tape: Tape::default() }
    }

    pub(super) fn batch(&self, batch: &BatchInfo) -> Verdict {
        let inside = match self.family {
            Some(_) if !batch.control => Verdict::Check,
            _ => Verdict::Skip,
        };
        let groups = if self.groups.is_empty() { Verdict::Take } else { inside };
        let topics = if self.topics.is_empty() || self.own_topic { Verdict::Take } else { inside };
        groups.and(topics)
    }

    #[inline]
    pub(super) fn record(&mut self, record: &RecordView<'_>) -> bool {
        let group = self.groups.is_empty();
        let topic = self.topics.is_empty() || self.own_topic;
        if group && topic {
            return true;
        }
        let Some(family) = self.family.filter(|_| !record.batch.control) else { return false };
        let found = self.mentions(family, record.key, record.value);
        (group || found.group) && (topic || found.topic)
    }

    fn mentions(&mut self, family: Family, key: Option<&[u8]>, value: Option<&[u8]>) -> Mentions {
        let mut found = Mentions::default();
        let kind = match (family, value) {
            (Family::Metadata, Some(value)) => {
                internal::type_of_framed(value, family).map(|(kind, _)| kind.id)
            }
            _ => None,
        };
        if let Some(key) = key {
            self.tape.clear();
            internal::key(&mut self.tape, key, 0, family, Depth::FIELDS);
            self.on_tape(key, kind, &mut found);
        }
        if let Some(value) = value {
            self.tape.clear();
            // Deep, for the topics that a classic group's members ask for.
            internal::value(&mut self.tape, key, value, 0, family, Depth::ALL);
            self.on_tape(value, kind, &mut found);
        }
        found
    }

    /// Looks through the fields of a key or value.
    fn on_tape(&mut self, input: &[u8], kind: Option<i16>, found: &mut Mentions) {
        let mut resource = (Meaning::Plain, 0);
        let mut told = false;
        for node in self.tape.nodes() {
            match node.shape {
                Shape::Int if is_resource(node.field.meaning) => resource = (node.field.meaning, node.value),
                Shape::Text => {
                    let content = self.tape.content(input, node);
                    let topic = match node.field.name {
                        "resource_name" => resource.1 == TOPIC_RESOURCE,
                        "name" => kind == Some(TOPIC_RECORD),
                        name => name == "topic" || name == "topic_name" || name.ends_with("topics"),
                    };
                    let group = match node.field.name {
                        "group" | "group_id" => true,
                        "resource_name" => matches!(
                            resource,
                            (Meaning::ConfigResourceType, GROUP_CONFIG)
                                | (Meaning::AclResourceType, GROUP_ACL)
                        ),
                        _ => false,
                    };
                    let wanted = topic && self.topics.iter().any(|topic| topic.name.as_bytes() == content);
                    found.topic |= wanted;
                    found.group |= group && self.groups.iter().any(|group| group.as_bytes() == content);
                    told |= wanted && kind == Some(TOPIC_RECORD);
                }
                Shape::Uuid if node.field.meaning == Meaning::TopicId => {
                    let Ok(id) = <[u8; 16]>::try_from(self.tape.content(input, node)) else { continue };
                    if std::mem::take(&mut told) && !self.learnt.contains(&id) {
                        self.learnt.push(id);
                    }
                    found.topic |=
                        self.learnt.contains(&id) || self.topics.iter().any(|topic| topic.ids.contains(&id));
                }
                _ => {}
            }
        }
    }
}

fn is_resource(meaning: Meaning) -> bool {
    matches!(meaning, Meaning::ConfigResourceType | Meaning::AclResourceType)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_by_name() {
        for (text, names) in [
            ("PartitionRecord", vec!["PARTITION_RECORD"]),
            ("partition-change-record", vec!["PARTITION_CHANGE_RECORD"]),
            ("OFFSET_COMMIT", vec!["OFFSET_COMMIT"]),
            ("OffsetCommitKey", vec!["OFFSET_COMMIT"]),
            ("commit", vec!["COMMIT"]),
            ("LeaderChange", vec!["LEADER_CHANGE"]),
        ] {
            let filter = TypeFilter::parse(text).unwrap();
            assert_eq!(filter.types.iter().map(|kind| kind.name).collect::<Vec<_>>(), names, "{text}");
        }
        assert!(TypeFilter::parse("PartitonRecord").unwrap_err().contains("`PartitionRecord`"));
        assert!(TypeFilter::parse("zzzzzzzz").unwrap_err().contains("there are RegisterBrokerRecord"));
    }
}
