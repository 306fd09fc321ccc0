//! The header of a request, and of the response to it.

use std::ops::Range;

use crate::codec::api;
use crate::codec::messages::headers::request_header;
use crate::codec::wire::{Body, Error, Reader};

/// Bytes of the size before a frame.
const SIZE_BYTES: usize = 4;

/// What stands before a request's body.
#[derive(Debug, Clone)]
pub struct Header {
    /// The API's key.
    pub key: i16,
    /// Its version.
    pub version: i16,
    /// What the response must carry.
    pub correlation_id: i32,
    client_id: Option<Range<usize>>,
    /// Where in the frame the body begins.
    pub body_at: usize,
}

impl Header {
    /// Reads it off a frame. Of an API or version that nobody knows it is read as far as every version agrees.
    pub fn read(frame: &[u8]) -> Result<Self, Error> {
        let mut reader = Reader::new(frame);
        let key = i16::from_be_bytes(reader.array());
        let version = i16::from_be_bytes(reader.array());
        let header_version = api::by_key(key).map_or(1, |api| api.request_header_version(version));
        let mut reader = Reader::new(frame);
        let header = request_header::Root::decode(&mut reader, header_version)?;
        let client_id = header.client_id.map(|id| {
            // Behind key, version, correlation id and its own length, which is always an int16.
            const AT: usize = 10;
            AT..AT + id.0.len()
        });
        Ok(Self {
            key: header.request_api_key,
            version: header.request_api_version,
            correlation_id: header.correlation_id,
            client_id,
            body_at: reader.at(),
        })
    }

    /// Who the client says it is, where that is text.
    pub fn client_id<'f>(&self, frame: &'f [u8]) -> Option<&'f str> {
        std::str::from_utf8(frame.get(self.client_id.clone()?)?).ok()
    }

    /// Writes the response's size, to be filled in when it is known, and its header.
    pub fn begin_response(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&[0; SIZE_BYTES]);
        out.extend_from_slice(&self.correlation_id.to_be_bytes());
        if api::by_key(self.key).is_some_and(|api| api.response_header_version(self.version) > 0) {
            out.push(0);
        }
    }
}
