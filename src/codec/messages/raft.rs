//! KRaft: votes, epochs, snapshots, voters.

crate::schema! {
    mod vote_request: Request 52, versions 0-2, current 0-2, flexible (0+), unstable ();
    VoteRequest {
        cluster_id: Option<Str<'a>> = 0+ nullable (0+) default (null);
        voter_id: i32 = 1+ default (-1) [ignorable] means BrokerId;
        topics: Vec<TopicData<'a>> = 0+;
    }
    TopicData {
        topic_name: Str<'a> = 0+;
        partitions: Vec<PartitionData<'a>> = 0+;
    }
    PartitionData {
        partition_index: i32 = 0+;
        replica_epoch: i32 = 0+;
        replica_id: i32 = 0+ means BrokerId;
        replica_directory_id: Uuid = 1+ [ignorable] means VoterDirectoryId;
        voter_directory_id: Uuid = 1+ [ignorable] means VoterDirectoryId;
        last_offset_epoch: i32 = 0+ means LeaderEpoch;
        last_offset: i64 = 0+ means Offset;
        pre_vote: bool = 2+;
    }
}

crate::schema! {
    mod vote_response: Response 52, versions 0-2, current 0-2, flexible (0+), unstable ();
    VoteResponse {
        error_code: i16 = 0+ means ErrorCode;
        topics: Vec<TopicData<'a>> = 0+;
        node_endpoints: Vec<NodeEndpoint<'a>> = 1+ tag 0;
    }
    TopicData {
        topic_name: Str<'a> = 0+;
        partitions: Vec<PartitionData<'a>> = 0+;
    }
    PartitionData {
        partition_index: i32 = 0+;
        error_code: i16 = 0+ means ErrorCode;
        leader_id: i32 = 0+ means BrokerId;
        leader_epoch: i32 = 0+ means LeaderEpoch;
        vote_granted: bool = 0+;
    }
    NodeEndpoint {
        node_id: i32 = 1+ means BrokerId;
        host: Str<'a> = 1+;
        port: u16 = 1+;
    }
}

crate::schema! {
    mod begin_quorum_epoch_request: Request 53, versions 0-1, current 0-1, flexible (1+), unstable ();
    BeginQuorumEpochRequest {
        cluster_id: Option<Str<'a>> = 0+ nullable (0+) default (null);
        voter_id: i32 = 1+ default (-1) [ignorable] means BrokerId;
        topics: Vec<TopicData<'a>> = 0+;
        leader_endpoints: Vec<LeaderEndpoint<'a>> = 1+ [ignorable];
    }
    TopicData {
        topic_name: Str<'a> = 0+;
        partitions: Vec<PartitionData<'a>> = 0+;
    }
    PartitionData {
        partition_index: i32 = 0+;
        voter_directory_id: Uuid = 1+ [ignorable] means VoterDirectoryId;
        leader_id: i32 = 0+ means BrokerId;
        leader_epoch: i32 = 0+ means LeaderEpoch;
    }
    LeaderEndpoint {
        name: Str<'a> = 1+;
        host: Str<'a> = 1+;
        port: u16 = 1+;
    }
}

crate::schema! {
    mod begin_quorum_epoch_response: Response 53, versions 0-1, current 0-1, flexible (1+), unstable ();
    BeginQuorumEpochResponse {
        error_code: i16 = 0+ means ErrorCode;
        topics: Vec<TopicData<'a>> = 0+;
        node_endpoints: Vec<NodeEndpoint<'a>> = 1+ tag 0;
    }
    TopicData {
        topic_name: Str<'a> = 0+;
        partitions: Vec<PartitionData<'a>> = 0+;
    }
    PartitionData {
        partition_index: i32 = 0+;
        error_code: i16 = 0+ means ErrorCode;
        leader_id: i32 = 0+ means BrokerId;
        leader_epoch: i32 = 0+ means LeaderEpoch;
    }
    NodeEndpoint {
        node_id: i32 = 1+ means BrokerId;
        host: Str<'a> = 1+;
        port: u16 = 1+;
    }
}

crate::schema! {
    mod end_quorum_epoch_request: Request 54, versions 0-1, current 0-1, flexible (1+), unstable ();
    EndQuorumEpochRequest {
        cluster_id: Option<Str<'a>> = 0+ nullable (0+) default (null);
        topics: Vec<TopicData<'a>> = 0+;
        leader_endpoints: Vec<LeaderEndpoint<'a>> = 1+ [ignorable];
    }
    TopicData {
        topic_name: Str<'a> = 0+;
        partitions: Vec<PartitionData<'a>> = 0+;
    }
    PartitionData {
        partition_index: i32 = 0+;
        leader_id: i32 = 0+ means BrokerId;
        leader_epoch: i32 = 0+ means LeaderEpoch;
        preferred_successors: Array<'a, i32> = 0-0 [ignorable] means BrokerId;
        preferred_candidates: Vec<ReplicaInfo<'a>> = 1+ [ignorable];
    }
    ReplicaInfo {
        candidate_id: i32 = 1+ means BrokerId;
        candidate_directory_id: Uuid = 1+ means VoterDirectoryId;
    }
    LeaderEndpoint {
        name: Str<'a> = 1+;
        host: Str<'a> = 1+;
        port: u16 = 1+;
    }
}

crate::schema! {
    mod end_quorum_epoch_response: Response 54, versions 0-1, current 0-1, flexible (1+), unstable ();
    EndQuorumEpochResponse {
        error_code: i16 = 0+ means ErrorCode;
        topics: Vec<TopicData<'a>> = 0+;
        node_endpoints: Vec<NodeEndpoint<'a>> = 1+ tag 0;
    }
    TopicData {
        topic_name: Str<'a> = 0+;
        partitions: Vec<PartitionData<'a>> = 0+;
    }
    PartitionData {
        partition_index: i32 = 0+;
        error_code: i16 = 0+ means ErrorCode;
        leader_id: i32 = 0+ means BrokerId;
        leader_epoch: i32 = 0+ means LeaderEpoch;
    }
    NodeEndpoint {
        node_id: i32 = 1+ means BrokerId;
        host: Str<'a> = 1+;
        port: u16 = 1+;
    }
}

crate::schema! {
    mod describe_quorum_request: Request 55, versions 0-2, current 0-2, flexible (0+), unstable ();
    DescribeQuorumRequest {
        topics: Vec<TopicData<'a>> = 0+;
    }
    TopicData {
        topic_name: Str<'a> = 0+;
        partitions: Vec<PartitionData<'a>> = 0+;
    }
    PartitionData {
        partition_index: i32 = 0+;
    }
}

crate::schema! {
    mod describe_quorum_response: Response 55, versions 0-2, current 0-2, flexible (0+), unstable ();
    DescribeQuorumResponse {
        error_code: i16 = 0+ means ErrorCode;
        error_message: Option<Str<'a>> = 2+ nullable (2+) [ignorable];
        topics: Vec<TopicData<'a>> = 0+;
        nodes: Vec<Node<'a>> = 2+;
    }
    TopicData {
        topic_name: Str<'a> = 0+;
        partitions: Vec<PartitionData<'a>> = 0+;
    }
    PartitionData {
        partition_index: i32 = 0+;
        error_code: i16 = 0+ means ErrorCode;
        error_message: Option<Str<'a>> = 2+ nullable (2+) [ignorable];
        leader_id: i32 = 0+ means BrokerId;
        leader_epoch: i32 = 0+ means LeaderEpoch;
        high_watermark: i64 = 0+ means Offset;
        current_voters: Vec<ReplicaState<'a>> = 0+;
        observers: Vec<ReplicaState<'a>> = 0+;
    }
    ReplicaState {
        replica_id: i32 = 0+ means BrokerId;
        replica_directory_id: Uuid = 2+ means VoterDirectoryId;
        log_end_offset: i64 = 0+ means Offset;
        last_fetch_timestamp: i64 = 1+ default (-1) [ignorable] means Timestamp;
        last_caught_up_timestamp: i64 = 1+ default (-1) [ignorable] means Timestamp;
    }
    Node {
        node_id: i32 = 2+ means BrokerId;
        listeners: Vec<Listener<'a>> = 2+;
    }
    Listener {
        name: Str<'a> = 2+;
        host: Str<'a> = 2+;
        port: u16 = 2+;
    }
}

crate::schema! {
    mod fetch_snapshot_request: Request 59, versions 0-1, current 0-1, flexible (0+), unstable ();
    FetchSnapshotRequest {
        cluster_id: Option<Str<'a>> = 0+ tag 0 nullable (0+) default (null);
        replica_id: i32 = 0+ default (-1) means ReplicaId;
        max_bytes: i32 = 0+ default (2147483647) means Size;
        topics: Vec<TopicSnapshot<'a>> = 0+;
    }
    TopicSnapshot {
        name: Str<'a> = 0+;
        partitions: Vec<PartitionSnapshot<'a>> = 0+;
    }
    PartitionSnapshot {
        partition: i32 = 0+;
        current_leader_epoch: i32 = 0+ means LeaderEpoch;
        snapshot_id: SnapshotId<'a> = 0+;
        position: i64 = 0+;
        replica_directory_id: Uuid = 1+ tag 0 [ignorable] means VoterDirectoryId;
    }
    SnapshotId {
        end_offset: i64 = 0+ means Offset;
        epoch: i32 = 0+ means LeaderEpoch;
    }
}

crate::schema! {
    mod fetch_snapshot_response: Response 59, versions 0-1, current 0-1, flexible (0+), unstable ();
    FetchSnapshotResponse {
        throttle_time_ms: i32 = 0+ [ignorable] means Millis;
        error_code: i16 = 0+ means ErrorCode;
        topics: Vec<TopicSnapshot<'a>> = 0+;
        node_endpoints: Vec<NodeEndpoint<'a>> = 1+ tag 0;
    }
    TopicSnapshot {
        name: Str<'a> = 0+;
        partitions: Vec<PartitionSnapshot<'a>> = 0+;
    }
    PartitionSnapshot {
        index: i32 = 0+;
        error_code: i16 = 0+ means ErrorCode;
        snapshot_id: SnapshotId<'a> = 0+;
        current_leader: LeaderIdAndEpoch<'a> = 0+ tag 0;
        size: i64 = 0+ means Size;
        position: i64 = 0+;
        unaligned_records: Records<'a> = 0+;
    }
    SnapshotId {
        end_offset: i64 = 0+ means Offset;
        epoch: i32 = 0+ means LeaderEpoch;
    }
    LeaderIdAndEpoch {
        leader_id: i32 = 0+ means BrokerId;
        leader_epoch: i32 = 0+ means LeaderEpoch;
    }
    NodeEndpoint {
        node_id: i32 = 1+ means BrokerId;
        host: Str<'a> = 1+;
        port: u16 = 1+;
    }
}

crate::schema! {
    mod add_raft_voter_request: Request 80, versions 0-1, current 0-1, flexible (0+), unstable ();
    AddRaftVoterRequest {
        cluster_id: Option<Str<'a>> = 0+ nullable (0+);
        timeout_ms: i32 = 0+ means Millis;
        voter_id: i32 = 0+ means BrokerId;
        voter_directory_id: Uuid = 0+ means VoterDirectoryId;
        listeners: Vec<Listener<'a>> = 0+;
        ack_when_committed: bool = 1+ default (true);
    }
    Listener {
        name: Str<'a> = 0+;
        host: Str<'a> = 0+;
        port: u16 = 0+;
    }
}

crate::schema! {
    mod add_raft_voter_response: Response 80, versions 0-1, current 0-1, flexible (0+), unstable ();
    AddRaftVoterResponse {
        throttle_time_ms: i32 = 0+ means Millis;
        error_code: i16 = 0+ means ErrorCode;
        error_message: Option<Str<'a>> = 0+ nullable (0+) [ignorable];
    }
}

crate::schema! {
    mod remove_raft_voter_request: Request 81, versions 0-0, current 0-0, flexible (0+), unstable ();
    RemoveRaftVoterRequest {
        cluster_id: Option<Str<'a>> = 0+ nullable (0+);
        voter_id: i32 = 0+ means BrokerId;
        voter_directory_id: Uuid = 0+ means VoterDirectoryId;
    }
}

crate::schema! {
    mod remove_raft_voter_response: Response 81, versions 0-0, current 0-0, flexible (0+), unstable ();
    RemoveRaftVoterResponse {
        throttle_time_ms: i32 = 0+ means Millis;
        error_code: i16 = 0+ means ErrorCode;
        error_message: Option<Str<'a>> = 0+ nullable (0+) [ignorable];
    }
}

crate::schema! {
    mod update_raft_voter_request: Request 82, versions 0-0, current 0-0, flexible (0+), unstable ();
    UpdateRaftVoterRequest {
        cluster_id: Option<Str<'a>> = 0+ nullable (0+);
        current_leader_epoch: i32 = 0+ means LeaderEpoch;
        voter_id: i32 = 0+ means BrokerId;
        voter_directory_id: Uuid = 0+ means VoterDirectoryId;
        listeners: Vec<Listener<'a>> = 0+;
        k_raft_version_feature: KRaftVersionFeature<'a> = 0+;
    }
    Listener {
        name: Str<'a> = 0+;
        host: Str<'a> = 0+;
        port: u16 = 0+;
    }
    KRaftVersionFeature {
        min_supported_version: i16 = 0+;
        max_supported_version: i16 = 0+;
    }
}

crate::schema! {
    mod update_raft_voter_response: Response 82, versions 0-0, current 0-0, flexible (0+), unstable ();
    UpdateRaftVoterResponse {
        throttle_time_ms: i32 = 0+ means Millis;
        error_code: i16 = 0+ means ErrorCode;
        current_leader: CurrentLeader<'a> = 0+ tag 0;
    }
    CurrentLeader {
        leader_id: i32 = 0+ default (-1) means BrokerId;
        leader_epoch: i32 = 0+ default (-1) means LeaderEpoch;
        host: Str<'a> = 0+;
        port: i32 = 0+;
    }
}
