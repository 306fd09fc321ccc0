//! What a peer offers (KIP-35, KIP-511), and the best version that both sides know.

use super::connection::Connection;
use super::error::{Code, Error, Problem, Step};
use super::request::message;
use crate::codec::api::Api;
use crate::codec::error_codes;
use crate::codec::messages::metadata::api_versions_request::ApiVersionsRequest;
use crate::codec::messages::metadata::api_versions_response::ApiVersionsResponse;
use crate::codec::schema::Versions;

/// What the request says of the software that sends it (KIP-511).
pub const SOFTWARE_NAME: &str = "kafkit";
/// Its version.
pub const SOFTWARE_VERSION: &str = env!("CARGO_PKG_VERSION");
/// The key of ApiVersions.
pub const API_VERSIONS: i16 = 18;
/// The code for a version that the peer does not speak.
pub const UNSUPPORTED_VERSION: i16 = 35;

/// The bytes of a refusal that says nothing else: size, correlation id, error.
const REFUSAL_BYTES: usize = 10;

/// The versions that a peer offers, by API key.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Offer {
    apis: Vec<(i16, Versions)>,
}

impl Offer {
    /// What a response offers.
    pub fn of(response: &ApiVersionsResponse<'_>) -> Self {
        let range = |api: &crate::codec::messages::metadata::api_versions_response::ApiVersion<'_>| {
            (api.api_key, Versions { min: api.min_version, max: api.max_version })
        };
        Self { apis: response.api_keys.iter().map(range).collect() }
    }

    /// The versions of an API that the peer offers; none where it does not have it.
    pub fn versions(&self, key: i16) -> Option<Versions> {
        self.apis.iter().find(|(other, _)| *other == key).map(|(_, versions)| *versions)
    }

    /// The newest version that both sides know; unstable ones only where there is no other.
    pub fn best(&self, api: &Api) -> Option<i16> {
        let offered = self.versions(api.key)?;
        let known = api.request.versions;
        let stable = api.advertised();
        let newest = |most: i16| {
            let best = most.min(offered.max);
            (offered.contain(best) && known.contain(best)).then_some(best)
        };
        newest(if stable.is_empty() { known.max } else { stable.max }).or_else(|| newest(known.max))
    }

    /// Whether the peer offers exactly this version.
    pub fn has(&self, key: i16, version: i16) -> bool {
        self.versions(key).is_some_and(|versions| versions.contain(version))
    }
}

/// The version of ApiVersions that is asked first. Version 5 adds nothing but a check whether the right
/// broker was reached, and brokers before 4.4 refuse it.
const ASKED_FIRST: i16 = 4;

/// The version to ask in, after a peer has refused another one: it says which it speaks, or is old enough
/// to be asked in the oldest.
pub fn fallback(refusal: &ApiVersionsResponse<'_>, refused: i16) -> Option<i16> {
    let offered = Offer::of(refusal).versions(API_VERSIONS);
    let version = offered.map_or(0, |versions| versions.max.min(ASKED_FIRST));
    (version >= 0 && version < refused).then_some(version)
}

/// Reads an ApiVersions response. A peer that does not speak the version answers in version 0.
///
/// # Errors
/// Where the bytes are none.
pub fn read<'a>(bytes: &'a [u8], version: i16, peer: &str) -> Result<ApiVersionsResponse<'a>, Error> {
    if !is_refusal(bytes) {
        return message(bytes, version, peer);
    }
    // Some say no more than the error, which is enough.
    message(bytes, 0, peer).or_else(|error| match bytes.len() {
        REFUSAL_BYTES => {
            Ok(ApiVersionsResponse { error_code: UNSUPPORTED_VERSION, ..ApiVersionsResponse::default() })
        }
        _ => Err(error),
    })
}

/// Whether a response to ApiVersions is the one in version 0 that says that the version is not spoken.
pub fn is_refusal(bytes: &[u8]) -> bool {
    let code = bytes.get(8..).and_then(|rest| rest.first_chunk()).map(|code| i16::from_be_bytes(*code));
    code == Some(UNSUPPORTED_VERSION)
}

impl Connection {
    /// Asks what the peer offers.
    ///
    /// # Errors
    /// Which step of it failed, all of them as part of [`Step::Negotiate`].
    pub fn negotiate(&mut self) -> Result<Offer, Error> {
        let peer = self.address.to_string();
        let mut version = ASKED_FIRST;
        loop {
            let request = ApiVersionsRequest {
                client_software_name: SOFTWARE_NAME.into(),
                client_software_version: SOFTWARE_VERSION.into(),
                ..ApiVersionsRequest::default()
            };
            let frame = self.ask(&request, version).map_err(|error| error.at(Step::Negotiate))?;
            let asked = || format!("ApiVersions v{version}");
            let response = read(&frame.bytes, version, &peer)
                .map_err(|error| error.at(Step::Negotiate).asking(asked()))?;
            match response.error_code {
                error_codes::NONE => return Ok(Offer::of(&response)),
                UNSUPPORTED_VERSION if fallback(&response, version).is_some() => {
                    version = fallback(&response, version).unwrap_or_default();
                }
                code => {
                    let error = Error::new(Step::Negotiate, peer, Problem::Code(Code(code)));
                    return Err(error.with_bytes(&frame.bytes).asking(asked()));
                }
            }
        }
    }
}
