//! The seam between sockets and files: on Linux the kernel moves a file's bytes to the socket itself.

use std::io;

use rustix::net::SendFlags;
use tokio::net::TcpStream;

use super::output::FileRange;

/// Sends bytes; with `more` to come at once, the kernel may wait for it to fill a packet.
pub fn bytes(stream: &TcpStream, bytes: &[u8], more: bool) -> io::Result<usize> {
    Ok(rustix::net::send(stream, bytes, flags(more))?)
}

#[cfg(target_os = "linux")]
fn flags(more: bool) -> SendFlags {
    if more { SendFlags::NOSIGNAL | SendFlags::MORE } else { SendFlags::NOSIGNAL }
}

#[cfg(not(target_os = "linux"))]
fn flags(_more: bool) -> SendFlags {
    SendFlags::empty()
}

/// Sends what the socket takes of a file's range.
#[cfg(target_os = "linux")]
pub fn file(stream: &TcpStream, range: &FileRange) -> io::Result<usize> {
    let mut position = range.position;
    Ok(rustix::fs::sendfile(stream, &range.file, Some(&mut position), range.len)?)
}

/// Sends what the socket takes of a file's range.
#[cfg(not(target_os = "linux"))]
pub fn file(stream: &TcpStream, range: &FileRange) -> io::Result<usize> {
    /// As much as a socket's buffer takes at once.
    const CHUNK_BYTES: usize = 64 * 1024;
    let mut chunk = vec![0; range.len.min(CHUNK_BYTES)];
    let read = rustix::io::pread(&range.file, &mut chunk[..], range.position)?;
    bytes(stream, chunk.get(..read).unwrap_or_default(), true)
}
