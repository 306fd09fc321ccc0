//! Creating, changing and deleting topics and records.

crate::schema! {
    mod create_topics_request: Request 19, versions 0-7, current 2-7, flexible (5+), unstable ();
    CreateTopicsRequest {
        topics: Vec<CreatableTopic<'a>> = 0+;
        timeout_ms: i32 = 0+ default (60000) means Millis;
        validate_only: bool = 1+;
    }
    CreatableTopic {
        name: Str<'a> = 0+;
        num_partitions: i32 = 0+ means BrokerDefault;
        replication_factor: i16 = 0+ means BrokerDefault;
        assignments: Vec<CreatableReplicaAssignment<'a>> = 0+;
        configs: Vec<CreatableTopicConfig<'a>> = 0+;
    }
    CreatableReplicaAssignment {
        partition_index: i32 = 0+;
        broker_ids: Array<'a, i32> = 0+ means BrokerId;
    }
    CreatableTopicConfig {
        name: Str<'a> = 0+;
        value: Option<Str<'a>> = 0+ nullable (0+) means ConfigValue;
    }
}

crate::schema! {
    mod create_topics_response: Response 19, versions 0-7, current 2-7, flexible (5+), unstable ();
    CreateTopicsResponse {
        throttle_time_ms: i32 = 2+ [ignorable] means Millis;
        topics: Vec<CreatableTopicResult<'a>> = 0+;
    }
    CreatableTopicResult {
        name: Str<'a> = 0+;
        topic_id: Uuid = 7+ [ignorable] means TopicId;
        error_code: i16 = 0+ means ErrorCode;
        error_message: Option<Str<'a>> = 1+ nullable (1+) [ignorable];
        topic_config_error_code: i16 = 5+ tag 0 [ignorable] means ErrorCode;
        num_partitions: i32 = 5+ default (-1) [ignorable] means UnknownOrNumber;
        replication_factor: i16 = 5+ default (-1) [ignorable] means UnknownOrNumber;
        configs: Option<Vec<CreatableTopicConfigs<'a>>> = 5+ nullable (5+) [ignorable];
    }
    CreatableTopicConfigs {
        name: Str<'a> = 5+;
        value: Option<Str<'a>> = 5+ nullable (5+) means ConfigValue;
        read_only: bool = 5+;
        config_source: i8 = 5+ default (-1) [ignorable] means ConfigSource;
        is_sensitive: bool = 5+;
    }
}

crate::schema! {
    mod delete_topics_request: Request 20, versions 0-6, current 1-6, flexible (4+), unstable ();
    DeleteTopicsRequest {
        topics: Vec<DeleteTopicState<'a>> = 6+;
        topic_names: Vec<Str<'a>> = 0-5 [ignorable];
        timeout_ms: i32 = 0+ means Millis;
    }
    DeleteTopicState {
        name: Option<Str<'a>> = 6+ nullable (6+) default (null);
        topic_id: Uuid = 6+ means TopicId;
    }
}

crate::schema! {
    mod delete_topics_response: Response 20, versions 0-6, current 1-6, flexible (4+), unstable ();
    DeleteTopicsResponse {
        throttle_time_ms: i32 = 1+ [ignorable] means Millis;
        responses: Vec<DeletableTopicResult<'a>> = 0+;
    }
    DeletableTopicResult {
        name: Option<Str<'a>> = 0+ nullable (6+);
        topic_id: Uuid = 6+ [ignorable] means TopicId;
        error_code: i16 = 0+ means ErrorCode;
        error_message: Option<Str<'a>> = 5+ nullable (5+) default (null) [ignorable];
    }
}

crate::schema! {
    mod delete_records_request: Request 21, versions 0-2, current 0-2, flexible (2+), unstable ();
    DeleteRecordsRequest {
        topics: Vec<DeleteRecordsTopic<'a>> = 0+;
        timeout_ms: i32 = 0+ means Millis;
    }
    DeleteRecordsTopic {
        name: Str<'a> = 0+;
        partitions: Vec<DeleteRecordsPartition<'a>> = 0+;
    }
    DeleteRecordsPartition {
        partition_index: i32 = 0+;
        offset: i64 = 0+ means DeleteRecordsOffset;
    }
}

crate::schema! {
    mod delete_records_response: Response 21, versions 0-2, current 0-2, flexible (2+), unstable ();
    DeleteRecordsResponse {
        throttle_time_ms: i32 = 0+ means Millis;
        topics: Vec<DeleteRecordsTopicResult<'a>> = 0+;
    }
    DeleteRecordsTopicResult {
        name: Str<'a> = 0+;
        partitions: Vec<DeleteRecordsPartitionResult<'a>> = 0+;
    }
    DeleteRecordsPartitionResult {
        partition_index: i32 = 0+;
        low_watermark: i64 = 0+ means Offset;
        error_code: i16 = 0+ means ErrorCode;
    }
}

crate::schema! {
    mod alter_replica_log_dirs_request: Request 34, versions 0-2, current 1-2, flexible (2+), unstable ();
    AlterReplicaLogDirsRequest {
        dirs: Vec<AlterReplicaLogDir<'a>> = 0+;
    }
    AlterReplicaLogDir {
        path: Str<'a> = 0+;
        topics: Vec<AlterReplicaLogDirTopic<'a>> = 0+;
    }
    AlterReplicaLogDirTopic {
        name: Str<'a> = 0+;
        partitions: Array<'a, i32> = 0+;
    }
}

crate::schema! {
    mod alter_replica_log_dirs_response: Response 34, versions 0-2, current 1-2, flexible (2+), unstable ();
    AlterReplicaLogDirsResponse {
        throttle_time_ms: i32 = 0+ means Millis;
        results: Vec<AlterReplicaLogDirTopicResult<'a>> = 0+;
    }
    AlterReplicaLogDirTopicResult {
        topic_name: Str<'a> = 0+;
        partitions: Vec<AlterReplicaLogDirPartitionResult<'a>> = 0+;
    }
    AlterReplicaLogDirPartitionResult {
        partition_index: i32 = 0+;
        error_code: i16 = 0+ means ErrorCode;
    }
}

crate::schema! {
    mod describe_log_dirs_request: Request 35, versions 0-5, current 1-5, flexible (2+), unstable ();
    DescribeLogDirsRequest {
        topics: Option<Vec<DescribableLogDirTopic<'a>>> = 0+ nullable (0+);
    }
    DescribableLogDirTopic {
        topic: Str<'a> = 0+;
        partitions: Array<'a, i32> = 0+;
    }
}

crate::schema! {
    mod describe_log_dirs_response: Response 35, versions 0-5, current 1-5, flexible (2+), unstable ();
    DescribeLogDirsResponse {
        throttle_time_ms: i32 = 0+ means Millis;
        error_code: i16 = 3+ [ignorable] means ErrorCode;
        results: Vec<DescribeLogDirsResult<'a>> = 0+;
    }
    DescribeLogDirsResult {
        error_code: i16 = 0+ means ErrorCode;
        log_dir: Str<'a> = 0+;
        topics: Vec<DescribeLogDirsTopic<'a>> = 0+;
        total_bytes: i64 = 4+ default (-1) [ignorable] means Size;
        usable_bytes: i64 = 4+ default (-1) [ignorable] means Size;
        is_cordoned: bool = 5+ [ignorable];
    }
    DescribeLogDirsTopic {
        name: Str<'a> = 0+;
        partitions: Vec<DescribeLogDirsPartition<'a>> = 0+;
    }
    DescribeLogDirsPartition {
        partition_index: i32 = 0+;
        partition_size: i64 = 0+ means Size;
        offset_lag: i64 = 0+;
        is_future_key: bool = 0+;
    }
}

crate::schema! {
    mod create_partitions_request: Request 37, versions 0-3, current 0-3, flexible (2+), unstable ();
    CreatePartitionsRequest {
        topics: Vec<CreatePartitionsTopic<'a>> = 0+;
        timeout_ms: i32 = 0+ means Millis;
        validate_only: bool = 0+;
    }
    CreatePartitionsTopic {
        name: Str<'a> = 0+;
        count: i32 = 0+;
        assignments: Option<Vec<CreatePartitionsAssignment<'a>>> = 0+ nullable (0+);
    }
    CreatePartitionsAssignment {
        broker_ids: Array<'a, i32> = 0+ means BrokerId;
    }
}

crate::schema! {
    mod create_partitions_response: Response 37, versions 0-3, current 0-3, flexible (2+), unstable ();
    CreatePartitionsResponse {
        throttle_time_ms: i32 = 0+ means Millis;
        results: Vec<CreatePartitionsTopicResult<'a>> = 0+;
    }
    CreatePartitionsTopicResult {
        name: Str<'a> = 0+;
        error_code: i16 = 0+ means ErrorCode;
        error_message: Option<Str<'a>> = 0+ nullable (0+) default (null);
    }
}

crate::schema! {
    mod elect_leaders_request: Request 43, versions 0-2, current 0-2, flexible (2+), unstable ();
    ElectLeadersRequest {
        election_type: i8 = 1+ means ElectionType;
        topic_partitions: Option<Vec<TopicPartitions<'a>>> = 0+ nullable (0+);
        timeout_ms: i32 = 0+ default (60000) means Millis;
    }
    TopicPartitions {
        topic: Str<'a> = 0+;
        partitions: Array<'a, i32> = 0+;
    }
}

crate::schema! {
    mod elect_leaders_response: Response 43, versions 0-2, current 0-2, flexible (2+), unstable ();
    ElectLeadersResponse {
        throttle_time_ms: i32 = 0+ means Millis;
        error_code: i16 = 1+ means ErrorCode;
        replica_election_results: Vec<ReplicaElectionResult<'a>> = 0+;
    }
    ReplicaElectionResult {
        topic: Str<'a> = 0+;
        partition_result: Vec<PartitionResult<'a>> = 0+;
    }
    PartitionResult {
        partition_id: i32 = 0+;
        error_code: i16 = 0+ means ErrorCode;
        error_message: Option<Str<'a>> = 0+ nullable (0+);
    }
}

crate::schema! {
    mod alter_partition_reassignments_request: Request 45, versions 0-1, current 0-1, flexible (0+), unstable ();
    AlterPartitionReassignmentsRequest {
        timeout_ms: i32 = 0+ default (60000) means Millis;
        allow_replication_factor_change: bool = 1+ default (true);
        topics: Vec<ReassignableTopic<'a>> = 0+;
    }
    ReassignableTopic {
        name: Str<'a> = 0+;
        partitions: Vec<ReassignablePartition<'a>> = 0+;
    }
    ReassignablePartition {
        partition_index: i32 = 0+;
        replicas: Option<Array<'a, i32>> = 0+ nullable (0+) default (null) means BrokerId;
    }
}

crate::schema! {
    mod alter_partition_reassignments_response: Response 45, versions 0-1, current 0-1, flexible (0+), unstable ();
    AlterPartitionReassignmentsResponse {
        throttle_time_ms: i32 = 0+ means Millis;
        allow_replication_factor_change: bool = 1+ default (true) [ignorable];
        error_code: i16 = 0+ means ErrorCode;
        error_message: Option<Str<'a>> = 0+ nullable (0+);
        responses: Vec<ReassignableTopicResponse<'a>> = 0+;
    }
    ReassignableTopicResponse {
        name: Str<'a> = 0+;
        partitions: Vec<ReassignablePartitionResponse<'a>> = 0+;
    }
    ReassignablePartitionResponse {
        partition_index: i32 = 0+;
        error_code: i16 = 0+ means ErrorCode;
        error_message: Option<Str<'a>> = 0+ nullable (0+);
    }
}

crate::schema! {
    mod list_partition_reassignments_request: Request 46, versions 0-0, current 0-0, flexible (0+), unstable ();
    ListPartitionReassignmentsRequest {
        timeout_ms: i32 = 0+ default (60000) means Millis;
        topics: Option<Vec<ListPartitionReassignmentsTopics<'a>>> = 0+ nullable (0+) default (null);
    }
    ListPartitionReassignmentsTopics {
        name: Str<'a> = 0+;
        partition_indexes: Array<'a, i32> = 0+;
    }
}

crate::schema! {
    mod list_partition_reassignments_response: Response 46, versions 0-0, current 0-0, flexible (0+), unstable ();
    ListPartitionReassignmentsResponse {
        throttle_time_ms: i32 = 0+ means Millis;
        error_code: i16 = 0+ means ErrorCode;
        error_message: Option<Str<'a>> = 0+ nullable (0+);
        topics: Vec<OngoingTopicReassignment<'a>> = 0+;
    }
    OngoingTopicReassignment {
        name: Str<'a> = 0+;
        partitions: Vec<OngoingPartitionReassignment<'a>> = 0+;
    }
    OngoingPartitionReassignment {
        partition_index: i32 = 0+;
        replicas: Array<'a, i32> = 0+ means BrokerId;
        adding_replicas: Array<'a, i32> = 0+ means BrokerId;
        removing_replicas: Array<'a, i32> = 0+ means BrokerId;
    }
}

crate::schema! {
    mod assign_replicas_to_dirs_request: Request 73, versions 0-0, current 0-0, flexible (0+), unstable ();
    AssignReplicasToDirsRequest {
        broker_id: i32 = 0+ means BrokerId;
        broker_epoch: i64 = 0+ default (-1) means BrokerEpoch;
        directories: Vec<DirectoryData<'a>> = 0+;
    }
    DirectoryData {
        id: Uuid = 0+ means DirectoryId;
        topics: Vec<TopicData<'a>> = 0+;
    }
    TopicData {
        topic_id: Uuid = 0+ means TopicId;
        partitions: Vec<PartitionData<'a>> = 0+;
    }
    PartitionData {
        partition_index: i32 = 0+;
    }
}

crate::schema! {
    mod assign_replicas_to_dirs_response: Response 73, versions 0-0, current 0-0, flexible (0+), unstable ();
    AssignReplicasToDirsResponse {
        throttle_time_ms: i32 = 0+ means Millis;
        error_code: i16 = 0+ means ErrorCode;
        directories: Vec<DirectoryData<'a>> = 0+;
    }
    DirectoryData {
        id: Uuid = 0+ means DirectoryId;
        topics: Vec<TopicData<'a>> = 0+;
    }
    TopicData {
        topic_id: Uuid = 0+ means TopicId;
        partitions: Vec<PartitionData<'a>> = 0+;
    }
    PartitionData {
        partition_index: i32 = 0+;
        error_code: i16 = 0+ means ErrorCode;
    }
}
