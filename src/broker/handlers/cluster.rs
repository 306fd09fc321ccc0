//! DescribeCluster, DescribeQuorum, UnregisterBroker, and what would change the voters of the quorum.

use crate::broker::exchange::Exchange;
use crate::broker::failure::Failure;
use crate::broker::node::Advertised;
use crate::broker::topic_name::CLUSTER_METADATA;
use crate::codec::error_codes::codes;
use crate::codec::messages::cluster::{unregister_broker_request, unregister_broker_response};
use crate::codec::messages::metadata::describe_cluster_request::Root as ClusterRequest;
use crate::codec::messages::metadata::describe_cluster_response::{
    DescribeClusterBroker, Root as ClusterResponse,
};
use crate::codec::messages::metadata_records::unregister_broker_record;
use crate::codec::messages::raft::describe_quorum_request::Root as QuorumRequest;
use crate::codec::messages::raft::describe_quorum_response::{
    Listener, Node, PartitionData, ReplicaState, Root as QuorumResponse, TopicData,
};
use crate::codec::messages::raft::{
    add_raft_voter_request, add_raft_voter_response, remove_raft_voter_request, remove_raft_voter_response,
};
use crate::codec::wire::{Str, Uuid};
use crate::state::cluster::Image;

/// What everybody may do with the cluster where nobody is asked who he is: bits of `AclOperation`
/// (`AclEntry.supportedOperations(CLUSTER)`).
pub const CLUSTER_OPERATIONS: i32 = 8096;
/// `EndpointType`.
const BROKERS: i8 = 1;
const CONTROLLERS: i8 = 2;
/// The first version of DescribeQuorum that tells where controllers listen.
const NODES_SINCE: i16 = 2;
const NO_DIRECTORY: Uuid = Uuid([0; 16]);

/// Answers DescribeCluster, versions 0 to 2.
///
/// | since | what |
/// |---|---|
/// | 1 | of brokers or of controllers; a broker knows brokers only |
/// | 2 | fenced brokers too, where they are asked for |
pub fn describe_cluster<'a>(exchange: &Exchange<'a>, request: ClusterRequest<'a>) -> ClusterResponse<'a> {
    let failure = match request.endpoint_type {
        BROKERS => None,
        CONTROLLERS => Some(Failure::new(
            codes::MISMATCHED_ENDPOINT_TYPE,
            "This listener is for clients of brokers; controllers have one of their own.",
        )),
        other => {
            Some(Failure::new(codes::UNSUPPORTED_ENDPOINT_TYPE, format!("There is no endpoint type {other}")))
        }
    };
    if let Some(failure) = failure {
        return ClusterResponse {
            error_code: failure.code,
            error_message: failure.text(),
            ..Default::default()
        };
    }
    let node = &exchange.broker.node;
    let image = exchange.broker.metadata.image();
    let brokers = image.brokers.iter().filter(|(_, broker)| request.include_fenced_brokers || !broker.fenced);
    let brokers = brokers.filter_map(|(id, broker)| {
        let address = address(exchange, &image, *id)?;
        Some(DescribeClusterBroker {
            broker_id: *id,
            host: Str::from(address.host),
            port: i32::from(address.port),
            rack: broker.rack.clone().map(Str::from),
            is_fenced: broker.fenced,
            ..Default::default()
        })
    });
    let operations =
        if request.include_cluster_authorized_operations { CLUSTER_OPERATIONS } else { i32::MIN };
    ClusterResponse {
        cluster_id: Str::from(node.cluster_id.as_str()),
        controller_id: node.id,
        brokers: brokers.collect(),
        cluster_authorized_operations: operations,
        ..Default::default()
    }
}

/// The address of a broker for those who came through the listener of this exchange.
fn address(exchange: &Exchange<'_>, image: &Image, id: i32) -> Option<Advertised> {
    if id == exchange.broker.node.id {
        return exchange.broker.node.address(exchange.listener).cloned();
    }
    let endpoint = image.brokers.get(&id)?.endpoints.get(exchange.listener)?;
    Some(Advertised {
        listener: exchange.listener.to_owned(),
        host: endpoint.host.clone(),
        port: endpoint.port,
    })
}

/// Answers DescribeQuorum, versions 0 to 2: this node is the only voter and leads.
///
/// | since | what |
/// |---|---|
/// | 1 | when each replica fetched last and was caught up |
/// | 2 | messages, directories, and where the controllers listen (KIP-853) |
pub fn describe_quorum<'a>(exchange: &Exchange<'a>, request: QuorumRequest<'a>) -> QuorumResponse<'a> {
    let image = exchange.broker.metadata.image();
    let mut is_answered = false;
    let topics = request.topics.into_iter().map(|topic| {
        let is_metadata = topic.topic_name.0 == CLUSTER_METADATA.as_bytes();
        let partitions = topic.partitions.into_iter().map(|partition| {
            if is_metadata && partition.partition_index == 0 {
                is_answered = true;
                return leader(exchange);
            }
            PartitionData {
                partition_index: partition.partition_index,
                error_code: codes::UNKNOWN_TOPIC_OR_PARTITION,
                error_message: Some("This is no partition of the metadata log.".into()),
                ..Default::default()
            }
        });
        TopicData { partitions: partitions.collect(), topic_name: topic.topic_name, ..Default::default() }
    });
    let topics = topics.collect();
    let tells_nodes = is_answered && exchange.version >= NODES_SINCE;
    let nodes = if tells_nodes { controllers(&image) } else { Vec::new() };
    QuorumResponse { topics, nodes, ..Default::default() }
}

fn leader<'a>(exchange: &Exchange<'_>) -> PartitionData<'a> {
    let position = exchange.broker.metadata.position();
    let voter = ReplicaState {
        replica_id: exchange.broker.node.id,
        // Voters that stand in the configuration are known by id alone.
        replica_directory_id: NO_DIRECTORY,
        log_end_offset: position.end_offset,
        last_fetch_timestamp: exchange.now_ms,
        last_caught_up_timestamp: exchange.now_ms,
        ..Default::default()
    };
    PartitionData {
        leader_id: exchange.broker.node.id,
        leader_epoch: position.leader_epoch,
        high_watermark: position.end_offset,
        current_voters: vec![voter],
        ..Default::default()
    }
}

fn controllers<'a>(image: &Image) -> Vec<Node<'a>> {
    let node = |(id, controller): (&i32, &crate::state::cluster::nodes::Controller)| Node {
        node_id: *id,
        listeners: controller
            .endpoints
            .iter()
            .map(|(name, endpoint)| Listener {
                name: Str::from(name.clone()),
                host: Str::from(endpoint.host.clone()),
                port: endpoint.port,
                ..Default::default()
            })
            .collect(),
        ..Default::default()
    };
    image.controllers.iter().map(node).collect()
}

/// Answers UnregisterBroker, version 0: forgets a broker, which one that is gone cannot do itself.
pub fn unregister_broker<'a>(
    exchange: &Exchange<'a>,
    request: unregister_broker_request::Root<'a>,
) -> unregister_broker_response::Root<'a> {
    let id = request.broker_id;
    let removed = exchange.broker.metadata.change(|image, change| {
        let broker = image.brokers.get(&id).ok_or_else(|| {
            Failure::new(
                codes::BROKER_ID_NOT_REGISTERED,
                format!("Broker ID {id} is not currently registered"),
            )
        })?;
        if id == exchange.broker.node.id {
            // Kafka would forget the broker that answers, which then has to be started again to come back.
            let text = "This node is the only one: without it there is no cluster.";
            return Err(Failure::new(codes::INVALID_REQUEST, text));
        }
        let record = unregister_broker_record::Root {
            broker_id: id,
            broker_epoch: broker.epoch,
            ..Default::default()
        };
        change.push(&record, 0);
        Ok(())
    });
    let (error_code, error_message) =
        crate::broker::failure::outcome(&removed.unwrap_or_else(|_| Err(Failure::storage())));
    unregister_broker_response::Root { error_code, error_message, ..Default::default() }
}

/// Why the voters do not change: each request is first looked at as Kafka does.
fn no_change(exchange: &Exchange<'_>, cluster_id: Option<&Str<'_>>, is_valid: bool, verb: &str) -> Failure {
    let ours = &exchange.broker.node.cluster_id;
    match cluster_id.map(Str::to_text) {
        Some(given) if given != ours.as_str() => {
            let text = format!("The cluster id is {ours}, not {given}");
            Failure::new(codes::INCONSISTENT_CLUSTER_ID, text)
        }
        _ if !is_valid => {
            Failure::new(codes::INVALID_REQUEST, format!("{verb} voter request without a valid voter"))
        }
        _ => {
            Failure::new(codes::UNSUPPORTED_VERSION, "The quorum is this node alone, which does not change.")
        }
    }
}

/// Answers AddRaftVoter, versions 0 and 1, with no.
pub fn add_raft_voter<'a>(
    exchange: &Exchange<'a>,
    request: add_raft_voter_request::Root<'a>,
) -> add_raft_voter_response::Root<'a> {
    let is_valid = request.voter_id >= 0 && request.voter_directory_id != NO_DIRECTORY;
    let failure = no_change(exchange, request.cluster_id.as_ref(), is_valid, "Add");
    add_raft_voter_response::Root {
        error_code: failure.code,
        error_message: failure.text(),
        ..Default::default()
    }
}

/// Answers RemoveRaftVoter, version 0, with no.
pub fn remove_raft_voter<'a>(
    exchange: &Exchange<'a>,
    request: remove_raft_voter_request::Root<'a>,
) -> remove_raft_voter_response::Root<'a> {
    let is_valid = request.voter_id >= 0 && request.voter_directory_id != NO_DIRECTORY;
    let failure = no_change(exchange, request.cluster_id.as_ref(), is_valid, "Remove");
    remove_raft_voter_response::Root {
        error_code: failure.code,
        error_message: failure.text(),
        ..Default::default()
    }
}
