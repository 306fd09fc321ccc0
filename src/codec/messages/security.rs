//! Authentication, ACLs, delegation tokens, SCRAM credentials.

crate::schema! {
    mod sasl_handshake_request: Request 17, versions 0-1, current 0-1, flexible (), unstable ();
    SaslHandshakeRequest {
        mechanism: Str<'a> = 0+;
    }
}

crate::schema! {
    mod sasl_handshake_response: Response 17, versions 0-1, current 0-1, flexible (), unstable ();
    SaslHandshakeResponse {
        error_code: i16 = 0+ means ErrorCode;
        mechanisms: Vec<Str<'a>> = 0+;
    }
}

crate::schema! {
    mod describe_acls_request: Request 29, versions 0-3, current 1-3, flexible (2+), unstable ();
    DescribeAclsRequest {
        resource_type_filter: i8 = 0+ means AclResourceType;
        resource_name_filter: Option<Str<'a>> = 0+ nullable (0+);
        pattern_type_filter: i8 = 1+ default (3) means PatternType;
        principal_filter: Option<Str<'a>> = 0+ nullable (0+);
        host_filter: Option<Str<'a>> = 0+ nullable (0+);
        operation: i8 = 0+ means AclOperation;
        permission_type: i8 = 0+ means PermissionType;
    }
}

crate::schema! {
    mod describe_acls_response: Response 29, versions 0-3, current 1-3, flexible (2+), unstable ();
    DescribeAclsResponse {
        throttle_time_ms: i32 = 0+ means Millis;
        error_code: i16 = 0+ means ErrorCode;
        error_message: Option<Str<'a>> = 0+ nullable (0+);
        resources: Vec<DescribeAclsResource<'a>> = 0+;
    }
    DescribeAclsResource {
        resource_type: i8 = 0+ means AclResourceType;
        resource_name: Str<'a> = 0+;
        pattern_type: i8 = 1+ default (3) means PatternType;
        acls: Vec<AclDescription<'a>> = 0+;
    }
    AclDescription {
        principal: Str<'a> = 0+;
        host: Str<'a> = 0+;
        operation: i8 = 0+ means AclOperation;
        permission_type: i8 = 0+ means PermissionType;
    }
}

crate::schema! {
    mod create_acls_request: Request 30, versions 0-3, current 1-3, flexible (2+), unstable ();
    CreateAclsRequest {
        creations: Vec<AclCreation<'a>> = 0+;
    }
    AclCreation {
        resource_type: i8 = 0+ means AclResourceType;
        resource_name: Str<'a> = 0+;
        resource_pattern_type: i8 = 1+ default (3) means PatternType;
        principal: Str<'a> = 0+;
        host: Str<'a> = 0+;
        operation: i8 = 0+ means AclOperation;
        permission_type: i8 = 0+ means PermissionType;
    }
}

crate::schema! {
    mod create_acls_response: Response 30, versions 0-3, current 1-3, flexible (2+), unstable ();
    CreateAclsResponse {
        throttle_time_ms: i32 = 0+ means Millis;
        results: Vec<AclCreationResult<'a>> = 0+;
    }
    AclCreationResult {
        error_code: i16 = 0+ means ErrorCode;
        error_message: Option<Str<'a>> = 0+ nullable (0+);
    }
}

crate::schema! {
    mod delete_acls_request: Request 31, versions 0-3, current 1-3, flexible (2+), unstable ();
    DeleteAclsRequest {
        filters: Vec<DeleteAclsFilter<'a>> = 0+;
    }
    DeleteAclsFilter {
        resource_type_filter: i8 = 0+ means AclResourceType;
        resource_name_filter: Option<Str<'a>> = 0+ nullable (0+);
        pattern_type_filter: i8 = 1+ default (3) means PatternType;
        principal_filter: Option<Str<'a>> = 0+ nullable (0+);
        host_filter: Option<Str<'a>> = 0+ nullable (0+);
        operation: i8 = 0+ means AclOperation;
        permission_type: i8 = 0+ means PermissionType;
    }
}

crate::schema! {
    mod delete_acls_response: Response 31, versions 0-3, current 1-3, flexible (2+), unstable ();
    DeleteAclsResponse {
        throttle_time_ms: i32 = 0+ means Millis;
        filter_results: Vec<DeleteAclsFilterResult<'a>> = 0+;
    }
    DeleteAclsFilterResult {
        error_code: i16 = 0+ means ErrorCode;
        error_message: Option<Str<'a>> = 0+ nullable (0+);
        matching_acls: Vec<DeleteAclsMatchingAcl<'a>> = 0+;
    }
    DeleteAclsMatchingAcl {
        error_code: i16 = 0+ means ErrorCode;
        error_message: Option<Str<'a>> = 0+ nullable (0+);
        resource_type: i8 = 0+ means AclResourceType;
        resource_name: Str<'a> = 0+;
        pattern_type: i8 = 1+ default (3) means PatternType;
        principal: Str<'a> = 0+;
        host: Str<'a> = 0+;
        operation: i8 = 0+ means AclOperation;
        permission_type: i8 = 0+ means PermissionType;
    }
}

crate::schema! {
    mod sasl_authenticate_request: Request 36, versions 0-2, current 0-2, flexible (2+), unstable ();
    SaslAuthenticateRequest {
        auth_bytes: Bytes<'a> = 0+ means Sasl;
    }
}

crate::schema! {
    mod sasl_authenticate_response: Response 36, versions 0-2, current 0-2, flexible (2+), unstable ();
    SaslAuthenticateResponse {
        error_code: i16 = 0+ means ErrorCode;
        error_message: Option<Str<'a>> = 0+ nullable (0+);
        auth_bytes: Bytes<'a> = 0+ means Sasl;
        session_lifetime_ms: i64 = 1+ [ignorable] means SessionLifetime;
    }
}

crate::schema! {
    mod create_delegation_token_request: Request 38, versions 0-3, current 1-3, flexible (2+), unstable ();
    CreateDelegationTokenRequest {
        owner_principal_type: Option<Str<'a>> = 3+ nullable (3+);
        owner_principal_name: Option<Str<'a>> = 3+ nullable (3+);
        renewers: Vec<CreatableRenewers<'a>> = 0+;
        max_lifetime_ms: i64 = 0+ means MillisOrDefault;
    }
    CreatableRenewers {
        principal_type: Str<'a> = 0+;
        principal_name: Str<'a> = 0+;
    }
}

crate::schema! {
    mod create_delegation_token_response: Response 38, versions 0-3, current 1-3, flexible (2+), unstable ();
    CreateDelegationTokenResponse {
        error_code: i16 = 0+ means ErrorCode;
        principal_type: Str<'a> = 0+;
        principal_name: Str<'a> = 0+;
        token_requester_principal_type: Str<'a> = 3+;
        token_requester_principal_name: Str<'a> = 3+;
        issue_timestamp_ms: i64 = 0+ means Timestamp;
        expiry_timestamp_ms: i64 = 0+ means Timestamp;
        max_timestamp_ms: i64 = 0+ means Timestamp;
        token_id: Str<'a> = 0+;
        hmac: Bytes<'a> = 0+ means Secret;
        throttle_time_ms: i32 = 0+ means Millis;
    }
}

crate::schema! {
    mod renew_delegation_token_request: Request 39, versions 0-2, current 1-2, flexible (2+), unstable ();
    RenewDelegationTokenRequest {
        hmac: Bytes<'a> = 0+ means Secret;
        renew_period_ms: i64 = 0+ means MillisOrDefault;
    }
}

crate::schema! {
    mod renew_delegation_token_response: Response 39, versions 0-2, current 1-2, flexible (2+), unstable ();
    RenewDelegationTokenResponse {
        error_code: i16 = 0+ means ErrorCode;
        expiry_timestamp_ms: i64 = 0+ means Timestamp;
        throttle_time_ms: i32 = 0+ means Millis;
    }
}

crate::schema! {
    mod expire_delegation_token_request: Request 40, versions 0-2, current 1-2, flexible (2+), unstable ();
    ExpireDelegationTokenRequest {
        hmac: Bytes<'a> = 0+ means Secret;
        expiry_time_period_ms: i64 = 0+ means ExpiryPeriod;
    }
}

crate::schema! {
    mod expire_delegation_token_response: Response 40, versions 0-2, current 1-2, flexible (2+), unstable ();
    ExpireDelegationTokenResponse {
        error_code: i16 = 0+ means ErrorCode;
        expiry_timestamp_ms: i64 = 0+ means Timestamp;
        throttle_time_ms: i32 = 0+ means Millis;
    }
}

crate::schema! {
    mod describe_delegation_token_request: Request 41, versions 0-3, current 1-3, flexible (2+), unstable ();
    DescribeDelegationTokenRequest {
        owners: Option<Vec<DescribeDelegationTokenOwner<'a>>> = 0+ nullable (0+);
    }
    DescribeDelegationTokenOwner {
        principal_type: Str<'a> = 0+;
        principal_name: Str<'a> = 0+;
    }
}

crate::schema! {
    mod describe_delegation_token_response: Response 41, versions 0-3, current 1-3, flexible (2+), unstable ();
    DescribeDelegationTokenResponse {
        error_code: i16 = 0+ means ErrorCode;
        tokens: Vec<DescribedDelegationToken<'a>> = 0+;
        throttle_time_ms: i32 = 0+ means Millis;
    }
    DescribedDelegationToken {
        principal_type: Str<'a> = 0+;
        principal_name: Str<'a> = 0+;
        token_requester_principal_type: Str<'a> = 3+;
        token_requester_principal_name: Str<'a> = 3+;
        issue_timestamp: i64 = 0+ means Timestamp;
        expiry_timestamp: i64 = 0+ means Timestamp;
        max_timestamp: i64 = 0+ means Timestamp;
        token_id: Str<'a> = 0+;
        hmac: Bytes<'a> = 0+ means Secret;
        renewers: Vec<DescribedDelegationTokenRenewer<'a>> = 0+;
    }
    DescribedDelegationTokenRenewer {
        principal_type: Str<'a> = 0+;
        principal_name: Str<'a> = 0+;
    }
}

crate::schema! {
    mod describe_user_scram_credentials_request: Request 50, versions 0-0, current 0-0, flexible (0+), unstable ();
    DescribeUserScramCredentialsRequest {
        users: Option<Vec<UserName<'a>>> = 0+ nullable (0+);
    }
    UserName {
        name: Str<'a> = 0+;
    }
}

crate::schema! {
    mod describe_user_scram_credentials_response: Response 50, versions 0-0, current 0-0, flexible (0+), unstable ();
    DescribeUserScramCredentialsResponse {
        throttle_time_ms: i32 = 0+ means Millis;
        error_code: i16 = 0+ means ErrorCode;
        error_message: Option<Str<'a>> = 0+ nullable (0+);
        results: Vec<DescribeUserScramCredentialsResult<'a>> = 0+;
    }
    DescribeUserScramCredentialsResult {
        user: Str<'a> = 0+;
        error_code: i16 = 0+ means ErrorCode;
        error_message: Option<Str<'a>> = 0+ nullable (0+);
        credential_infos: Vec<CredentialInfo<'a>> = 0+;
    }
    CredentialInfo {
        mechanism: i8 = 0+ means ScramMechanism;
        iterations: i32 = 0+;
    }
}

crate::schema! {
    mod alter_user_scram_credentials_request: Request 51, versions 0-0, current 0-0, flexible (0+), unstable ();
    AlterUserScramCredentialsRequest {
        deletions: Vec<ScramCredentialDeletion<'a>> = 0+;
        upsertions: Vec<ScramCredentialUpsertion<'a>> = 0+;
    }
    ScramCredentialDeletion {
        name: Str<'a> = 0+;
        mechanism: i8 = 0+ means ScramMechanism;
    }
    ScramCredentialUpsertion {
        name: Str<'a> = 0+;
        mechanism: i8 = 0+ means ScramMechanism;
        iterations: i32 = 0+;
        salt: Bytes<'a> = 0+ means Secret;
        salted_password: Bytes<'a> = 0+ means Secret;
    }
}

crate::schema! {
    mod alter_user_scram_credentials_response: Response 51, versions 0-0, current 0-0, flexible (0+), unstable ();
    AlterUserScramCredentialsResponse {
        throttle_time_ms: i32 = 0+ means Millis;
        results: Vec<AlterUserScramCredentialsResult<'a>> = 0+;
    }
    AlterUserScramCredentialsResult {
        user: Str<'a> = 0+;
        error_code: i16 = 0+ means ErrorCode;
        error_message: Option<Str<'a>> = 0+ nullable (0+);
    }
}
