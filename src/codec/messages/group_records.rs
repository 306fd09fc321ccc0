//! What the group coordinator writes to `__consumer_offsets`.

crate::schema! {
    mod legacy_offset_commit_key: CoordinatorKey 0, versions 0-0, current 0-0, flexible (), unstable ();
    LegacyOffsetCommitKey {
        group: Str<'a> = 0+;
        topic: Str<'a> = 0+;
        partition: i32 = 0+;
    }
}

crate::schema! {
    mod legacy_offset_commit_value: CoordinatorValue 0, versions 0-0, current 0-0, flexible (), unstable ();
    LegacyOffsetCommitValue {
        offset: i64 = 0+ means Offset;
        metadata: Str<'a> = 0+;
        commit_timestamp: i64 = 0+ means Timestamp;
    }
}

crate::schema! {
    mod offset_commit_key: CoordinatorKey 1, versions 0-0, current 0-0, flexible (), unstable ();
    OffsetCommitKey {
        group: Str<'a> = 0+;
        topic: Str<'a> = 0+;
        partition: i32 = 0+;
    }
}

crate::schema! {
    mod offset_commit_value: CoordinatorValue 1, versions 0-4, current 0-4, flexible (4+), unstable ();
    OffsetCommitValue {
        offset: i64 = 0+ means Offset;
        leader_epoch: i32 = 3+ default (-1) [ignorable] means LeaderEpoch;
        metadata: Str<'a> = 0+;
        commit_timestamp: i64 = 0+ means Timestamp;
        expire_timestamp: i64 = 1-1 default (-1) [ignorable] means Timestamp;
        topic_id: Uuid = 4+ tag 0 [ignorable] means TopicId;
    }
}

crate::schema! {
    mod group_metadata_key: CoordinatorKey 2, versions 0-0, current 0-0, flexible (), unstable ();
    GroupMetadataKey {
        group: Str<'a> = 0+;
    }
}

crate::schema! {
    mod group_metadata_value: CoordinatorValue 2, versions 0-4, current 0-4, flexible (4+), unstable ();
    GroupMetadataValue {
        protocol_type: Str<'a> = 0+;
        generation: i32 = 0+ means Generation;
        protocol: Option<Str<'a>> = 0+ nullable (0+);
        leader: Option<Str<'a>> = 0+ nullable (0+);
        current_state_timestamp: i64 = 2+ default (-1) [ignorable] means Timestamp;
        members: Vec<MemberMetadata<'a>> = 0+;
    }
    MemberMetadata {
        member_id: Str<'a> = 0+;
        group_instance_id: Option<Str<'a>> = 3+ nullable (3+) default (null) [ignorable];
        client_id: Str<'a> = 0+;
        client_host: Str<'a> = 0+;
        rebalance_timeout: i32 = 1+ default (-1) [ignorable] means Millis;
        session_timeout: i32 = 0+ means Millis;
        subscription: Bytes<'a> = 0+ means Subscription;
        assignment: Bytes<'a> = 0+ means Assignment;
    }
}

crate::schema! {
    mod consumer_group_metadata_key: CoordinatorKey 3, versions 0-0, current 0-0, flexible (), unstable ();
    ConsumerGroupMetadataKey {
        group_id: Str<'a> = 0+;
    }
}

crate::schema! {
    mod consumer_group_metadata_value: CoordinatorValue 3, versions 0-0, current 0-0, flexible (0+), unstable ();
    ConsumerGroupMetadataValue {
        epoch: i32 = 0+;
        metadata_hash: i64 = 0+ tag 0;
    }
}

crate::schema! {
    mod consumer_group_partition_metadata_key: CoordinatorKey 4, versions 0-0, current 0-0, flexible (), unstable ();
    ConsumerGroupPartitionMetadataKey {
        group_id: Str<'a> = 0+;
    }
}

crate::schema! {
    mod consumer_group_partition_metadata_value: CoordinatorValue 4, versions 0-0, current 0-0, flexible (0+), unstable ();
    ConsumerGroupPartitionMetadataValue {
        topics: Vec<TopicMetadata<'a>> = 0+;
    }
    TopicMetadata {
        topic_id: Uuid = 0+ means TopicId;
        topic_name: Str<'a> = 0+;
        num_partitions: i32 = 0+;
        partition_metadata: Vec<PartitionMetadata<'a>> = 0+;
    }
    PartitionMetadata {
        partition: i32 = 0+;
        racks: Vec<Str<'a>> = 0+;
    }
}

crate::schema! {
    mod consumer_group_member_metadata_key: CoordinatorKey 5, versions 0-0, current 0-0, flexible (), unstable ();
    ConsumerGroupMemberMetadataKey {
        group_id: Str<'a> = 0+;
        member_id: Str<'a> = 0+;
    }
}

crate::schema! {
    mod consumer_group_member_metadata_value: CoordinatorValue 5, versions 0-0, current 0-0, flexible (0+), unstable ();
    ConsumerGroupMemberMetadataValue {
        instance_id: Option<Str<'a>> = 0+ nullable (0+);
        rack_id: Option<Str<'a>> = 0+ nullable (0+);
        client_id: Str<'a> = 0+;
        client_host: Str<'a> = 0+;
        subscribed_topic_names: Vec<Str<'a>> = 0+;
        subscribed_topic_regex: Option<Str<'a>> = 0+ nullable (0+);
        rebalance_timeout_ms: i32 = 0+ default (-1) means Millis;
        server_assignor: Option<Str<'a>> = 0+ nullable (0+);
        classic_member_metadata: Option<ClassicMemberMetadata<'a>> = 0+ tag 0 nullable (0+);
    }
    ClassicMemberMetadata {
        session_timeout_ms: i32 = 0+ means Millis;
        supported_protocols: Vec<ClassicProtocol<'a>> = 0+;
    }
    ClassicProtocol {
        name: Str<'a> = 0+;
        metadata: Bytes<'a> = 0+ means Subscription;
    }
}

crate::schema! {
    mod consumer_group_target_assignment_metadata_key: CoordinatorKey 6, versions 0-0, current 0-0, flexible (), unstable ();
    ConsumerGroupTargetAssignmentMetadataKey {
        group_id: Str<'a> = 0+;
    }
}

crate::schema! {
    mod consumer_group_target_assignment_metadata_value: CoordinatorValue 6, versions 0-0, current 0-0, flexible (0+), unstable ();
    ConsumerGroupTargetAssignmentMetadataValue {
        assignment_epoch: i32 = 0+;
        assignment_timestamp: i64 = 0+ tag 0 [ignorable] means Timestamp;
    }
}

crate::schema! {
    mod consumer_group_target_assignment_member_key: CoordinatorKey 7, versions 0-0, current 0-0, flexible (), unstable ();
    ConsumerGroupTargetAssignmentMemberKey {
        group_id: Str<'a> = 0+;
        member_id: Str<'a> = 0+;
    }
}

crate::schema! {
    mod consumer_group_target_assignment_member_value: CoordinatorValue 7, versions 0-0, current 0-0, flexible (0+), unstable ();
    ConsumerGroupTargetAssignmentMemberValue {
        topic_partitions: Vec<TopicPartition<'a>> = 0+;
    }
    TopicPartition {
        topic_id: Uuid = 0+ means TopicId;
        partitions: Array<'a, i32> = 0+;
    }
}

crate::schema! {
    mod consumer_group_current_member_assignment_key: CoordinatorKey 8, versions 0-0, current 0-0, flexible (), unstable ();
    ConsumerGroupCurrentMemberAssignmentKey {
        group_id: Str<'a> = 0+;
        member_id: Str<'a> = 0+;
    }
}

crate::schema! {
    mod consumer_group_current_member_assignment_value: CoordinatorValue 8, versions 0-0, current 0-0, flexible (0+), unstable ();
    ConsumerGroupCurrentMemberAssignmentValue {
        member_epoch: i32 = 0+ means MemberEpoch;
        previous_member_epoch: i32 = 0+ means MemberEpoch;
        state: i8 = 0+ means ConsumerMemberState;
        assigned_partitions: Vec<TopicPartitions<'a>> = 0+;
        partitions_pending_revocation: Vec<TopicPartitions<'a>> = 0+;
    }
    TopicPartitions {
        topic_id: Uuid = 0+ means TopicId;
        partitions: Array<'a, i32> = 0+;
        assignment_epochs: Option<Array<'a, i32>> = 0+ tag 0 nullable (0+);
    }
}

crate::schema! {
    mod share_group_member_metadata_key: CoordinatorKey 10, versions 0-0, current 0-0, flexible (), unstable ();
    ShareGroupMemberMetadataKey {
        group_id: Str<'a> = 0+;
        member_id: Str<'a> = 0+;
    }
}

crate::schema! {
    mod share_group_member_metadata_value: CoordinatorValue 10, versions 0-0, current 0-0, flexible (0+), unstable ();
    ShareGroupMemberMetadataValue {
        rack_id: Option<Str<'a>> = 0+ nullable (0+);
        client_id: Str<'a> = 0+;
        client_host: Str<'a> = 0+;
        subscribed_topic_names: Vec<Str<'a>> = 0+;
    }
}

crate::schema! {
    mod share_group_metadata_key: CoordinatorKey 11, versions 0-0, current 0-0, flexible (), unstable ();
    ShareGroupMetadataKey {
        group_id: Str<'a> = 0+;
    }
}

crate::schema! {
    mod share_group_metadata_value: CoordinatorValue 11, versions 0-0, current 0-0, flexible (0+), unstable ();
    ShareGroupMetadataValue {
        epoch: i32 = 0+;
        metadata_hash: i64 = 0+;
    }
}

crate::schema! {
    mod share_group_target_assignment_metadata_key: CoordinatorKey 12, versions 0-0, current 0-0, flexible (), unstable ();
    ShareGroupTargetAssignmentMetadataKey {
        group_id: Str<'a> = 0+;
    }
}

crate::schema! {
    mod share_group_target_assignment_metadata_value: CoordinatorValue 12, versions 0-0, current 0-0, flexible (0+), unstable ();
    ShareGroupTargetAssignmentMetadataValue {
        assignment_epoch: i32 = 0+;
        assignment_timestamp: i64 = 0+ tag 0 [ignorable] means Timestamp;
    }
}

crate::schema! {
    mod share_group_target_assignment_member_key: CoordinatorKey 13, versions 0-0, current 0-0, flexible (), unstable ();
    ShareGroupTargetAssignmentMemberKey {
        group_id: Str<'a> = 0+;
        member_id: Str<'a> = 0+;
    }
}

crate::schema! {
    mod share_group_target_assignment_member_value: CoordinatorValue 13, versions 0-0, current 0-0, flexible (0+), unstable ();
    ShareGroupTargetAssignmentMemberValue {
        topic_partitions: Vec<TopicPartition<'a>> = 0+;
    }
    TopicPartition {
        topic_id: Uuid = 0+ means TopicId;
        partitions: Array<'a, i32> = 0+;
    }
}

crate::schema! {
    mod share_group_current_member_assignment_key: CoordinatorKey 14, versions 0-0, current 0-0, flexible (), unstable ();
    ShareGroupCurrentMemberAssignmentKey {
        group_id: Str<'a> = 0+;
        member_id: Str<'a> = 0+;
    }
}

crate::schema! {
    mod share_group_current_member_assignment_value: CoordinatorValue 14, versions 0-0, current 0-0, flexible (0+), unstable ();
    ShareGroupCurrentMemberAssignmentValue {
        member_epoch: i32 = 0+ means MemberEpoch;
        previous_member_epoch: i32 = 0+ means MemberEpoch;
        state: i8 = 0+ means ShareMemberState;
        assigned_partitions: Vec<TopicPartitions<'a>> = 0+;
    }
    TopicPartitions {
        topic_id: Uuid = 0+ means TopicId;
        partitions: Array<'a, i32> = 0+;
    }
}

crate::schema! {
    mod share_group_state_partition_metadata_key: CoordinatorKey 15, versions 0-0, current 0-0, flexible (), unstable ();
    ShareGroupStatePartitionMetadataKey {
        group_id: Str<'a> = 0+;
    }
}

crate::schema! {
    mod share_group_state_partition_metadata_value: CoordinatorValue 15, versions 0-0, current 0-0, flexible (0+), unstable ();
    ShareGroupStatePartitionMetadataValue {
        initializing_topics: Vec<TopicPartitionsInfo<'a>> = 0+;
        initialized_topics: Vec<TopicPartitionsInfo<'a>> = 0+;
        deleting_topics: Vec<TopicInfo<'a>> = 0+;
    }
    TopicPartitionsInfo {
        topic_id: Uuid = 0+ means TopicId;
        topic_name: Str<'a> = 0+;
        partitions: Array<'a, i32> = 0+;
    }
    TopicInfo {
        topic_id: Uuid = 0+ means TopicId;
        topic_name: Str<'a> = 0+;
    }
}

crate::schema! {
    mod consumer_group_regular_expression_key: CoordinatorKey 16, versions 0-0, current 0-0, flexible (), unstable ();
    ConsumerGroupRegularExpressionKey {
        group_id: Str<'a> = 0+;
        regular_expression: Str<'a> = 0+;
    }
}

crate::schema! {
    mod consumer_group_regular_expression_value: CoordinatorValue 16, versions 0-0, current 0-0, flexible (0+), unstable ();
    ConsumerGroupRegularExpressionValue {
        topics: Vec<Str<'a>> = 0+;
        version: i64 = 0+;
        timestamp: i64 = 0+ means Timestamp;
    }
}

crate::schema! {
    mod streams_group_metadata_key: CoordinatorKey 17, versions 0-0, current 0-0, flexible (), unstable ();
    StreamsGroupMetadataKey {
        group_id: Str<'a> = 0+;
    }
}

crate::schema! {
    mod streams_group_metadata_value: CoordinatorValue 17, versions 0-0, current 0-0, flexible (0+), unstable ();
    StreamsGroupMetadataValue {
        epoch: i32 = 0+;
        metadata_hash: i64 = 0+;
        validated_topology_epoch: i32 = 0+ tag 0 default (-1) means TopologyEpoch;
        last_assignment_configs: Option<Vec<LastAssignmentConfig<'a>>> = 0+ tag 1 nullable (0+);
        stored_description_topology_epoch: i32 = 0+ tag 2 default (-1) means TopologyEpoch;
        failed_description_topology_epoch: i32 = 0+ tag 3 default (-1) means TopologyEpoch;
    }
    LastAssignmentConfig {
        key: Str<'a> = 0+;
        value: Str<'a> = 0+;
    }
}

crate::schema! {
    mod streams_group_member_metadata_key: CoordinatorKey 19, versions 0-0, current 0-0, flexible (), unstable ();
    StreamsGroupMemberMetadataKey {
        group_id: Str<'a> = 0+;
        member_id: Str<'a> = 0+;
    }
}

crate::schema! {
    mod streams_group_member_metadata_value: CoordinatorValue 19, versions 0-0, current 0-0, flexible (0+), unstable ();
    StreamsGroupMemberMetadataValue {
        instance_id: Option<Str<'a>> = 0+ nullable (0+);
        rack_id: Option<Str<'a>> = 0+ nullable (0+);
        client_id: Str<'a> = 0+;
        client_host: Str<'a> = 0+;
        rebalance_timeout_ms: i32 = 0+ default (-1) means Millis;
        topology_epoch: i32 = 0+ means TopologyEpoch;
        process_id: Str<'a> = 0+;
        user_endpoint: Option<Endpoint<'a>> = 0+ nullable (0+) default (null);
        client_tags: Vec<KeyValue<'a>> = 0+;
    }
    Endpoint {
        host: Str<'a> = 0+;
        port: u16 = 0+;
    }
    KeyValue {
        key: Str<'a> = 0+;
        value: Str<'a> = 0+;
    }
}

crate::schema! {
    mod streams_group_target_assignment_metadata_key: CoordinatorKey 20, versions 0-0, current 0-0, flexible (), unstable ();
    StreamsGroupTargetAssignmentMetadataKey {
        group_id: Str<'a> = 0+;
    }
}

crate::schema! {
    mod streams_group_target_assignment_metadata_value: CoordinatorValue 20, versions 0-0, current 0-0, flexible (0+), unstable ();
    StreamsGroupTargetAssignmentMetadataValue {
        assignment_epoch: i32 = 0+;
        assignment_timestamp: i64 = 0+ tag 0 [ignorable] means Timestamp;
    }
}

crate::schema! {
    mod streams_group_target_assignment_member_key: CoordinatorKey 21, versions 0-0, current 0-0, flexible (), unstable ();
    StreamsGroupTargetAssignmentMemberKey {
        group_id: Str<'a> = 0+;
        member_id: Str<'a> = 0+;
    }
}

crate::schema! {
    mod streams_group_target_assignment_member_value: CoordinatorValue 21, versions 0-0, current 0-0, flexible (0+), unstable ();
    StreamsGroupTargetAssignmentMemberValue {
        active_tasks: Vec<TaskIds<'a>> = 0+;
        standby_tasks: Vec<TaskIds<'a>> = 0+;
        warmup_tasks: Vec<TaskIds<'a>> = 0+;
    }
    TaskIds {
        subtopology_id: Str<'a> = 0+;
        partitions: Array<'a, i32> = 0+;
    }
}

crate::schema! {
    mod streams_group_current_member_assignment_key: CoordinatorKey 22, versions 0-0, current 0-0, flexible (), unstable ();
    StreamsGroupCurrentMemberAssignmentKey {
        group_id: Str<'a> = 0+;
        member_id: Str<'a> = 0+;
    }
}

crate::schema! {
    mod streams_group_current_member_assignment_value: CoordinatorValue 22, versions 0-0, current 0-0, flexible (0+), unstable ();
    StreamsGroupCurrentMemberAssignmentValue {
        member_epoch: i32 = 0+ means MemberEpoch;
        previous_member_epoch: i32 = 0+ means MemberEpoch;
        state: i8 = 0+ means StreamsMemberState;
        active_tasks: Vec<TaskIds<'a>> = 0+;
        standby_tasks: Vec<TaskIds<'a>> = 0+;
        warmup_tasks: Vec<TaskIds<'a>> = 0+;
        active_tasks_pending_revocation: Vec<TaskIds<'a>> = 0+;
        standby_tasks_pending_revocation: Vec<TaskIds<'a>> = 0+;
        warmup_tasks_pending_revocation: Vec<TaskIds<'a>> = 0+;
    }
    TaskIds {
        subtopology_id: Str<'a> = 0+;
        partitions: Array<'a, i32> = 0+;
        assignment_epochs: Option<Array<'a, i32>> = 0+ tag 0 nullable (0+);
    }
}

crate::schema! {
    mod streams_group_topology_key: CoordinatorKey 23, versions 0-0, current 0-0, flexible (), unstable ();
    StreamsGroupTopologyKey {
        group_id: Str<'a> = 0+;
    }
}

crate::schema! {
    mod streams_group_topology_value: CoordinatorValue 23, versions 0-0, current 0-0, flexible (0+), unstable ();
    StreamsGroupTopologyValue {
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
        topic_configs: Vec<TopicConfig<'a>> = 0+;
    }
    TopicConfig {
        key: Str<'a> = 0+;
        value: Str<'a> = 0+;
    }
    CopartitionGroup {
        source_topics: Array<'a, i16> = 0+;
        source_topic_regex: Array<'a, i16> = 0+;
        repartition_source_topics: Array<'a, i16> = 0+;
    }
}
