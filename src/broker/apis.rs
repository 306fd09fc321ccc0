//! The APIs that this broker answers: what ApiVersions advertises, and the way to each handler. Versions are those
//! of Kafka 4.3.

use super::exchange::Exchange;
use super::groups::Waiting;
use super::handlers;
use crate::codec::schema::Versions;
use crate::codec::wire::{Error, Reader, Writer};
use crate::state::coordinator::requests::Answer as GroupAnswer;

/// Reads the body of a request, answers it, writes the body of the response.
pub type Answer = for<'x> fn(&Exchange<'x>, &mut Reader<'x>, &mut Writer) -> Result<(), Error>;

/// How an API is answered.
#[derive(Debug, Clone, Copy)]
pub enum Handle {
    /// At once, on the connection's task.
    Answer(Answer),
    /// At once or when others have done their part: without holding up anybody else meanwhile.
    Wait(Wait),
    /// By the path of Produce: records in place, acknowledged after they are on disk where that is asked for.
    Produce,
    /// By the path of Fetch: waits for records, and sends them from their files.
    Fetch,
}

/// How an API is answered that may have to wait for requests of others.
#[derive(Debug, Clone, Copy)]
pub struct Wait {
    /// Reads the body of a request and asks.
    pub ask: for<'x> fn(&Exchange<'x>, &mut Reader<'x>) -> Result<Waiting, Error>,
    /// Writes the body of the response, of this version.
    pub write: fn(GroupAnswer, i16, &mut Writer),
    /// What is said where the broker stops before there is an answer.
    pub stopped: fn() -> GroupAnswer,
}

/// One API of this broker.
#[derive(Debug, Clone, Copy)]
pub struct Served {
    /// Its key.
    pub key: i16,
    /// The versions that are answered.
    pub versions: Versions,
    /// How.
    pub handle: Handle,
}

const PRODUCE: i16 = 0;
const FETCH: i16 = 1;

impl Served {
    /// What ApiVersions says. Of Produce it claims versions from 0 on, though what is below 3 is refused, as Kafka does:
    /// librdkafka takes an absent version 0 for a broker without compression (KAFKA-18659).
    pub fn advertised(&self) -> Versions {
        Versions { min: if self.key == PRODUCE { 0 } else { self.versions.min }, max: self.versions.max }
    }
}

/// Declares rows of the table: message module, versions, handler.
macro_rules! answered {
    ($($file:ident :: $request:ident $min:literal - $max:literal => $($handler:ident)::+;)*) => {
        &[$(Served {
            key: crate::codec::messages::$file::$request::MESSAGE.key,
            versions: Versions { min: $min, max: $max },
            handle: Handle::Answer(|exchange, reader, writer| {
                let request = crate::codec::messages::$file::$request::Root::decode(reader, exchange.version)?;
                $($handler)::+(exchange, request).encode(writer, exchange.version);
                Ok(())
            }),
        }),*]
    };
}
pub(super) use answered;

static HOT: &[Served] = &[
    Served { key: PRODUCE, versions: Versions { min: 3, max: 13 }, handle: Handle::Produce },
    Served { key: FETCH, versions: Versions { min: 4, max: 18 }, handle: Handle::Fetch },
];

static WAITING: &[Served] = &[
    Served {
        key: 11,
        versions: Versions { min: 0, max: 9 },
        handle: Handle::Wait(handlers::groups::membership::JOIN),
    },
    Served {
        key: 14,
        versions: Versions { min: 0, max: 5 },
        handle: Handle::Wait(handlers::groups::membership::SYNC),
    },
];

/// All of them, by key.
pub fn all() -> impl Iterator<Item = &'static Served> {
    let mut all: Vec<&Served> = HOT.iter().chain(WAITING).chain(handlers::SERVED).collect();
    all.sort_by_key(|served| served.key);
    all.into_iter()
}

/// The API of that key.
pub fn served(key: i16) -> Option<&'static Served> {
    HOT.iter().chain(WAITING).chain(handlers::SERVED).find(|served| served.key == key)
}
