//! JoinGroup 0 to 9, SyncGroup 0 to 5, Heartbeat 0 to 4, LeaveGroup 0 to 5.
//!
//! - JoinGroup: since 1 a rebalance timeout; since 4 the answer to a new member is its id, with which it comes back (KIP-394);
//!   since 5 static members; since 7 the protocol's type and a name that may be null; since 9 `skip_assignment`.
//! - SyncGroup: since 3 static members; since 5 both sides say the protocol.
//! - LeaveGroup: since 3 several members, each with its error; before, its error is that of the request.

use crate::broker::apis::Wait;
use crate::broker::exchange::Exchange;
use crate::broker::groups::Waiting;
use crate::codec::error_codes::codes;
use crate::codec::messages::groups::{
    heartbeat_request, heartbeat_response, join_group_request, join_group_response, leave_group_request,
    leave_group_response, sync_group_request, sync_group_response,
};
use crate::codec::wire::{Body, Bytes, Error, Reader, Str, Writer};
use crate::state::coordinator::requests::{Answer, Join, Joined, Leaving, Speaker, Sync, Synced};

use super::{client_host, named, optional, text};

/// How JoinGroup is answered.
pub const JOIN: Wait =
    Wait { ask: join, write, stopped: || Joined::error(codes::NOT_COORDINATOR, "").into() };
/// How SyncGroup is answered.
pub const SYNC: Wait = Wait { ask: sync, write, stopped: || Synced::error(codes::NOT_COORDINATOR).into() };

const REBALANCE_TIMEOUT_SINCE: i16 = 1;
const MEMBER_ID_REQUIRED_SINCE: i16 = 4;
const NULL_PROTOCOL_SINCE: i16 = 7;
const SKIP_ASSIGNMENT_SINCE: i16 = 9;
const SYNC_PROTOCOL_SINCE: i16 = 5;
const SEVERAL_LEAVE_SINCE: i16 = 3;

fn join<'x>(exchange: &Exchange<'x>, reader: &mut Reader<'x>) -> Result<Waiting, Error> {
    let version = exchange.version;
    let request = join_group_request::Root::decode(reader, version)?;
    let join = Join {
        group_id: text(&request.group_id),
        member_id: text(&request.member_id),
        group_instance_id: optional(&request.group_instance_id),
        client_id: exchange.client_id.unwrap_or_default().to_owned(),
        client_host: client_host(exchange),
        rebalance_timeout_ms: if version < REBALANCE_TIMEOUT_SINCE {
            request.session_timeout_ms
        } else {
            request.rebalance_timeout_ms
        },
        session_timeout_ms: request.session_timeout_ms,
        protocol_type: text(&request.protocol_type),
        protocols: request
            .protocols
            .iter()
            .map(|protocol| (text(&protocol.name), protocol.metadata.0.to_vec()))
            .collect(),
        requires_member_id: version >= MEMBER_ID_REQUIRED_SINCE,
        can_skip_assignment: version >= SKIP_ASSIGNMENT_SINCE,
    };
    let groups = &exchange.broker.groups;
    if let Some(code) = groups.refuses_to_join(&join.group_id, join.session_timeout_ms) {
        return Ok(Waiting::over(Joined::error(code, join.member_id)));
    }
    let group_id = join.group_id.clone();
    Ok(groups.ask(
        exchange,
        &group_id,
        |coordinator, world, ticket| coordinator.join(world, ticket, join),
        |code| Joined::error(code, "").into(),
    ))
}

fn sync<'x>(exchange: &Exchange<'x>, reader: &mut Reader<'x>) -> Result<Waiting, Error> {
    let request = sync_group_request::Root::decode(reader, exchange.version)?;
    let says_protocol = request.protocol_type.is_some() && request.protocol_name.is_some();
    if exchange.version >= SYNC_PROTOCOL_SINCE && !says_protocol {
        return Ok(Waiting::over(Synced::error(codes::INCONSISTENT_GROUP_PROTOCOL)));
    }
    let sync = Sync {
        group_id: text(&request.group_id),
        generation: request.generation_id,
        member_id: text(&request.member_id),
        group_instance_id: optional(&request.group_instance_id),
        protocol_type: optional(&request.protocol_type),
        protocol_name: optional(&request.protocol_name),
        assignments: request
            .assignments
            .iter()
            .map(|given| (text(&given.member_id), given.assignment.0.to_vec()))
            .collect(),
    };
    if let Err(code) = named(&sync.group_id) {
        return Ok(Waiting::over(Synced::error(code)));
    }
    let group_id = sync.group_id.clone();
    Ok(exchange.broker.groups.ask(
        exchange,
        &group_id,
        |coordinator, world, ticket| coordinator.sync(world, ticket, sync),
        |code| Synced::error(code).into(),
    ))
}

fn write(answer: Answer, version: i16, writer: &mut Writer) {
    match answer {
        Answer::Join(joined) => write_joined(joined, version, writer),
        Answer::Sync(synced) => sync_group_response::Root {
            error_code: synced.error_code,
            protocol_type: synced.protocol_type.map(Str::from),
            protocol_name: synced.protocol_name.map(Str::from),
            assignment: Bytes(synced.assignment.into()),
            ..Default::default()
        }
        .encode(writer, version),
    }
}

fn write_joined(joined: Joined, version: i16, writer: &mut Writer) {
    let members = joined.members.into_iter().map(|member| join_group_response::JoinGroupResponseMember {
        member_id: Str::from(member.member_id),
        group_instance_id: member.group_instance_id.map(Str::from),
        metadata: Bytes(member.metadata.into()),
        ..Default::default()
    });
    let protocol_name = match joined.protocol_name {
        None if version < NULL_PROTOCOL_SINCE => Some(Str::default()),
        name => name.map(Str::from),
    };
    join_group_response::Root {
        error_code: joined.error_code,
        generation_id: joined.generation,
        protocol_type: joined.protocol_type.map(Str::from),
        protocol_name,
        leader: Str::from(joined.leader),
        skip_assignment: joined.skip_assignment,
        member_id: Str::from(joined.member_id),
        members: members.collect(),
        ..Default::default()
    }
    .encode(writer, version);
}

/// Answers Heartbeat.
pub fn heartbeat<'a>(
    exchange: &Exchange<'a>,
    request: heartbeat_request::Root<'a>,
) -> heartbeat_response::Root<'a> {
    let speaker = Speaker {
        group_id: text(&request.group_id),
        generation: request.generation_id,
        member_id: text(&request.member_id),
        group_instance_id: optional(&request.group_instance_id),
    };
    let groups = &exchange.broker.groups;
    let heard = named(&speaker.group_id).and_then(|()| {
        groups.with(exchange, &speaker.group_id, |coordinator, world| coordinator.heartbeat(world, &speaker))
    });
    let error_code = match heard {
        Ok((heard, _)) => heard.err().unwrap_or(codes::NONE),
        // Nobody is late while the group is being loaded, so there is no reason to send anybody away.
        Err(codes::COORDINATOR_LOAD_IN_PROGRESS) => codes::NONE,
        Err(code) => code,
    };
    heartbeat_response::Root { error_code, ..Default::default() }
}

/// Answers LeaveGroup.
pub fn leave_group<'a>(
    exchange: &Exchange<'a>,
    request: leave_group_request::Root<'a>,
) -> leave_group_response::Root<'a> {
    let group_id = text(&request.group_id);
    let members = if exchange.version < SEVERAL_LEAVE_SINCE {
        let member_id = request.member_id;
        vec![leave_group_request::MemberIdentity { member_id, ..Default::default() }]
    } else {
        request.members
    };
    let leaving: Vec<Leaving> = members
        .iter()
        .map(|member| Leaving {
            member_id: text(&member.member_id),
            group_instance_id: optional(&member.group_instance_id),
        })
        .collect();
    let groups = &exchange.broker.groups;
    let left = named(&group_id).and_then(|()| {
        groups.write(exchange, &group_id, |coordinator, world| coordinator.leave(world, &group_id, &leaving))
    });
    let left = match left {
        Err(error_code) => return leave_group_response::Root { error_code, ..Default::default() },
        Ok(left) => left,
    };
    if exchange.version < SEVERAL_LEAVE_SINCE {
        let error_code = left.first().copied().unwrap_or(codes::NONE);
        return leave_group_response::Root { error_code, ..Default::default() };
    }
    let members =
        members.into_iter().zip(left).map(|(member, error_code)| leave_group_response::MemberResponse {
            member_id: member.member_id,
            group_instance_id: member.group_instance_id,
            error_code,
            ..Default::default()
        });
    leave_group_response::Root { members: members.collect(), ..Default::default() }
}
