//! An error on its way into a response.

use crate::codec::error_codes::codes;
use crate::codec::wire::Str;

/// A code, and what to tell the person behind the client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// One of [`codes`].
    pub code: i16,
    /// In a sentence.
    pub message: Option<String>,
}

impl Failure {
    /// A code with a sentence.
    pub fn new(code: i16, message: impl Into<String>) -> Self {
        Self { code, message: Some(message.into()) }
    }

    /// A code that needs no words.
    pub const fn bare(code: i16) -> Self {
        Self { code, message: None }
    }

    /// The metadata log cannot be written; nothing has changed, and the client may try again.
    pub fn storage() -> Self {
        Self::new(codes::KAFKA_STORAGE_ERROR, "The metadata log cannot be written; nothing was changed.")
    }

    /// The message as it goes into a response.
    pub fn text(&self) -> Option<Str<'static>> {
        self.message.clone().map(Str::from)
    }
}

/// The code and message of an outcome.
pub fn outcome<T>(result: &Result<T, Failure>) -> (i16, Option<Str<'static>>) {
    match result {
        Ok(_) => (codes::NONE, None),
        Err(failure) => (failure.code, failure.text()),
    }
}
