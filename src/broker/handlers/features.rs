//! UpdateFeatures, versions 0 to 2, and the table of features, which ApiVersions tells of too.
//!
//! | since | what |
//! |---|---|
//! | 1 | `upgradeType` and `validateOnly`; before, nothing could be lowered (Kafka passes over `allowDowngrade`) |
//! | 2 | all features change or none: no results for each (KIP-1155) |

use crate::broker::exchange::Exchange;
use crate::broker::failure::Failure;
use crate::broker::metadata::Change;
use crate::codec::error_codes::codes;
use crate::codec::messages::configs::update_features_request::{FeatureUpdateKey, Root as Request};
use crate::codec::messages::configs::update_features_response::{Root as Response, UpdatableFeatureResult};
use crate::codec::messages::metadata_records::feature_level_record;
use crate::codec::wire::Str;
use crate::state::cluster::Image;

/// A feature that this broker can work with (`Feature`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Feature {
    /// Its name.
    pub name: &'static str,
    /// The lowest level.
    pub min: i16,
    /// The highest level, which a new cluster gets.
    pub max: i16,
}

/// All of them, by name. `kraft.version` is the quorum's and not in the image; it never changes here.
pub static FEATURES: &[Feature] = &[
    Feature { name: "eligible.leader.replicas.version", min: 0, max: 1 },
    Feature { name: "group.version", min: 0, max: 1 },
    Feature { name: KRAFT_VERSION, min: 0, max: 1 },
    Feature { name: METADATA_VERSION, min: 7, max: 30 },
    Feature { name: "share.version", min: 0, max: 1 },
    Feature { name: "streams.version", min: 0, max: 1 },
    Feature { name: "transaction.version", min: 0, max: 2 },
];

/// The version of the quorum's protocol.
pub const KRAFT_VERSION: &str = "kraft.version";
/// The version of the metadata's records.
pub const METADATA_VERSION: &str = "metadata.version";
/// `FeatureUpdate.UpgradeType`.
const UPGRADE: i8 = 1;
const SAFE_DOWNGRADE: i8 = 2;
const UNSAFE_DOWNGRADE: i8 = 3;
/// The last version that tells about each feature.
const RESULTS_UNTIL: i16 = 1;

/// Answers UpdateFeatures.
pub fn update_features<'a>(exchange: &Exchange<'a>, request: Request<'a>) -> Response<'a> {
    let updated = exchange.broker.metadata.change(|image, change| {
        // Nothing is recorded before all of them are found good.
        for update in &request.feature_updates {
            check(image, update)?;
        }
        if !request.validate_only {
            request.feature_updates.iter().for_each(|update| record(update, change));
        }
        Ok(())
    });
    match updated.unwrap_or_else(|_| Err(Failure::storage())) {
        Ok(()) => Response {
            results: results(exchange.version, request),
            error_message: None,
            ..Default::default()
        },
        Err(failure) => {
            Response { error_code: failure.code, error_message: failure.text(), ..Default::default() }
        }
    }
}

fn results<'a>(version: i16, request: Request<'a>) -> Vec<UpdatableFeatureResult<'a>> {
    let result = |update: FeatureUpdateKey<'a>| UpdatableFeatureResult {
        feature: update.feature,
        // Kafka's own word for no error.
        error_message: Some("NONE".into()),
        ..Default::default()
    };
    request.feature_updates.into_iter().filter(|_| version <= RESULTS_UNTIL).map(result).collect()
}

fn record(update: &FeatureUpdateKey<'_>, change: &mut Change) {
    let name = update.feature.to_text();
    if name != KRAFT_VERSION {
        let record = feature_level_record::Root {
            name: Str::from(&*name),
            feature_level: update.max_version_level,
            ..Default::default()
        };
        change.push(&record, 0);
    }
}

fn check(image: &Image, update: &FeatureUpdateKey<'_>) -> Result<(), Failure> {
    let (name, level) = (update.feature.to_text(), update.max_version_level);
    let refuse = |why: &str| {
        let text = format!(
            "Nothing was updated, because of one feature: {name} cannot be set to level {level}. {why}"
        );
        Err(Failure::new(codes::INVALID_UPDATE_VERSION, text))
    };
    let Some(feature) = FEATURES.iter().find(|feature| feature.name == name) else {
        return refuse("There is no such feature here.");
    };
    if level < 0 {
        return refuse("A level is at least 0.");
    }
    if !(feature.min..=feature.max).contains(&level) {
        return refuse(&format!("Levels from {} to {} are known here.", feature.min, feature.max));
    }
    if !(UPGRADE..=UNSAFE_DOWNGRADE).contains(&update.upgrade_type) {
        return refuse("The upgrade type is unknown.");
    }
    let current = match image.features.get(&*name) {
        Some(level) => *level,
        None if name == KRAFT_VERSION => 0,
        None => 0,
    };
    match update.upgrade_type {
        _ if level == current => Ok(()),
        _ if name == KRAFT_VERSION => refuse("The level of the quorum does not change while it runs."),
        UPGRADE if level < current => refuse("It is lower than now, which the upgrade type does not allow."),
        SAFE_DOWNGRADE | UNSAFE_DOWNGRADE if level > current => {
            refuse("It is higher than now, which the upgrade type does not allow.")
        }
        _ if name == METADATA_VERSION && level < current => {
            refuse("Metadata that is recorded by now could be lost.")
        }
        _ => Ok(()),
    }
}
