//! Transactions and idempotent producers.

crate::schema! {
    mod init_producer_id_request: Request 22, versions 0-6, current 0-6, flexible (2+), unstable (6+);
    InitProducerIdRequest {
        transactional_id: Option<Str<'a>> = 0+ nullable (0+);
        transaction_timeout_ms: i32 = 0+ means Millis;
        producer_id: i64 = 3+ default (-1) means ProducerId;
        producer_epoch: i16 = 3+ default (-1) means ProducerEpoch;
        enable2_pc: bool = 6+;
        keep_prepared_txn: bool = 6+;
    }
}

crate::schema! {
    mod init_producer_id_response: Response 22, versions 0-6, current 0-6, flexible (2+), unstable (6+);
    InitProducerIdResponse {
        throttle_time_ms: i32 = 0+ [ignorable] means Millis;
        error_code: i16 = 0+ means ErrorCode;
        producer_id: i64 = 0+ default (-1) means ProducerId;
        producer_epoch: i16 = 0+ means ProducerEpoch;
        ongoing_txn_producer_id: i64 = 6+ default (-1) means ProducerId;
        ongoing_txn_producer_epoch: i16 = 6+ default (-1) means ProducerEpoch;
    }
}

crate::schema! {
    mod add_partitions_to_txn_request: Request 24, versions 0-5, current 0-5, flexible (3+), unstable ();
    AddPartitionsToTxnRequest {
        transactions: Vec<AddPartitionsToTxnTransaction<'a>> = 4+;
        v3_and_below_transactional_id: Str<'a> = 0-3;
        v3_and_below_producer_id: i64 = 0-3 means ProducerId;
        v3_and_below_producer_epoch: i16 = 0-3 means ProducerEpoch;
        v3_and_below_topics: Vec<AddPartitionsToTxnTopic<'a>> = 0-3;
    }
    AddPartitionsToTxnTransaction {
        transactional_id: Str<'a> = 4+;
        producer_id: i64 = 4+ means ProducerId;
        producer_epoch: i16 = 4+ means ProducerEpoch;
        verify_only: bool = 4+;
        topics: Vec<AddPartitionsToTxnTopic<'a>> = 4+;
    }
    AddPartitionsToTxnTopic {
        name: Str<'a> = 0+;
        partitions: Array<'a, i32> = 0+;
    }
}

crate::schema! {
    mod add_partitions_to_txn_response: Response 24, versions 0-5, current 0-5, flexible (3+), unstable ();
    AddPartitionsToTxnResponse {
        throttle_time_ms: i32 = 0+ means Millis;
        error_code: i16 = 4+ [ignorable] means ErrorCode;
        results_by_transaction: Vec<AddPartitionsToTxnResult<'a>> = 4+;
        results_by_topic_v3_and_below: Vec<AddPartitionsToTxnTopicResult<'a>> = 0-3;
    }
    AddPartitionsToTxnResult {
        transactional_id: Str<'a> = 4+;
        topic_results: Vec<AddPartitionsToTxnTopicResult<'a>> = 4+;
    }
    AddPartitionsToTxnTopicResult {
        name: Str<'a> = 0+;
        results_by_partition: Vec<AddPartitionsToTxnPartitionResult<'a>> = 0+;
    }
    AddPartitionsToTxnPartitionResult {
        partition_index: i32 = 0+;
        partition_error_code: i16 = 0+ means ErrorCode;
    }
}

crate::schema! {
    mod add_offsets_to_txn_request: Request 25, versions 0-4, current 0-4, flexible (3+), unstable ();
    AddOffsetsToTxnRequest {
        transactional_id: Str<'a> = 0+;
        producer_id: i64 = 0+ means ProducerId;
        producer_epoch: i16 = 0+ means ProducerEpoch;
        group_id: Str<'a> = 0+;
    }
}

crate::schema! {
    mod add_offsets_to_txn_response: Response 25, versions 0-4, current 0-4, flexible (3+), unstable ();
    AddOffsetsToTxnResponse {
        throttle_time_ms: i32 = 0+ means Millis;
        error_code: i16 = 0+ means ErrorCode;
    }
}

crate::schema! {
    mod end_txn_request: Request 26, versions 0-5, current 0-5, flexible (3+), unstable ();
    EndTxnRequest {
        transactional_id: Str<'a> = 0+;
        producer_id: i64 = 0+ means ProducerId;
        producer_epoch: i16 = 0+ means ProducerEpoch;
        committed: bool = 0+;
    }
}

crate::schema! {
    mod end_txn_response: Response 26, versions 0-5, current 0-5, flexible (3+), unstable ();
    EndTxnResponse {
        throttle_time_ms: i32 = 0+ means Millis;
        error_code: i16 = 0+ means ErrorCode;
        producer_id: i64 = 5+ default (-1) [ignorable] means ProducerId;
        producer_epoch: i16 = 5+ default (-1) [ignorable] means ProducerEpoch;
    }
}

crate::schema! {
    mod write_txn_markers_request: Request 27, versions 0-2, current 1-2, flexible (1+), unstable ();
    WriteTxnMarkersRequest {
        markers: Vec<WritableTxnMarker<'a>> = 0+;
    }
    WritableTxnMarker {
        producer_id: i64 = 0+ means ProducerId;
        producer_epoch: i16 = 0+ means ProducerEpoch;
        transaction_result: bool = 0+;
        topics: Vec<WritableTxnMarkerTopic<'a>> = 0+;
        coordinator_epoch: i32 = 0+;
        transaction_version: i8 = 2+ [ignorable] means TransactionVersion;
    }
    WritableTxnMarkerTopic {
        name: Str<'a> = 0+;
        partition_indexes: Array<'a, i32> = 0+;
    }
}

crate::schema! {
    mod write_txn_markers_response: Response 27, versions 0-2, current 1-2, flexible (1+), unstable ();
    WriteTxnMarkersResponse {
        markers: Vec<WritableTxnMarkerResult<'a>> = 0+;
    }
    WritableTxnMarkerResult {
        producer_id: i64 = 0+ means ProducerId;
        topics: Vec<WritableTxnMarkerTopicResult<'a>> = 0+;
    }
    WritableTxnMarkerTopicResult {
        name: Str<'a> = 0+;
        partitions: Vec<WritableTxnMarkerPartitionResult<'a>> = 0+;
    }
    WritableTxnMarkerPartitionResult {
        partition_index: i32 = 0+;
        error_code: i16 = 0+ means ErrorCode;
    }
}

crate::schema! {
    mod txn_offset_commit_request: Request 28, versions 0-6, current 0-6, flexible (3+), unstable ();
    TxnOffsetCommitRequest {
        transactional_id: Str<'a> = 0+;
        group_id: Str<'a> = 0+;
        producer_id: i64 = 0+ means ProducerId;
        producer_epoch: i16 = 0+ means ProducerEpoch;
        generation_id_or_member_epoch: i32 = 3+ default (-1) means Generation;
        member_id: Str<'a> = 3+;
        group_instance_id: Option<Str<'a>> = 3+ nullable (3+) default (null);
        topics: Vec<TxnOffsetCommitRequestTopic<'a>> = 0+;
    }
    TxnOffsetCommitRequestTopic {
        name: Str<'a> = 0-5 [ignorable];
        topic_id: Uuid = 6+ [ignorable] means TopicId;
        partitions: Vec<TxnOffsetCommitRequestPartition<'a>> = 0+;
    }
    TxnOffsetCommitRequestPartition {
        partition_index: i32 = 0+;
        committed_offset: i64 = 0+ means Offset;
        committed_leader_epoch: i32 = 2+ default (-1) [ignorable] means LeaderEpoch;
        committed_metadata: Option<Str<'a>> = 0+ nullable (0+);
    }
}

crate::schema! {
    mod txn_offset_commit_response: Response 28, versions 0-6, current 0-6, flexible (3+), unstable ();
    TxnOffsetCommitResponse {
        throttle_time_ms: i32 = 0+ means Millis;
        topics: Vec<TxnOffsetCommitResponseTopic<'a>> = 0+;
    }
    TxnOffsetCommitResponseTopic {
        name: Str<'a> = 0-5 [ignorable];
        topic_id: Uuid = 6+ [ignorable] means TopicId;
        partitions: Vec<TxnOffsetCommitResponsePartition<'a>> = 0+;
    }
    TxnOffsetCommitResponsePartition {
        partition_index: i32 = 0+;
        error_code: i16 = 0+ means ErrorCode;
    }
}

crate::schema! {
    mod describe_producers_request: Request 61, versions 0-0, current 0-0, flexible (0+), unstable ();
    DescribeProducersRequest {
        topics: Vec<TopicRequest<'a>> = 0+;
    }
    TopicRequest {
        name: Str<'a> = 0+;
        partition_indexes: Array<'a, i32> = 0+;
    }
}

crate::schema! {
    mod describe_producers_response: Response 61, versions 0-0, current 0-0, flexible (0+), unstable ();
    DescribeProducersResponse {
        throttle_time_ms: i32 = 0+ means Millis;
        topics: Vec<TopicResponse<'a>> = 0+;
    }
    TopicResponse {
        name: Str<'a> = 0+;
        partitions: Vec<PartitionResponse<'a>> = 0+;
    }
    PartitionResponse {
        partition_index: i32 = 0+;
        error_code: i16 = 0+ means ErrorCode;
        error_message: Option<Str<'a>> = 0+ nullable (0+) default (null);
        active_producers: Vec<ProducerState<'a>> = 0+;
    }
    ProducerState {
        producer_id: i64 = 0+ means ProducerId;
        producer_epoch: i32 = 0+ means ProducerEpoch;
        last_sequence: i32 = 0+ default (-1) means Sequence;
        last_timestamp: i64 = 0+ default (-1) means Timestamp;
        coordinator_epoch: i32 = 0+;
        current_txn_start_offset: i64 = 0+ default (-1) means OpenTransaction;
    }
}

crate::schema! {
    mod describe_transactions_request: Request 65, versions 0-0, current 0-0, flexible (0+), unstable ();
    DescribeTransactionsRequest {
        transactional_ids: Vec<Str<'a>> = 0+;
    }
}

crate::schema! {
    mod describe_transactions_response: Response 65, versions 0-0, current 0-0, flexible (0+), unstable ();
    DescribeTransactionsResponse {
        throttle_time_ms: i32 = 0+ means Millis;
        transaction_states: Vec<TransactionState<'a>> = 0+;
    }
    TransactionState {
        error_code: i16 = 0+ means ErrorCode;
        transactional_id: Str<'a> = 0+;
        transaction_state: Str<'a> = 0+;
        transaction_timeout_ms: i32 = 0+ means Millis;
        transaction_start_time_ms: i64 = 0+ means Timestamp;
        producer_id: i64 = 0+ means ProducerId;
        producer_epoch: i16 = 0+ means ProducerEpoch;
        topics: Vec<TopicData<'a>> = 0+;
    }
    TopicData {
        topic: Str<'a> = 0+;
        partitions: Array<'a, i32> = 0+;
    }
}

crate::schema! {
    mod list_transactions_request: Request 66, versions 0-2, current 0-2, flexible (0+), unstable ();
    ListTransactionsRequest {
        state_filters: Vec<Str<'a>> = 0+;
        producer_id_filters: Array<'a, i64> = 0+ means ProducerId;
        duration_filter: i64 = 1+ default (-1) means DurationFilter;
        transactional_id_pattern: Option<Str<'a>> = 2+ nullable (2+) default (null);
    }
}

crate::schema! {
    mod list_transactions_response: Response 66, versions 0-2, current 0-2, flexible (0+), unstable ();
    ListTransactionsResponse {
        throttle_time_ms: i32 = 0+ means Millis;
        error_code: i16 = 0+ means ErrorCode;
        unknown_state_filters: Vec<Str<'a>> = 0+;
        transaction_states: Vec<TransactionState<'a>> = 0+;
    }
    TransactionState {
        transactional_id: Str<'a> = 0+;
        producer_id: i64 = 0+ means ProducerId;
        transaction_state: Str<'a> = 0+;
    }
}

crate::schema! {
    mod allocate_producer_ids_request: Request 67, versions 0-0, current 0-0, flexible (0+), unstable ();
    AllocateProducerIdsRequest {
        broker_id: i32 = 0+ means BrokerId;
        broker_epoch: i64 = 0+ default (-1) means BrokerEpoch;
    }
}

crate::schema! {
    mod allocate_producer_ids_response: Response 67, versions 0-0, current 0-0, flexible (0+), unstable ();
    AllocateProducerIdsResponse {
        throttle_time_ms: i32 = 0+ means Millis;
        error_code: i16 = 0+ means ErrorCode;
        producer_id_start: i64 = 0+;
        producer_id_len: i32 = 0+;
    }
}
