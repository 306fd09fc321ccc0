//! Jobs that run side by side and print in order.
//!
//! Each job writes into a channel that holds a few pieces; the jobs' turn comes one after the other.
//! Who is not yet on waits when its channel is full, so that memory stays small whatever there is to
//! print.

use std::io::{self, Write};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Mutex, PoisonError};

/// Bytes that a job collects before it hands them on.
const PIECE_BYTES: usize = 64 << 10;
/// Pieces that wait for their turn, of each job.
const PIECES_WAITING: usize = 4;
/// More files than this are not read at once: a disk has no use for it, and each costs a window.
const THREADS_MAX: usize = 8;

/// Runs `work` for each of `jobs`, on as many threads as the machine has cores, and writes what they
/// print to `out` in the order of `jobs`. Returns their results in that order.
///
/// # Errors
///
/// The first failed write, after which nothing more is written.
pub fn in_order<J: Sync, T: Send>(
    jobs: &[J],
    out: &mut dyn Write,
    work: impl Fn(&J, &mut dyn Write) -> io::Result<T> + Sync,
) -> io::Result<Vec<T>> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let threads = cores.min(THREADS_MAX).min(jobs.len());
    if threads < 2 {
        return jobs.iter().map(|job| work(job, out)).collect();
    }
    let (senders, receivers): (Vec<_>, Vec<_>) =
        jobs.iter().map(|_| sync_channel::<Piece<T>>(PIECES_WAITING)).unzip();
    let senders: Vec<Mutex<Option<SyncSender<Piece<T>>>>> =
        senders.into_iter().map(|sender| Mutex::new(Some(sender))).collect();
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                // Jobs are begun in order, so that the one whose turn it is always runs.
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    let (Some(job), Some(slot)) = (jobs.get(number), senders.get(number)) else { break };
                    let sender = slot.lock().unwrap_or_else(PoisonError::into_inner).take();
                    let Some(sender) = sender else { break };
                    let mut pieces = Pieces { piece: Vec::with_capacity(PIECE_BYTES), sender: &sender };
                    let result = work(job, &mut pieces).and_then(|result| pieces.flush().map(|()| result));
                    // Nobody listens any more once a write has failed.
                    if sender.send(Piece::Done(result)).is_err() {
                        break;
                    }
                }
            });
        }
        receivers.into_iter().map(|receiver| print(receiver, out)).collect()
    })
}

enum Piece<T> {
    Bytes(Vec<u8>),
    Done(io::Result<T>),
}

fn print<T>(receiver: Receiver<Piece<T>>, out: &mut dyn Write) -> io::Result<T> {
    for piece in receiver {
        match piece {
            Piece::Bytes(bytes) => out.write_all(&bytes)?,
            Piece::Done(result) => return result,
        }
    }
    Err(io::Error::other("a reading thread ended before its work was done"))
}

struct Pieces<'s, T> {
    piece: Vec<u8>,
    sender: &'s SyncSender<Piece<T>>,
}

impl<T> Write for Pieces<'_, T> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.piece.len() + bytes.len() > PIECE_BYTES {
            self.flush()?;
        }
        self.piece.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.piece.is_empty() {
            return Ok(());
        }
        let piece = std::mem::replace(&mut self.piece, Vec::with_capacity(PIECE_BYTES));
        let closed = |_| io::Error::from(io::ErrorKind::BrokenPipe);
        self.sender.send(Piece::Bytes(piece)).map_err(closed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn output_is_in_order_however_long_a_job_takes() {
        let jobs: Vec<u64> = (0..20).collect();
        let mut out = Vec::new();
        let results = in_order(&jobs, &mut out, |&job, out| {
            for line in 0..5000 {
                writeln!(out, "{job} {line}")?;
            }
            Ok(job)
        });
        assert_eq!(results.ok(), Some(jobs.clone()));
        let expected: String =
            jobs.iter().flat_map(|job| (0..5000).map(move |line| format!("{job} {line}\n"))).collect();
        assert!(out == expected.as_bytes());
    }

    #[test]
    fn a_closed_pipe_ends_it() {
        struct Closed;
        impl Write for Closed {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::Error::from(io::ErrorKind::BrokenPipe))
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let result = in_order(&[0; 40], &mut Closed, |_, out| {
            for _ in 0..1000 {
                out.write_all(&[0; 1000])?;
            }
            Ok(())
        });
        assert!(result.is_err_and(|error| error.kind() == io::ErrorKind::BrokenPipe));
    }
}
