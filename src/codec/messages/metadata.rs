//! Metadata, DescribeTopicPartitions, DescribeCluster, ApiVersions: what a client asks first.

crate::schema! {
    mod metadata_request: Request 3, versions 0-13, current 0-13, flexible (9+), unstable ();
    MetadataRequest {
        topics: Option<Vec<MetadataRequestTopic<'a>>> = 0+ nullable (1+);
        allow_auto_topic_creation: bool = 4+ default (true);
        include_cluster_authorized_operations: bool = 8-10;
        include_topic_authorized_operations: bool = 8+;
    }
    MetadataRequestTopic {
        topic_id: Uuid = 10+ [ignorable] means TopicId;
        name: Option<Str<'a>> = 0+ nullable (10+);
    }
}

crate::schema! {
    mod metadata_response: Response 3, versions 0-13, current 0-13, flexible (9+), unstable ();
    MetadataResponse {
        throttle_time_ms: i32 = 3+ [ignorable] means Millis;
        brokers: Vec<MetadataResponseBroker<'a>> = 0+;
        cluster_id: Option<Str<'a>> = 2+ nullable (2+) default (null) [ignorable];
        controller_id: i32 = 1+ default (-1) [ignorable] means BrokerId;
        topics: Vec<MetadataResponseTopic<'a>> = 0+;
        cluster_authorized_operations: i32 = 8-10 default (-2147483648) means AclOperations;
        error_code: i16 = 13+ [ignorable] means ErrorCode;
    }
    MetadataResponseBroker {
        node_id: i32 = 0+ means BrokerId;
        host: Str<'a> = 0+;
        port: i32 = 0+;
        rack: Option<Str<'a>> = 1+ nullable (1+) default (null) [ignorable];
    }
    MetadataResponseTopic {
        error_code: i16 = 0+ means ErrorCode;
        name: Option<Str<'a>> = 0+ nullable (12+);
        topic_id: Uuid = 10+ [ignorable] means TopicId;
        is_internal: bool = 1+ [ignorable];
        partitions: Vec<MetadataResponsePartition<'a>> = 0+;
        topic_authorized_operations: i32 = 8+ default (-2147483648) means AclOperations;
    }
    MetadataResponsePartition {
        error_code: i16 = 0+ means ErrorCode;
        partition_index: i32 = 0+;
        leader_id: i32 = 0+ means BrokerId;
        leader_epoch: i32 = 7+ default (-1) [ignorable] means LeaderEpoch;
        replica_nodes: Array<'a, i32> = 0+ means BrokerId;
        isr_nodes: Array<'a, i32> = 0+ means BrokerId;
        offline_replicas: Array<'a, i32> = 5+ [ignorable] means BrokerId;
    }
}

crate::schema! {
    mod api_versions_request: Request 18, versions 0-5, current 0-5, flexible (3+), unstable ();
    ApiVersionsRequest {
        client_software_name: Str<'a> = 3+ [ignorable];
        client_software_version: Str<'a> = 3+ [ignorable];
        cluster_id: Option<Str<'a>> = 5+ nullable (5+) default (null) [ignorable];
        node_id: i32 = 5+ default (-1) [ignorable] means BrokerId;
    }
}

crate::schema! {
    mod api_versions_response: Response 18, versions 0-5, current 0-5, flexible (3+), unstable ();
    ApiVersionsResponse {
        error_code: i16 = 0+ means ErrorCode;
        api_keys: Vec<ApiVersion<'a>> = 0+;
        throttle_time_ms: i32 = 1+ [ignorable] means Millis;
        supported_features: Vec<SupportedFeatureKey<'a>> = 3+ tag 0 [ignorable];
        finalized_features_epoch: i64 = 3+ tag 1 default (-1) [ignorable] means UnknownOrNumber;
        finalized_features: Vec<FinalizedFeatureKey<'a>> = 3+ tag 2 [ignorable];
        zk_migration_ready: bool = 3+ tag 3 [ignorable];
    }
    ApiVersion {
        api_key: i16 = 0+ means ApiKey;
        min_version: i16 = 0+;
        max_version: i16 = 0+;
    }
    SupportedFeatureKey {
        name: Str<'a> = 3+;
        min_version: i16 = 3+;
        max_version: i16 = 3+;
    }
    FinalizedFeatureKey {
        name: Str<'a> = 3+;
        max_version_level: i16 = 3+;
        min_version_level: i16 = 3+;
    }
}

crate::schema! {
    mod describe_cluster_request: Request 60, versions 0-2, current 0-2, flexible (0+), unstable ();
    DescribeClusterRequest {
        include_cluster_authorized_operations: bool = 0+;
        endpoint_type: i8 = 1+ default (1) means EndpointType;
        include_fenced_brokers: bool = 2+;
    }
}

crate::schema! {
    mod describe_cluster_response: Response 60, versions 0-2, current 0-2, flexible (0+), unstable ();
    DescribeClusterResponse {
        throttle_time_ms: i32 = 0+ means Millis;
        error_code: i16 = 0+ means ErrorCode;
        error_message: Option<Str<'a>> = 0+ nullable (0+) default (null);
        endpoint_type: i8 = 1+ default (1) means EndpointType;
        cluster_id: Str<'a> = 0+;
        controller_id: i32 = 0+ default (-1) means BrokerId;
        brokers: Vec<DescribeClusterBroker<'a>> = 0+;
        cluster_authorized_operations: i32 = 0+ default (-2147483648) means AclOperations;
    }
    DescribeClusterBroker {
        broker_id: i32 = 0+ means BrokerId;
        host: Str<'a> = 0+;
        port: i32 = 0+;
        rack: Option<Str<'a>> = 0+ nullable (0+) default (null);
        is_fenced: bool = 2+;
    }
}

crate::schema! {
    mod describe_topic_partitions_request: Request 75, versions 0-0, current 0-0, flexible (0+), unstable ();
    DescribeTopicPartitionsRequest {
        topics: Vec<TopicRequest<'a>> = 0+;
        response_partition_limit: i32 = 0+ default (2000);
        cursor: Option<Cursor<'a>> = 0+ nullable (0+) default (null);
    }
    TopicRequest {
        name: Str<'a> = 0+;
    }
    Cursor {
        topic_name: Str<'a> = 0+;
        partition_index: i32 = 0+;
    }
}

crate::schema! {
    mod describe_topic_partitions_response: Response 75, versions 0-0, current 0-0, flexible (0+), unstable ();
    DescribeTopicPartitionsResponse {
        throttle_time_ms: i32 = 0+ [ignorable] means Millis;
        topics: Vec<DescribeTopicPartitionsResponseTopic<'a>> = 0+;
        next_cursor: Option<Cursor<'a>> = 0+ nullable (0+) default (null);
    }
    DescribeTopicPartitionsResponseTopic {
        error_code: i16 = 0+ means ErrorCode;
        name: Option<Str<'a>> = 0+ nullable (0+);
        topic_id: Uuid = 0+ [ignorable] means TopicId;
        is_internal: bool = 0+ [ignorable];
        partitions: Vec<DescribeTopicPartitionsResponsePartition<'a>> = 0+;
        topic_authorized_operations: i32 = 0+ default (-2147483648) means AclOperations;
    }
    DescribeTopicPartitionsResponsePartition {
        error_code: i16 = 0+ means ErrorCode;
        partition_index: i32 = 0+;
        leader_id: i32 = 0+ means BrokerId;
        leader_epoch: i32 = 0+ default (-1) [ignorable] means LeaderEpoch;
        replica_nodes: Array<'a, i32> = 0+ means BrokerId;
        isr_nodes: Array<'a, i32> = 0+ means BrokerId;
        eligible_leader_replicas: Option<Array<'a, i32>> = 0+ nullable (0+) default (null) means BrokerId;
        last_known_elr: Option<Array<'a, i32>> = 0+ nullable (0+) default (null) means BrokerId;
        offline_replicas: Array<'a, i32> = 0+ [ignorable] means BrokerId;
    }
    Cursor {
        topic_name: Str<'a> = 0+;
        partition_index: i32 = 0+;
    }
}
