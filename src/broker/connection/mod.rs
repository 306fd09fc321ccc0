//! One client's connection: frames in, responses out, one request after the other and answered in their order.

mod farewell;
mod gone;
pub mod input;
pub mod output;
mod pool;
mod queued;
mod request;
mod transmit;
mod waiting;

use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::task::Poll;

use tokio::net::TcpStream;
use tokio::sync::oneshot::error::TryRecvError;
use tokio::sync::watch;

pub use self::gone::gone;
use self::input::{BadSize, Input};
use self::output::Output;
pub use self::pool::Pool;
use self::queued::Held;
pub use self::queued::Queued;
pub use self::request::Header;
use self::waiting::Waits;
use super::Broker;
use super::apis::{self, Handle, Wait};
use super::clock;
use super::exchange::Exchange;
use super::explain;
use super::fetch;
use super::groups::Waiting;
use super::partitions::Replica;
use super::produce;
use super::trace::Traced;
use crate::codec::wire::{Reader, Writer};
use crate::log::validate::Room;

/// So many frames are answered before other connections of the thread get their turn.
const FRAMES_PER_TURN: usize = 64;
/// What a scratch buffer for records keeps between requests.
const ROOM_BYTES: usize = 64 * 1024;

/// Why a connection ended.
#[derive(Debug, thiserror::Error)]
pub enum Closed {
    /// The client closed it, or the network did.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// The client went away between two requests.
    #[error("closed by the client")]
    Done,
    /// The client went away inside of a request.
    #[error("closed by the client within a request, after {0} bytes of it")]
    Cut(usize),
    /// A size that cannot be.
    #[error("{0}")]
    Size(#[from] BadSize),
    /// A request that cannot be read or is not answered here.
    #[error("{0}")]
    Request(String),
    /// A request without acknowledgement failed: closing is the only answer.
    #[error("a Produce request with acks=0 failed: {0}")]
    Unacknowledged(String),
}

/// What a connection has besides its bytes.
pub struct Context {
    /// The broker.
    pub broker: Arc<Broker>,
    /// Its buffers.
    pub pool: Arc<Pool>,
    /// What large requests of all connections may hold together.
    pub queued: Arc<Queued>,
    /// The listener's name.
    pub listener: Arc<str>,
    /// The client's address.
    pub peer: SocketAddr,
    /// When something was read or sent last, in milliseconds since 1970.
    pub active_ms: Arc<AtomicI64>,
    /// Becomes true when the broker stops.
    pub stopping: watch::Receiver<bool>,
}

/// A connection.
pub struct Connection {
    context: Context,
    stream: TcpStream,
    input: Input,
    output: Output,
    room: Room,
    /// Appended to by requests whose responses wait, and to be on disk before these are sent.
    undurable: Vec<Arc<Replica>>,
    frame_bytes_max: i32,
    /// What the frame that is being read or answered takes of [`Context::queued`].
    held: Option<Held>,
}

impl Connection {
    /// Wraps an accepted socket.
    pub fn new(context: Context, stream: TcpStream) -> Self {
        Self {
            frame_bytes_max: context.broker.limits.frame_bytes_max,
            context,
            stream,
            input: Input::default(),
            output: Output::default(),
            room: Room::default(),
            undurable: Vec::new(),
            held: None,
        }
    }

    /// Answers until one of both sides ends it.
    ///
    /// # Errors
    /// It always ends with the reason.
    pub async fn serve(&mut self) -> Closed {
        loop {
            if let Err(closed) = self.turn().await {
                // What was answered before is still sent, if the client takes it at once.
                if !matches!(closed, Closed::Io(_)) {
                    let _ = self.send().await;
                }
                if *self.context.stopping.borrow() {
                    farewell::say(&self.stream).await;
                }
                return closed;
            }
        }
    }

    async fn turn(&mut self) -> Result<(), Closed> {
        let mut frames = 0;
        while let Some(range) = self.input.take(self.frame_bytes_max)? {
            let begin = self.output.bytes.len();
            if let Err(closed) = self.answer(range).await {
                // Of what was answered before nothing is lost, and of this one nothing is sent.
                self.output.cut(begin);
                return Err(closed);
            }
            self.held = None;
            if self.output.is_heavy() {
                self.send().await?;
            }
            frames += 1;
            if frames == FRAMES_PER_TURN {
                frames = 0;
                tokio::task::yield_now().await;
            }
        }
        self.send().await?;
        // Who sends without a pause is not waited for.
        if *self.context.stopping.borrow() {
            return Err(Closed::Done);
        }
        self.hold().await?;
        self.read().await
    }

    /// Waits until a large frame may be read, before there is memory for it.
    async fn hold(&mut self) -> Result<(), Closed> {
        let Some(bytes) = self.input.large() else { return Ok(()) };
        if self.held.is_some() || !self.context.queued.is_bounded() {
            return Ok(());
        }
        let queued = self.context.queued.clone();
        let _waits = Waits::begin(&self.context.active_ms);
        tokio::select! {
            held = queued.hold(bytes) => self.held = held,
            _ = self.context.stopping.changed() => return Err(Closed::Done),
        }
        Ok(())
    }

    async fn send(&mut self) -> Result<(), Closed> {
        for replica in self.undurable.drain(..) {
            replica.durable().await?;
        }
        if !self.output.is_empty() {
            // Who takes a long response slowly is not idle.
            let active_ms = &self.context.active_ms;
            self.output.flush(&self.stream, || active_ms.store(clock::now_ms(), Ordering::Relaxed)).await?;
        }
        Ok(())
    }

    async fn read(&mut self) -> Result<(), Closed> {
        loop {
            let pool = &self.context.pool;
            self.input.provide(|| pool.take());
            let (input, stream) = (&mut self.input, &mut self.stream);
            match poll_fn(|context| Poll::Ready(input.poll_fill(stream, context))).await? {
                Poll::Ready(0) if self.input.is_empty() => return Err(Closed::Done),
                Poll::Ready(0) => return Err(Closed::Cut(self.input.unread().len())),
                Poll::Ready(_) => {
                    self.context.active_ms.store(clock::now_ms(), Ordering::Relaxed);
                    return Ok(());
                }
                Poll::Pending => {}
            }
            // An idle connection holds no memory.
            if self.input.is_empty() {
                pool.put(self.input.release());
                self.output.release();
                self.room.shrink_to(ROOM_BYTES);
            } else if let Some(buffer) = self.input.park() {
                pool.put(buffer);
            }
            if *self.context.stopping.borrow() {
                return Err(Closed::Done);
            }
            tokio::select! {
                ready = self.stream.readable() => ready?,
                _ = self.context.stopping.changed() => {}
            }
        }
    }

    /// Answers one request, and shows it to whoever wants to see it.
    async fn answer(&mut self, range: Range<usize>) -> Result<(), Closed> {
        let Some(trace) = self.context.broker.trace.clone() else {
            return self.answer_untraced(range).await.map(drop);
        };
        // Records are changed where they lie.
        let request = self.input.frame(range.clone()).to_vec();
        let image = self.context.broker.metadata.image();
        let traced = Traced::new(trace, self.context.peer, request, image);
        let answered = self.answer_untraced(range).await;
        let outcome = match &answered {
            Ok(frame_at) => Ok((&self.output, *frame_at)),
            Err(closed) => Err(closed.to_string()),
        };
        traced.end(outcome).await;
        answered.map(drop)
    }

    /// Answers one request; where its response begins in the output, if there is one, or else where that ends.
    async fn answer_untraced(&mut self, range: Range<usize>) -> Result<usize, Closed> {
        let frame = self.input.frame(range);
        let header = Header::read(frame).map_err(|_| Closed::Request(explain::request(frame)))?;
        let served = apis::served(header.key);
        let Some(served) = served else {
            return Err(Closed::Request(explain::unserved(frame, header.key)));
        };
        if !served.versions.contain(header.version) {
            let body = frame.get(header.body_at..).unwrap_or_default().to_vec();
            return self.unsupported(&header, &body);
        }
        let mut frame_at = self.output.bytes.len();
        header.begin_response(&mut self.output.bytes);
        let broker = &*self.context.broker;
        let now_ms = clock::now_ms();
        match served.handle {
            Handle::Answer(answer) => {
                let exchange = Exchange {
                    client_id: header.client_id(frame),
                    listener: &self.context.listener,
                    peer: Some(self.context.peer.ip()),
                    ..Exchange::new(broker, header.version, now_ms)
                };
                let mut writer = Writer::new(std::mem::take(&mut self.output.bytes));
                let body = frame.get(header.body_at..).unwrap_or_default();
                let answered = answer(&exchange, &mut Reader::new(body), &mut writer);
                let written = self.output.take_from(writer);
                answered.map_err(|_| Closed::Request(explain::request(frame)))?;
                written.map_err(|error| unwritable(&header, &error))?;
                self.undurable.extend(exchange.take_undurable());
            }
            Handle::Wait(wait) => {
                let exchange = Exchange {
                    client_id: header.client_id(frame),
                    listener: &self.context.listener,
                    peer: Some(self.context.peer.ip()),
                    ..Exchange::new(broker, header.version, now_ms)
                };
                let body = frame.get(header.body_at..).unwrap_or_default();
                let waiting = (wait.ask)(&exchange, &mut Reader::new(body))
                    .map_err(|_| Closed::Request(explain::request(frame)))?;
                drop(exchange);
                frame_at = self.answer_others(wait, waiting, &header, frame_at).await?;
            }
            Handle::Produce => {
                let mut writer = Writer::new(std::mem::take(&mut self.output.bytes));
                let answered = produce::answer(
                    broker,
                    &header,
                    frame,
                    now_ms,
                    &mut self.room,
                    &mut self.undurable,
                    &mut writer,
                );
                self.output.take_from(writer).map_err(|error| unwritable(&header, &error))?;
                match answered {
                    Ok(true) => {}
                    Ok(false) => {
                        self.output.bytes.truncate(frame_at);
                        return Ok(frame_at);
                    }
                    Err(produce::Failed::Read(_)) => return Err(Closed::Request(explain::request(frame))),
                    Err(produce::Failed::Unacknowledged(why)) => return Err(Closed::Unacknowledged(why)),
                }
            }
            Handle::Fetch => {
                let fetch = fetch::Fetch::read(broker, &header, frame, now_ms)
                    .map_err(|_| Closed::Request(explain::request(frame)))?;
                frame_at = self.answer_fetch(fetch, &header, frame_at).await?;
            }
        }
        self.end_frame(&header, frame_at)?;
        Ok(frame_at)
    }

    /// A response may come to more than a frame can say; a client that asks for one thing many times gets there.
    fn end_frame(&mut self, header: &Header, frame_at: usize) -> Result<(), Closed> {
        self.output.end_frame(frame_at).map_err(|bytes| {
            self.output.cut(frame_at);
            Closed::Request(format!(
                "the response to API key {} version {} is {bytes} bytes long, and no frame may be",
                header.key, header.version
            ))
        })
    }

    /// What was answered before does not wait with a fetch that waits.
    async fn answer_fetch(
        &mut self,
        fetch: fetch::Fetch,
        header: &Header,
        frame_at: usize,
    ) -> Result<usize, Closed> {
        let broker = self.context.broker.clone();
        let (replicas, found) = fetch.look(&broker);
        let (found, frame_at) = if fetch.must_wait(&found) {
            let begun = self.output.bytes.split_off(frame_at);
            self.send().await?;
            self.output.bytes = begun;
            let _waits = Waits::begin(&self.context.active_ms);
            let wait = fetch.wait(&replicas, found, &mut self.context.stopping, gone(&self.stream));
            (wait.await, 0)
        } else {
            (found, frame_at)
        };
        if let Err(error) = fetch.respond(found, &mut self.output) {
            self.output.bytes.truncate(frame_at);
            return Err(unwritable(header, &error));
        }
        Ok(frame_at)
    }

    /// As with a fetch, what was answered before does not wait. A client that is gone is not answered: its session tells
    /// the others in the end.
    async fn answer_others(
        &mut self,
        wait: Wait,
        mut waiting: Waiting,
        header: &Header,
        frame_at: usize,
    ) -> Result<usize, Closed> {
        let (answer, frame_at) = match waiting.answer.try_recv() {
            Ok(answer) => (answer, frame_at),
            Err(TryRecvError::Closed) => ((wait.stopped)(), frame_at),
            Err(TryRecvError::Empty) => {
                let begun = self.output.bytes.split_off(frame_at);
                self.send().await?;
                self.output.bytes = begun;
                let _waits = Waits::begin(&self.context.active_ms);
                let answer = tokio::select! {
                    answer = &mut waiting.answer => answer.unwrap_or_else(|_| (wait.stopped)()),
                    _ = self.context.stopping.changed() => (wait.stopped)(),
                    () = gone(&self.stream) => return Err(Closed::Done),
                };
                (answer, 0)
            }
        };
        self.undurable.extend(waiting.replica.filter(|replica| replica.is_durable_late()));
        let mut writer = Writer::new(std::mem::take(&mut self.output.bytes));
        (wait.write)(answer, header.version, &mut writer);
        self.output.take_from(writer).map_err(|error| unwritable(header, &error))?;
        Ok(frame_at)
    }

    /// See [`handlers::unsupported`](super::handlers::unsupported); else there is no answer that the client could read.
    fn unsupported(&mut self, header: &Header, body: &[u8]) -> Result<usize, Closed> {
        let frame_at = self.output.bytes.len();
        let bytes = std::mem::take(&mut self.output.bytes);
        let mut writer = Writer::new(bytes);
        if super::handlers::unsupported::answer(header, body, &mut writer) {
            self.output.bytes = writer.finish().map_err(|error| unwritable(header, &error))?;
            self.end_frame(header, frame_at)?;
            return Ok(frame_at);
        }
        self.output.bytes = writer.buffer;
        self.output.bytes.truncate(frame_at);
        Err(Closed::Request(explain::unsupported(header.key, header.version)))
    }
}

fn unwritable(header: &Header, error: &crate::codec::wire::WriteError) -> Closed {
    Closed::Request(format!(
        "the response to API key {} version {} cannot be written: {error}",
        header.key, header.version
    ))
}
