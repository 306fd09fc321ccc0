//! Noticing that a client is gone while its request waits.

use std::future::pending;
use std::io::ErrorKind;

use rustix::net::RecvFlags;
use tokio::io::Interest;
use tokio::net::TcpStream;

/// Returns when the client has closed its side and nothing it sent is unread. Where there is more to read, it is
/// there, as far as anybody can tell.
pub async fn gone(stream: &TcpStream) {
    loop {
        if stream.readable().await.is_err() {
            return;
        }
        let mut byte = [0; 1];
        let peeked = stream
            .try_io(Interest::READABLE, || Ok(rustix::net::recv(stream, &mut byte[..], RecvFlags::PEEK)?.0));
        match peeked {
            Ok(0) => return,
            Ok(_) => return pending().await,
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            Err(_) => return,
        }
    }
}
