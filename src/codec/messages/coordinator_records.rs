//! What the transaction and share coordinators write, and the remote log metadata.

crate::schema! {
    mod share_snapshot_key: CoordinatorKey 0, versions 0-0, current 0-0, flexible (), unstable ();
    ShareSnapshotKey {
        group_id: Str<'a> = 0+;
        topic_id: Uuid = 0+ means TopicId;
        partition: i32 = 0+;
    }
}

crate::schema! {
    mod transaction_log_key: CoordinatorKey 0, versions 0-0, current 0-0, flexible (), unstable ();
    TransactionLogKey {
        transactional_id: Str<'a> = 0+;
    }
}

crate::schema! {
    mod remote_log_segment_metadata_record: Metadata 0, versions 0-0, current 0-0, flexible (0+), unstable ();
    RemoteLogSegmentMetadataRecord {
        remote_log_segment_id: RemoteLogSegmentIdEntry<'a> = 0+;
        start_offset: i64 = 0+ means Offset;
        end_offset: i64 = 0+ means Offset;
        broker_id: i32 = 0+ means BrokerId;
        max_timestamp_ms: i64 = 0+ means Timestamp;
        event_timestamp_ms: i64 = 0+ means Timestamp;
        segment_leader_epochs: Vec<SegmentLeaderEpochEntry<'a>> = 0+;
        segment_size_in_bytes: i32 = 0+ means Size;
        custom_metadata: Option<Bytes<'a>> = 0+ nullable (0+) default (null);
        remote_log_segment_state: i8 = 0+ means RemoteLogSegmentState;
        txn_index_empty: bool = 0+ tag 0;
    }
    RemoteLogSegmentIdEntry {
        topic_id_partition: TopicIdPartitionEntry<'a> = 0+;
        id: Uuid = 0+;
    }
    TopicIdPartitionEntry {
        name: Str<'a> = 0+;
        id: Uuid = 0+ means TopicId;
        partition: i32 = 0+;
    }
    SegmentLeaderEpochEntry {
        leader_epoch: i32 = 0+ means LeaderEpoch;
        offset: i64 = 0+ means Offset;
    }
}

crate::schema! {
    mod share_snapshot_value: CoordinatorValue 0, versions 0-0, current 0-0, flexible (0+), unstable ();
    ShareSnapshotValue {
        snapshot_epoch: i32 = 0+;
        state_epoch: i32 = 0+;
        leader_epoch: i32 = 0+ means LeaderEpoch;
        start_offset: i64 = 0+ means ShareStartOffset;
        delivery_complete_count: i32 = 0+ tag 0 default (-1) means UnknownOrNumber;
        create_timestamp: i64 = 0+ means Timestamp;
        write_timestamp: i64 = 0+ means Timestamp;
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
    mod transaction_log_value: CoordinatorValue 0, versions 0-1, current 0-1, flexible (1+), unstable ();
    TransactionLogValue {
        producer_id: i64 = 0+ means ProducerId;
        previous_producer_id: i64 = 1+ tag 0 default (-1) means ProducerId;
        next_producer_id: i64 = 1+ tag 1 default (-1) means ProducerId;
        producer_epoch: i16 = 0+ means ProducerEpoch;
        client_transaction_version: i16 = 1+ tag 2 means TransactionVersion;
        transaction_timeout_ms: i32 = 0+ means Millis;
        transaction_status: i8 = 0+ means TransactionState;
        transaction_partitions: Option<Vec<PartitionsSchema<'a>>> = 0+ nullable (0+);
        transaction_last_update_timestamp_ms: i64 = 0+ means Timestamp;
        transaction_start_timestamp_ms: i64 = 0+ means Timestamp;
        next_producer_epoch: i16 = 1+ tag 3 default (-1) means ProducerEpoch;
    }
    PartitionsSchema {
        topic: Str<'a> = 0+;
        partition_ids: Array<'a, i32> = 0+;
    }
}

crate::schema! {
    mod share_update_key: CoordinatorKey 1, versions 0-0, current 0-0, flexible (), unstable ();
    ShareUpdateKey {
        group_id: Str<'a> = 0+;
        topic_id: Uuid = 0+ means TopicId;
        partition: i32 = 0+;
    }
}

crate::schema! {
    mod remote_log_segment_metadata_update_record: Metadata 1, versions 0-0, current 0-0, flexible (0+), unstable ();
    RemoteLogSegmentMetadataUpdateRecord {
        remote_log_segment_id: RemoteLogSegmentIdEntry<'a> = 0+;
        broker_id: i32 = 0+ means BrokerId;
        event_timestamp_ms: i64 = 0+ means Timestamp;
        custom_metadata: Option<Bytes<'a>> = 0+ nullable (0+) default (null);
        remote_log_segment_state: i8 = 0+ means RemoteLogSegmentState;
    }
    RemoteLogSegmentIdEntry {
        topic_id_partition: TopicIdPartitionEntry<'a> = 0+;
        id: Uuid = 0+;
    }
    TopicIdPartitionEntry {
        name: Str<'a> = 0+;
        id: Uuid = 0+ means TopicId;
        partition: i32 = 0+;
    }
}

crate::schema! {
    mod share_update_value: CoordinatorValue 1, versions 0-0, current 0-0, flexible (0+), unstable ();
    ShareUpdateValue {
        snapshot_epoch: i32 = 0+;
        leader_epoch: i32 = 0+ means LeaderEpoch;
        start_offset: i64 = 0+ means ShareStartChange;
        delivery_complete_count: i32 = 0+ tag 0 default (-1) means UnknownOrNumber;
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
    mod remote_partition_delete_metadata_record: Metadata 2, versions 0-0, current 0-0, flexible (0+), unstable ();
    RemotePartitionDeleteMetadataRecord {
        topic_id_partition: TopicIdPartitionEntry<'a> = 0+;
        broker_id: i32 = 0+ means BrokerId;
        event_timestamp_ms: i64 = 0+ means Timestamp;
        remote_partition_delete_state: i8 = 0+ means RemotePartitionDeleteState;
    }
    TopicIdPartitionEntry {
        name: Str<'a> = 0+;
        id: Uuid = 0+ means TopicId;
        partition: i32 = 0+;
    }
}

crate::schema! {
    mod remote_log_segment_metadata_snapshot_record: Metadata 3, versions 0-0, current 0-0, flexible (0+), unstable ();
    RemoteLogSegmentMetadataSnapshotRecord {
        segment_id: Uuid = 0+;
        start_offset: i64 = 0+ means Offset;
        end_offset: i64 = 0+ means Offset;
        broker_id: i32 = 0+ means BrokerId;
        max_timestamp_ms: i64 = 0+ means Timestamp;
        event_timestamp_ms: i64 = 0+ means Timestamp;
        segment_leader_epochs: Vec<SegmentLeaderEpochEntry<'a>> = 0+;
        segment_size_in_bytes: i32 = 0+ means Size;
        custom_metadata: Option<Bytes<'a>> = 0+ nullable (0+) default (null);
        remote_log_segment_state: i8 = 0+ means RemoteLogSegmentState;
        txn_index_empty: bool = 0+ tag 0;
    }
    SegmentLeaderEpochEntry {
        leader_epoch: i32 = 0+ means LeaderEpoch;
        offset: i64 = 0+ means Offset;
    }
}
