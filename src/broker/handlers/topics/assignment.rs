//! Which brokers hold the replicas of new partitions.

use std::collections::BTreeSet;

use super::Placement;
use crate::broker::failure::Failure;
use crate::broker::node::Node;
use crate::codec::error_codes::codes;
use crate::codec::wire::Uuid;
use crate::state::cluster::Image;

/// `DirectoryId.UNASSIGNED`: the broker that holds the replica will say where.
const UNASSIGNED: Uuid = Uuid([0; 16]);

/// Places `count` partitions of `replication` replicas each, the leaders in turn.
///
/// # Errors
/// `INVALID_REPLICATION_FACTOR` where there are not so many brokers.
pub(super) fn place(
    image: &Image,
    node: &Node,
    count: usize,
    replication: usize,
) -> Result<Vec<Placement>, Failure> {
    let usable: Vec<i32> =
        image.brokers.iter().filter(|(_, broker)| !broker.fenced).map(|(id, _)| *id).collect();
    if replication == 0 || replication > usable.len() {
        let text = format!(
            "Unable to replicate the partition {replication} time(s): the target cannot be reached because only {} broker(s) are registered and at work.",
            usable.len()
        );
        return Err(Failure::new(codes::INVALID_REPLICATION_FACTOR, text));
    }
    let turn =
        |first: usize| usable.iter().cycle().skip(first % usable.len()).take(replication).copied().collect();
    Ok((0..count).map(|partition| placement(image, node, turn(partition))).collect())
}

/// Takes an assignment of a client.
///
/// # Errors
/// `INVALID_REPLICA_ASSIGNMENT` with what is wrong; `replication` is what the other partitions have.
pub(super) fn manual(
    image: &Image,
    node: &Node,
    replicas: Vec<i32>,
    replication: Option<usize>,
) -> Result<Placement, Failure> {
    check(image, &replicas)?;
    if let Some(others) = replication.filter(|others| *others != replicas.len()) {
        return refuse(format!(
            "The manual partition assignment includes a partition with {} replica(s), but other partitions have {others}.",
            replicas.len()
        ));
    }
    Ok(placement(image, node, replicas))
}

/// Whether these brokers can hold a partition.
///
/// # Errors
/// `INVALID_REPLICA_ASSIGNMENT` with what is wrong.
pub(in crate::broker::handlers) fn check(image: &Image, replicas: &[i32]) -> Result<(), Failure> {
    if replicas.is_empty() {
        return refuse("The manual partition assignment includes an empty replica list.".to_owned());
    }
    let mut seen = BTreeSet::new();
    for replica in replicas {
        if !image.brokers.contains_key(replica) {
            return refuse(format!(
                "The manual partition assignment includes broker {replica}, but no such broker is registered."
            ));
        }
        if !seen.insert(replica) {
            return refuse(format!(
                "The manual partition assignment includes broker {replica} more than once."
            ));
        }
    }
    Ok(())
}

fn refuse<T>(text: String) -> Result<T, Failure> {
    Err(Failure::new(codes::INVALID_REPLICA_ASSIGNMENT, text))
}

fn placement(image: &Image, node: &Node, replicas: Vec<i32>) -> Placement {
    let directory = |id: &i32| match image.brokers.get(id).map(|broker| broker.log_dirs.as_slice()) {
        _ if *id == node.id => node.directory_id,
        // With one directory there is nothing to choose (`DefaultDirProvider`).
        Some([only]) => *only,
        _ => UNASSIGNED,
    };
    Placement { directories: replicas.iter().map(directory).collect(), replicas }
}
