//! FindCoordinator, versions 0 to 6: of everything that has a coordinator, it is this node.
//!
//! - since 1: key types; since 4: several keys at once; since 6: keys of share groups.
//!
//! A transactional id gets this node, too: whoever would coordinate it is asked here, and says what is not served. A share
//! group's coordinator does not exist yet.

use crate::broker::exchange::Exchange;
use crate::broker::groups::topic;
use crate::codec::error_codes::codes;
use crate::codec::messages::groups::find_coordinator_request::Root as Request;
use crate::codec::messages::groups::find_coordinator_response::{Coordinator, Root as Response};
use crate::codec::wire::Str;

/// `CoordinatorType`.
const GROUP: i8 = 0;
const TRANSACTION: i8 = 1;
const SHARE: i8 = 2;
/// Since which version several keys come at once.
const SEVERAL_SINCE: i16 = 4;
/// Since which version a key may be one of a share group.
const SHARE_SINCE: i16 = 6;

/// Answers FindCoordinator.
pub fn answer<'a>(exchange: &Exchange<'a>, request: Request<'a>) -> Response<'a> {
    let node = &exchange.broker.node;
    let address = node.address(exchange.listener);
    let find = |key: Str<'a>| match (look(exchange, request.key_type, &key), address) {
        (Ok(()), Some(address)) => Coordinator {
            key,
            node_id: node.id,
            host: Str::from(address.host.clone()),
            port: i32::from(address.port),
            error_message: Some(Str::default()),
            ..Default::default()
        },
        (found, _) => Coordinator {
            key,
            node_id: -1,
            port: -1,
            error_code: found.err().unwrap_or(codes::COORDINATOR_NOT_AVAILABLE),
            error_message: Some(Str::default()),
            ..Default::default()
        },
    };
    if exchange.version >= SEVERAL_SINCE {
        let coordinators = request.coordinator_keys.into_iter().map(find).collect();
        return Response { coordinators, ..Default::default() };
    }
    let one = find(request.key);
    Response {
        error_code: one.error_code,
        error_message: Some(Str::from(match one.error_code {
            codes::NONE => "NONE",
            codes::INVALID_REQUEST => "There is no coordinator of that kind.",
            _ => "The coordinator is not available.",
        })),
        node_id: one.node_id,
        host: one.host,
        port: one.port,
        ..Default::default()
    }
}

fn look(exchange: &Exchange<'_>, key_type: i8, key: &Str<'_>) -> Result<(), i16> {
    match key_type {
        GROUP => topic::provide(exchange),
        TRANSACTION => Ok(()),
        SHARE if exchange.version >= SHARE_SINCE && is_share_key(&key.to_text()) => {
            Err(codes::COORDINATOR_NOT_AVAILABLE)
        }
        _ => Err(codes::INVALID_REQUEST),
    }
}

/// A share group's key: `group:topic id:partition` (`SharePartitionKey.validate`).
fn is_share_key(key: &str) -> bool {
    let mut parts = key.rsplitn(3, ':');
    let (partition, topic, group) = (parts.next(), parts.next(), parts.next());
    partition.is_some_and(|partition| partition.parse::<i32>().is_ok())
        && topic.is_some_and(|id| !id.is_empty())
        && group.is_some_and(|group| !group.is_empty())
}
