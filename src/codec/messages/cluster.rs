//! What brokers and controllers say to one another, those of the ZooKeeper time included.

crate::schema! {
    mod leader_and_isr_request: Request 4, versions 0-7, current 1-0, flexible (4+), unstable ();
    LeaderAndIsrRequest {
        controller_id: i32 = 0+ means BrokerId;
        is_k_raft_controller: bool = 7+;
        controller_epoch: i32 = 0+;
        broker_epoch: i64 = 2+ default (-1) [ignorable] means BrokerEpoch;
        r#type: i8 = 5+ means UpdateType;
        ungrouped_partition_states: Vec<LeaderAndIsrPartitionState<'a>> = 0-1;
        topic_states: Vec<LeaderAndIsrTopicState<'a>> = 2+;
        live_leaders: Vec<LeaderAndIsrLiveLeader<'a>> = 0+;
    }
    LeaderAndIsrPartitionState {
        topic_name: Str<'a> = 0-1 [ignorable];
        partition_index: i32 = 0+;
        controller_epoch: i32 = 0+;
        leader: i32 = 0+ means LeaderOrDeletion;
        leader_epoch: i32 = 0+ means LeaderEpoch;
        isr: Array<'a, i32> = 0+ means BrokerId;
        partition_epoch: i32 = 0+;
        replicas: Array<'a, i32> = 0+ means BrokerId;
        adding_replicas: Array<'a, i32> = 3+ [ignorable] means BrokerId;
        removing_replicas: Array<'a, i32> = 3+ [ignorable] means BrokerId;
        is_new: bool = 1+ [ignorable];
        leader_recovery_state: i8 = 6+ means LeaderRecoveryState;
    }
    LeaderAndIsrTopicState {
        topic_name: Str<'a> = 2+;
        topic_id: Uuid = 5+ [ignorable] means TopicId;
        partition_states: Vec<LeaderAndIsrPartitionState<'a>> = 2+;
    }
    LeaderAndIsrLiveLeader {
        broker_id: i32 = 0+ means BrokerId;
        host_name: Str<'a> = 0+;
        port: i32 = 0+;
    }
}

crate::schema! {
    mod leader_and_isr_response: Response 4, versions 0-7, current 1-0, flexible (4+), unstable ();
    LeaderAndIsrResponse {
        error_code: i16 = 0+ means ErrorCode;
        partition_errors: Vec<LeaderAndIsrPartitionError<'a>> = 0-4;
        topics: Vec<LeaderAndIsrTopicError<'a>> = 5+;
    }
    LeaderAndIsrPartitionError {
        topic_name: Str<'a> = 0-4 [ignorable];
        partition_index: i32 = 0+;
        error_code: i16 = 0+ means ErrorCode;
    }
    LeaderAndIsrTopicError {
        topic_id: Uuid = 5+ means TopicId;
        partition_errors: Vec<LeaderAndIsrPartitionError<'a>> = 5+;
    }
}

crate::schema! {
    mod stop_replica_request: Request 5, versions 0-4, current 1-0, flexible (2+), unstable ();
    StopReplicaRequest {
        controller_id: i32 = 0+ means BrokerId;
        is_k_raft_controller: bool = 4+;
        controller_epoch: i32 = 0+;
        broker_epoch: i64 = 1+ default (-1) [ignorable] means BrokerEpoch;
        delete_partitions: bool = 0-2;
        ungrouped_partitions: Vec<StopReplicaPartitionV0<'a>> = 0-0;
        topics: Vec<StopReplicaTopicV1<'a>> = 1-2;
        topic_states: Vec<StopReplicaTopicState<'a>> = 3+;
    }
    StopReplicaPartitionV0 {
        topic_name: Str<'a> = 0-0;
        partition_index: i32 = 0-0;
    }
    StopReplicaTopicV1 {
        name: Str<'a> = 1-2;
        partition_indexes: Array<'a, i32> = 1-2;
    }
    StopReplicaTopicState {
        topic_name: Str<'a> = 3+;
        partition_states: Vec<StopReplicaPartitionState<'a>> = 3+;
    }
    StopReplicaPartitionState {
        partition_index: i32 = 3+;
        leader_epoch: i32 = 3+ default (-1) means LeaderEpochOrDeletion;
        delete_partition: bool = 3+;
    }
}

crate::schema! {
    mod stop_replica_response: Response 5, versions 0-4, current 1-0, flexible (2+), unstable ();
    StopReplicaResponse {
        error_code: i16 = 0+ means ErrorCode;
        partition_errors: Vec<StopReplicaPartitionError<'a>> = 0+;
    }
    StopReplicaPartitionError {
        topic_name: Str<'a> = 0+;
        partition_index: i32 = 0+;
        error_code: i16 = 0+ means ErrorCode;
    }
}

crate::schema! {
    mod update_metadata_request: Request 6, versions 0-8, current 1-0, flexible (6+), unstable ();
    UpdateMetadataRequest {
        controller_id: i32 = 0+ means BrokerId;
        is_k_raft_controller: bool = 8+;
        r#type: i8 = 8+ tag 0 means UpdateType;
        controller_epoch: i32 = 0+;
        broker_epoch: i64 = 5+ default (-1) [ignorable] means BrokerEpoch;
        ungrouped_partition_states: Vec<UpdateMetadataPartitionState<'a>> = 0-4;
        topic_states: Vec<UpdateMetadataTopicState<'a>> = 5+;
        live_brokers: Vec<UpdateMetadataBroker<'a>> = 0+;
    }
    UpdateMetadataPartitionState {
        topic_name: Str<'a> = 0-4 [ignorable];
        partition_index: i32 = 0+;
        controller_epoch: i32 = 0+;
        leader: i32 = 0+ means LeaderOrDeletion;
        leader_epoch: i32 = 0+ means LeaderEpoch;
        isr: Array<'a, i32> = 0+ means BrokerId;
        zk_version: i32 = 0+;
        replicas: Array<'a, i32> = 0+ means BrokerId;
        offline_replicas: Array<'a, i32> = 4+ [ignorable] means BrokerId;
    }
    UpdateMetadataTopicState {
        topic_name: Str<'a> = 5+;
        topic_id: Uuid = 7+ [ignorable] means TopicId;
        partition_states: Vec<UpdateMetadataPartitionState<'a>> = 5+;
    }
    UpdateMetadataBroker {
        id: i32 = 0+ means BrokerId;
        v0_host: Str<'a> = 0-0 [ignorable];
        v0_port: i32 = 0-0 [ignorable];
        endpoints: Vec<UpdateMetadataEndpoint<'a>> = 1+ [ignorable];
        rack: Option<Str<'a>> = 2+ nullable (2+) [ignorable];
    }
    UpdateMetadataEndpoint {
        port: i32 = 1+;
        host: Str<'a> = 1+;
        listener: Str<'a> = 3+ [ignorable];
        security_protocol: i16 = 1+ means SecurityProtocol;
    }
}

crate::schema! {
    mod update_metadata_response: Response 6, versions 0-8, current 1-0, flexible (6+), unstable ();
    UpdateMetadataResponse {
        error_code: i16 = 0+ means ErrorCode;
    }
}

crate::schema! {
    mod controlled_shutdown_request: Request 7, versions 0-3, current 1-0, flexible (3+), unstable ();
    ControlledShutdownRequest {
        broker_id: i32 = 0+ means BrokerId;
        broker_epoch: i64 = 2+ default (-1) [ignorable] means BrokerEpoch;
    }
}

crate::schema! {
    mod controlled_shutdown_response: Response 7, versions 0-3, current 1-0, flexible (3+), unstable ();
    ControlledShutdownResponse {
        error_code: i16 = 0+ means ErrorCode;
        remaining_partitions: Vec<RemainingPartition<'a>> = 0+;
    }
    RemainingPartition {
        topic_name: Str<'a> = 0+;
        partition_index: i32 = 0+;
    }
}

crate::schema! {
    mod alter_partition_request: Request 56, versions 0-3, current 2-3, flexible (0+), unstable ();
    AlterPartitionRequest {
        broker_id: i32 = 0+ means BrokerId;
        broker_epoch: i64 = 0+ default (-1) means BrokerEpoch;
        topics: Vec<TopicData<'a>> = 0+;
    }
    TopicData {
        topic_id: Uuid = 2+ [ignorable] means TopicId;
        topic_name: Str<'a> = 0-1 [ignorable];
        partitions: Vec<PartitionData<'a>> = 0+;
    }
    PartitionData {
        partition_index: i32 = 0+;
        leader_epoch: i32 = 0+ means LeaderEpoch;
        new_isr: Array<'a, i32> = 0-2 means BrokerId;
        new_isr_with_epochs: Vec<BrokerState<'a>> = 3+;
        leader_recovery_state: i8 = 1+ means LeaderRecoveryState;
        partition_epoch: i32 = 0+;
    }
    BrokerState {
        broker_id: i32 = 3+ means BrokerId;
        broker_epoch: i64 = 3+ default (-1) means BrokerEpoch;
    }
}

crate::schema! {
    mod alter_partition_response: Response 56, versions 0-3, current 2-3, flexible (0+), unstable ();
    AlterPartitionResponse {
        throttle_time_ms: i32 = 0+ means Millis;
        error_code: i16 = 0+ means ErrorCode;
        topics: Vec<TopicData<'a>> = 0+;
    }
    TopicData {
        topic_id: Uuid = 2+ [ignorable] means TopicId;
        topic_name: Str<'a> = 0-1 [ignorable];
        partitions: Vec<PartitionData<'a>> = 0+;
    }
    PartitionData {
        partition_index: i32 = 0+;
        error_code: i16 = 0+ means ErrorCode;
        leader_id: i32 = 0+ means BrokerId;
        leader_epoch: i32 = 0+ means LeaderEpoch;
        isr: Array<'a, i32> = 0+ means BrokerId;
        leader_recovery_state: i8 = 1+ [ignorable] means LeaderRecoveryState;
        partition_epoch: i32 = 0+;
    }
}

crate::schema! {
    mod envelope_request: Request 58, versions 0-0, current 0-0, flexible (0+), unstable ();
    EnvelopeRequest {
        request_data: Bytes<'a> = 0+ means EnvelopedRequest;
        request_principal: Option<Bytes<'a>> = 0+ nullable (0+) means Principal;
        client_host_address: Bytes<'a> = 0+ means HostAddress;
    }
}

crate::schema! {
    mod envelope_response: Response 58, versions 0-0, current 0-0, flexible (0+), unstable ();
    EnvelopeResponse {
        response_data: Option<Bytes<'a>> = 0+ nullable (0+) default (null) means EnvelopedResponse;
        error_code: i16 = 0+ means ErrorCode;
    }
}

crate::schema! {
    mod broker_registration_request: Request 62, versions 0-4, current 0-4, flexible (0+), unstable ();
    BrokerRegistrationRequest {
        broker_id: i32 = 0+ means BrokerId;
        cluster_id: Str<'a> = 0+;
        incarnation_id: Uuid = 0+;
        listeners: Vec<Listener<'a>> = 0+;
        features: Vec<Feature<'a>> = 0+;
        rack: Option<Str<'a>> = 0+ nullable (0+);
        is_migrating_zk_broker: bool = 1+;
        log_dirs: Array<'a, Uuid> = 2+ [ignorable] means DirectoryId;
        previous_broker_epoch: i64 = 3+ default (-1) [ignorable] means BrokerEpoch;
    }
    Listener {
        name: Str<'a> = 0+;
        host: Str<'a> = 0+;
        port: u16 = 0+;
        security_protocol: i16 = 0+ means SecurityProtocol;
    }
    Feature {
        name: Str<'a> = 0+;
        min_supported_version: i16 = 0+;
        max_supported_version: i16 = 0+;
    }
}

crate::schema! {
    mod broker_registration_response: Response 62, versions 0-4, current 0-4, flexible (0+), unstable ();
    BrokerRegistrationResponse {
        throttle_time_ms: i32 = 0+ means Millis;
        error_code: i16 = 0+ means ErrorCode;
        broker_epoch: i64 = 0+ default (-1) means BrokerEpoch;
    }
}

crate::schema! {
    mod broker_heartbeat_request: Request 63, versions 0-2, current 0-2, flexible (0+), unstable ();
    BrokerHeartbeatRequest {
        broker_id: i32 = 0+ means BrokerId;
        broker_epoch: i64 = 0+ default (-1) means BrokerEpoch;
        current_metadata_offset: i64 = 0+;
        want_fence: bool = 0+;
        want_shut_down: bool = 0+;
        offline_log_dirs: Array<'a, Uuid> = 1+ tag 0 means DirectoryId;
        cordoned_log_dirs: Option<Array<'a, Uuid>> = 2+ tag 1 nullable (2+) default (null) means DirectoryId;
    }
}

crate::schema! {
    mod broker_heartbeat_response: Response 63, versions 0-2, current 0-2, flexible (0+), unstable ();
    BrokerHeartbeatResponse {
        throttle_time_ms: i32 = 0+ means Millis;
        error_code: i16 = 0+ means ErrorCode;
        is_caught_up: bool = 0+;
        is_fenced: bool = 0+ default (true);
        should_shut_down: bool = 0+;
    }
}

crate::schema! {
    mod unregister_broker_request: Request 64, versions 0-0, current 0-0, flexible (0+), unstable ();
    UnregisterBrokerRequest {
        broker_id: i32 = 0+ means BrokerId;
    }
}

crate::schema! {
    mod unregister_broker_response: Response 64, versions 0-0, current 0-0, flexible (0+), unstable ();
    UnregisterBrokerResponse {
        throttle_time_ms: i32 = 0+ means Millis;
        error_code: i16 = 0+ means ErrorCode;
        error_message: Option<Str<'a>> = 0+ nullable (0+);
    }
}

crate::schema! {
    mod controller_registration_request: Request 70, versions 0-0, current 0-0, flexible (0+), unstable ();
    ControllerRegistrationRequest {
        controller_id: i32 = 0+ means BrokerId;
        incarnation_id: Uuid = 0+;
        zk_migration_ready: bool = 0+;
        listeners: Vec<Listener<'a>> = 0+;
        features: Vec<Feature<'a>> = 0+;
    }
    Listener {
        name: Str<'a> = 0+;
        host: Str<'a> = 0+;
        port: u16 = 0+;
        security_protocol: i16 = 0+ means SecurityProtocol;
    }
    Feature {
        name: Str<'a> = 0+;
        min_supported_version: i16 = 0+;
        max_supported_version: i16 = 0+;
    }
}

crate::schema! {
    mod controller_registration_response: Response 70, versions 0-0, current 0-0, flexible (0+), unstable ();
    ControllerRegistrationResponse {
        throttle_time_ms: i32 = 0+ means Millis;
        error_code: i16 = 0+ means ErrorCode;
        error_message: Option<Str<'a>> = 0+ nullable (0+);
    }
}

crate::schema! {
    mod unregister_controller_request: Request 94, versions 0-0, current 0-0, flexible (0+), unstable ();
    UnregisterControllerRequest {
        controller_id: i32 = 0+ means BrokerId;
    }
}

crate::schema! {
    mod unregister_controller_response: Response 94, versions 0-0, current 0-0, flexible (0+), unstable ();
    UnregisterControllerResponse {
        throttle_time_ms: i32 = 0+ means Millis;
        error_code: i16 = 0+ means ErrorCode;
        error_message: Option<Str<'a>> = 0+ nullable (0+);
    }
}
