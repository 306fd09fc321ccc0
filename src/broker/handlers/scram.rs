//! DescribeUserScramCredentials and AlterUserScramCredentials, version 0 (KIP-554). Nobody signs in here; the credentials are recorded
//! for the broker that will run on this directory some day.

use std::collections::{BTreeMap, BTreeSet};

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256, Sha512};

use crate::broker::exchange::Exchange;
use crate::broker::failure::{Failure, outcome};
use crate::broker::metadata::Change;
use crate::codec::error_codes::codes;
use crate::codec::messages::metadata_records::{
    remove_user_scram_credential_record, user_scram_credential_record,
};
use crate::codec::messages::security as messages;
use crate::codec::wire::{Bytes, Str};
use crate::state::cluster::Image;
use crate::state::cluster::access::ScramKey;

use messages::alter_user_scram_credentials_request::{Root as AlterRequest, ScramCredentialUpsertion};
use messages::alter_user_scram_credentials_response::{
    AlterUserScramCredentialsResult, Root as AlterResponse,
};
use messages::describe_user_scram_credentials_request::Root as DescribeRequest;
use messages::describe_user_scram_credentials_response::{
    CredentialInfo, DescribeUserScramCredentialsResult, Root as DescribeResponse,
};

/// `ScramMechanism`.
const SHA_256: i8 = 1;
const SHA_512: i8 = 2;
/// How often a password may be hashed (`ScramMechanism.minIterations`, `maxIterations`).
const ITERATIONS_MIN: i32 = 4096;
const ITERATIONS_MAX: i32 = 16_384;

/// Answers AlterUserScramCredentials. What is asked for one user is done as a whole or not at all.
pub fn alter_user_scram_credentials<'a>(
    exchange: &Exchange<'a>,
    request: AlterRequest<'a>,
) -> AlterResponse<'a> {
    let altered = exchange.broker.metadata.change(|image, change| {
        let results = check(image, &request);
        record(&request, &results, change);
        results
    });
    let results = altered.unwrap_or_else(|_| {
        let names = request.deletions.iter().map(|one| &one.name);
        let names = names.chain(request.upsertions.iter().map(|one| &one.name));
        names.map(|name| (name.clone(), Err(Failure::storage()))).collect()
    });
    let results = results.into_iter().map(|(user, altered)| {
        let (error_code, error_message) = outcome(&altered);
        AlterUserScramCredentialsResult { user, error_code, error_message, ..Default::default() }
    });
    AlterResponse { results: results.collect(), ..Default::default() }
}

type Results<'a> = BTreeMap<Str<'a>, Result<(), Failure>>;

fn check<'a>(image: &Image, request: &AlterRequest<'a>) -> Results<'a> {
    let mut results = Results::new();
    let mut seen = BTreeSet::new();
    let mut note = |name: &Str<'a>, mechanism: i8, checked: Result<(), Failure>| {
        let checked = if name.0.is_empty() {
            Err(Failure::new(codes::UNACCEPTABLE_CREDENTIAL, "A user must have a name"))
        } else if !matches!(mechanism, SHA_256 | SHA_512) {
            Err(Failure::new(codes::UNSUPPORTED_SASL_MECHANISM, "Unknown SCRAM mechanism"))
        } else if !seen.insert((name.clone(), mechanism)) {
            let text = "A user credential cannot be altered twice in the same request";
            Err(Failure::new(codes::DUPLICATE_RESOURCE, text))
        } else {
            checked
        };
        let known = results.entry(name.clone()).or_insert(Ok(()));
        if known.is_ok() {
            *known = checked;
        }
    };
    for one in &request.deletions {
        let key = ScramKey { user: one.name.to_text().into_owned(), mechanism: one.mechanism };
        let text = "The credential that is to be deleted does not exist";
        let there = image.scram.contains_key(&key);
        let checked = if there { Ok(()) } else { Err(Failure::new(codes::RESOURCE_NOT_FOUND, text)) };
        note(&one.name, one.mechanism, checked);
    }
    for one in &request.upsertions {
        let checked = match one.iterations {
            ..ITERATIONS_MIN => Err(Failure::new(codes::UNACCEPTABLE_CREDENTIAL, "Too few iterations")),
            ITERATIONS_MIN..=ITERATIONS_MAX => Ok(()),
            _ => Err(Failure::new(codes::UNACCEPTABLE_CREDENTIAL, "Too many iterations")),
        };
        note(&one.name, one.mechanism, checked);
    }
    results
}

fn record(request: &AlterRequest<'_>, results: &Results<'_>, change: &mut Change) {
    let is_good = |name: &Str<'_>| matches!(results.get(name), Some(Ok(())));
    for one in request.deletions.iter().filter(|one| is_good(&one.name)) {
        let record = remove_user_scram_credential_record::Root {
            name: one.name.clone(),
            mechanism: one.mechanism,
            ..Default::default()
        };
        change.push(&record, 0);
    }
    for one in request.upsertions.iter().filter(|one| is_good(&one.name)) {
        let Some((stored_key, server_key)) = keys(one) else { continue };
        let record = user_scram_credential_record::Root {
            name: one.name.clone(),
            mechanism: one.mechanism,
            salt: one.salt.clone(),
            stored_key: Bytes(stored_key.into()),
            server_key: Bytes(server_key.into()),
            iterations: one.iterations,
            ..Default::default()
        };
        change.push(&record, 0);
    }
}

/// The stored key and the server key (RFC 5802, section 3).
fn keys(one: &ScramCredentialUpsertion<'_>) -> Option<(Vec<u8>, Vec<u8>)> {
    let password = &one.salted_password.0;
    Some(match one.mechanism {
        SHA_256 => {
            let sign = |text: &[u8]| {
                Some(
                    Hmac::<Sha256>::new_from_slice(password)
                        .ok()?
                        .chain_update(text)
                        .finalize()
                        .into_bytes()
                        .to_vec(),
                )
            };
            (Sha256::digest(sign(b"Client Key")?).to_vec(), sign(b"Server Key")?)
        }
        _ => {
            let sign = |text: &[u8]| {
                Some(
                    Hmac::<Sha512>::new_from_slice(password)
                        .ok()?
                        .chain_update(text)
                        .finalize()
                        .into_bytes()
                        .to_vec(),
                )
            };
            (Sha512::digest(sign(b"Client Key")?).to_vec(), sign(b"Server Key")?)
        }
    })
}

/// Answers DescribeUserScramCredentials: mechanisms and iterations only. No users asked for is all.
pub fn describe_user_scram_credentials<'a>(
    exchange: &Exchange<'a>,
    request: DescribeRequest<'a>,
) -> DescribeResponse<'a> {
    let image = exchange.broker.metadata.image();
    let mut known: BTreeMap<&str, Vec<CredentialInfo<'a>>> = BTreeMap::new();
    for (key, credential) in &image.scram {
        let info = CredentialInfo {
            mechanism: key.mechanism,
            iterations: credential.iterations,
            ..Default::default()
        };
        known.entry(&key.user).or_default().push(info);
    }
    let mut times: BTreeMap<String, usize> = BTreeMap::new();
    for user in request.users.iter().flatten() {
        *times.entry(user.name.to_text().into_owned()).or_default() += 1;
    }
    if times.is_empty() {
        times = known.keys().map(|user| ((*user).to_owned(), 1)).collect();
    }
    let results = times.into_iter().map(|(user, times)| {
        let (infos, failure) = match known.remove(user.as_str()) {
            _ if times > 1 => {
                (Vec::new(), Some(Failure::new(codes::DUPLICATE_RESOURCE, "A user is named twice.")))
            }
            None => {
                (Vec::new(), Some(Failure::new(codes::RESOURCE_NOT_FOUND, "The user has no credential.")))
            }
            Some(infos) => (infos, None),
        };
        DescribeUserScramCredentialsResult {
            user: Str::from(user),
            error_code: failure.as_ref().map_or(codes::NONE, |failure| failure.code),
            // An empty text is no error here, and not null.
            error_message: Some(failure.and_then(|failure| failure.text()).unwrap_or_default()),
            credential_infos: infos,
            ..Default::default()
        }
    });
    DescribeResponse { error_message: Some(Str::default()), results: results.collect(), ..Default::default() }
}
