//! Who has to be asked: leaders for what lies in partitions, coordinators for groups and transactions,
//! any broker for the rest, which passes on itself what is the controller's. A request that concerns
//! several of them is taken apart. The names that a person gives go into the places where it names them.

use serde_json::{Value as Json, json};

use super::Failure;
use super::request::Request;
use super::session::{CoordinatorKind, Session};
use crate::client::Address;
use crate::codec::api::Api;
use crate::codec::meaning::uuid::parse_uuid;

/// A part of a request and who it goes to.
#[derive(Debug)]
pub struct Part {
    /// None is the one whose address was given.
    pub to: Option<Address>,
    /// Why it goes there: `leader of orders-0`.
    pub because: Option<String>,
    /// What goes there.
    pub request: Request,
}

/// Where a request names partitions.
struct ByLeader {
    key: i16,
    /// The array of topics.
    topics: &'static str,
    /// The array of partitions in a topic.
    partitions: &'static str,
    /// The partition's number in an element; none where the elements are the numbers.
    index: Option<&'static str>,
}

const fn by_leader(
    key: i16,
    topics: &'static str,
    partitions: &'static str,
    index: Option<&'static str>,
) -> ByLeader {
    ByLeader { key, topics, partitions, index }
}

static BY_LEADER: [ByLeader; 8] = [
    by_leader(0, "topicData", "partitionData", Some("index")),
    by_leader(1, "topics", "partitions", Some("partition")),
    by_leader(2, "topics", "partitions", Some("partitionIndex")),
    by_leader(21, "topics", "partitions", Some("partitionIndex")),
    by_leader(23, "topics", "partitions", Some("partition")),
    by_leader(61, "topics", "partitionIndexes", None),
    by_leader(78, "topics", "partitions", Some("partitionIndex")),
    by_leader(79, "topics", "partitions", Some("partitionIndex")),
];

/// Where a request names what is coordinated.
enum Key {
    /// One, in a field.
    One(&'static str),
    /// Several, in an array of names.
    Names(&'static str),
    /// Several, in a field of an array's elements.
    Elements(&'static str, &'static str),
}

use CoordinatorKind::{Group, Transaction};
use Key::{Elements, Names, One};

/// By API key; where a version has another place for it, the first that is there counts.
static BY_COORDINATOR: [(i16, CoordinatorKind, Key); 27] = [
    (8, Group, One("groupId")),
    (9, Group, Elements("groups", "groupId")),
    (9, Group, One("groupId")),
    (11, Group, One("groupId")),
    (12, Group, One("groupId")),
    (13, Group, One("groupId")),
    (14, Group, One("groupId")),
    (15, Group, Names("groups")),
    (22, Transaction, One("transactionalId")),
    (24, Transaction, Elements("transactions", "transactionalId")),
    (24, Transaction, One("v3AndBelowTransactionalId")),
    (25, Transaction, One("transactionalId")),
    (26, Transaction, One("transactionalId")),
    (28, Group, One("groupId")),
    (42, Group, Names("groupsNames")),
    (47, Group, One("groupId")),
    (65, Transaction, Names("transactionalIds")),
    (68, Group, One("groupId")),
    (69, Group, Names("groupIds")),
    (76, Group, One("groupId")),
    (77, Group, Names("groupIds")),
    (88, Group, One("groupId")),
    (89, Group, Names("groupIds")),
    (90, Group, Elements("groups", "groupId")),
    (91, Group, One("groupId")),
    (92, Group, One("groupId")),
    (93, Group, One("groupId")),
];

/// Whether who answers depends on what is asked.
pub fn matters(key: i16) -> bool {
    BY_LEADER.iter().any(|api| api.key == key) || is_coordinated(key)
}

/// A body that asks about these groups, or about what these transactional ids stand for; none where the version has
/// no place for so many.
pub fn about(api: &Api, version: i16, keys: &[String]) -> Option<Json> {
    let there = |name: &str| {
        let mut fields = api.request.shape.fields.iter();
        fields.any(|field| field.versions.contain(version) && field.json_name() == name)
    };
    let mut places = BY_COORDINATOR.iter().filter(|(key, ..)| *key == api.key).map(|(_, _, place)| place);
    places.find_map(|place| match place {
        One(field) if there(field) => match keys {
            [key] => Some(json!({*field: key})),
            _ => None,
        },
        Names(array) if there(array) => Some(json!({*array: keys})),
        Elements(array, field) if there(array) => {
            let elements: Vec<Json> = keys.iter().map(|key| json!({*field: key})).collect();
            Some(json!({*array: elements}))
        }
        _ => None,
    })
}

/// Whether a request asks about something that is coordinated.
pub fn is_coordinated(key: i16) -> bool {
    BY_COORDINATOR.iter().any(|(api, ..)| *api == key)
}

/// Takes a request apart by who has to answer it.
///
/// # Errors
/// That finding them failed.
pub fn route(session: &mut Session, request: Request) -> Result<Vec<Part>, Failure> {
    if let Some(api) = BY_LEADER.iter().find(|api| api.key == request.api.key) {
        return leaders(session, api, request);
    }
    let of_api = BY_COORDINATOR.iter().filter(|(key, ..)| *key == request.api.key);
    for (_, kind, key) in of_api {
        let there = |name| request.body.get(name).is_some_and(|value: &Json| !value.is_null());
        match key {
            One(field) if there(field) => return coordinator(session, *kind, field, request),
            Names(array) if there(array) => return coordinators(session, *kind, array, None, request),
            Elements(array, field) if there(array) => {
                return coordinators(session, *kind, array, Some(field), request);
            }
            _ => {}
        }
    }
    Ok(vec![Part { to: None, because: None, request }])
}

fn leaders(session: &mut Session, api: &ByLeader, request: Request) -> Result<Vec<Part>, Failure> {
    let topics = array(&request.body, api.topics);
    let names: Vec<&str> = topics.iter().filter_map(name_of).collect();
    let ids: Vec<[u8; 16]> = topics.iter().filter_map(id_of).collect();
    session.learn(&names, &ids, false)?;
    // By leader: its address, the first partition that it leads, and its share of the topics.
    let mut shares: Vec<(Option<Address>, String, Vec<Json>)> = Vec::new();
    for topic in topics {
        let known = match (name_of(topic), id_of(topic)) {
            (_, Some(id)) => session.topic_of(&id),
            (Some(name), None) => session.topic(name),
            (None, None) => None,
        };
        for partition in array(topic, api.partitions) {
            let index = api.index.map_or(Some(partition), |field| partition.get(field));
            let index = index.and_then(Json::as_i64).unwrap_or_default();
            let leader = known.and_then(|known| {
                let mut partitions = known.partitions.iter();
                partitions.find(|(number, _)| i64::from(*number) == index).map(|(_, leader)| *leader)
            });
            let to = leader.and_then(|leader| session.node(leader)).cloned();
            let share = match shares.iter().position(|(address, ..)| *address == to) {
                Some(at) => at,
                None => {
                    let name = known.and_then(|known| known.name.as_deref()).unwrap_or("?");
                    shares.push((to, format!("leader of {name}-{index}"), Vec::new()));
                    shares.len() - 1
                }
            };
            let Some((_, _, share)) = shares.get_mut(share) else { continue };
            add(share, topic, partition, api.partitions);
        }
    }
    if let [(to, because, _)] = shares.as_slice() {
        // Nothing is taken apart, so that what has no partitions stays too.
        let because = to.is_some().then(|| because.clone());
        return Ok(vec![Part { to: to.clone(), because, request }]);
    }
    if shares.is_empty() {
        return Ok(vec![Part { to: None, because: None, request }]);
    }
    let parts = shares.into_iter().map(|(to, because, share)| {
        let mut request = request.clone();
        if let Some(object) = request.body.as_object_mut() {
            object.insert(api.topics.to_owned(), Json::Array(share));
        }
        Part { because: to.is_some().then_some(because), to, request }
    });
    Ok(parts.collect())
}

/// Adds a partition to the last topic of a share, or the topic with nothing but this partition.
fn add(share: &mut Vec<Json>, topic: &Json, partition: &Json, partitions: &str) {
    let same = |other: &Json| name_of(other) == name_of(topic) && id_of(other) == id_of(topic);
    if let Some(list) = share.last_mut().filter(|last| same(last)).and_then(|last| last.get_mut(partitions))
        && let Some(list) = list.as_array_mut()
    {
        return list.push(partition.clone());
    }
    let mut topic = topic.clone();
    if let Some(object) = topic.as_object_mut() {
        object.insert(partitions.to_owned(), Json::Array(vec![partition.clone()]));
    }
    share.push(topic);
}

fn coordinator(
    session: &mut Session,
    kind: CoordinatorKind,
    field: &str,
    request: Request,
) -> Result<Vec<Part>, Failure> {
    let key = request.body.get(field).and_then(Json::as_str).unwrap_or_default().to_owned();
    let to = find(session, kind, &key)?;
    let because = to.is_some().then(|| format!("coordinator of {key}"));
    Ok(vec![Part { to, because, request }])
}

fn coordinators(
    session: &mut Session,
    kind: CoordinatorKind,
    field: &str,
    inner: Option<&str>,
    request: Request,
) -> Result<Vec<Part>, Failure> {
    let mut shares: Vec<(Option<Address>, String, Vec<Json>)> = Vec::new();
    for element in array(&request.body, field) {
        let key = inner.map_or(Some(element), |inner| element.get(inner));
        let key = key.and_then(Json::as_str).unwrap_or_default();
        let to = find(session, kind, key)?;
        match shares.iter_mut().find(|(address, ..)| *address == to) {
            Some((_, _, share)) => share.push(element.clone()),
            None => shares.push((to, format!("coordinator of {key}"), vec![element.clone()])),
        }
    }
    if shares.is_empty() {
        return Ok(vec![Part { to: None, because: None, request }]);
    }
    let parts = shares.into_iter().map(|(to, because, share)| {
        let mut request = request.clone();
        if let Some(object) = request.body.as_object_mut() {
            object.insert(field.to_owned(), Json::Array(share));
        }
        Part { because: to.is_some().then_some(because), to, request }
    });
    Ok(parts.collect())
}

/// The coordinator; a key that is no key, such as an empty one, is any broker's to refuse.
fn find(session: &mut Session, kind: CoordinatorKind, key: &str) -> Result<Option<Address>, Failure> {
    if key.is_empty() {
        return Ok(None);
    }
    Ok(session.coordinator(kind, key)?)
}

fn array<'j>(json: &'j Json, name: &str) -> &'j [Json] {
    json.get(name).and_then(Json::as_array).map_or(&[], Vec::as_slice)
}

fn name_of(topic: &Json) -> Option<&str> {
    ["name", "topic"].iter().find_map(|field| topic.get(field)).and_then(Json::as_str)
}

fn id_of(topic: &Json) -> Option<[u8; 16]> {
    topic.get("topicId").and_then(Json::as_str).and_then(parse_uuid).filter(|id| *id != [0; 16])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::api::APIS;

    /// A new API that names a group or a transactional id has its place in the table.
    #[test]
    fn what_names_a_coordinated_thing_goes_to_its_coordinator() {
        let names = ["groupId", "groupIds", "groups", "groupsNames", "transactionalId", "transactionalIds"];
        let mut forgotten = Vec::new();
        for api in APIS.iter().filter(|api| !api.cluster_action) {
            let mut fields = api.request.shape.fields.iter();
            if fields.any(|field| names.contains(&&*field.json_name())) && !matters(api.key) {
                forgotten.push(api.name);
            }
        }
        assert_eq!(forgotten, [""; 0]);
    }
}
