//! Answers to versions that are not offered, where there is an answer that the client can read.

use crate::broker::apis;
use crate::broker::connection::Header;
use crate::codec::error_codes::codes;
use crate::codec::messages::metadata::api_versions_response::{ApiVersion, ApiVersionsResponse};
use crate::codec::wire::{Body, Writer};

const API_VERSIONS: i16 = 18;

/// Writes header and body. Returns false where there is nothing that could be said.
pub fn answer(header: &Header, writer: &mut Writer) -> bool {
    if header.key != API_VERSIONS {
        return false;
    }
    // A client that asks in a version of the future reads version 0, and learns which one to ask in (KIP-511).
    header.begin_response(&mut writer.buffer);
    let own = apis::all().filter(|served| served.key == API_VERSIONS).map(|served| ApiVersion {
        api_key: served.key,
        min_version: served.versions.min,
        max_version: served.versions.max,
        ..Default::default()
    });
    let response = ApiVersionsResponse {
        error_code: codes::UNSUPPORTED_VERSION,
        api_keys: own.collect(),
        ..Default::default()
    };
    response.encode(writer, 0);
    true
}
