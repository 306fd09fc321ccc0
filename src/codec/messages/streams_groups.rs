//! The streams group protocol (KIP-1071).

crate::schema! {
    mod streams_group_heartbeat_request: Request 88, versions 0-1, current 0-1, flexible (0+), unstable ();
    StreamsGroupHeartbeatRequest {
        group_id: Str<'a> = 0+;
        member_id: Str<'a> = 0+;
        member_epoch: i32 = 0+ means HeartbeatEpoch;
        endpoint_information_epoch: i32 = 0+;
        instance_id: Option<Str<'a>> = 0+ nullable (0+) default (null);
        rack_id: Option<Str<'a>> = 0+ nullable (0+) default (null);
        rebalance_timeout_ms: i32 = 0+ default (-1) means MillisOrUnchanged;
        topology: Option<Topology<'a>> = 0+ nullable (0+) default (null);
        active_tasks: Option<Vec<TaskIds<'a>>> = 0+ nullable (0+) default (null);
        standby_tasks: Option<Vec<TaskIds<'a>>> = 0+ nullable (0+) default (null);
        warmup_tasks: Option<Vec<TaskIds<'a>>> = 0+ nullable (0+) default (null);
        process_id: Option<Str<'a>> = 0+ nullable (0+) default (null);
        user_endpoint: Option<Endpoint<'a>> = 0+ nullable (0+) default (null);
        client_tags: Option<Vec<KeyValue<'a>>> = 0+ nullable (0+) default (null);
        task_offsets: Option<Vec<TaskOffset<'a>>> = 0+ nullable (0+) default (null);
        task_end_offsets: Option<Vec<TaskOffset<'a>>> = 0+ nullable (0+) default (null);
        shutdown_application: bool = 0+;
    }
    Topology {
        epoch: i32 = 0+ means TopologyEpoch;
        subtopologies: Vec<Subtopology<'a>> = 0+;
    }
    Subtopology {
        subtopology_id: Str<'a> = 0+;
        source_topics: Vec<Str<'a>> = 0+;
        source_topic_regex: Vec<Str<'a>> = 0+;
        state_changelog_topics: Vec<TopicInfo<'a>> = 0+;
        repartition_sink_topics: Vec<Str<'a>> = 0+;
        repartition_source_topics: Vec<TopicInfo<'a>> = 0+;
        copartition_groups: Vec<CopartitionGroup<'a>> = 0+;
    }
    TopicInfo {
        name: Str<'a> = 0+;
        partitions: i32 = 0+ means StreamsPartitions;
        replication_factor: i16 = 0+ means StreamsReplicas;
        topic_configs: Vec<KeyValue<'a>> = 0+;
    }
    KeyValue {
        key: Str<'a> = 0+;
        value: Str<'a> = 0+;
    }
    CopartitionGroup {
        source_topics: Array<'a, i16> = 0+;
        source_topic_regex: Array<'a, i16> = 0+;
        repartition_source_topics: Array<'a, i16> = 0+;
    }
    TaskIds {
        subtopology_id: Str<'a> = 0+;
        partitions: Array<'a, i32> = 0+;
    }
    Endpoint {
        host: Str<'a> = 0+;
        port: u16 = 0+;
    }
    TaskOffset {
        subtopology_id: Str<'a> = 0+;
        partition: i32 = 0+;
        offset: i64 = 0+ means Offset;
    }
}

crate::schema! {
    mod streams_group_heartbeat_response: Response 88, versions 0-1, current 0-1, flexible (0+), unstable ();
    StreamsGroupHeartbeatResponse {
        throttle_time_ms: i32 = 0+ means Millis;
        error_code: i16 = 0+ means ErrorCode;
        error_message: Option<Str<'a>> = 0+ nullable (0+) default (null);
        member_id: Str<'a> = 0+;
        member_epoch: i32 = 0+ means HeartbeatEpoch;
        heartbeat_interval_ms: i32 = 0+ means Millis;
        acceptable_recovery_lag_legacy: i32 = 0-0;
        task_offset_interval_ms: i32 = 0+ means Millis;
        acceptable_recovery_lag: i64 = 1+ default (-1) [ignorable] means UnknownOrNumber;
        status: Option<Vec<Status<'a>>> = 0+ nullable (0+);
        active_tasks: Option<Vec<TaskIds<'a>>> = 0+ nullable (0+) default (null);
        standby_tasks: Option<Vec<TaskIds<'a>>> = 0+ nullable (0+) default (null);
        warmup_tasks: Option<Vec<TaskIds<'a>>> = 0+ nullable (0+) default (null);
        topology_description_required: bool = 1+;
        endpoint_information_epoch: i32 = 0+;
        partitions_by_user_endpoint: Option<Vec<EndpointToPartitions<'a>>> = 0+ nullable (0+) default (null);
    }
    Status {
        status_code: i8 = 0+ means StreamsStatus;
        status_detail: Str<'a> = 0+;
    }
    TaskIds {
        subtopology_id: Str<'a> = 0+;
        partitions: Array<'a, i32> = 0+;
    }
    EndpointToPartitions {
        user_endpoint: Endpoint<'a> = 0+;
        active_partitions: Vec<TopicPartition<'a>> = 0+;
        standby_partitions: Vec<TopicPartition<'a>> = 0+;
    }
    Endpoint {
        host: Str<'a> = 0+;
        port: u16 = 0+;
    }
    TopicPartition {
        topic: Str<'a> = 0+;
        partitions: Array<'a, i32> = 0+;
    }
}

crate::schema! {
    mod streams_group_describe_request: Request 89, versions 0-1, current 0-1, flexible (0+), unstable ();
    StreamsGroupDescribeRequest {
        group_ids: Vec<Str<'a>> = 0+;
        include_authorized_operations: bool = 0+;
        include_topology_description: bool = 1+;
    }
}

crate::schema! {
    mod streams_group_describe_response: Response 89, versions 0-1, current 0-1, flexible (0+), unstable ();
    StreamsGroupDescribeResponse {
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
        topology: Option<Topology<'a>> = 0+ nullable (0+) default (null);
        members: Vec<Member<'a>> = 0+;
        authorized_operations: i32 = 0+ default (-2147483648) means AclOperations;
        topology_description: Option<TopologyDescription<'a>> = 1+ nullable (1+) default (null);
        topology_description_status: i8 = 1+ means TopologyDescriptionStatus;
        assignor_name: Option<Str<'a>> = 1+ nullable (1+) default (null) [ignorable];
    }
    Topology {
        epoch: i32 = 0+ means TopologyEpoch;
        subtopologies: Option<Vec<Subtopology<'a>>> = 0+ nullable (0+) default (null);
    }
    Subtopology {
        subtopology_id: Str<'a> = 0+;
        source_topics: Vec<Str<'a>> = 0+;
        repartition_sink_topics: Vec<Str<'a>> = 0+;
        state_changelog_topics: Vec<TopicInfo<'a>> = 0+;
        repartition_source_topics: Vec<TopicInfo<'a>> = 0+;
    }
    TopicInfo {
        name: Str<'a> = 0+;
        partitions: i32 = 0+ means StreamsPartitions;
        replication_factor: i16 = 0+ means StreamsReplicas;
        topic_configs: Vec<KeyValue<'a>> = 0+;
    }
    KeyValue {
        key: Str<'a> = 0+;
        value: Str<'a> = 0+;
    }
    Member {
        member_id: Str<'a> = 0+;
        member_epoch: i32 = 0+ means MemberEpoch;
        instance_id: Option<Str<'a>> = 0+ nullable (0+) default (null);
        rack_id: Option<Str<'a>> = 0+ nullable (0+) default (null);
        client_id: Str<'a> = 0+;
        client_host: Str<'a> = 0+;
        topology_epoch: i32 = 0+ means TopologyEpoch;
        process_id: Str<'a> = 0+;
        user_endpoint: Option<Endpoint<'a>> = 0+ nullable (0+) default (null);
        client_tags: Vec<KeyValue<'a>> = 0+;
        task_offsets: Vec<TaskOffset<'a>> = 0+;
        task_end_offsets: Vec<TaskOffset<'a>> = 0+;
        assignment: Assignment<'a> = 0+;
        target_assignment: Assignment<'a> = 0+;
        is_classic: bool = 0+;
    }
    Endpoint {
        host: Str<'a> = 0+;
        port: u16 = 0+;
    }
    TaskOffset {
        subtopology_id: Str<'a> = 0+;
        partition: i32 = 0+;
        offset: i64 = 0+ means Offset;
    }
    Assignment {
        active_tasks: Vec<TaskIds<'a>> = 0+;
        standby_tasks: Vec<TaskIds<'a>> = 0+;
        warmup_tasks: Vec<TaskIds<'a>> = 0+;
    }
    TaskIds {
        subtopology_id: Str<'a> = 0+;
        partitions: Array<'a, i32> = 0+;
    }
    TopologyDescription {
        subtopologies: Vec<TopologyDescriptionSubtopology<'a>> = 1+;
        global_stores: Vec<TopologyDescriptionGlobalStore<'a>> = 1+;
    }
    TopologyDescriptionSubtopology {
        subtopology_id: Str<'a> = 1+;
        nodes: Vec<TopologyDescriptionNode<'a>> = 1+;
    }
    TopologyDescriptionNode {
        name: Str<'a> = 1+;
        node_type: i8 = 1+ means TopologyNodeType;
        source_topics: Vec<Str<'a>> = 1+;
        sink_topic: Option<Str<'a>> = 1+ nullable (1+) default (null);
        stores: Vec<Str<'a>> = 1+;
        successors: Vec<Str<'a>> = 1+;
    }
    TopologyDescriptionGlobalStore {
        source: TopologyDescriptionNode<'a> = 1+;
        processor: TopologyDescriptionNode<'a> = 1+;
    }
}

crate::schema! {
    mod streams_group_topology_description_update_request: Request 93, versions 0-0, current 0-0, flexible (0+), unstable ();
    StreamsGroupTopologyDescriptionUpdateRequest {
        group_id: Str<'a> = 0+;
        member_id: Str<'a> = 0+;
        topology_epoch: i32 = 0+ means TopologyEpoch;
        topology_description: TopologyDescription<'a> = 0+;
    }
    TopologyDescription {
        subtopologies: Vec<TopologyDescriptionSubtopology<'a>> = 0+;
        global_stores: Vec<TopologyDescriptionGlobalStore<'a>> = 0+;
    }
    TopologyDescriptionSubtopology {
        subtopology_id: Str<'a> = 0+;
        nodes: Vec<TopologyDescriptionNode<'a>> = 0+;
    }
    TopologyDescriptionNode {
        name: Str<'a> = 0+;
        node_type: i8 = 0+ means TopologyNodeType;
        source_topics: Vec<Str<'a>> = 0+;
        sink_topic: Option<Str<'a>> = 0+ nullable (0+) default (null);
        stores: Vec<Str<'a>> = 0+;
        successors: Vec<Str<'a>> = 0+;
    }
    TopologyDescriptionGlobalStore {
        source: TopologyDescriptionNode<'a> = 0+;
        processor: TopologyDescriptionNode<'a> = 0+;
    }
}

crate::schema! {
    mod streams_group_topology_description_update_response: Response 93, versions 0-0, current 0-0, flexible (0+), unstable ();
    StreamsGroupTopologyDescriptionUpdateResponse {
        throttle_time_ms: i32 = 0+ means Millis;
        error_code: i16 = 0+ means ErrorCode;
        error_message: Option<Str<'a>> = 0+ nullable (0+) default (null);
    }
}
