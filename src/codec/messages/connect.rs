//! What Connect workers tell each other through the group coordinator, behind an int16 version:
//! `ConnectProtocol` (0) and `IncrementalCooperativeConnectProtocol` (1 and 2, KIP-415, KIP-507).
//! Kafka has no schema files of these; versions 1 and 2 look alike.

crate::schema! {
    mod connect_metadata: Data -1, versions 0-2, current 0-2, flexible (), unstable ();
    ConnectMetadata {
        url: Str<'a> = 0+;
        config_offset: i64 = 0+ means Offset;
        allocation: Option<Bytes<'a>> = 1+ nullable (1+) means ConnectAssignment;
    }
}

crate::schema! {
    mod connect_assignment: Data -1, versions 0-2, current 0-2, flexible (), unstable ();
    ConnectAssignment {
        error: i16 = 0+ means ConnectError;
        leader: Str<'a> = 0+;
        leader_url: Str<'a> = 0+;
        config_offset: i64 = 0+ means Offset;
        assignment: Option<Vec<ConnectorTasks<'a>>> = 0+ nullable (1+);
        revoked: Option<Vec<ConnectorTasks<'a>>> = 1+ nullable (1+);
        delay: i32 = 1+ means Millis;
    }
    ConnectorTasks {
        connector: Str<'a> = 0+;
        tasks: Array<'a, i32> = 0+;
    }
}
