//! One connection: opened within a time, written and read in whole frames, with what had come by then
//! kept when it ends early.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream, ToSocketAddrs};
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use super::error::{Error, Problem, Step};
use super::{Address, Direction, Options};

/// How much is read at once, so that nothing is allocated from a claimed size.
const CHUNK_BYTES: usize = 64 << 10;
/// How much is read behind a size that cannot be, and how long it is waited for.
const EVIDENCE_BYTES: usize = 60;
const EVIDENCE_TIME: Duration = Duration::from_millis(50);
/// The bytes of a frame's size.
const SIZE_BYTES: usize = 4;

/// One frame that came, its size included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// From when it was waited for until its last byte.
    pub waited: Duration,
}

impl Frame {
    /// The correlation id, where there are bytes enough for one.
    pub fn correlation_id(&self) -> Option<i32> {
        self.bytes.get(SIZE_BYTES..)?.first_chunk().map(|id| i32::from_be_bytes(*id))
    }
}

/// An open connection.
pub struct Connection {
    stream: TcpStream,
    /// Whom it goes to, as it was named.
    pub address: Address,
    /// How long it took to open.
    pub connected_in: Duration,
    options: Options,
    /// What came behind the last frame.
    behind: Vec<u8>,
}

impl Connection {
    /// Opens a connection to the first of the addresses that takes one.
    ///
    /// # Errors
    /// Why each of them did not.
    pub fn open(addresses: &[Address], options: &Options) -> Result<Self, Vec<Error>> {
        let mut errors = Vec::new();
        for address in addresses {
            match Self::open_one(address, options) {
                Ok(connection) => return Ok(connection),
                Err(error) => errors.push(error),
            }
        }
        Err(errors)
    }

    /// Opens a connection to one address.
    ///
    /// # Errors
    /// That its name is not known, or that nobody takes the connection in time.
    pub fn open_one(address: &Address, options: &Options) -> Result<Self, Error> {
        let fail = |step, problem| Error::new(step, address.to_string(), problem);
        let resolved: Vec<SocketAddr> = (address.host.as_str(), address.port)
            .to_socket_addrs()
            .map_err(|error| fail(Step::Resolve, Problem::Io(error)))?
            .collect();
        let mut last = fail(Step::Resolve, Problem::NoAddress);
        for socket in resolved {
            let begin = Instant::now();
            let opened = TcpStream::connect_timeout(&socket, options.timeout).and_then(|stream| {
                // Small requests must not wait for more of them.
                stream.set_nodelay(true)?;
                stream.set_write_timeout(Some(options.timeout))?;
                Ok(stream)
            });
            match opened {
                Ok(stream) => {
                    return Ok(Self {
                        stream,
                        address: address.clone(),
                        connected_in: begin.elapsed(),
                        options: options.clone(),
                        behind: Vec::new(),
                    });
                }
                Err(error) => {
                    let silent = is_timeout(&error);
                    last = fail(Step::Connect, if silent { Problem::Silent } else { Problem::Io(error) });
                    last.after = silent.then(|| begin.elapsed());
                }
            }
        }
        Err(last)
    }

    /// How it is talked over.
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// A correlation id that no connection with these options has had.
    pub fn next_id(&self) -> i32 {
        self.options.ids.fetch_add(1, Ordering::Relaxed)
    }

    /// Another handle to write with, while this one reads.
    ///
    /// # Errors
    /// The system's.
    pub fn writer(&self) -> Result<Writer, Error> {
        let stream = self.stream.try_clone();
        let stream =
            stream.map_err(|error| Error::new(Step::Send, self.address.to_string(), Problem::Io(error)))?;
        Ok(Writer { stream, peer: self.address.to_string(), options: self.options.clone() })
    }

    /// Writes bytes as they are.
    ///
    /// # Errors
    /// That the peer does not take them.
    pub fn send(&mut self, bytes: &[u8]) -> Result<(), Error> {
        write(&mut self.stream, &self.address.to_string(), bytes, &self.options)
    }

    /// Reads one frame, waiting as long as the options say for the whole of it.
    ///
    /// # Errors
    /// That the peer closed, kept silent or claims a size that cannot be, with what had come.
    pub fn receive(&mut self) -> Result<Frame, Error> {
        self.receive_since(Instant::now())
    }

    /// The same, with the time counted from an instant before.
    ///
    /// # Errors
    /// As [`Connection::receive`].
    pub fn receive_since(&mut self, begin: Instant) -> Result<Frame, Error> {
        // What waits in the queue of a pipeline is given its own time.
        let deadline = Instant::now() + self.options.timeout;
        let mut bytes = std::mem::take(&mut self.behind);
        let result = self.frame(&mut bytes, deadline);
        let waited = begin.elapsed();
        match result {
            Ok(size) => {
                self.behind = bytes.split_off(size);
                self.options.show(Direction::Received, &bytes);
                Ok(Frame { bytes, waited })
            }
            Err(problem) => {
                if matches!(problem, Problem::TooLarge { .. } | Problem::NegativeSize(_)) {
                    // What follows tells a person what it is that speaks there.
                    let _ = self.more(&mut bytes, EVIDENCE_BYTES, Instant::now() + EVIDENCE_TIME);
                }
                self.options.show(Direction::Received, &bytes);
                let wanted = size_of_frame(&bytes).and_then(|size| u32::try_from(size).ok());
                let mut error = Error::new(Step::Receive, self.address.to_string(), problem);
                error.after = Some(waited);
                error.wanted = wanted.map(|size| size.saturating_add(SIZE_BYTES as u32));
                error.bytes = bytes;
                Err(error)
            }
        }
    }

    /// Waits whether the peer closes the connection; nothing else is expected to come.
    pub fn closes_within(&mut self, time: Duration) -> bool {
        let mut bytes = std::mem::take(&mut self.behind);
        let closed =
            matches!(self.more(&mut bytes, 1, Instant::now() + time), Err(Problem::Closed | Problem::Reset));
        self.behind = bytes;
        closed
    }

    /// Closes it in both directions, so that another handle does not wait on it either.
    pub fn close(&mut self) {
        // What is closed already is as it should be.
        let _ = self.stream.shutdown(Shutdown::Both);
    }

    /// Reads until `bytes` holds a whole frame; its length.
    fn frame(&mut self, bytes: &mut Vec<u8>, deadline: Instant) -> Result<usize, Problem> {
        self.until(bytes, SIZE_BYTES, deadline)?;
        let claimed = size_of_frame(bytes).unwrap_or_default();
        let size = usize::try_from(claimed).map_err(|_| Problem::NegativeSize(claimed))?;
        let limit = self.options.response_bytes_max;
        if size > limit {
            return Err(Problem::TooLarge { claimed, limit });
        }
        self.until(bytes, size + SIZE_BYTES, deadline)?;
        Ok(size + SIZE_BYTES)
    }

    fn until(&mut self, bytes: &mut Vec<u8>, length: usize, deadline: Instant) -> Result<(), Problem> {
        while bytes.len() < length {
            self.more(bytes, length - bytes.len(), deadline)?;
        }
        Ok(())
    }

    fn more(&mut self, bytes: &mut Vec<u8>, want: usize, deadline: Instant) -> Result<(), Problem> {
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(Problem::Silent);
        }
        self.stream.set_read_timeout(Some(left)).map_err(Problem::Io)?;
        let before = bytes.len();
        bytes.resize(before + want.min(CHUNK_BYTES), 0);
        let read = self.stream.read(bytes.get_mut(before..).unwrap_or_default());
        bytes.truncate(before + read.as_ref().map_or(0, |count| *count));
        match read {
            Ok(0) => Err(Problem::Closed),
            Ok(_) => Ok(()),
            Err(error) if error.kind() == ErrorKind::Interrupted => Ok(()),
            Err(error) if is_timeout(&error) => Err(Problem::Silent),
            Err(error) if is_reset(&error) => Err(Problem::Reset),
            Err(error) => Err(Problem::Io(error)),
        }
    }
}

/// The half of a connection that writes.
pub struct Writer {
    stream: TcpStream,
    peer: String,
    options: Options,
}

impl Writer {
    /// Writes bytes as they are.
    ///
    /// # Errors
    /// That the peer does not take them.
    pub fn send(&mut self, bytes: &[u8]) -> Result<(), Error> {
        write(&mut self.stream, &self.peer, bytes, &self.options)
    }
}

fn write(stream: &mut TcpStream, peer: &str, bytes: &[u8], options: &Options) -> Result<(), Error> {
    let begin = Instant::now();
    options.show(Direction::Sent, bytes);
    stream.write_all(bytes).and_then(|()| stream.flush()).map_err(|error| {
        let problem = match error {
            error if is_timeout(&error) => Problem::NotTaken,
            error if is_reset(&error) => Problem::Reset,
            error => Problem::Io(error),
        };
        let mut error = Error::new(Step::Send, peer, problem);
        error.after = Some(begin.elapsed());
        error
    })
}

/// The size that a frame begins with.
fn size_of_frame(bytes: &[u8]) -> Option<i32> {
    bytes.first_chunk().map(|size| i32::from_be_bytes(*size))
}

fn is_timeout(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut)
}

fn is_reset(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::ConnectionReset
            | ErrorKind::ConnectionAborted
            | ErrorKind::BrokenPipe
            | ErrorKind::NotConnected
    )
}
