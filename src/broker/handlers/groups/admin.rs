//! ListGroups 0 to 5, DescribeGroups 0 to 6, DeleteGroups 0 to 2.
//!
//! - ListGroups: since 4 states and a filter by them (KIP-518); since 5 types and a filter by them (KIP-848).
//! - DescribeGroups: since 3 authorized operations; since 6 a group that is not there is an error, which before was one in
//!   state `Dead`.

use std::collections::BTreeSet;

use crate::broker::exchange::Exchange;
use crate::broker::handlers::operations;
use crate::codec::error_codes::codes;
use crate::codec::messages::groups::{
    delete_groups_request, delete_groups_response, describe_groups_request, describe_groups_response,
    list_groups_request, list_groups_response,
};
use crate::codec::wire::{Bytes, Str};
use crate::state::coordinator::{Described, Listed, Undescribed};

use super::text;

use describe_groups_response::{DescribedGroup, DescribedGroupMember};

const NOT_FOUND_SINCE: i16 = 6;
/// The state of a group that is not there.
const DEAD: &str = "Dead";

/// Answers ListGroups.
pub fn list_groups<'a>(
    exchange: &Exchange<'a>,
    request: list_groups_request::Root<'a>,
) -> list_groups_response::Root<'a> {
    let lower = |filter: &[Str<'_>]| -> Vec<String> {
        filter.iter().map(|one| one.to_text().to_lowercase()).collect()
    };
    let (states, kinds) = (lower(&request.states_filter), lower(&request.types_filter));
    let wanted = |listed: &Listed| {
        (states.is_empty() || states.contains(&listed.state.to_lowercase()))
            && (kinds.is_empty() || kinds.contains(&listed.kind.to_lowercase()))
    };
    let broker = exchange.broker;
    let lists = match broker.groups.with_all(broker, |coordinator, _| coordinator.list()) {
        Err(error_code) => return list_groups_response::Root { error_code, ..Default::default() },
        Ok(lists) => lists,
    };
    let groups = lists.into_iter().flatten().filter(wanted).map(|listed| list_groups_response::ListedGroup {
        group_id: Str::from(listed.group_id),
        protocol_type: Str::from(listed.protocol_type),
        group_state: Str::from(listed.state),
        group_type: Str::from(listed.kind.to_lowercase()),
        ..Default::default()
    });
    list_groups_response::Root { groups: groups.collect(), ..Default::default() }
}

/// Answers DescribeGroups.
pub fn describe_groups<'a>(
    exchange: &Exchange<'a>,
    request: describe_groups_request::Root<'a>,
) -> describe_groups_response::Root<'a> {
    let operations =
        if request.include_authorized_operations { operations::GROUP } else { operations::NOT_ASKED };
    let groups = request.groups.into_iter().map(|group_id| {
        let id = text(&group_id);
        let found = exchange.broker.groups.with(exchange, &id, |coordinator, _| coordinator.describe(&id));
        match found {
            Ok((Ok(group), _)) => described(group_id, group, operations),
            Ok((Err(_), _)) if exchange.version < NOT_FOUND_SINCE => DescribedGroup {
                group_id,
                group_state: Str::from(DEAD),
                authorized_operations: operations,
                ..Default::default()
            },
            Ok((Err(why), _)) => DescribedGroup {
                error_code: codes::GROUP_ID_NOT_FOUND,
                error_message: Some(Str::from(match why {
                    Undescribed::NotThere => format!("Group {id} not found."),
                    Undescribed::OtherProtocol => format!("Group {id} is not a classic group."),
                })),
                group_id,
                group_state: Str::from(DEAD),
                ..Default::default()
            },
            Err(error_code) => DescribedGroup { error_code, group_id, ..Default::default() },
        }
    });
    describe_groups_response::Root { groups: groups.collect(), ..Default::default() }
}

fn described<'a>(group_id: Str<'a>, group: Described, authorized_operations: i32) -> DescribedGroup<'a> {
    let members = group.members.into_iter().map(|member| DescribedGroupMember {
        member_id: Str::from(member.member_id),
        group_instance_id: member.group_instance_id.map(Str::from),
        client_id: Str::from(member.client_id),
        client_host: Str::from(member.client_host),
        member_metadata: Bytes(member.metadata.into()),
        member_assignment: Bytes(member.assignment.into()),
        ..Default::default()
    });
    DescribedGroup {
        group_id,
        group_state: Str::from(group.state),
        protocol_type: Str::from(group.protocol_type),
        protocol_data: Str::from(group.protocol),
        members: members.collect(),
        authorized_operations,
        ..Default::default()
    }
}

/// Answers DeleteGroups. A group that is named twice is answered once.
pub fn delete_groups<'a>(
    exchange: &Exchange<'a>,
    request: delete_groups_request::Root<'a>,
) -> delete_groups_response::Root<'a> {
    let mut seen = BTreeSet::new();
    let named = request.groups_names.into_iter().filter(|name| seen.insert(name.clone()));
    let results = named.map(|group_id| {
        let id = text(&group_id);
        let groups = &exchange.broker.groups;
        let deleted = groups.write(exchange, &id, |coordinator, world| coordinator.delete_group(world, &id));
        let error_code = deleted.and_then(|deleted| deleted).err().unwrap_or(codes::NONE);
        delete_groups_response::DeletableGroupResult { group_id, error_code, ..Default::default() }
    });
    delete_groups_response::Root { results: results.collect(), ..Default::default() }
}
