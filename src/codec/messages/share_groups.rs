//! Share groups (KIP-932): their protocol, and the state that brokers keep of them.

crate::schema! {
    mod share_group_heartbeat_request: Request 76, versions 0-1, current 1-1, flexible (0+), unstable ();
    ShareGroupHeartbeatRequest {
        group_id: Str<'a> = 0+;
        member_id: Str<'a> = 0+;
        member_epoch: i32 = 0+ means HeartbeatEpoch;
        rack_id: Option<Str<'a>> = 0+ nullable (0+) default (null);
        subscribed_topic_names: Option<Vec<Str<'a>>> = 0+ nullable (0+) default (null);
    }
}

crate::schema! {
    mod share_group_heartbeat_response: Response 76, versions 0-1, current 1-1, flexible (0+), unstable ();
    ShareGroupHeartbeatResponse {
        throttle_time_ms: i32 = 0+ means Millis;
        error_code: i16 = 0+ means ErrorCode;
        error_message: Option<Str<'a>> = 0+ nullable (0+) default (null);
        member_id: Option<Str<'a>> = 0+ nullable (0+) default (null);
        member_epoch: i32 = 0+ means HeartbeatEpoch;
        heartbeat_interval_ms: i32 = 0+ means Millis;
        assignment: Option<Assignment<'a>> = 0+ nullable (0+) default (null);
    }
    Assignment {
        topic_partitions: Vec<TopicPartitions<'a>> = 0+;
    }
    TopicPartitions {
        topic_id: Uuid = 0+ means TopicId;
        partitions: Array<'a, i32> = 0+;
    }
}

crate::schema! {
    mod share_group_describe_request: Request 77, versions 0-1, current 1-1, flexible (0+), unstable ();
    ShareGroupDescribeRequest {
        group_ids: Vec<Str<'a>> = 0+;
        include_authorized_operations: bool = 0+;
    }
}

crate::schema! {
    mod share_group_describe_response: Response 77, versions 0-1, current 1-1, flexible (0+), unstable ();
    ShareGroupDescribeResponse {
        throttle_time_ms: i32 = 0+ means Millis;
        groups: Vec<DescribedGroup<'a>> = 0+;
    }
    DescribedGroup {
        error_code: i16 = 0+ means ErrorCode;
        error_message: Option<Str<'a>> = 0+ nullable (0+) default (null);
        group_id: Str<'a> = 0+;
        group_state: Str<'a> = 0+;
        group_epoch: i32 = 0+;
        assignment_epoch: i32 = 0+;
        assignor_name: Str<'a> = 0+;
        members: Vec<Member<'a>> = 0+;
        authorized_operations: i32 = 0+ default (-2147483648) means AclOperations;
    }
    Member {
        member_id: Str<'a> = 0+;
        rack_id: Option<Str<'a>> = 0+ nullable (0+) default (null);
        member_epoch: i32 = 0+ means MemberEpoch;
        client_id: Str<'a> = 0+;
        client_host: Str<'a> = 0+;
        subscribed_topic_names: Vec<Str<'a>> = 0+;
        assignment: Assignment<'a> = 0+;
    }
    Assignment {
        topic_partitions: Vec<TopicPartitions<'a>> = 0+;
    }
    TopicPartitions {
        topic_id: Uuid = 0+ means TopicId;
        topic_name: Str<'a> = 0+;
        partitions: Array<'a, i32> = 0+;
    }
}

crate::schema! {
    mod share_fetch_request: Request 78, versions 0-2, current 1-2, flexible (0+), unstable ();
    ShareFetchRequest {
        group_id: Option<Str<'a>> = 0+ nullable (0+) default (null);
        member_id: Option<Str<'a>> = 0+ nullable (0+);
        share_session_epoch: i32 = 0+ means ShareSessionEpoch;
        max_wait_ms: i32 = 0+ means Millis;
        min_bytes: i32 = 0+ means Size;
        max_bytes: i32 = 0+ default (2147483647) means Size;
        max_records: i32 = 1+;
        batch_size: i32 = 1+;
        share_acquire_mode: i8 = 2+ [ignorable] means ShareAcquireMode;
        is_renew_ack: bool = 2+;
        topics: Vec<FetchTopic<'a>> = 0+;
        forgotten_topics_data: Vec<ForgottenTopic<'a>> = 0+;
    }
    FetchTopic {
        topic_id: Uuid = 0+ means TopicId;
        partitions: Vec<FetchPartition<'a>> = 0+;
    }
    FetchPartition {
        partition_index: i32 = 0+;
        partition_max_bytes: i32 = 0-0 means Size;
        acknowledgement_batches: Vec<AcknowledgementBatch<'a>> = 0+;
    }
    AcknowledgementBatch {
        first_offset: i64 = 0+;
        last_offset: i64 = 0+;
        acknowledge_types: Array<'a, i8> = 0+ means AcknowledgeType;
    }
    ForgottenTopic {
        topic_id: Uuid = 0+ means TopicId;
        partitions: Array<'a, i32> = 0+;
    }
}

crate::schema! {
    mod share_fetch_response: Response 78, versions 0-2, current 1-2, flexible (0+), unstable ();
    ShareFetchResponse {
        throttle_time_ms: i32 = 0+ means Millis;
        error_code: i16 = 0+ means ErrorCode;
        error_message: Option<Str<'a>> = 0+ nullable (0+) default (null);
        acquisition_lock_timeout_ms: i32 = 1+ means Millis;
        responses: Vec<ShareFetchableTopicResponse<'a>> = 0+;
        node_endpoints: Vec<NodeEndpoint<'a>> = 0+;
    }
    ShareFetchableTopicResponse {
        topic_id: Uuid = 0+ means TopicId;
        partitions: Vec<PartitionData<'a>> = 0+;
    }
    PartitionData {
        partition_index: i32 = 0+;
        error_code: i16 = 0+ means ErrorCode;
        error_message: Option<Str<'a>> = 0+ nullable (0+) default (null);
        acknowledge_error_code: i16 = 0+ means ErrorCode;
        acknowledge_error_message: Option<Str<'a>> = 0+ nullable (0+) default (null);
        current_leader: LeaderIdAndEpoch<'a> = 0+;
        records: Option<Records<'a>> = 0+ nullable (0-0);
        acquired_records: Vec<AcquiredRecords<'a>> = 0+;
    }
    LeaderIdAndEpoch {
        leader_id: i32 = 0+ means BrokerId;
        leader_epoch: i32 = 0+ means LeaderEpoch;
    }
    AcquiredRecords {
        first_offset: i64 = 0+;
        last_offset: i64 = 0+;
        delivery_count: i16 = 0+;
    }
    NodeEndpoint {
        node_id: i32 = 0+ means BrokerId;
        host: Str<'a> = 0+;
        port: i32 = 0+;
        rack: Option<Str<'a>> = 0+ nullable (0+) default (null);
    }
}

crate::schema! {
    mod share_acknowledge_request: Request 79, versions 0-2, current 1-2, flexible (0+), unstable ();
    ShareAcknowledgeRequest {
        group_id: Option<Str<'a>> = 0+ nullable (0+) default (null);
        member_id: Option<Str<'a>> = 0+ nullable (0+);
        share_session_epoch: i32 = 0+ means ShareSessionEpoch;
        is_renew_ack: bool = 2+;
        topics: Vec<AcknowledgeTopic<'a>> = 0+;
    }
    AcknowledgeTopic {
        topic_id: Uuid = 0+ means TopicId;
        partitions: Vec<AcknowledgePartition<'a>> = 0+;
    }
    AcknowledgePartition {
        partition_index: i32 = 0+;
        acknowledgement_batches: Vec<AcknowledgementBatch<'a>> = 0+;
    }
    AcknowledgementBatch {
        first_offset: i64 = 0+;
        last_offset: i64 = 0+;
        acknowledge_types: Array<'a, i8> = 0+ means AcknowledgeType;
    }
}

crate::schema! {
    mod share_acknowledge_response: Response 79, versions 0-2, current 1-2, flexible (0+), unstable ();
    ShareAcknowledgeResponse {
        throttle_time_ms: i32 = 0+ means Millis;
        error_code: i16 = 0+ means ErrorCode;
        error_message: Option<Str<'a>> = 0+ nullable (0+) default (null);
        acquisition_lock_timeout_ms: i32 = 2+ [ignorable] means Millis;
        responses: Vec<ShareAcknowledgeTopicResponse<'a>> = 0+;
        node_endpoints: Vec<NodeEndpoint<'a>> = 0+;
    }
    ShareAcknowledgeTopicResponse {
        topic_id: Uuid = 0+ means TopicId;
        partitions: Vec<PartitionData<'a>> = 0+;
    }
    PartitionData {
        partition_index: i32 = 0+;
        error_code: i16 = 0+ means ErrorCode;
        error_message: Option<Str<'a>> = 0+ nullable (0+) default (null);
        current_leader: LeaderIdAndEpoch<'a> = 0+;
    }
    LeaderIdAndEpoch {
        leader_id: i32 = 0+ means BrokerId;
        leader_epoch: i32 = 0+ means LeaderEpoch;
    }
    NodeEndpoint {
        node_id: i32 = 0+ means BrokerId;
        host: Str<'a> = 0+;
        port: i32 = 0+;
        rack: Option<Str<'a>> = 0+ nullable (0+) default (null);
    }
}

crate::schema! {
    mod initialize_share_group_state_request: Request 83, versions 0-0, current 0-0, flexible (0+), unstable ();
    InitializeShareGroupStateRequest {
        group_id: Str<'a> = 0+;
        topics: Vec<InitializeStateData<'a>> = 0+;
    }
    InitializeStateData {
        topic_id: Uuid = 0+ means TopicId;
        partitions: Vec<PartitionData<'a>> = 0+;
    }
    PartitionData {
        partition: i32 = 0+;
        state_epoch: i32 = 0+;
        start_offset: i64 = 0+ means ShareStartOffset;
    }
}

crate::schema! {
    mod initialize_share_group_state_response: Response 83, versions 0-0, current 0-0, flexible (0+), unstable ();
    InitializeShareGroupStateResponse {
        results: Vec<InitializeStateResult<'a>> = 0+;
    }
    InitializeStateResult {
        topic_id: Uuid = 0+ means TopicId;
        partitions: Vec<PartitionResult<'a>> = 0+;
    }
    PartitionResult {
        partition: i32 = 0+;
        error_code: i16 = 0+ means ErrorCode;
        error_message: Option<Str<'a>> = 0+ nullable (0+) default (null);
    }
}

crate::schema! {
    mod read_share_group_state_request: Request 84, versions 0-0, current 0-0, flexible (0+), unstable ();
    ReadShareGroupStateRequest {
        group_id: Str<'a> = 0+;
        topics: Vec<ReadStateData<'a>> = 0+;
    }
    ReadStateData {
        topic_id: Uuid = 0+ means TopicId;
        partitions: Vec<PartitionData<'a>> = 0+;
    }
    PartitionData {
        partition: i32 = 0+;
        leader_epoch: i32 = 0+ means LeaderEpoch;
    }
}

crate::schema! {
    mod read_share_group_state_response: Response 84, versions 0-0, current 0-0, flexible (0+), unstable ();
    ReadShareGroupStateResponse {
        results: Vec<ReadStateResult<'a>> = 0+;
    }
    ReadStateResult {
        topic_id: Uuid = 0+ means TopicId;
        partitions: Vec<PartitionResult<'a>> = 0+;
    }
    PartitionResult {
        partition: i32 = 0+;
        error_code: i16 = 0+ means ErrorCode;
        error_message: Option<Str<'a>> = 0+ nullable (0+) default (null);
        state_epoch: i32 = 0+;
        start_offset: i64 = 0+ means ShareStartOffset;
        state_batches: Vec<StateBatch<'a>> = 0+;
    }
    StateBatch {
        first_offset: i64 = 0+;
        last_offset: i64 = 0+;
        delivery_state: i8 = 0+ means DeliveryState;
        delivery_count: i16 = 0+;
    }
}

crate::schema! {
    mod write_share_group_state_request: Request 85, versions 0-1, current 0-1, flexible (0+), unstable ();
    WriteShareGroupStateRequest {
        group_id: Str<'a> = 0+;
        topics: Vec<WriteStateData<'a>> = 0+;
    }
    WriteStateData {
        topic_id: Uuid = 0+ means TopicId;
        partitions: Vec<PartitionData<'a>> = 0+;
    }
    PartitionData {
        partition: i32 = 0+;
        state_epoch: i32 = 0+;
        leader_epoch: i32 = 0+ means LeaderEpoch;
        start_offset: i64 = 0+ means ShareStartChange;
        delivery_complete_count: i32 = 1+ default (-1) [ignorable] means UnknownOrNumber;
        state_batches: Vec<StateBatch<'a>> = 0+;
    }
    StateBatch {
        first_offset: i64 = 0+;
        last_offset: i64 = 0+;
        delivery_state: i8 = 0+ means DeliveryState;
        delivery_count: i16 = 0+;
    }
}

crate::schema! {
    mod write_share_group_state_response: Response 85, versions 0-1, current 0-1, flexible (0+), unstable ();
    WriteShareGroupStateResponse {
        results: Vec<WriteStateResult<'a>> = 0+;
    }
    WriteStateResult {
        topic_id: Uuid = 0+ means TopicId;
        partitions: Vec<PartitionResult<'a>> = 0+;
    }
    PartitionResult {
        partition: i32 = 0+;
        error_code: i16 = 0+ means ErrorCode;
        error_message: Option<Str<'a>> = 0+ nullable (0+) default (null);
    }
}

crate::schema! {
    mod delete_share_group_state_request: Request 86, versions 0-0, current 0-0, flexible (0+), unstable ();
    DeleteShareGroupStateRequest {
        group_id: Str<'a> = 0+;
        topics: Vec<DeleteStateData<'a>> = 0+;
    }
    DeleteStateData {
        topic_id: Uuid = 0+ means TopicId;
        partitions: Vec<PartitionData<'a>> = 0+;
    }
    PartitionData {
        partition: i32 = 0+;
    }
}

crate::schema! {
    mod delete_share_group_state_response: Response 86, versions 0-0, current 0-0, flexible (0+), unstable ();
    DeleteShareGroupStateResponse {
        results: Vec<DeleteStateResult<'a>> = 0+;
    }
    DeleteStateResult {
        topic_id: Uuid = 0+ means TopicId;
        partitions: Vec<PartitionResult<'a>> = 0+;
    }
    PartitionResult {
        partition: i32 = 0+;
        error_code: i16 = 0+ means ErrorCode;
        error_message: Option<Str<'a>> = 0+ nullable (0+) default (null);
    }
}

crate::schema! {
    mod read_share_group_state_summary_request: Request 87, versions 0-1, current 0-1, flexible (0+), unstable ();
    ReadShareGroupStateSummaryRequest {
        group_id: Str<'a> = 0+;
        topics: Vec<ReadStateSummaryData<'a>> = 0+;
    }
    ReadStateSummaryData {
        topic_id: Uuid = 0+ means TopicId;
        partitions: Vec<PartitionData<'a>> = 0+;
    }
    PartitionData {
        partition: i32 = 0+;
        leader_epoch: i32 = 0+ means LeaderEpoch;
    }
}

crate::schema! {
    mod read_share_group_state_summary_response: Response 87, versions 0-1, current 0-1, flexible (0+), unstable ();
    ReadShareGroupStateSummaryResponse {
        results: Vec<ReadStateSummaryResult<'a>> = 0+;
    }
    ReadStateSummaryResult {
        topic_id: Uuid = 0+ means TopicId;
        partitions: Vec<PartitionResult<'a>> = 0+;
    }
    PartitionResult {
        partition: i32 = 0+;
        error_code: i16 = 0+ means ErrorCode;
        error_message: Option<Str<'a>> = 0+ nullable (0+) default (null);
        state_epoch: i32 = 0+;
        leader_epoch: i32 = 0+ means LeaderEpoch;
        start_offset: i64 = 0+ means ShareStartOffset;
        delivery_complete_count: i32 = 1+ default (-1) [ignorable] means UnknownOrNumber;
    }
}

crate::schema! {
    mod describe_share_group_offsets_request: Request 90, versions 0-1, current 0-1, flexible (0+), unstable ();
    DescribeShareGroupOffsetsRequest {
        groups: Vec<DescribeShareGroupOffsetsRequestGroup<'a>> = 0+;
    }
    DescribeShareGroupOffsetsRequestGroup {
        group_id: Str<'a> = 0+;
        topics: Option<Vec<DescribeShareGroupOffsetsRequestTopic<'a>>> = 0+ nullable (0+);
    }
    DescribeShareGroupOffsetsRequestTopic {
        topic_name: Str<'a> = 0+;
        partitions: Array<'a, i32> = 0+;
    }
}

crate::schema! {
    mod describe_share_group_offsets_response: Response 90, versions 0-1, current 0-1, flexible (0+), unstable ();
    DescribeShareGroupOffsetsResponse {
        throttle_time_ms: i32 = 0+ means Millis;
        groups: Vec<DescribeShareGroupOffsetsResponseGroup<'a>> = 0+;
    }
    DescribeShareGroupOffsetsResponseGroup {
        group_id: Str<'a> = 0+;
        topics: Vec<DescribeShareGroupOffsetsResponseTopic<'a>> = 0+;
        error_code: i16 = 0+ means ErrorCode;
        error_message: Option<Str<'a>> = 0+ nullable (0+) default (null);
    }
    DescribeShareGroupOffsetsResponseTopic {
        topic_name: Str<'a> = 0+;
        topic_id: Uuid = 0+ means TopicId;
        partitions: Vec<DescribeShareGroupOffsetsResponsePartition<'a>> = 0+;
    }
    DescribeShareGroupOffsetsResponsePartition {
        partition_index: i32 = 0+;
        start_offset: i64 = 0+ means ShareStartOffset;
        leader_epoch: i32 = 0+ means LeaderEpoch;
        lag: i64 = 1+ default (-1) [ignorable] means UnknownOrNumber;
        error_code: i16 = 0+ means ErrorCode;
        error_message: Option<Str<'a>> = 0+ nullable (0+) default (null);
    }
}

crate::schema! {
    mod alter_share_group_offsets_request: Request 91, versions 0-0, current 0-0, flexible (0+), unstable ();
    AlterShareGroupOffsetsRequest {
        group_id: Str<'a> = 0+;
        topics: Vec<AlterShareGroupOffsetsRequestTopic<'a>> = 0+;
    }
    AlterShareGroupOffsetsRequestTopic {
        topic_name: Str<'a> = 0+;
        partitions: Vec<AlterShareGroupOffsetsRequestPartition<'a>> = 0+;
    }
    AlterShareGroupOffsetsRequestPartition {
        partition_index: i32 = 0+;
        start_offset: i64 = 0+ means Offset;
    }
}

crate::schema! {
    mod alter_share_group_offsets_response: Response 91, versions 0-0, current 0-0, flexible (0+), unstable ();
    AlterShareGroupOffsetsResponse {
        throttle_time_ms: i32 = 0+ means Millis;
        error_code: i16 = 0+ means ErrorCode;
        error_message: Option<Str<'a>> = 0+ nullable (0+) default (null);
        responses: Vec<AlterShareGroupOffsetsResponseTopic<'a>> = 0+;
    }
    AlterShareGroupOffsetsResponseTopic {
        topic_name: Str<'a> = 0+;
        topic_id: Uuid = 0+ means TopicId;
        partitions: Vec<AlterShareGroupOffsetsResponsePartition<'a>> = 0+;
    }
    AlterShareGroupOffsetsResponsePartition {
        partition_index: i32 = 0+;
        error_code: i16 = 0+ means ErrorCode;
        error_message: Option<Str<'a>> = 0+ nullable (0+) default (null);
    }
}

crate::schema! {
    mod delete_share_group_offsets_request: Request 92, versions 0-0, current 0-0, flexible (0+), unstable ();
    DeleteShareGroupOffsetsRequest {
        group_id: Str<'a> = 0+;
        topics: Vec<DeleteShareGroupOffsetsRequestTopic<'a>> = 0+;
    }
    DeleteShareGroupOffsetsRequestTopic {
        topic_name: Str<'a> = 0+;
    }
}

crate::schema! {
    mod delete_share_group_offsets_response: Response 92, versions 0-0, current 0-0, flexible (0+), unstable ();
    DeleteShareGroupOffsetsResponse {
        throttle_time_ms: i32 = 0+ means Millis;
        error_code: i16 = 0+ means ErrorCode;
        error_message: Option<Str<'a>> = 0+ nullable (0+) default (null);
        responses: Vec<DeleteShareGroupOffsetsResponseTopic<'a>> = 0+;
    }
    DeleteShareGroupOffsetsResponseTopic {
        topic_name: Str<'a> = 0+;
        topic_id: Uuid = 0+ means TopicId;
        error_code: i16 = 0+ means ErrorCode;
        error_message: Option<Str<'a>> = 0+ nullable (0+) default (null);
    }
}
