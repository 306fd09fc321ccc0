//! Embedded protocols, control records and files that have a schema.

crate::schema! {
    mod aborted_txn: Data -1, versions 0-0, current 0-0, flexible (), unstable ();
    AbortedTxn {
        producer_id: i64 = 0+ means ProducerId;
        first_offset: i64 = 0+;
        last_offset: i64 = 0+;
        last_stable_offset: i64 = 0+ means Offset;
    }
}

crate::schema! {
    mod consumer_protocol_assignment: Data -1, versions 0-3, current 0-3, flexible (), unstable ();
    ConsumerProtocolAssignment {
        assigned_partitions: Vec<TopicPartition<'a>> = 0+;
        user_data: Option<Bytes<'a>> = 0+ nullable (0+) default (null);
    }
    TopicPartition {
        topic: Str<'a> = 0+;
        partitions: Array<'a, i32> = 0+;
    }
}

crate::schema! {
    mod consumer_protocol_subscription: Data -1, versions 0-3, current 0-3, flexible (), unstable ();
    ConsumerProtocolSubscription {
        topics: Vec<Str<'a>> = 0+;
        user_data: Option<Bytes<'a>> = 0+ nullable (0+) default (null);
        owned_partitions: Vec<TopicPartition<'a>> = 1+ [ignorable];
        generation_id: i32 = 2+ default (-1) [ignorable] means Generation;
        rack_id: Option<Str<'a>> = 3+ nullable (3+) default (null) [ignorable];
    }
    TopicPartition {
        topic: Str<'a> = 1+;
        partitions: Array<'a, i32> = 1+;
    }
}

crate::schema! {
    mod control_record_type_schema: Data -1, versions 0-0, current 0-0, flexible (), unstable ();
    ControlRecordTypeSchema {
        r#type: i16 = 0+ means ControlType;
    }
}

crate::schema! {
    mod default_principal_data: Data -1, versions 0-0, current 0-0, flexible (0+), unstable ();
    DefaultPrincipalData {
        r#type: Str<'a> = 0+;
        name: Str<'a> = 0+;
        token_authenticated: bool = 0+;
    }
}

crate::schema! {
    mod end_txn_marker: Data -1, versions 0-0, current 0-0, flexible (), unstable ();
    EndTxnMarker {
        coordinator_epoch: i32 = 0+;
    }
}

crate::schema! {
    mod k_raft_version_record: Data -1, versions 0-0, current 0-0, flexible (0+), unstable ();
    KRaftVersionRecord {
        version: i16 = 0+;
        k_raft_version: i16 = 0+;
    }
}

crate::schema! {
    mod leader_change_message: Data -1, versions 0-1, current 0-1, flexible (0+), unstable ();
    LeaderChangeMessage {
        version: i16 = 0+;
        leader_id: i32 = 0+ means BrokerId;
        voters: Vec<Voter<'a>> = 0+;
        granting_voters: Vec<Voter<'a>> = 0+;
    }
    Voter {
        voter_id: i32 = 0+ means BrokerId;
        voter_directory_id: Uuid = 1+ means VoterDirectoryId;
    }
}

crate::schema! {
    mod producer_snapshot: Data -1, versions 1-1, current 1-1, flexible (), unstable ();
    ProducerSnapshot {
        crc: u32 = 1+;
        producer_entries: Vec<ProducerEntry<'a>> = 1+;
    }
    ProducerEntry {
        producer_id: i64 = 1+ means ProducerId;
        epoch: i16 = 1+ means ProducerEpoch;
        last_sequence: i32 = 1+ means Sequence;
        last_offset: i64 = 1+;
        offset_delta: i32 = 1+;
        timestamp: i64 = 1+ means Timestamp;
        coordinator_epoch: i32 = 1+;
        current_txn_first_offset: i64 = 1+ means OpenTransaction;
    }
}

crate::schema! {
    mod quorum_state_data: Data -1, versions 0-1, current 0-1, flexible (0+), unstable ();
    QuorumStateData {
        cluster_id: Str<'a> = 0-0;
        leader_id: i32 = 0+ default (-1) means BrokerId;
        leader_epoch: i32 = 0+ default (-1) means LeaderEpoch;
        voted_id: i32 = 0+ default (-1) means BrokerId;
        voted_directory_id: Uuid = 1+ means VoterDirectoryId;
        applied_offset: i64 = 0-0;
        current_voters: Option<Vec<Voter<'a>>> = 0-0 nullable (0-0);
    }
    Voter {
        voter_id: i32 = 0-0 means BrokerId;
    }
}

crate::schema! {
    mod snapshot_footer_record: Data -1, versions 0-0, current 0-0, flexible (0+), unstable ();
    SnapshotFooterRecord {
        version: i16 = 0+;
    }
}

crate::schema! {
    mod snapshot_header_record: Data -1, versions 0-0, current 0-0, flexible (0+), unstable ();
    SnapshotHeaderRecord {
        version: i16 = 0+;
        last_contained_log_timestamp: i64 = 0+ means Timestamp;
    }
}

crate::schema! {
    mod voters_record: Data -1, versions 0-0, current 0-0, flexible (0+), unstable ();
    VotersRecord {
        version: i16 = 0+;
        voters: Vec<Voter<'a>> = 0+;
    }
    Voter {
        voter_id: i32 = 0+ means BrokerId;
        voter_directory_id: Uuid = 0+ means VoterDirectoryId;
        endpoints: Vec<Endpoint<'a>> = 0+;
        k_raft_version_feature: KRaftVersionFeature<'a> = 0+;
    }
    Endpoint {
        name: Str<'a> = 0+;
        host: Str<'a> = 0+;
        port: u16 = 0+;
    }
    KRaftVersionFeature {
        min_supported_version: i16 = 0+;
        max_supported_version: i16 = 0+;
    }
}
