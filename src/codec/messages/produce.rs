//! Produce.

crate::schema! {
    mod produce_request: Request 0, versions 0-13, current 3-13, flexible (9+), unstable ();
    ProduceRequest {
        transactional_id: Option<Str<'a>> = 3+ nullable (3+) default (null);
        acks: i16 = 0+ means Acks;
        timeout_ms: i32 = 0+ means Millis;
        topic_data: Vec<TopicProduceData<'a>> = 0+;
    }
    TopicProduceData {
        name: Str<'a> = 0-12 [ignorable];
        topic_id: Uuid = 13+ [ignorable] means TopicId;
        partition_data: Vec<PartitionProduceData<'a>> = 0+;
    }
    PartitionProduceData {
        index: i32 = 0+;
        records: Option<Records<'a>> = 0+ nullable (0+);
    }
}

crate::schema! {
    mod produce_response: Response 0, versions 0-13, current 3-13, flexible (9+), unstable ();
    ProduceResponse {
        responses: Vec<TopicProduceResponse<'a>> = 0+;
        throttle_time_ms: i32 = 1+ [ignorable] means Millis;
        node_endpoints: Vec<NodeEndpoint<'a>> = 10+ tag 0;
    }
    TopicProduceResponse {
        name: Str<'a> = 0-12 [ignorable];
        topic_id: Uuid = 13+ [ignorable] means TopicId;
        partition_responses: Vec<PartitionProduceResponse<'a>> = 0+;
    }
    PartitionProduceResponse {
        index: i32 = 0+;
        error_code: i16 = 0+ means ErrorCode;
        base_offset: i64 = 0+ means Offset;
        log_append_time_ms: i64 = 2+ default (-1) [ignorable] means LogAppendTime;
        log_start_offset: i64 = 5+ default (-1) [ignorable] means Offset;
        record_errors: Vec<BatchIndexAndErrorMessage<'a>> = 8+ [ignorable];
        error_message: Option<Str<'a>> = 8+ nullable (8+) default (null) [ignorable];
        current_leader: LeaderIdAndEpoch<'a> = 10+ tag 0;
    }
    BatchIndexAndErrorMessage {
        batch_index: i32 = 8+;
        batch_index_error_message: Option<Str<'a>> = 8+ nullable (8+) default (null);
    }
    LeaderIdAndEpoch {
        leader_id: i32 = 10+ default (-1) means BrokerId;
        leader_epoch: i32 = 10+ default (-1) means LeaderEpoch;
    }
    NodeEndpoint {
        node_id: i32 = 10+ means BrokerId;
        host: Str<'a> = 10+;
        port: i32 = 10+;
        rack: Option<Str<'a>> = 10+ nullable (10+) default (null);
    }
}
