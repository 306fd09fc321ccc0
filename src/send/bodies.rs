//! What a person asks for in a few words, as the body of a request.

use serde_json::{Map, Value as Json, json};

use super::produce::Produce;
use super::session::Session;
use super::target::{OffsetSpec, Target};
use super::{Failure, route};
use crate::client::negotiate::{SOFTWARE_NAME, SOFTWARE_VERSION};
use crate::codec::api::Api;
use crate::codec::json::spelling;
use crate::codec::schema::{Field, Struct};

/// The timestamps that stand for offsets in ListOffsets.
pub const EARLIEST: i64 = -2;
/// See [`EARLIEST`].
pub const LATEST: i64 = -1;

/// What a request says.
#[derive(Debug, Clone)]
pub enum Body {
    /// This; what is missing takes its default.
    Json(Json),
    /// ApiVersions from kafkit.
    ApiVersions,
    /// Metadata of these topics, or of all.
    Metadata(Vec<String>),
    /// DescribeTopicPartitions of these topics.
    DescribeTopicPartitions(Vec<String>),
    /// About these groups, or transactional ids.
    Coordinated(Vec<String>),
    /// Records of partitions.
    Fetch(Fetch),
    /// Offsets of partitions.
    ListOffsets(ListOffsets),
    /// Records to a topic.
    Produce(Produce),
}

/// What is fetched, and how.
#[derive(Debug, Clone)]
#[allow(missing_docs)] // As Kafka's protocol names them.
pub struct Fetch {
    pub targets: Vec<Target>,
    pub max_wait_ms: i32,
    pub min_bytes: i32,
    pub max_bytes: i32,
    pub partition_max_bytes: i32,
    pub isolation_level: i8,
}

/// Which offsets are asked for.
#[derive(Debug, Clone)]
#[allow(missing_docs)] // As Kafka's protocol names them.
pub struct ListOffsets {
    pub targets: Vec<Target>,
    pub timestamp: i64,
    pub isolation_level: i8,
    pub timeout_ms: i32,
}

impl Body {
    /// The bodies of the requests, one in most cases.
    ///
    /// # Errors
    /// That what they need could not be looked up.
    pub fn build(&self, api: &Api, version: i16, session: &mut Session) -> Result<Vec<Json>, Failure> {
        let mut one = match self {
            Body::Json(json) => return Ok(vec![json.clone()]),
            Body::ApiVersions => {
                json!({"clientSoftwareName": SOFTWARE_NAME, "clientSoftwareVersion": SOFTWARE_VERSION})
            }
            // In version 0 no topics are all of them.
            Body::Metadata(topics) if topics.is_empty() && version == 0 => json!({"topics": []}),
            // A look must not make topics.
            Body::Metadata(topics) if topics.is_empty() => {
                json!({"topics": null, "allowAutoTopicCreation": false})
            }
            Body::Metadata(topics) => {
                let topics: Vec<Json> = topics.iter().map(|name| json!({"name": name})).collect();
                json!({"topics": topics, "allowAutoTopicCreation": false})
            }
            Body::DescribeTopicPartitions(topics) => {
                let topics: Vec<Json> = topics.iter().map(|name| json!({"name": name})).collect();
                json!({"topics": topics})
            }
            Body::Coordinated(keys) => {
                return route::about(api, version, keys).map(|body| vec![body]).ok_or_else(|| {
                    Failure::Usage(format!(
                        "{} v{version} takes one name, and {} are given",
                        api.name,
                        keys.len()
                    ))
                });
            }
            Body::Fetch(fetch) => fetch.build(session)?,
            Body::ListOffsets(list) => list.build(session)?,
            Body::Produce(produce) => {
                session.learn(&[&produce.topic], &[], produce.create)?;
                let partitions = session.topic(&produce.topic).map_or(0, |topic| topic.partitions.len());
                return Ok(produce.bodies(i32::try_from(partitions).unwrap_or(i32::MAX))?);
            }
        };
        // What a person did not say is left out where a version has no room for it.
        if let Some(object) = one.as_object_mut() {
            object.retain(|name, _| {
                api.request
                    .shape
                    .fields
                    .iter()
                    .any(|field| field.versions.contain(version) && field.json_name() == *name)
            });
        }
        Ok(vec![one])
    }
}

/// Requests for the offsets of groups: OffsetFetch, DescribeShareGroupOffsets.
const OFFSETS_OF_GROUPS: [i16; 2] = [9, 90];

/// Asks for the offsets of all topics where none are said. The schema's default is no topic at all, to which the
/// answer looks as if nothing was committed.
pub fn of_all_topics(api: &Api, version: i16, body: &mut Json) {
    fn fill(object: &mut Json, shape: &Struct, version: i16) {
        let can_be_all = |field: &&Field| {
            field.name == "topics" && field.versions.contain(version) && field.nullable.contain(version)
        };
        if let (Some(object), Some(_)) = (object.as_object_mut(), shape.fields.iter().find(can_be_all)) {
            object.entry("topics").or_insert(Json::Null);
        }
    }
    if !OFFSETS_OF_GROUPS.contains(&api.key) {
        return;
    }
    let shape = api.request.shape;
    fill(body, shape, version);
    let of_group = spelling::field_of(shape, "groups").and_then(|groups| spelling::struct_of(&groups.ty));
    if let (Some(groups), Some(shape)) = (body.get_mut("groups").and_then(Json::as_array_mut), of_group) {
        groups.iter_mut().for_each(|group| fill(group, shape, version));
    }
}

/// The partitions that a target stands for: all of the topic, or the first where they are not known.
fn partitions(session: &mut Session, target: &Target) -> Result<Vec<i32>, Failure> {
    if let Some(partition) = target.partition {
        return Ok(vec![partition]);
    }
    session.learn(&[&target.topic], &[], false)?;
    let mut partitions: Vec<i32> = session
        .topic(&target.topic)
        .map(|topic| topic.partitions.iter().map(|(index, _)| *index).collect())
        .unwrap_or_default();
    partitions.sort_unstable();
    if partitions.is_empty() {
        partitions.push(0);
    }
    Ok(partitions)
}

/// Topics with their partitions, in the order in which they are first named.
fn by_topic(name: &str, list: Vec<(String, Json)>) -> Json {
    let mut topics: Vec<(String, Vec<Json>)> = Vec::new();
    for (topic, partition) in list {
        match topics.iter_mut().find(|(other, _)| *other == topic) {
            Some((_, partitions)) => partitions.push(partition),
            None => topics.push((topic, vec![partition])),
        }
    }
    let object = |(topic, partitions): (String, Vec<Json>)| {
        let mut object = Map::new();
        object.insert(name.to_owned(), topic.into());
        object.insert("partitions".to_owned(), partitions.into());
        Json::Object(object)
    };
    topics.into_iter().map(object).collect()
}

impl Fetch {
    fn build(&self, session: &mut Session) -> Result<Json, Failure> {
        let mut list = Vec::new();
        for target in &self.targets {
            for partition in partitions(session, target)? {
                // Leaders answer for offsets.
                session.learn(&[&target.topic], &[], false)?;
                let known = session.topic(&target.topic).is_some_and(|topic| topic.error == 0);
                let mut ask = |timestamp| match known {
                    true => session.offset(&target.topic, partition, timestamp),
                    false => Ok(None),
                };
                let offset = match target.offset {
                    Some(OffsetSpec::At(offset)) => offset,
                    Some(OffsetSpec::Latest) => ask(LATEST)?.unwrap_or_default(),
                    None | Some(OffsetSpec::Earliest) => ask(EARLIEST)?.unwrap_or_default(),
                    Some(OffsetSpec::Last(count)) => {
                        let first = ask(EARLIEST)?.unwrap_or_default();
                        ask(LATEST)?.unwrap_or_default().saturating_sub(count).max(first)
                    }
                };
                let partition = json!({
                    "partition": partition,
                    "fetchOffset": offset,
                    "partitionMaxBytes": self.partition_max_bytes,
                });
                list.push((target.topic.clone(), partition));
            }
        }
        Ok(json!({
            "maxWaitMs": self.max_wait_ms,
            "minBytes": self.min_bytes,
            "maxBytes": self.max_bytes,
            "isolationLevel": self.isolation_level,
            "topics": by_topic("topic", list),
        }))
    }
}

impl ListOffsets {
    fn build(&self, session: &mut Session) -> Result<Json, Failure> {
        let mut list = Vec::new();
        for target in &self.targets {
            for partition in partitions(session, target)? {
                let partition = json!({"partitionIndex": partition, "timestamp": self.timestamp});
                list.push((target.topic.clone(), partition));
            }
        }
        Ok(json!({
            "replicaId": -1,
            "isolationLevel": self.isolation_level,
            "timeoutMs": self.timeout_ms,
            "topics": by_topic("name", list),
        }))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // A test that cannot go on has failed.
mod tests {
    use super::*;
    use crate::codec::api;

    fn words(name: &str, version: i16, keys: &[&str]) -> Option<Json> {
        let keys: Vec<String> = keys.iter().map(|key| (*key).to_owned()).collect();
        let api = api::by_name(name).unwrap();
        let mut body = route::about(api, version, &keys)?;
        of_all_topics(api, version, &mut body);
        Some(body)
    }

    #[test]
    fn names_of_groups_go_where_the_version_has_them() {
        assert_eq!(words("DescribeGroups", 6, &["a", "b"]), Some(json!({"groups": ["a", "b"]})));
        assert_eq!(words("DeleteGroups", 2, &["a"]), Some(json!({"groupsNames": ["a"]})));
        assert_eq!(words("ConsumerGroupDescribe", 1, &["a"]), Some(json!({"groupIds": ["a"]})));
        assert_eq!(words("OffsetDelete", 0, &["a"]), Some(json!({"groupId": "a"})));
        assert_eq!(words("OffsetDelete", 0, &["a", "b"]), None);
        assert_eq!(words("ListGroups", 5, &["a"]), None);
    }

    #[test]
    fn offsets_are_asked_of_all_topics_unless_some_are_named() {
        let groups = json!({"groups": [{"groupId": "a", "topics": null}, {"groupId": "b", "topics": null}]});
        assert_eq!(words("OffsetFetch", 8, &["a", "b"]), Some(groups.clone()));
        assert_eq!(words("DescribeShareGroupOffsets", 0, &["a", "b"]), Some(groups));
        assert_eq!(words("OffsetFetch", 2, &["a"]), Some(json!({"groupId": "a", "topics": null})));
        // In version 1 it cannot be said.
        assert_eq!(words("OffsetFetch", 1, &["a"]), Some(json!({"groupId": "a"})));
        let mut some = json!({"groups": [{"groupId": "a", "topics": []}]});
        let said = some.clone();
        of_all_topics(api::by_name("OffsetFetch").unwrap(), 9, &mut some);
        assert_eq!(some, said);
    }
}
