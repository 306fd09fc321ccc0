//! The consumer group protocol of KIP-848.

crate::schema! {
    mod consumer_group_heartbeat_request: Request 68, versions 0-1, current 0-1, flexible (0+), unstable ();
    ConsumerGroupHeartbeatRequest {
        group_id: Str<'a> = 0+;
        member_id: Str<'a> = 0+;
        member_epoch: i32 = 0+ means HeartbeatEpoch;
        instance_id: Option<Str<'a>> = 0+ nullable (0+) default (null);
        rack_id: Option<Str<'a>> = 0+ nullable (0+) default (null);
        rebalance_timeout_ms: i32 = 0+ default (-1) means MillisOrUnchanged;
        subscribed_topic_names: Option<Vec<Str<'a>>> = 0+ nullable (0+) default (null);
        subscribed_topic_regex: Option<Str<'a>> = 1+ nullable (1+) default (null);
        server_assignor: Option<Str<'a>> = 0+ nullable (0+) default (null);
        topic_partitions: Option<Vec<TopicPartitions<'a>>> = 0+ nullable (0+) default (null);
    }
    TopicPartitions {
        topic_id: Uuid = 0+ means TopicId;
        partitions: Array<'a, i32> = 0+;
    }
}

crate::schema! {
    mod consumer_group_heartbeat_response: Response 68, versions 0-1, current 0-1, flexible (0+), unstable ();
    ConsumerGroupHeartbeatResponse {
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
    mod consumer_group_describe_request: Request 69, versions 0-1, current 0-1, flexible (0+), unstable ();
    ConsumerGroupDescribeRequest {
        group_ids: Vec<Str<'a>> = 0+;
        include_authorized_operations: bool = 0+;
    }
}

crate::schema! {
    mod consumer_group_describe_response: Response 69, versions 0-1, current 0-1, flexible (0+), unstable ();
    ConsumerGroupDescribeResponse {
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
        instance_id: Option<Str<'a>> = 0+ nullable (0+) default (null);
        rack_id: Option<Str<'a>> = 0+ nullable (0+) default (null);
        member_epoch: i32 = 0+ means MemberEpoch;
        client_id: Str<'a> = 0+;
        client_host: Str<'a> = 0+;
        subscribed_topic_names: Vec<Str<'a>> = 0+;
        subscribed_topic_regex: Option<Str<'a>> = 0+ nullable (0+) default (null);
        assignment: Assignment<'a> = 0+;
        target_assignment: Assignment<'a> = 0+;
        member_type: i8 = 1+ default (-1) [ignorable] means MemberType;
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
