//! The classic group protocol and offsets.

crate::schema! {
    mod offset_commit_request: Request 8, versions 0-10, current 2-10, flexible (8+), unstable ();
    OffsetCommitRequest {
        group_id: Str<'a> = 0+;
        generation_id_or_member_epoch: i32 = 1+ default (-1) [ignorable] means Generation;
        member_id: Str<'a> = 1+ [ignorable];
        group_instance_id: Option<Str<'a>> = 7+ nullable (7+) default (null);
        retention_time_ms: i64 = 2-4 default (-1) [ignorable] means MillisOrDefault;
        topics: Vec<OffsetCommitRequestTopic<'a>> = 0+;
    }
    OffsetCommitRequestTopic {
        name: Str<'a> = 0-9 [ignorable];
        topic_id: Uuid = 10+ [ignorable] means TopicId;
        partitions: Vec<OffsetCommitRequestPartition<'a>> = 0+;
    }
    OffsetCommitRequestPartition {
        partition_index: i32 = 0+;
        committed_offset: i64 = 0+ means Offset;
        committed_leader_epoch: i32 = 6+ default (-1) [ignorable] means LeaderEpoch;
        commit_timestamp: i64 = 1-1 default (-1) means Timestamp;
        committed_metadata: Option<Str<'a>> = 0+ nullable (0+);
    }
}

crate::schema! {
    mod offset_commit_response: Response 8, versions 0-10, current 2-10, flexible (8+), unstable ();
    OffsetCommitResponse {
        throttle_time_ms: i32 = 3+ [ignorable] means Millis;
        topics: Vec<OffsetCommitResponseTopic<'a>> = 0+;
    }
    OffsetCommitResponseTopic {
        name: Str<'a> = 0-9 [ignorable];
        topic_id: Uuid = 10+ [ignorable] means TopicId;
        partitions: Vec<OffsetCommitResponsePartition<'a>> = 0+;
    }
    OffsetCommitResponsePartition {
        partition_index: i32 = 0+;
        error_code: i16 = 0+ means ErrorCode;
    }
}

crate::schema! {
    mod offset_fetch_request: Request 9, versions 0-10, current 1-10, flexible (6+), unstable ();
    OffsetFetchRequest {
        group_id: Str<'a> = 0-7;
        topics: Option<Vec<OffsetFetchRequestTopic<'a>>> = 0-7 nullable (2-7);
        groups: Vec<OffsetFetchRequestGroup<'a>> = 8+;
        require_stable: bool = 7+;
    }
    OffsetFetchRequestTopic {
        name: Str<'a> = 0-7;
        partition_indexes: Array<'a, i32> = 0-7;
    }
    OffsetFetchRequestGroup {
        group_id: Str<'a> = 8+;
        member_id: Option<Str<'a>> = 9+ nullable (9+) default (null) [ignorable];
        member_epoch: i32 = 9+ default (-1) [ignorable] means Generation;
        topics: Option<Vec<OffsetFetchRequestTopics<'a>>> = 8+ nullable (8+);
    }
    OffsetFetchRequestTopics {
        name: Str<'a> = 8-9 [ignorable];
        topic_id: Uuid = 10+ [ignorable] means TopicId;
        partition_indexes: Array<'a, i32> = 8+;
    }
}

crate::schema! {
    mod offset_fetch_response: Response 9, versions 0-10, current 1-10, flexible (6+), unstable ();
    OffsetFetchResponse {
        throttle_time_ms: i32 = 3+ [ignorable] means Millis;
        topics: Vec<OffsetFetchResponseTopic<'a>> = 0-7;
        error_code: i16 = 2-7 [ignorable] means ErrorCode;
        groups: Vec<OffsetFetchResponseGroup<'a>> = 8+;
    }
    OffsetFetchResponseTopic {
        name: Str<'a> = 0-7;
        partitions: Vec<OffsetFetchResponsePartition<'a>> = 0-7;
    }
    OffsetFetchResponsePartition {
        partition_index: i32 = 0-7;
        committed_offset: i64 = 0-7 means CommittedOffset;
        committed_leader_epoch: i32 = 5-7 default (-1) [ignorable] means LeaderEpoch;
        metadata: Option<Str<'a>> = 0-7 nullable (0-7);
        error_code: i16 = 0-7 means ErrorCode;
    }
    OffsetFetchResponseGroup {
        group_id: Str<'a> = 8+;
        topics: Vec<OffsetFetchResponseTopics<'a>> = 8+;
        error_code: i16 = 8+ means ErrorCode;
    }
    OffsetFetchResponseTopics {
        name: Str<'a> = 8-9 [ignorable];
        topic_id: Uuid = 10+ [ignorable] means TopicId;
        partitions: Vec<OffsetFetchResponsePartitions<'a>> = 8+;
    }
    OffsetFetchResponsePartitions {
        partition_index: i32 = 8+;
        committed_offset: i64 = 8+ means CommittedOffset;
        committed_leader_epoch: i32 = 8+ default (-1) [ignorable] means LeaderEpoch;
        metadata: Option<Str<'a>> = 8+ nullable (8+);
        error_code: i16 = 8+ means ErrorCode;
    }
}

crate::schema! {
    mod find_coordinator_request: Request 10, versions 0-6, current 0-6, flexible (3+), unstable ();
    FindCoordinatorRequest {
        key: Str<'a> = 0-3;
        key_type: i8 = 1+ means CoordinatorType;
        coordinator_keys: Vec<Str<'a>> = 4+;
    }
}

crate::schema! {
    mod find_coordinator_response: Response 10, versions 0-6, current 0-6, flexible (3+), unstable ();
    FindCoordinatorResponse {
        throttle_time_ms: i32 = 1+ [ignorable] means Millis;
        error_code: i16 = 0-3 means ErrorCode;
        error_message: Option<Str<'a>> = 1-3 nullable (1-3) [ignorable];
        node_id: i32 = 0-3 means BrokerId;
        host: Str<'a> = 0-3;
        port: i32 = 0-3;
        coordinators: Vec<Coordinator<'a>> = 4+;
    }
    Coordinator {
        key: Str<'a> = 4+;
        node_id: i32 = 4+ means BrokerId;
        host: Str<'a> = 4+;
        port: i32 = 4+;
        error_code: i16 = 4+ means ErrorCode;
        error_message: Option<Str<'a>> = 4+ nullable (4+) [ignorable];
    }
}

crate::schema! {
    mod join_group_request: Request 11, versions 0-9, current 0-9, flexible (6+), unstable ();
    JoinGroupRequest {
        group_id: Str<'a> = 0+;
        session_timeout_ms: i32 = 0+ means Millis;
        rebalance_timeout_ms: i32 = 1+ default (-1) [ignorable] means Millis;
        member_id: Str<'a> = 0+;
        group_instance_id: Option<Str<'a>> = 5+ nullable (5+) default (null);
        protocol_type: Str<'a> = 0+;
        protocols: Vec<JoinGroupRequestProtocol<'a>> = 0+;
        reason: Option<Str<'a>> = 8+ nullable (8+) default (null) [ignorable];
    }
    JoinGroupRequestProtocol {
        name: Str<'a> = 0+;
        metadata: Bytes<'a> = 0+ means Subscription;
    }
}

crate::schema! {
    mod join_group_response: Response 11, versions 0-9, current 0-9, flexible (6+), unstable ();
    JoinGroupResponse {
        throttle_time_ms: i32 = 2+ [ignorable] means Millis;
        error_code: i16 = 0+ means ErrorCode;
        generation_id: i32 = 0+ default (-1) means Generation;
        protocol_type: Option<Str<'a>> = 7+ nullable (7+) default (null) [ignorable];
        protocol_name: Option<Str<'a>> = 0+ nullable (7+);
        leader: Str<'a> = 0+;
        skip_assignment: bool = 9+;
        member_id: Str<'a> = 0+;
        members: Vec<JoinGroupResponseMember<'a>> = 0+;
    }
    JoinGroupResponseMember {
        member_id: Str<'a> = 0+;
        group_instance_id: Option<Str<'a>> = 5+ nullable (5+) default (null) [ignorable];
        metadata: Bytes<'a> = 0+ means Subscription;
    }
}

crate::schema! {
    mod heartbeat_request: Request 12, versions 0-4, current 0-4, flexible (4+), unstable ();
    HeartbeatRequest {
        group_id: Str<'a> = 0+;
        generation_id: i32 = 0+ means Generation;
        member_id: Str<'a> = 0+;
        group_instance_id: Option<Str<'a>> = 3+ nullable (3+) default (null);
    }
}

crate::schema! {
    mod heartbeat_response: Response 12, versions 0-4, current 0-4, flexible (4+), unstable ();
    HeartbeatResponse {
        throttle_time_ms: i32 = 1+ [ignorable] means Millis;
        error_code: i16 = 0+ means ErrorCode;
    }
}

crate::schema! {
    mod leave_group_request: Request 13, versions 0-5, current 0-5, flexible (4+), unstable ();
    LeaveGroupRequest {
        group_id: Str<'a> = 0+;
        member_id: Str<'a> = 0-2;
        members: Vec<MemberIdentity<'a>> = 3+;
    }
    MemberIdentity {
        member_id: Str<'a> = 3+;
        group_instance_id: Option<Str<'a>> = 3+ nullable (3+) default (null);
        reason: Option<Str<'a>> = 5+ nullable (5+) default (null) [ignorable];
    }
}

crate::schema! {
    mod leave_group_response: Response 13, versions 0-5, current 0-5, flexible (4+), unstable ();
    LeaveGroupResponse {
        throttle_time_ms: i32 = 1+ [ignorable] means Millis;
        error_code: i16 = 0+ means ErrorCode;
        members: Vec<MemberResponse<'a>> = 3+;
    }
    MemberResponse {
        member_id: Str<'a> = 3+;
        group_instance_id: Option<Str<'a>> = 3+ nullable (3+);
        error_code: i16 = 3+ means ErrorCode;
    }
}

crate::schema! {
    mod sync_group_request: Request 14, versions 0-5, current 0-5, flexible (4+), unstable ();
    SyncGroupRequest {
        group_id: Str<'a> = 0+;
        generation_id: i32 = 0+ means Generation;
        member_id: Str<'a> = 0+;
        group_instance_id: Option<Str<'a>> = 3+ nullable (3+) default (null);
        protocol_type: Option<Str<'a>> = 5+ nullable (5+) default (null) [ignorable];
        protocol_name: Option<Str<'a>> = 5+ nullable (5+) default (null) [ignorable];
        assignments: Vec<SyncGroupRequestAssignment<'a>> = 0+;
    }
    SyncGroupRequestAssignment {
        member_id: Str<'a> = 0+;
        assignment: Bytes<'a> = 0+ means Assignment;
    }
}

crate::schema! {
    mod sync_group_response: Response 14, versions 0-5, current 0-5, flexible (4+), unstable ();
    SyncGroupResponse {
        throttle_time_ms: i32 = 1+ [ignorable] means Millis;
        error_code: i16 = 0+ means ErrorCode;
        protocol_type: Option<Str<'a>> = 5+ nullable (5+) default (null) [ignorable];
        protocol_name: Option<Str<'a>> = 5+ nullable (5+) default (null) [ignorable];
        assignment: Bytes<'a> = 0+ means Assignment;
    }
}

crate::schema! {
    mod describe_groups_request: Request 15, versions 0-6, current 0-6, flexible (5+), unstable ();
    DescribeGroupsRequest {
        groups: Vec<Str<'a>> = 0+;
        include_authorized_operations: bool = 3+;
    }
}

crate::schema! {
    mod describe_groups_response: Response 15, versions 0-6, current 0-6, flexible (5+), unstable ();
    DescribeGroupsResponse {
        throttle_time_ms: i32 = 1+ [ignorable] means Millis;
        groups: Vec<DescribedGroup<'a>> = 0+;
    }
    DescribedGroup {
        error_code: i16 = 0+ means ErrorCode;
        error_message: Option<Str<'a>> = 6+ nullable (6+) default (null);
        group_id: Str<'a> = 0+;
        group_state: Str<'a> = 0+;
        protocol_type: Str<'a> = 0+;
        protocol_data: Str<'a> = 0+;
        members: Vec<DescribedGroupMember<'a>> = 0+;
        authorized_operations: i32 = 3+ default (-2147483648) means AclOperations;
    }
    DescribedGroupMember {
        member_id: Str<'a> = 0+;
        group_instance_id: Option<Str<'a>> = 4+ nullable (4+) default (null) [ignorable];
        client_id: Str<'a> = 0+;
        client_host: Str<'a> = 0+;
        member_metadata: Bytes<'a> = 0+ means Subscription;
        member_assignment: Bytes<'a> = 0+ means Assignment;
    }
}

crate::schema! {
    mod list_groups_request: Request 16, versions 0-5, current 0-5, flexible (3+), unstable ();
    ListGroupsRequest {
        states_filter: Vec<Str<'a>> = 4+;
        types_filter: Vec<Str<'a>> = 5+;
    }
}

crate::schema! {
    mod list_groups_response: Response 16, versions 0-5, current 0-5, flexible (3+), unstable ();
    ListGroupsResponse {
        throttle_time_ms: i32 = 1+ [ignorable] means Millis;
        error_code: i16 = 0+ means ErrorCode;
        groups: Vec<ListedGroup<'a>> = 0+;
    }
    ListedGroup {
        group_id: Str<'a> = 0+;
        protocol_type: Str<'a> = 0+;
        group_state: Str<'a> = 4+ [ignorable];
        group_type: Str<'a> = 5+ [ignorable];
    }
}

crate::schema! {
    mod delete_groups_request: Request 42, versions 0-3, current 0-3, flexible (2+), unstable ();
    DeleteGroupsRequest {
        groups_names: Vec<Str<'a>> = 0+;
    }
}

crate::schema! {
    mod delete_groups_response: Response 42, versions 0-3, current 0-3, flexible (2+), unstable ();
    DeleteGroupsResponse {
        throttle_time_ms: i32 = 0+ means Millis;
        results: Vec<DeletableGroupResult<'a>> = 0+;
    }
    DeletableGroupResult {
        group_id: Str<'a> = 0+;
        error_code: i16 = 0+ means ErrorCode;
        error_message: Option<Str<'a>> = 3+ nullable (3+) default (null) [ignorable];
    }
}

crate::schema! {
    mod offset_delete_request: Request 47, versions 0-0, current 0-0, flexible (), unstable ();
    OffsetDeleteRequest {
        group_id: Str<'a> = 0+;
        topics: Vec<OffsetDeleteRequestTopic<'a>> = 0+;
    }
    OffsetDeleteRequestTopic {
        name: Str<'a> = 0+;
        partitions: Vec<OffsetDeleteRequestPartition<'a>> = 0+;
    }
    OffsetDeleteRequestPartition {
        partition_index: i32 = 0+;
    }
}

crate::schema! {
    mod offset_delete_response: Response 47, versions 0-0, current 0-0, flexible (), unstable ();
    OffsetDeleteResponse {
        error_code: i16 = 0+ means ErrorCode;
        throttle_time_ms: i32 = 0+ [ignorable] means Millis;
        topics: Vec<OffsetDeleteResponseTopic<'a>> = 0+;
    }
    OffsetDeleteResponseTopic {
        name: Str<'a> = 0+;
        partitions: Vec<OffsetDeleteResponsePartition<'a>> = 0+;
    }
    OffsetDeleteResponsePartition {
        partition_index: i32 = 0+;
        error_code: i16 = 0+ means ErrorCode;
    }
}
