//! ACLs and delegation tokens, which a broker without authorizer and without authentication has not; and SCRAM credentials, which are
//! recorded all the same.

use crate::broker::exchange::Exchange;
use crate::codec::error_codes::codes;
use crate::codec::messages::security as messages;
use crate::codec::wire::Str;

use messages::create_acls_response::AclCreationResult;
use messages::delete_acls_response::DeleteAclsFilterResult;

fn no_authorizer<'a>() -> Option<Str<'a>> {
    Some("No authorizer is configured here.".into())
}

/// Answers DescribeAcls, versions 1 to 3.
pub fn describe_acls<'a>(
    _: &Exchange<'a>,
    _: messages::describe_acls_request::Root<'a>,
) -> messages::describe_acls_response::Root<'a> {
    messages::describe_acls_response::Root {
        error_code: codes::SECURITY_DISABLED,
        error_message: no_authorizer(),
        ..Default::default()
    }
}

/// Answers CreateAcls, versions 1 to 3.
pub fn create_acls<'a>(
    _: &Exchange<'a>,
    request: messages::create_acls_request::Root<'a>,
) -> messages::create_acls_response::Root<'a> {
    let results = request.creations.iter().map(|_| AclCreationResult {
        error_code: codes::SECURITY_DISABLED,
        error_message: no_authorizer(),
        ..Default::default()
    });
    messages::create_acls_response::Root { results: results.collect(), ..Default::default() }
}

/// Answers DeleteAcls, versions 1 to 3.
pub fn delete_acls<'a>(
    _: &Exchange<'a>,
    request: messages::delete_acls_request::Root<'a>,
) -> messages::delete_acls_response::Root<'a> {
    let results = request.filters.iter().map(|_| DeleteAclsFilterResult {
        error_code: codes::SECURITY_DISABLED,
        error_message: no_authorizer(),
        ..Default::default()
    });
    messages::delete_acls_response::Root { filter_results: results.collect(), ..Default::default() }
}

/// Answers CreateDelegationToken, versions 1 to 3; since 3 with who asked.
pub fn create_delegation_token<'a>(
    exchange: &Exchange<'a>,
    _: messages::create_delegation_token_request::Root<'a>,
) -> messages::create_delegation_token_response::Root<'a> {
    let requester = |text: &'static str| if exchange.version >= 3 { Str::from(text) } else { Str::default() };
    messages::create_delegation_token_response::Root {
        error_code: codes::DELEGATION_TOKEN_REQUEST_NOT_ALLOWED,
        principal_type: "User".into(),
        principal_name: "ANONYMOUS".into(),
        token_requester_principal_type: requester("User"),
        token_requester_principal_name: requester("ANONYMOUS"),
        issue_timestamp_ms: -1,
        expiry_timestamp_ms: -1,
        max_timestamp_ms: -1,
        ..Default::default()
    }
}

/// Answers RenewDelegationToken, versions 1 and 2.
pub fn renew_delegation_token<'a>(
    _: &Exchange<'a>,
    _: messages::renew_delegation_token_request::Root<'a>,
) -> messages::renew_delegation_token_response::Root<'a> {
    messages::renew_delegation_token_response::Root {
        error_code: codes::DELEGATION_TOKEN_REQUEST_NOT_ALLOWED,
        expiry_timestamp_ms: -1,
        ..Default::default()
    }
}

/// Answers ExpireDelegationToken, versions 1 and 2.
pub fn expire_delegation_token<'a>(
    _: &Exchange<'a>,
    _: messages::expire_delegation_token_request::Root<'a>,
) -> messages::expire_delegation_token_response::Root<'a> {
    messages::expire_delegation_token_response::Root {
        error_code: codes::DELEGATION_TOKEN_REQUEST_NOT_ALLOWED,
        expiry_timestamp_ms: -1,
        ..Default::default()
    }
}

/// Answers DescribeDelegationToken, versions 1 to 3.
pub fn describe_delegation_token<'a>(
    _: &Exchange<'a>,
    _: messages::describe_delegation_token_request::Root<'a>,
) -> messages::describe_delegation_token_response::Root<'a> {
    messages::describe_delegation_token_response::Root {
        error_code: codes::DELEGATION_TOKEN_REQUEST_NOT_ALLOWED,
        ..Default::default()
    }
}
