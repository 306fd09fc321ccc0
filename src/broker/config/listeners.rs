//! `listeners` and what belongs to it.

use std::collections::BTreeMap;

use super::keys;
use super::settings::Settings;

/// An address with the name that Kafka's configurations give it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listener {
    /// The name, in capitals.
    pub name: String,
    /// `PLAINTEXT`: the only protocol here.
    pub protocol: String,
    /// The host. Empty in `listeners`: all addresses of this machine.
    pub host: String,
    /// The port; 0 takes a free one.
    pub port: u16,
}

/// Why listeners make no sense.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ListenerError {
    /// Not an address.
    #[error("a listener is NAME://host:port, and {0:?} is none")]
    Form(String),
    /// A name without a protocol.
    #[error("the listener {0} has no protocol: add {0}:PLAINTEXT to listener.security.protocol.map")]
    NoProtocol(String),
    /// A protocol that Kafka does not know.
    #[error("{0:?} in listener.security.protocol.map is not NAME:PROTOCOL")]
    Map(String),
    /// A protocol that is not served here.
    #[error("the listener {name} is to speak {protocol}; only PLAINTEXT is served here")]
    Protocol {
        /// The listener.
        name: String,
        /// Its protocol.
        protocol: String,
    },
    /// A name or a port twice.
    #[error("two listeners have the same {0}")]
    Twice(String),
    /// Nobody could connect.
    #[error("no listener is left for clients: all are in controller.listener.names")]
    None,
    /// An advertised name that does not exist.
    #[error("advertised.listeners names {name}, and listeners has only {known}")]
    Unknown {
        /// The name.
        name: String,
        /// Those that exist.
        known: String,
    },
    /// An address that nobody can connect to.
    #[error("advertised.listeners tells clients to connect to {0}, which is no address to connect to")]
    Nowhere(String),
}

const PROTOCOLS: [&str; 4] = ["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"];

pub(super) fn listeners(settings: &Settings) -> Result<Vec<Listener>, ListenerError> {
    let controllers = settings.get(keys::CONTROLLER_LISTENER_NAMES).unwrap_or_default();
    let all = parse(settings, &settings.get(keys::LISTENERS))?;
    for (at, one) in all.iter().enumerate() {
        for other in all.iter().skip(at + 1) {
            if one.name == other.name {
                return Err(ListenerError::Twice(format!("name {}", one.name)));
            }
            if one.port == other.port
                && one.port != 0
                && (one.host == other.host || one.host.is_empty() || other.host.is_empty())
            {
                return Err(ListenerError::Twice(format!("port {}", one.port)));
            }
        }
    }
    let clients: Vec<Listener> = all
        .into_iter()
        .filter(|listener| !controllers.iter().any(|name| name.eq_ignore_ascii_case(&listener.name)))
        .collect();
    if clients.is_empty() {
        return Err(ListenerError::None);
    }
    match clients.iter().find(|listener| listener.protocol != "PLAINTEXT") {
        Some(Listener { name, protocol, .. }) => {
            Err(ListenerError::Protocol { name: name.clone(), protocol: protocol.clone() })
        }
        None => Ok(clients),
    }
}

pub(super) fn advertised(settings: &Settings) -> Result<Vec<Listener>, ListenerError> {
    let real = listeners(settings)?;
    let Some(texts) = settings.get(keys::ADVERTISED_LISTENERS) else { return Ok(real) };
    let controllers = settings.get(keys::CONTROLLER_LISTENER_NAMES).unwrap_or_default();
    let mut told = parse(settings, &texts)?;
    told.retain(|listener| !controllers.iter().any(|name| name.eq_ignore_ascii_case(&listener.name)));
    for listener in &told {
        if !real.iter().any(|real| real.name == listener.name) {
            let known = real.iter().map(|real| real.name.as_str()).collect::<Vec<_>>().join(", ");
            return Err(ListenerError::Unknown { name: listener.name.clone(), known });
        }
        if matches!(listener.host.as_str(), "0.0.0.0" | "::") {
            return Err(ListenerError::Nowhere(listener.host.clone()));
        }
    }
    Ok(if told.is_empty() { real } else { told })
}

pub(super) fn controller(settings: &Settings) -> Option<Listener> {
    let controllers = settings.get(keys::CONTROLLER_LISTENER_NAMES).unwrap_or_default();
    let all = parse(settings, &settings.get(keys::LISTENERS)).ok()?;
    all.into_iter().find(|listener| controllers.iter().any(|name| name.eq_ignore_ascii_case(&listener.name)))
}

fn parse(settings: &Settings, texts: &[String]) -> Result<Vec<Listener>, ListenerError> {
    let protocols = protocols(settings)?;
    texts
        .iter()
        .map(|text| {
            let form = || ListenerError::Form(text.clone());
            let (name, address) = text.split_once("://").ok_or_else(form)?;
            let (host, port) = address.rsplit_once(':').ok_or_else(form)?;
            let port = port.parse().map_err(|_| form())?;
            let host = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
            let name = name.trim().to_ascii_uppercase();
            if name.is_empty() || host.contains(['/', '[', ']']) {
                return Err(form());
            }
            let protocol =
                protocols.get(&name).cloned().ok_or_else(|| ListenerError::NoProtocol(name.clone()))?;
            Ok(Listener { name, protocol, host: host.to_owned(), port })
        })
        .collect()
}

/// The protocol of each listener by name. As long as nobody sets the map, listeners of the controller are `PLAINTEXT`
/// (`AbstractKafkaConfig.effectiveListenerSecurityProtocolMap`).
fn protocols(settings: &Settings) -> Result<BTreeMap<String, String>, ListenerError> {
    let map = settings.get(keys::LISTENER_SECURITY_PROTOCOL_MAP);
    let mut protocols = BTreeMap::new();
    for part in map.split(',').map(str::trim).filter(|part| !part.is_empty()) {
        let wrong = || ListenerError::Map(part.to_owned());
        let (name, protocol) = part.rsplit_once(':').ok_or_else(wrong)?;
        let protocol = protocol.trim().to_ascii_uppercase();
        if !PROTOCOLS.contains(&protocol.as_str()) {
            return Err(wrong());
        }
        protocols.insert(name.trim().to_ascii_uppercase(), protocol);
    }
    if settings.given(keys::LISTENER_SECURITY_PROTOCOL_MAP.name()).is_none() {
        for name in settings.get(keys::CONTROLLER_LISTENER_NAMES).unwrap_or_default() {
            protocols.entry(name.to_ascii_uppercase()).or_insert_with(|| "PLAINTEXT".to_owned());
        }
    }
    Ok(protocols)
}
