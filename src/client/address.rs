//! Where a peer is, as people type it.

use std::fmt;

/// Where brokers listen unless told otherwise.
pub const PORT: u16 = 9092;

/// A host and its port.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Address {
    /// A name or an IP address, without brackets.
    pub host: String,
    /// The port.
    pub port: u16,
}

/// Why an address cannot be one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is no address: {problem}; expected HOST, HOST:PORT or [IPv6]:PORT")]
pub struct AddressError {
    text: String,
    problem: &'static str,
}

impl Address {
    /// Reads `host`, `host:port`, `[::1]`, `[::1]:port` and a bare `::1`. A protocol before it, as listeners
    /// have it (`PLAINTEXT://host:port`), is passed over.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        let fail = |problem| Err(AddressError { text: text.to_owned(), problem });
        let trimmed = text.trim();
        let rest = match trimmed.split_once("://") {
            Some((protocol, rest)) if protocol.eq_ignore_ascii_case("plaintext") => rest,
            Some(_) => return fail("only PLAINTEXT is spoken here, no TLS and no SASL"),
            None => trimmed,
        };
        let (host, port) = if let Some(inner) = rest.strip_prefix('[') {
            let Some((host, behind)) = inner.split_once(']') else { return fail("a ] is missing") };
            match behind.strip_prefix(':') {
                Some(port) => (host, Some(port)),
                None if behind.is_empty() => (host, None),
                None => return fail("behind the ] comes a colon and the port"),
            }
        } else {
            match rest.split_once(':') {
                // More than one colon is an IPv6 address without a port.
                Some((_, behind)) if behind.contains(':') => (rest, None),
                Some((host, port)) => (host, Some(port)),
                None => (rest, None),
            }
        };
        if host.is_empty() {
            return fail("there is no host in it");
        }
        if host.contains(|letter: char| letter.is_whitespace() || letter.is_control() || letter == '/') {
            return fail("a host has no such characters");
        }
        let port = match port {
            None => PORT,
            Some(port) => match port.parse() {
                Ok(0) | Err(_) => return fail("the port is a number from 1 to 65535"),
                Ok(port) => port,
            },
        };
        Ok(Self { host: host.to_owned(), port })
    }

    /// Reads addresses with commas between them, of which the first one that answers is taken.
    ///
    /// # Errors
    /// What is wrong with the first bad one.
    pub fn parse_list(text: &str) -> Result<Vec<Self>, AddressError> {
        text.split(',').map(Self::parse).collect()
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(f, "[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{}:{}", self.host, self.port)
        }
    }
}
