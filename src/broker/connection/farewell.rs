//! Ending a connection such that the client gets all that was answered.

use std::time::Duration;

use rustix::net::Shutdown;
use tokio::net::TcpStream;

/// So long a client is listened to that does not close its side.
const LISTENING: Duration = Duration::from_millis(300);
/// Read at once, and thrown away.
const READ_BYTES: usize = 8 * 1024;

/// Says that nothing more comes, and reads on: where requests are left unread, the system resets the connection,
/// and acknowledgements that are still under way are lost with it.
pub async fn say(stream: &TcpStream) {
    if rustix::net::shutdown(stream, Shutdown::Write).is_err() {
        return;
    }
    // Who does not close in time is left alone.
    let _ = tokio::time::timeout(LISTENING, listen(stream)).await;
}

async fn listen(stream: &TcpStream) {
    let mut unread = vec![0; READ_BYTES];
    while stream.readable().await.is_ok() {
        match stream.try_read(&mut unread) {
            Ok(0) => return,
            Err(error) if error.kind() != std::io::ErrorKind::WouldBlock => return,
            _ => {}
        }
    }
}
