//! The records of the KRaft metadata log.

crate::schema! {
    mod register_broker_record: Metadata 0, versions 0-4, current 0-4, flexible (0+), unstable ();
    RegisterBrokerRecord {
        broker_id: i32 = 0+ means BrokerId;
        is_migrating_zk_broker: bool = 2+;
        incarnation_id: Uuid = 0+;
        broker_epoch: i64 = 0+ means BrokerEpoch;
        end_points: Vec<BrokerEndpoint<'a>> = 0+;
        features: Vec<BrokerFeature<'a>> = 0+;
        rack: Option<Str<'a>> = 0+ nullable (0+);
        fenced: bool = 0+ default (true);
        in_controlled_shutdown: bool = 1+;
        log_dirs: Array<'a, Uuid> = 3+ tag 0 means DirectoryId;
        cordoned_log_dirs: Option<Array<'a, Uuid>> = 4+ tag 1 nullable (4+) default (null) means DirectoryId;
    }
    BrokerEndpoint {
        name: Str<'a> = 0+;
        host: Str<'a> = 0+;
        port: u16 = 0+;
        security_protocol: i16 = 0+ means SecurityProtocol;
    }
    BrokerFeature {
        name: Str<'a> = 0+;
        min_supported_version: i16 = 0+;
        max_supported_version: i16 = 0+;
    }
}

crate::schema! {
    mod unregister_broker_record: Metadata 1, versions 0-0, current 0-0, flexible (0+), unstable ();
    UnregisterBrokerRecord {
        broker_id: i32 = 0+ means BrokerId;
        broker_epoch: i64 = 0+ means BrokerEpoch;
    }
}

crate::schema! {
    mod topic_record: Metadata 2, versions 0-0, current 0-0, flexible (0+), unstable ();
    TopicRecord {
        name: Str<'a> = 0+;
        topic_id: Uuid = 0+ means TopicId;
    }
}

crate::schema! {
    mod partition_record: Metadata 3, versions 0-2, current 0-2, flexible (0+), unstable ();
    PartitionRecord {
        partition_id: i32 = 0+ default (-1);
        topic_id: Uuid = 0+ means TopicId;
        replicas: Array<'a, i32> = 0+ means BrokerId;
        isr: Array<'a, i32> = 0+ means BrokerId;
        removing_replicas: Array<'a, i32> = 0+ means BrokerId;
        adding_replicas: Array<'a, i32> = 0+ means BrokerId;
        leader: i32 = 0+ default (-1) means BrokerId;
        leader_recovery_state: i8 = 0+ tag 0 means LeaderRecoveryState;
        leader_epoch: i32 = 0+ default (-1) means LeaderEpoch;
        partition_epoch: i32 = 0+ default (-1);
        directories: Array<'a, Uuid> = 1+ means DirectoryId;
        eligible_leader_replicas: Option<Array<'a, i32>> = 2+ tag 1 nullable (2+) default (null) means BrokerId;
        last_known_elr: Option<Array<'a, i32>> = 2+ tag 2 nullable (2+) default (null) means BrokerId;
    }
}

crate::schema! {
    mod config_record: Metadata 4, versions 0-0, current 0-0, flexible (0+), unstable ();
    ConfigRecord {
        resource_type: i8 = 0+ means ConfigResourceType;
        resource_name: Str<'a> = 0+;
        name: Str<'a> = 0+;
        value: Option<Str<'a>> = 0+ nullable (0+) means ConfigValue;
    }
}

crate::schema! {
    mod partition_change_record: Metadata 5, versions 0-2, current 0-2, flexible (0+), unstable ();
    PartitionChangeRecord {
        partition_id: i32 = 0+ default (-1);
        topic_id: Uuid = 0+ means TopicId;
        isr: Option<Array<'a, i32>> = 0+ tag 0 nullable (0+) default (null) means BrokerId;
        leader: i32 = 0+ tag 1 default (-2) means LeaderChange;
        replicas: Option<Array<'a, i32>> = 0+ tag 2 nullable (0+) default (null) means BrokerId;
        removing_replicas: Option<Array<'a, i32>> = 0+ tag 3 nullable (0+) default (null) means BrokerId;
        adding_replicas: Option<Array<'a, i32>> = 0+ tag 4 nullable (0+) default (null) means BrokerId;
        leader_recovery_state: i8 = 0+ tag 5 default (-1) means LeaderRecoveryState;
        eligible_leader_replicas: Option<Array<'a, i32>> = 2+ tag 6 nullable (2+) default (null) means BrokerId;
        last_known_elr: Option<Array<'a, i32>> = 2+ tag 7 nullable (2+) default (null) means BrokerId;
        directories: Option<Array<'a, Uuid>> = 1+ tag 8 nullable (1+) default (null) means DirectoryId;
    }
}

crate::schema! {
    mod fence_broker_record: Metadata 7, versions 0-0, current 0-0, flexible (0+), unstable ();
    FenceBrokerRecord {
        id: i32 = 0+ means BrokerId;
        epoch: i64 = 0+ means BrokerEpoch;
    }
}

crate::schema! {
    mod unfence_broker_record: Metadata 8, versions 0-0, current 0-0, flexible (0+), unstable ();
    UnfenceBrokerRecord {
        id: i32 = 0+ means BrokerId;
        epoch: i64 = 0+ means BrokerEpoch;
    }
}

crate::schema! {
    mod remove_topic_record: Metadata 9, versions 0-0, current 0-0, flexible (0+), unstable ();
    RemoveTopicRecord {
        topic_id: Uuid = 0+ means TopicId;
    }
}

crate::schema! {
    mod delegation_token_record: Metadata 10, versions 0-0, current 0-0, flexible (0+), unstable ();
    DelegationTokenRecord {
        owner: Str<'a> = 0+;
        requester: Str<'a> = 0+;
        renewers: Vec<Str<'a>> = 0+;
        issue_timestamp: i64 = 0+ means Timestamp;
        max_timestamp: i64 = 0+ means Timestamp;
        expiration_timestamp: i64 = 0+ means Timestamp;
        token_id: Str<'a> = 0+;
    }
}

crate::schema! {
    mod user_scram_credential_record: Metadata 11, versions 0-0, current 0-0, flexible (0+), unstable ();
    UserScramCredentialRecord {
        name: Str<'a> = 0+;
        mechanism: i8 = 0+ means ScramMechanism;
        salt: Bytes<'a> = 0+ means Secret;
        stored_key: Bytes<'a> = 0+ means Secret;
        server_key: Bytes<'a> = 0+ means Secret;
        iterations: i32 = 0+;
    }
}

crate::schema! {
    mod feature_level_record: Metadata 12, versions 0-0, current 0-0, flexible (0+), unstable ();
    FeatureLevelRecord {
        name: Str<'a> = 0+;
        feature_level: i16 = 0+ means FeatureLevel;
    }
}

crate::schema! {
    mod client_quota_record: Metadata 14, versions 0-0, current 0-0, flexible (0+), unstable ();
    ClientQuotaRecord {
        entity: Vec<EntityData<'a>> = 0+;
        key: Str<'a> = 0+;
        value: f64 = 0+;
        remove: bool = 0+;
    }
    EntityData {
        entity_type: Str<'a> = 0+;
        entity_name: Option<Str<'a>> = 0+ nullable (0+);
    }
}

crate::schema! {
    mod producer_ids_record: Metadata 15, versions 0-0, current 0-0, flexible (0+), unstable ();
    ProducerIdsRecord {
        broker_id: i32 = 0+ means BrokerId;
        broker_epoch: i64 = 0+ default (-1) means BrokerEpoch;
        next_producer_id: i64 = 0+ means ProducerId;
    }
}

crate::schema! {
    mod broker_registration_change_record: Metadata 17, versions 0-3, current 0-3, flexible (0+), unstable ();
    BrokerRegistrationChangeRecord {
        broker_id: i32 = 0+ means BrokerId;
        broker_epoch: i64 = 0+ means BrokerEpoch;
        fenced: i8 = 0+ tag 0 means FencingChange;
        in_controlled_shutdown: i8 = 1+ tag 1 means ControlledShutdownChange;
        log_dirs: Array<'a, Uuid> = 2+ tag 2 means DirectoryId;
        cordoned_log_dirs: Option<Array<'a, Uuid>> = 3+ tag 3 nullable (3+) default (null) means DirectoryId;
    }
}

crate::schema! {
    mod access_control_entry_record: Metadata 18, versions 0-0, current 0-0, flexible (0+), unstable ();
    AccessControlEntryRecord {
        id: Uuid = 0+;
        resource_type: i8 = 0+ means AclResourceType;
        resource_name: Str<'a> = 0+;
        pattern_type: i8 = 0+ means PatternType;
        principal: Str<'a> = 0+;
        host: Str<'a> = 0+;
        operation: i8 = 0+ means AclOperation;
        permission_type: i8 = 0+ means PermissionType;
    }
}

crate::schema! {
    mod remove_access_control_entry_record: Metadata 19, versions 0-0, current 0-0, flexible (0+), unstable ();
    RemoveAccessControlEntryRecord {
        id: Uuid = 0+;
    }
}

crate::schema! {
    mod no_op_record: Metadata 20, versions 0-0, current 0-0, flexible (0+), unstable ();
    NoOpRecord {
    }
}

crate::schema! {
    mod zk_migration_state_record: Metadata 21, versions 0-0, current 0-0, flexible (0+), unstable ();
    ZkMigrationStateRecord {
        zk_migration_state: i8 = 0+ means ZkMigrationState;
    }
}

crate::schema! {
    mod remove_user_scram_credential_record: Metadata 22, versions 0-0, current 0-0, flexible (0+), unstable ();
    RemoveUserScramCredentialRecord {
        name: Str<'a> = 0+;
        mechanism: i8 = 0+ means ScramMechanism;
    }
}

crate::schema! {
    mod begin_transaction_record: Metadata 23, versions 0-0, current 0-0, flexible (0+), unstable ();
    BeginTransactionRecord {
        name: Option<Str<'a>> = 0+ tag 0 nullable (0+) default (null);
    }
}

crate::schema! {
    mod end_transaction_record: Metadata 24, versions 0-0, current 0-0, flexible (0+), unstable ();
    EndTransactionRecord {
    }
}

crate::schema! {
    mod abort_transaction_record: Metadata 25, versions 0-0, current 0-0, flexible (0+), unstable ();
    AbortTransactionRecord {
        reason: Option<Str<'a>> = 0+ tag 0 nullable (0+) default (null);
    }
}

crate::schema! {
    mod remove_delegation_token_record: Metadata 26, versions 0-0, current 0-0, flexible (0+), unstable ();
    RemoveDelegationTokenRecord {
        token_id: Str<'a> = 0+;
    }
}

crate::schema! {
    mod register_controller_record: Metadata 27, versions 0-0, current 0-0, flexible (0+), unstable ();
    RegisterControllerRecord {
        controller_id: i32 = 0+ means BrokerId;
        incarnation_id: Uuid = 0+;
        zk_migration_ready: bool = 0+;
        end_points: Vec<ControllerEndpoint<'a>> = 0+;
        features: Vec<ControllerFeature<'a>> = 0+;
    }
    ControllerEndpoint {
        name: Str<'a> = 0+;
        host: Str<'a> = 0+;
        port: u16 = 0+;
        security_protocol: i16 = 0+ means SecurityProtocol;
    }
    ControllerFeature {
        name: Str<'a> = 0+;
        min_supported_version: i16 = 0+;
        max_supported_version: i16 = 0+;
    }
}

crate::schema! {
    mod clear_elr_record: Metadata 28, versions 0-0, current 0-0, flexible (0+), unstable ();
    ClearElrRecord {
        topic_name: Str<'a> = 0+;
    }
}

crate::schema! {
    mod unregister_controller_record: Metadata 29, versions 0-0, current 0-0, flexible (0+), unstable ();
    UnregisterControllerRecord {
        controller_id: i32 = 0+ means BrokerId;
    }
}
