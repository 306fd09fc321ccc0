//! What went wrong between here and a peer: at which step, after how long, and what had come.

use std::fmt;
use std::io;
use std::time::Duration;

use crate::codec::error_codes;
use crate::codec::explain::grouped;
use crate::codec::wire::WriteError;

/// The steps of asking a peer something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// A name to IP addresses.
    Resolve,
    /// The connection.
    Connect,
    /// Which versions both sides know.
    Negotiate,
    /// Writing a request.
    Send,
    /// Reading a response.
    Receive,
    /// Making sense of it.
    Decode,
}

impl Step {
    /// Its name, as errors begin.
    pub fn name(self) -> &'static str {
        match self {
            Step::Resolve => "resolve",
            Step::Connect => "connect",
            Step::Negotiate => "negotiate",
            Step::Send => "send",
            Step::Receive => "receive",
            Step::Decode => "decode",
        }
    }
}

/// What went wrong.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    /// The system says no.
    #[error("{0}")]
    Io(io::Error),
    /// The name stands for no address.
    #[error("the name stands for no address")]
    NoAddress,
    /// Nothing came within the time.
    #[error("the peer kept silent")]
    Silent,
    /// The peer closed the connection.
    #[error("the peer closed the connection")]
    Closed,
    /// The peer closed the connection the hard way.
    #[error("the peer reset the connection")]
    Reset,
    /// The peer did not take all bytes within the time.
    #[error("the peer stopped reading")]
    NotTaken,
    /// The response claims a size that cannot be.
    #[error("the response claims a size of {0} bytes")]
    NegativeSize(i32),
    /// The response claims a size over the limit.
    #[error("the response claims {} bytes, more than the limit of {}", grouped(*.claimed), grouped(*.limit as i64))]
    TooLarge {
        /// What it claims.
        claimed: i32,
        /// The most that is taken in.
        limit: usize,
    },
    /// The bytes are not the message that was expected.
    #[error("the bytes do not read as {message} v{version} from byte {at} on")]
    Malformed {
        /// What was expected.
        message: &'static str,
        /// The key of its API.
        key: i16,
        /// Its version.
        version: i16,
        /// Where reading stopped.
        at: usize,
    },
    /// Another request's answer.
    #[error("the response has the correlation id {found}; the request had {wanted}")]
    Correlation {
        /// The request's.
        wanted: i32,
        /// The response's.
        found: i32,
    },
    /// The peer answered with an error where one cannot go on.
    #[error("the peer answered {0}")]
    Code(Code),
    /// The request cannot be written.
    #[error("{0}")]
    Write(WriteError),
}

/// An error code, shown with its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Code(pub i16);

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match error_codes::by_code(self.0) {
            Some(error) => write!(f, "{} ({})", self.0, error.name),
            None => write!(f, "{} (no error code that is known)", self.0),
        }
    }
}

/// A step that failed.
#[derive(Debug)]
pub struct Error {
    /// Which.
    pub step: Step,
    /// With whom.
    pub peer: Box<str>,
    /// What went wrong.
    pub problem: Problem,
    /// What was asked: `ApiVersions v4`.
    pub asked: Option<Box<str>>,
    /// How long it was waited for, where anything was.
    pub after: Option<Duration>,
    /// What had come by then.
    pub bytes: Vec<u8>,
    /// How many bytes would have been a whole frame, where its size had come.
    pub wanted: Option<u32>,
}

impl Error {
    /// A step that failed before anything came.
    pub fn new(step: Step, peer: impl Into<Box<str>>, problem: Problem) -> Self {
        Self { step, peer: peer.into(), problem, asked: None, after: None, bytes: Vec::new(), wanted: None }
    }

    /// The same, with what was asked.
    #[must_use]
    pub fn asking(mut self, asked: impl Into<Box<str>>) -> Self {
        self.asked.get_or_insert_with(|| asked.into());
        self
    }

    /// The same, as part of another step.
    #[must_use]
    pub fn at(mut self, step: Step) -> Self {
        self.step = step;
        self
    }

    /// The same, with the bytes that it is about.
    #[must_use]
    pub fn with_bytes(mut self, bytes: &[u8]) -> Self {
        self.bytes = bytes.to_vec();
        self
    }

    /// The peer closed or reset the connection.
    pub fn is_closed(&self) -> bool {
        matches!(self.problem, Problem::Closed | Problem::Reset)
    }
}

/// `receive: localhost:9092: the peer closed the connection after 0.41 ms, 17 of 60 bytes had come, in answer to Fetch v12`
impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}: {}", self.step.name(), self.peer, self.problem)?;
        let waiting = matches!(self.problem, Problem::Silent | Problem::Closed | Problem::Reset);
        if let Some(after) = self.after.filter(|_| waiting || matches!(self.problem, Problem::NotTaken)) {
            write!(f, " after {}", millis(after))?;
        }
        if self.step == Step::Receive || self.step == Step::Negotiate && waiting {
            match (self.bytes.len(), self.wanted) {
                (0, _) if waiting => f.write_str(", nothing had come")?,
                (have, Some(wanted)) if have < wanted as usize && waiting => {
                    write!(f, ", {have} of {wanted} bytes had come")?;
                }
                (have, None) if waiting => write!(f, ", {have} of a size's 4 bytes had come")?,
                _ => {}
            }
        }
        if let Some(asked) = &self.asked {
            write!(f, " (asked for {asked})")?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {}

/// A time as people compare them: `0.41 ms`, `12.3 ms`, `4,200 ms`.
pub fn millis(time: Duration) -> String {
    let millis = time.as_secs_f64() * 1000.0;
    if millis < 10.0 {
        format!("{millis:.2} ms")
    } else if millis < 100.0 {
        format!("{millis:.1} ms")
    } else {
        format!("{millis:.0} ms")
    }
}
