//! Requests to frames and frames to messages: the small change of every client.

use std::time::Instant;

use super::connection::{Connection, Frame};
use super::error::{Error, Problem, Step};
use crate::codec::api::{self, Api};
use crate::codec::messages::headers::request_header::RequestHeader;
use crate::codec::messages::headers::response_header;
use crate::codec::schema::Kind;
use crate::codec::wire::{Body, Reader, WriteError, Writer};

/// Where the correlation id stands in a request, its size included.
pub const CORRELATION_ID_AT: usize = 8;

/// Puts a header and a size before a request's body.
///
/// # Errors
/// That the version lacks what the body says.
pub fn frame<'a, T: Body<'a>>(
    body: &T,
    version: i16,
    correlation_id: i32,
    client_id: Option<&str>,
) -> Result<Vec<u8>, WriteError> {
    let mut writer = Writer::new(vec![0; 4]);
    if let Some(api) = api_of::<T>() {
        let header = RequestHeader {
            request_api_key: api.key,
            request_api_version: version,
            correlation_id,
            client_id: client_id.map(Into::into),
            unknown_tags: Vec::new(),
        };
        header.encode(&mut writer, api.request_header_version(version));
    }
    body.encode(&mut writer, version);
    let mut bytes = writer.finish()?;
    let length = bytes.len().saturating_sub(4);
    let size = i32::try_from(length).map_err(|_| WriteError::TooLong { length })?;
    if let Some(place) = bytes.first_chunk_mut() {
        *place = size.to_be_bytes();
    }
    Ok(bytes)
}

/// The API that a request or response is of.
pub fn api_of<'a, T: Body<'a>>() -> Option<&'static Api> {
    matches!(T::MESSAGE.kind, Kind::Request | Kind::Response).then(|| api::by_key(T::MESSAGE.key)).flatten()
}

/// Reads the message in a response's frame.
///
/// # Errors
/// Where the bytes are not that message.
pub fn message<'a, T: Body<'a>>(bytes: &'a [u8], version: i16, peer: &str) -> Result<T, Error> {
    let mut reader = Reader::at_offset(bytes.get(4..).unwrap_or_default(), 4);
    let header = api_of::<T>().map_or(0, |api| api.response_header_version(version));
    let read =
        response_header::Root::decode(&mut reader, header).and_then(|_| T::decode(&mut reader, version));
    read.map_err(|error| {
        let problem =
            Problem::Malformed { message: T::MESSAGE.name, key: T::MESSAGE.key, version, at: error.at };
        Error::new(Step::Decode, peer, problem).with_bytes(bytes)
    })
}

impl Connection {
    /// Sends a request and waits for its response's frame.
    ///
    /// # Errors
    /// Which step of it failed.
    pub fn ask<'a, T: Body<'a>>(&mut self, body: &T, version: i16) -> Result<Frame, Error> {
        let peer = self.address.to_string();
        let asked = format!("{} v{version}", api_of::<T>().map_or(T::MESSAGE.name, |api| api.name));
        let id = self.next_id();
        let client_id = self.options().client_id.clone();
        let bytes = frame(body, version, id, client_id.as_deref()).map_err(|error| {
            Error::new(Step::Send, peer.as_str(), Problem::Write(error)).asking(asked.as_str())
        })?;
        let begin = Instant::now();
        self.send(&bytes).map_err(|error| error.asking(asked.as_str()))?;
        let frame = self.receive_since(begin).map_err(|error| error.asking(asked.as_str()))?;
        match frame.correlation_id() {
            Some(found) if found != id => {
                let problem = Problem::Correlation { wanted: id, found };
                Err(Error::new(Step::Receive, peer, problem).with_bytes(&frame.bytes).asking(asked))
            }
            _ => Ok(frame),
        }
    }
}
