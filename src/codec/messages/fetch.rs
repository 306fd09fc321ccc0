//! Fetch, ListOffsets, OffsetForLeaderEpoch: what consumers and replicas read with.

crate::schema! {
    mod fetch_request: Request 1, versions 0-18, current 4-18, flexible (12+), unstable ();
    FetchRequest {
        cluster_id: Option<Str<'a>> = 12+ tag 0 nullable (12+) default (null) [ignorable];
        replica_id: i32 = 0-14 default (-1) means ReplicaId;
        replica_state: ReplicaState<'a> = 15+ tag 1;
        max_wait_ms: i32 = 0+ means Millis;
        min_bytes: i32 = 0+ means Size;
        max_bytes: i32 = 3+ default (2147483647) [ignorable] means Size;
        isolation_level: i8 = 4+ [ignorable] means IsolationLevel;
        session_id: i32 = 7+ [ignorable] means FetchSessionId;
        session_epoch: i32 = 7+ default (-1) [ignorable] means FetchSessionEpoch;
        topics: Vec<FetchTopic<'a>> = 0+;
        forgotten_topics_data: Vec<ForgottenTopic<'a>> = 7+;
        rack_id: Str<'a> = 11+ [ignorable];
    }
    ReplicaState {
        replica_id: i32 = 15+ default (-1) means ReplicaId;
        replica_epoch: i64 = 15+ default (-1) means BrokerEpoch;
    }
    FetchTopic {
        topic: Str<'a> = 0-12 [ignorable];
        topic_id: Uuid = 13+ [ignorable] means TopicId;
        partitions: Vec<FetchPartition<'a>> = 0+;
    }
    FetchPartition {
        partition: i32 = 0+;
        current_leader_epoch: i32 = 9+ default (-1) [ignorable] means LeaderEpoch;
        fetch_offset: i64 = 0+ means Offset;
        last_fetched_epoch: i32 = 12+ default (-1) means LeaderEpoch;
        log_start_offset: i64 = 5+ default (-1) [ignorable] means Offset;
        partition_max_bytes: i32 = 0+ means Size;
        replica_directory_id: Uuid = 17+ tag 0 [ignorable] means VoterDirectoryId;
        high_watermark: i64 = 18+ tag 1 default (9223372036854775807) [ignorable] means HighWatermarkHint;
    }
    ForgottenTopic {
        topic: Str<'a> = 7-12 [ignorable];
        topic_id: Uuid = 13+ [ignorable] means TopicId;
        partitions: Array<'a, i32> = 7+;
    }
}

crate::schema! {
    mod fetch_response: Response 1, versions 0-18, current 4-18, flexible (12+), unstable ();
    FetchResponse {
        throttle_time_ms: i32 = 1+ [ignorable] means Millis;
        error_code: i16 = 7+ [ignorable] means ErrorCode;
        session_id: i32 = 7+ means FetchSessionId;
        responses: Vec<FetchableTopicResponse<'a>> = 0+;
        node_endpoints: Vec<NodeEndpoint<'a>> = 16+ tag 0;
    }
    FetchableTopicResponse {
        topic: Str<'a> = 0-12 [ignorable];
        topic_id: Uuid = 13+ [ignorable] means TopicId;
        partitions: Vec<PartitionData<'a>> = 0+;
    }
    PartitionData {
        partition_index: i32 = 0+;
        error_code: i16 = 0+ means ErrorCode;
        high_watermark: i64 = 0+ means Offset;
        last_stable_offset: i64 = 4+ default (-1) [ignorable] means Offset;
        log_start_offset: i64 = 5+ default (-1) [ignorable] means Offset;
        diverging_epoch: EpochEndOffset<'a> = 12+ tag 0;
        current_leader: LeaderIdAndEpoch<'a> = 12+ tag 1;
        snapshot_id: SnapshotId<'a> = 12+ tag 2;
        aborted_transactions: Option<Vec<AbortedTransaction<'a>>> = 4+ nullable (4+) [ignorable];
        preferred_read_replica: i32 = 11+ default (-1) means BrokerId;
        records: Option<Records<'a>> = 0+ nullable (0+);
    }
    EpochEndOffset {
        epoch: i32 = 12+ default (-1) means LeaderEpoch;
        end_offset: i64 = 12+ default (-1) means Offset;
    }
    LeaderIdAndEpoch {
        leader_id: i32 = 12+ default (-1) means BrokerId;
        leader_epoch: i32 = 12+ default (-1) means LeaderEpoch;
    }
    SnapshotId {
        end_offset: i64 = 12+ default (-1) means Offset;
        epoch: i32 = 12+ default (-1) means LeaderEpoch;
    }
    AbortedTransaction {
        producer_id: i64 = 4+ means ProducerId;
        first_offset: i64 = 4+;
    }
    NodeEndpoint {
        node_id: i32 = 16+ means BrokerId;
        host: Str<'a> = 16+;
        port: i32 = 16+;
        rack: Option<Str<'a>> = 16+ nullable (16+) default (null);
    }
}

crate::schema! {
    mod list_offsets_request: Request 2, versions 0-11, current 1-11, flexible (6+), unstable ();
    ListOffsetsRequest {
        replica_id: i32 = 0+ means ReplicaId;
        isolation_level: i8 = 2+ means IsolationLevel;
        topics: Vec<ListOffsetsTopic<'a>> = 0+;
        timeout_ms: i32 = 10+ [ignorable] means Millis;
    }
    ListOffsetsTopic {
        name: Str<'a> = 0+;
        partitions: Vec<ListOffsetsPartition<'a>> = 0+;
    }
    ListOffsetsPartition {
        partition_index: i32 = 0+;
        current_leader_epoch: i32 = 4+ default (-1) [ignorable] means LeaderEpoch;
        timestamp: i64 = 0+ means ListOffsetsTimestamp;
        max_num_offsets: i32 = 0-0 default (1);
    }
}

crate::schema! {
    mod list_offsets_response: Response 2, versions 0-11, current 1-11, flexible (6+), unstable ();
    ListOffsetsResponse {
        throttle_time_ms: i32 = 2+ [ignorable] means Millis;
        topics: Vec<ListOffsetsTopicResponse<'a>> = 0+;
    }
    ListOffsetsTopicResponse {
        name: Str<'a> = 0+;
        partitions: Vec<ListOffsetsPartitionResponse<'a>> = 0+;
    }
    ListOffsetsPartitionResponse {
        partition_index: i32 = 0+;
        error_code: i16 = 0+ means ErrorCode;
        timestamp: i64 = 1+ default (-1) means Timestamp;
        offset: i64 = 1+ default (-1) means FoundOffset;
        leader_epoch: i32 = 4+ default (-1) means LeaderEpoch;
        old_style_offsets: Array<'a, i64> = 0-0;
    }
}

crate::schema! {
    mod offset_for_leader_epoch_request: Request 23, versions 0-4, current 2-4, flexible (4+), unstable ();
    OffsetForLeaderEpochRequest {
        replica_id: i32 = 3+ default (-2) [ignorable] means ReplicaId;
        topics: Vec<OffsetForLeaderTopic<'a>> = 0+;
    }
    OffsetForLeaderTopic {
        topic: Str<'a> = 0+;
        partitions: Vec<OffsetForLeaderPartition<'a>> = 0+;
    }
    OffsetForLeaderPartition {
        partition: i32 = 0+;
        current_leader_epoch: i32 = 2+ default (-1) [ignorable] means LeaderEpoch;
        leader_epoch: i32 = 0+ means LeaderEpoch;
    }
}

crate::schema! {
    mod offset_for_leader_epoch_response: Response 23, versions 0-4, current 2-4, flexible (4+), unstable ();
    OffsetForLeaderEpochResponse {
        throttle_time_ms: i32 = 2+ [ignorable] means Millis;
        topics: Vec<OffsetForLeaderTopicResult<'a>> = 0+;
    }
    OffsetForLeaderTopicResult {
        topic: Str<'a> = 0+;
        partitions: Vec<EpochEndOffset<'a>> = 0+;
    }
    EpochEndOffset {
        error_code: i16 = 0+ means ErrorCode;
        partition: i32 = 0+;
        leader_epoch: i32 = 1+ default (-1) [ignorable] means LeaderEpoch;
        end_offset: i64 = 0+ default (-1) means Offset;
    }
}
