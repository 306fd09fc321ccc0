//! JSON to the frame of a request.

use serde_json::{Map, Value as Json};

use crate::codec::api::Api;
use crate::codec::json::{self, JsonError, Missing};
use crate::codec::messages::headers::request_header;
use crate::codec::wire::Writer;

/// A request as JSON: its body, and what its header says other than usual.
#[derive(Debug, Clone)]
pub struct Request {
    /// Of this API.
    pub api: &'static Api,
    /// In this version.
    pub version: i16,
    /// What was set in the header by hand.
    pub header: Map<String, Json>,
    /// What is missing takes its default.
    pub body: Json,
}

impl Request {
    /// The bytes, size included.
    ///
    /// # Errors
    /// The place in the JSON and what is wrong there.
    pub fn encode(&self, client_id: Option<&str>, correlation_id: i32) -> Result<Vec<u8>, JsonError> {
        let header_version = self.api.request_header_version(self.version);
        let mut header = Map::new();
        header.insert("requestApiKey".into(), self.api.key.into());
        header.insert("requestApiVersion".into(), self.version.into());
        header.insert("correlationId".into(), correlation_id.into());
        if header_version > 0 {
            header.insert("clientId".into(), client_id.into());
        }
        header.extend(self.header.iter().map(|(name, value)| (name.clone(), value.clone())));
        let mut writer = Writer::new(vec![0; 4]);
        let no_tags = Vec::new();
        let (usual, missing) = (&request_header::MESSAGE, Missing::Default);
        json::encode(&Json::Object(header), usual, header_version, missing, &no_tags, &mut writer)
            .map_err(|error| JsonError { path: format!(".header{}", error.path), ..error })?;
        json::encode(&self.body, self.api.request, self.version, missing, &no_tags, &mut writer)?;
        let fail = |problem: String| JsonError { path: String::new(), problem };
        let mut bytes = writer.finish().map_err(|error| fail(error.to_string()))?;
        let size = i32::try_from(bytes.len().saturating_sub(4))
            .map_err(|_| fail("the request is longer than a size can say".into()))?;
        if let Some(prefix) = bytes.first_chunk_mut() {
            *prefix = size.to_be_bytes();
        }
        Ok(bytes)
    }

    /// The correlation id that was set by hand.
    pub fn fixed_id(&self) -> Option<i32> {
        self.header.get("correlationId").and_then(Json::as_i64).and_then(|id| i32::try_from(id).ok())
    }

    /// Nothing answers it: a Produce without acknowledgement.
    pub fn is_unanswered(&self) -> bool {
        self.api.key == super::PRODUCE && self.body.get("acks").and_then(Json::as_i64).unwrap_or(0) == 0
    }

    /// `Fetch v12`
    pub fn name(&self) -> String {
        format!("{} v{}", self.api.name, self.version)
    }
}
