//! ListConfigResources, versions 0 and 1.
//!
//! | since | what |
//! |---|---|
//! | 0 | the subscriptions of client metrics (it was ListClientMetricsResources then) |
//! | 1 | any types; none asked for is all (KIP-1142) |

use super::types;
use crate::broker::exchange::Exchange;
use crate::codec::error_codes::codes;
use crate::codec::messages::configs::list_config_resources_request::Root as Request;
use crate::codec::messages::configs::list_config_resources_response::{ConfigResource, Root as Response};
use crate::codec::wire::Str;

const ALL: [i8; 5] = [types::TOPIC, types::BROKER, types::BROKER_LOGGER, types::CLIENT_METRICS, types::GROUP];

/// Answers ListConfigResources.
pub fn list_config_resources<'a>(exchange: &Exchange<'a>, request: Request<'a>) -> Response<'a> {
    let asked: Vec<i8> = match exchange.version {
        0 => vec![types::CLIENT_METRICS],
        _ if request.resource_types.is_empty() => ALL.to_vec(),
        _ => request.resource_types.iter().collect(),
    };
    if asked.iter().any(|kind| !ALL.contains(kind)) {
        return Response { error_code: codes::UNSUPPORTED_VERSION, ..Default::default() };
    }
    let image = exchange.broker.metadata.image();
    let mut resources = Vec::new();
    for resource_type in ALL.into_iter().filter(|kind| asked.contains(kind)) {
        let mut add = |name: String| {
            resources.push(ConfigResource {
                resource_name: Str::from(name),
                resource_type,
                ..Default::default()
            });
        };
        match resource_type {
            types::TOPIC => image.topics.iter().for_each(|topic| add(topic.name.clone())),
            types::BROKER | types::BROKER_LOGGER => image.brokers.keys().for_each(|id| add(id.to_string())),
            _ => {
                let set = image.configs.keys().filter(|resource| resource.resource_type == resource_type);
                set.for_each(|resource| add(resource.name.clone()));
            }
        }
    }
    Response { config_resources: resources, ..Default::default() }
}
