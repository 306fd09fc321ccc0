//! DeleteTopics, versions 1 to 6.
//!
//! | since | what |
//! |---|---|
//! | 3 | `TOPIC_DELETION_DISABLED` where `delete.topic.enable` is off; older ones get `INVALID_REQUEST` |
//! | 5 | errors with messages |
//! | 6 | by id as well as by name |
//!
//! What stands in the request twice, by name or by id, is refused and answered once.

use std::collections::{BTreeMap, BTreeSet};

use crate::broker::config::{Effective, keys};
use crate::broker::exchange::Exchange;
use crate::broker::failure::{Failure, outcome};
use crate::broker::metadata::Change;
use crate::codec::error_codes::codes;
use crate::codec::messages::metadata_records::remove_topic_record;
use crate::codec::messages::topics::delete_topics_request::Root as Request;
use crate::codec::messages::topics::delete_topics_response::{DeletableTopicResult, Root as Response};
use crate::codec::wire::{Str, Uuid};
use crate::state::cluster::Image;

const NO_ID: Uuid = Uuid([0; 16]);
/// The first version that has a code for a broker that deletes nothing.
const DISABLED_CODE_SINCE: i16 = 3;

/// One topic that is to go, as the client names it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Named<'a> {
    name: Option<Str<'a>>,
    id: Uuid,
}

/// Answers DeleteTopics.
pub fn delete_topics<'a>(exchange: &Exchange<'a>, request: Request<'a>) -> Response<'a> {
    let by_name = request.topic_names.into_iter().map(|name| Named { name: Some(name), id: NO_ID });
    let by_either = request.topics.into_iter().map(|topic| Named { name: topic.name, id: topic.topic_id });
    let named: Vec<Named<'a>> = by_name.chain(by_either).collect();
    let deleted = exchange.broker.metadata.change(|image, change| {
        let broker = Effective::new(&exchange.broker.settings, image, exchange.broker.node.id);
        if broker.get(keys::DELETE_TOPIC_ENABLE) {
            return delete(image, &named, change);
        }
        let failure = if exchange.version < DISABLED_CODE_SINCE {
            Failure::new(codes::INVALID_REQUEST, "This version does not support topic deletion.")
        } else {
            Failure::new(
                codes::TOPIC_DELETION_DISABLED,
                "Topics are not deleted here: delete.topic.enable is false.",
            )
        };
        named.iter().map(|named| result(named.clone(), &Err(failure.clone()))).collect()
    });
    let responses = deleted.unwrap_or_else(|_| {
        named.iter().map(|named| result(named.clone(), &Err(Failure::storage()))).collect()
    });
    let gone: BTreeMap<String, Uuid> = responses
        .iter()
        .filter(|topic| topic.error_code == codes::NONE)
        .filter_map(|topic| Some((topic.name.as_ref()?.to_text().into_owned(), topic.topic_id)))
        .collect();
    if !gone.is_empty() {
        exchange.broker.groups.follow(exchange.broker);
        exchange.broker.groups.forget_topics(gone);
    }
    Response { responses, ..Default::default() }
}

fn delete<'a>(image: &Image, named: &[Named<'a>], change: &mut Change) -> Vec<DeletableTopicResult<'a>> {
    let mut seen = BTreeSet::new();
    let repeated: BTreeSet<&Named<'a>> = named.iter().filter(|named| !seen.insert(*named)).collect();
    let ids: BTreeSet<Uuid> =
        named.iter().filter(|named| named.name.is_none()).map(|named| named.id).collect();
    let mut answered = BTreeSet::new();
    let mut results = Vec::new();
    for one in named {
        let invalid = |text| Err(Failure::new(codes::INVALID_REQUEST, text));
        let (shown, outcome) = match (&one.name, one.id) {
            (None, NO_ID) => (one.clone(), invalid("Neither topic name nor id were specified.")),
            (Some(_), id) if id != NO_ID => {
                (one.clone(), invalid("You may not specify both topic name and topic id."))
            }
            _ if !answered.insert(one) => continue,
            (Some(_), _) if repeated.contains(one) => (one.clone(), invalid("Duplicate topic name.")),
            (None, _) if repeated.contains(one) => (one.clone(), invalid("Duplicate topic id.")),
            (Some(name), _) => match image.topics.by_name(&name.to_text()) {
                None => (
                    one.clone(),
                    Err(Failure::new(codes::UNKNOWN_TOPIC_OR_PARTITION, "There is no topic of that name.")),
                ),
                Some(topic) => {
                    let shown = Named { id: topic.id, ..one.clone() };
                    // Only where it is named by its id too.
                    let twice = ids.contains(&topic.id);
                    (
                        shown,
                        if twice {
                            invalid("The topic of that name was named by its id as well.")
                        } else {
                            Ok(topic.id)
                        },
                    )
                }
            },
            (None, id) => match image.topics.by_id(id) {
                None => {
                    (one.clone(), Err(Failure::new(codes::UNKNOWN_TOPIC_ID, "There is no topic of that id.")))
                }
                Some(topic) => {
                    let by_name = named.iter().any(|other| {
                        other.id == NO_ID
                            && other.name.as_ref().is_some_and(|name| name.to_text() == topic.name)
                    });
                    // The answer for the name speaks for both.
                    if by_name {
                        continue;
                    }
                    (Named { name: Some(Str::from(topic.name.clone())), id }, Ok(id))
                }
            },
        };
        if let Ok(topic_id) = outcome {
            change.push(&remove_topic_record::Root { topic_id, ..Default::default() }, 0);
        }
        results.push(result(shown, &outcome));
    }
    results
}

fn result<'a>(named: Named<'a>, deleted: &Result<Uuid, Failure>) -> DeletableTopicResult<'a> {
    let (error_code, error_message) = outcome(deleted);
    DeletableTopicResult {
        name: named.name,
        topic_id: named.id,
        error_code,
        error_message,
        ..Default::default()
    }
}
