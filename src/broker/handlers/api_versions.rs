//! ApiVersions, versions 0 to 4.
//!
//! - since 3: flexible; names the client's software, which is refused where it is no name; features.
//! - 4: a feature that may be at level 0 is named (before, clients took 0 for a mistake, KIP-1022).
//! - A version that we do not know is answered in version 0 with UNSUPPORTED_VERSION and this API's own range
//!   (KIP-511): [`unsupported`](super::unsupported).

use crate::broker::apis;
use crate::broker::exchange::Exchange;
use crate::broker::handlers::features;
use crate::codec::error_codes::codes;
use crate::codec::messages::metadata::api_versions_request::ApiVersionsRequest;
use crate::codec::messages::metadata::api_versions_response::{
    ApiVersion, ApiVersionsResponse, FinalizedFeatureKey, SupportedFeatureKey,
};
use crate::codec::wire::Str;

/// Since which version features are named that may be at level 0.
const LEVEL_0_SINCE: i16 = 4;
/// Since which version the request names the client's software.
const SOFTWARE_SINCE: i16 = 3;

/// What this broker answers, and the cluster's features.
pub fn answer<'a>(exchange: &Exchange<'a>, request: ApiVersionsRequest<'a>) -> ApiVersionsResponse<'a> {
    let software = [&request.client_software_name, &request.client_software_version];
    if exchange.version >= SOFTWARE_SINCE && !software.iter().all(|name| is_software(&name.0)) {
        return ApiVersionsResponse { error_code: codes::INVALID_REQUEST, ..Default::default() };
    }
    let image = exchange.broker.metadata.image();
    let finalized = image.features.iter().filter(|(_, level)| **level > 0);
    let supported =
        features::FEATURES.iter().filter(|feature| exchange.version >= LEVEL_0_SINCE || feature.min > 0);
    ApiVersionsResponse {
        error_code: codes::NONE,
        api_keys: advertised(),
        supported_features: supported
            .map(|feature| SupportedFeatureKey {
                name: Str::from(feature.name),
                min_version: feature.min,
                max_version: feature.max,
                ..Default::default()
            })
            .collect(),
        finalized_features_epoch: exchange.broker.metadata.last_offset(),
        finalized_features: finalized
            .map(|(name, level)| FinalizedFeatureKey {
                name: Str::from(name.clone()),
                max_version_level: *level,
                min_version_level: *level,
                ..Default::default()
            })
            .collect(),
        ..Default::default()
    }
}

/// The table of APIs as the response has it.
pub fn advertised() -> Vec<ApiVersion<'static>> {
    apis::all()
        .map(|served| {
            let advertised = served.advertised();
            ApiVersion {
                api_key: served.key,
                min_version: advertised.min,
                max_version: advertised.max,
                ..Default::default()
            }
        })
        .collect()
}

/// Letters, digits, dots and hyphens, not at either end (`ApiVersionsRequest.isValid`).
fn is_software(name: &[u8]) -> bool {
    let inner = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-');
    let ends = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    ends(name.first()) && ends(name.last()) && name.iter().all(inner)
}
