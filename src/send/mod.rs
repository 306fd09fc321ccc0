//! `kafkit send`: one request, or many, to a broker, and what comes back, explained.
//!
//! [`bodies`] makes the JSON of a request from a few words ([`target`], [`produce`]), or it is given; [`set`]
//! changes it; [`ids`] puts topic ids for names; [`route`] finds who has to answer, with what [`session`] learns
//! of the cluster; [`request`] makes it bytes, [`mutate`] wrong ones; or they are given ([`raw`]). [`flight`]
//! sends and receives, [`report`] shows it ([`api_versions`], [`fetched`], [`summary`], [`hints`]). Sockets are
//! [`crate::client`]'s, words of messages are [`crate::render`]'s.

pub mod api_versions;
pub mod bodies;
pub mod fetched;
pub mod flight;
pub mod hints;
pub mod ids;
pub mod mutate;
pub mod partitioner;
pub mod produce;
pub mod raw;
pub mod report;
pub mod request;
pub mod route;
pub mod session;
pub mod set;
pub mod summary;
pub mod target;

use std::borrow::Cow;
use std::io::{self, Write};
use std::time::Instant;

use serde_json::{Map, Value as Json};

use crate::client::{self, Address, negotiate};
use crate::codec::api::Api;
use crate::codec::error_codes;
use crate::codec::json::spelling;
use crate::codec::meaning::uuid::{parse_uuid, uuid};
use crate::codec::messages::headers::request_header;

use bodies::Body;
use fetched::Asked;
use flight::{Expect, Pace, Shot};
use mutate::Mutation;
use report::{Peer, Reporter, Show};
use request::Request;
use session::Session;
use set::Set;

/// The key of Produce, the only request that may get no response.
const PRODUCE: i16 = 0;

/// What is sent, to whom, and how.
pub struct Options {
    /// The first that answers is asked.
    pub addresses: Vec<Address>,
    /// How connections are made.
    pub client: client::Options,
    /// What is sent.
    pub what: What,
    /// The version, instead of the best that both sides know.
    pub version: Option<i16>,
    /// Values that are set on the request.
    pub sets: Vec<Set>,
    /// How its bytes are made wrong.
    pub mutations: Vec<Mutation>,
    /// ApiVersions goes first.
    pub negotiate: bool,
    /// Leaders and coordinators are looked for.
    pub follow: bool,
    /// How often, and how many at once.
    pub pace: Pace,
    /// How it is shown.
    pub show: Show,
}

/// What is sent.
pub enum What {
    /// A request of this API.
    Request(&'static Api, Body),
    /// These bytes.
    Raw(Vec<u8>),
}

/// Why nothing, or not all, could be sent.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// What is asked for cannot be.
    #[error("{0}")]
    Usage(String),
    /// The peer does not have what is asked for.
    #[error("{0}")]
    Peer(String),
    /// None of the addresses took a connection: why each did not.
    #[error("no connection")]
    Unreachable(Vec<client::Error>),
    /// A step on the way failed.
    #[error("{0}")]
    Step(#[from] Box<client::Error>),
    /// The output cannot be written.
    #[error("{0}")]
    Io(#[from] io::Error),
}

impl From<client::Error> for Failure {
    fn from(error: client::Error) -> Self {
        Failure::Step(Box::new(error))
    }
}

/// Sends, and writes what comes back to `out` and what is wrong to `err`. Whether all went well.
///
/// # Errors
/// Wrong usage, and that the output cannot be written; all else is written to `err`.
pub fn run(options: &Options, out: &mut dyn Write, err: &mut dyn Write) -> Result<bool, Failure> {
    let several = options.pace.repeat > 1;
    let mut reporter = Reporter::new(out, err, options.show, several);
    let mut result = send(options, &mut reporter);
    if let Err(Failure::Step(error)) = &mut result {
        reporter.unreadable(error)?;
    }
    let problem = reporter.has_problem();
    match result {
        Ok(()) => Ok(!problem),
        Err(Failure::Unreachable(errors)) => {
            for error in &errors {
                report::write_failure(err, error)?;
            }
            Ok(false)
        }
        Err(Failure::Step(error)) => {
            report::write_failure(err, &error)?;
            Ok(false)
        }
        Err(Failure::Peer(text)) => {
            writeln!(err, "error: {}", crate::render::push::harmless(&text))?;
            Ok(false)
        }
        Err(error @ (Failure::Usage(_) | Failure::Io(_))) => Err(error),
    }
}

fn send(options: &Options, reporter: &mut Reporter<'_>) -> Result<(), Failure> {
    let mut session = Session::open(&options.addresses, &options.client)?;
    match &options.what {
        What::Raw(bytes) => {
            let shots: Vec<Shot> = raw::frames(bytes)
                .into_iter()
                .map(|(bytes, expects)| shot(bytes, expects, false, options))
                .collect();
            let begin = Instant::now();
            fly(&mut session, None, &shots, options, reporter)?;
            Ok(reporter.finish(begin.elapsed())?)
        }
        What::Request(api, body) => send_request(options, api, body, &mut session, reporter),
    }
}

fn send_request(
    options: &Options,
    api: &'static Api,
    body: &Body,
    session: &mut Session,
    reporter: &mut Reporter<'_>,
) -> Result<(), Failure> {
    // Whoever asks ApiVersions in a version of their own wants that answer, and no other before it.
    if options.negotiate
        && (api.key != negotiate::API_VERSIONS || options.version.is_none() && options.sets.is_empty())
    {
        session.negotiate()?;
    }
    let version = version(options, api, session, reporter)?;
    let mut parts = Vec::new();
    for mut body in body.build(api, version, session)? {
        // What follows looks for fields by the names that Kafka's JSON gives them.
        body = respelled(body, api, version)?;
        let mut header = Json::Object(Map::new());
        for set in &options.sets {
            let (tree, shape) = match set.in_header {
                true => (&mut header, request_header::MESSAGE.shape),
                false => (&mut body, api.request.shape),
            };
            set.apply(tree, shape).map_err(Failure::Usage)?;
        }
        body = respelled(body, api, version)?;
        bodies::of_all_topics(api, version, &mut body);
        resolve(api, version, &mut body, session, reporter)?;
        let header = header.as_object().cloned().unwrap_or_default();
        let request = Request { api, version, header, body };
        // What cannot be written is told before anybody else is asked.
        encode(&request, options, 0)?;
        if options.follow && session.offer.is_some() {
            parts.extend(route::route(session, request)?);
        } else {
            parts.push(route::Part { to: None, because: None, request });
        }
    }
    let begin = Instant::now();
    for part in &parts {
        let expect = Expect { api: Some((api, version)), id: part.request.fixed_id() };
        let expects = if part.request.is_unanswered() { Vec::new() } else { vec![expect] };
        let bytes = encode(&part.request, options, part.request.fixed_id().unwrap_or(1))?;
        let shots = [shot(bytes, expects, part.request.fixed_id().is_none(), options)];
        reporter.asks(Asked::of(&part.request.body));
        fly(session, Some(part), &shots, options, reporter)?;
        if reporter.has_failed() {
            break;
        }
    }
    Ok(reporter.finish(begin.elapsed())?)
}

fn shot(bytes: Vec<u8>, expects: Vec<Expect>, numbered: bool, options: &Options) -> Shot {
    Shot { bytes, expects, numbered, mutations: options.mutations.clone() }
}

fn fly(
    session: &mut Session,
    part: Option<&route::Part>,
    shots: &[Shot],
    options: &Options,
    reporter: &mut Reporter<'_>,
) -> Result<(), Failure> {
    let given = session.address().to_string();
    let because = part.and_then(|part| part.because.clone());
    let connection = match session.connection(part.and_then(|part| part.to.as_ref())) {
        Ok(connection) => connection,
        Err(error) => {
            if let Some(because) = &because {
                reporter.note(&format!(
                    "{} is the {because} by what {given} says; --no-follow asks {given} itself",
                    error.peer
                ))?;
            }
            return Err(error.into());
        }
    };
    let name = connection.address.to_string();
    let peer = Peer { name, because, connected_in: connection.connected_in };
    flight::fly(connection, &peer, shots, options.pace, reporter)
}

/// A body with its fields spelled as in Kafka's JSON.
fn respelled(body: Json, api: &'static Api, version: i16) -> Result<Json, Failure> {
    match spelling::respell(&body, api.request.shape) {
        Ok(Cow::Borrowed(_)) => Ok(body),
        Ok(Cow::Owned(respelled)) => Ok(respelled),
        Err(error) => Err(Failure::Usage(format!("{} v{version}: {error}", api.name))),
    }
}

fn encode(request: &Request, options: &Options, id: i32) -> Result<Vec<u8>, Failure> {
    let client_id = options.client.client_id.as_deref();
    request.encode(client_id, id).map_err(|error| Failure::Usage(format!("{}: {error}", request.name())))
}

/// The version to ask in.
fn version(
    options: &Options,
    api: &'static Api,
    session: &Session,
    reporter: &mut Reporter<'_>,
) -> Result<i16, Failure> {
    let known = api.request.versions;
    if let Some(version) = options.version {
        if !known.contain(version) {
            return Err(Failure::Usage(format!(
                "{name} has versions {known}, not {version}; to send the body of another version under this number, \
                 add --set header.requestApiVersion={version} to --api-version {max}",
                name = api.name,
                max = known.max
            )));
        }
        if let Some(offer) = session.offer.as_ref().filter(|offer| !offer.has(api.key, version)) {
            let offered = match offer.versions(api.key) {
                Some(versions) => format!("offers {} in versions {versions}", api.name),
                None => format!("does not offer {}", api.name),
            };
            reporter
                .note(&format!("{} {offered}; version {version} is sent all the same", session.address()))?;
        }
        return Ok(version);
    }
    let Some(offer) = &session.offer else {
        let stable = api.advertised();
        return Ok(if stable.is_empty() { known.max } else { stable.max });
    };
    offer.best(api).ok_or_else(|| {
        let peer = session.address();
        Failure::Peer(match offer.versions(api.key) {
            Some(versions) => format!(
                "negotiate: {peer} offers {} in versions {versions}, and kafkit knows {known}; --api-version N sends it all the same",
                api.name
            ),
            None => format!(
                "negotiate: {peer} does not offer {}; --api-version N sends it all the same, kafkit send api-versions {peer} lists what it offers",
                api.name
            ),
        })
    })
}

/// Looks up the ids and names of topics that the version wants and the request does not have.
fn resolve(
    api: &'static Api,
    version: i16,
    body: &mut Json,
    session: &mut Session,
    reporter: &mut Reporter<'_>,
) -> Result<(), Failure> {
    let wanted = ids::Wanted::of(api, version, body);
    let names: Vec<&str> = wanted.names.iter().map(String::as_str).collect();
    let topic_ids: Vec<[u8; 16]> = wanted.ids.iter().copied().collect();
    if names.is_empty() && topic_ids.is_empty() {
        return Ok(());
    }
    session.learn(&names, &topic_ids, false)?;
    let id_of = |name: &str| {
        let known = session.topic(name).map(|topic| topic.id).filter(|id| *id != [0; 16]);
        known.or_else(|| parse_uuid(name))
    };
    for name in &names {
        if let Some(id) = id_of(name) {
            reporter.note(&format!("{name} has the topic id {}", uuid(&id)))?;
            continue;
        }
        let peer = session.address();
        let why = match session.topic(name).and_then(|topic| error_codes::by_code(topic.error)) {
            Some(error) if error.code != error_codes::NONE => format!("{peer} answers {}", error.name),
            Some(_) => format!("{peer} gives no topic ids"),
            None if session.offer.is_none() => "it is not asked for with --no-negotiate".to_owned(),
            None => format!("{peer} cannot be asked for it"),
        };
        return Err(Failure::Peer(format!(
            "{} v{version} wants the id of the topic {name:?}, and {why}; give the id itself, or an older --api-version that takes names",
            api.name
        )));
    }
    let name_of = |id: &[u8; 16]| session.topic_of(id).and_then(|topic| topic.name.clone());
    ids::fill(api, version, body, &id_of, &name_of);
    Ok(())
}
