//! Listening and accepting.

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::ops::RangeInclusive;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::config::{Effective, keys};
use super::connection::{Closed, Connection, Context, Pool, Queued};
use super::{Broker, clock};

/// A socket that is listened on, and the listener's name.
pub struct Listening {
    /// The name.
    pub name: Arc<str>,
    /// The socket.
    pub socket: TcpListener,
}

/// Bounds on connections, besides those that may be changed while the broker runs.
#[derive(Debug, Clone)]
pub struct Bounds {
    /// `max.connections.per.ip.overrides`.
    pub of_addresses: HashMap<IpAddr, usize>,
    /// `connections.max.idle.ms`.
    pub idle_ms: i64,
    /// `queued.max.request.bytes`.
    pub queued_bytes: i64,
}

struct Server {
    broker: Arc<Broker>,
    pool: Arc<Pool>,
    queued: Arc<Queued>,
    bounds: Bounds,
    count: AtomicUsize,
    by_address: Mutex<HashMap<IpAddr, usize>>,
    stopping: watch::Receiver<bool>,
}

/// After an error of accepting, such as too many open files, the next try waits so long.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);
/// How often idle connections are looked for: several times in the time that they are given.
const IDLE_TICK: RangeInclusive<Duration> = Duration::from_millis(100)..=Duration::from_secs(10);
const IDLE_TICKS: u32 = 4;

/// Accepts and serves until `stopping` becomes true and all connections have ended.
pub async fn serve(
    broker: Arc<Broker>,
    sockets: Vec<Listening>,
    bounds: Bounds,
    stopping: watch::Receiver<bool>,
) {
    let server = Arc::new(Server {
        broker,
        pool: Arc::default(),
        queued: Arc::new(Queued::new(bounds.queued_bytes)),
        bounds,
        count: AtomicUsize::new(0),
        by_address: Mutex::default(),
        stopping,
    });
    let mut accepting = JoinSet::new();
    for listening in sockets {
        accepting.spawn(accept(server.clone(), listening));
    }
    while accepting.join_next().await.is_some() {}
}

async fn accept(server: Arc<Server>, listening: Listening) {
    let mut connections = JoinSet::new();
    let mut active: Vec<Active> = Vec::new();
    let mut stopping = server.stopping.clone();
    let mut failing = false;
    let mut idle = tokio::time::interval(idle_tick(server.bounds.idle_ms));
    loop {
        tokio::select! {
            accepted = listening.socket.accept() => match accepted {
                Ok((stream, peer)) => {
                    if std::mem::take(&mut failing) {
                        tracing::info!("{}: accepts again", listening.name);
                    }
                    let Some(admitted) = admit(&server, peer.ip()) else {
                        tracing::warn!("{peer}: refused: too many connections (max.connections, max.connections.per.ip)");
                        continue;
                    };
                    let active_ms = Arc::new(AtomicI64::new(clock::now_ms()));
                    let context = Context {
                        broker: server.broker.clone(),
                        pool: server.pool.clone(),
                        queued: server.queued.clone(),
                        listener: listening.name.clone(),
                        peer,
                        active_ms: active_ms.clone(),
                        stopping: server.stopping.clone(),
                    };
                    let task = connections.spawn(connect(context, stream, admitted));
                    active.push(Active { task, peer, active_ms });
                }
                Err(error) => {
                    // Said once, not as often as it is tried.
                    if !std::mem::replace(&mut failing, true) {
                        tracing::warn!("{}: cannot accept: {error}", listening.name);
                    }
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            },
            Some(_) = connections.join_next() => {}
            _ = idle.tick() => end_idle(&mut active, server.bounds.idle_ms),
            _ = stopping.changed() => break,
        }
    }
    drop(listening);
    while connections.join_next().await.is_some() {}
}

fn idle_tick(idle_ms: i64) -> Duration {
    let idle = u64::try_from(idle_ms).map_or(*IDLE_TICK.end(), Duration::from_millis);
    (idle / IDLE_TICKS).clamp(*IDLE_TICK.start(), *IDLE_TICK.end())
}

/// A connection, from outside.
struct Active {
    task: tokio::task::AbortHandle,
    peer: SocketAddr,
    active_ms: Arc<AtomicI64>,
}

fn end_idle(active: &mut Vec<Active>, idle_ms: i64) {
    let now_ms = clock::now_ms();
    active.retain(|Active { task, peer, active_ms }| {
        if idle_ms >= 0
            && now_ms.saturating_sub(active_ms.load(Ordering::Relaxed)) > idle_ms
            && !task.is_finished()
        {
            tracing::info!("{peer}: closed: idle for {idle_ms} ms (connections.max.idle.ms)");
            task.abort();
        }
        !task.is_finished()
    });
}

async fn connect(context: Context, stream: TcpStream, admitted: Admitted) {
    let peer = context.peer;
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!("{peer}: {error}");
    }
    match Connection::new(context, stream).serve().await {
        Closed::Done => {}
        Closed::Io(error) if is_usual(&error) => tracing::debug!("{peer}: {error}"),
        closed => tracing::warn!("{peer}: closed: {closed}"),
    }
    drop(admitted);
}

/// How clients end connections without saying so.
fn is_usual(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe | io::ErrorKind::ConnectionAborted
    )
}

/// A connection that counts, until it is dropped.
struct Admitted {
    server: Arc<Server>,
    address: IpAddr,
}

fn admit(server: &Arc<Server>, address: IpAddr) -> Option<Admitted> {
    let broker = &server.broker;
    let image = broker.metadata.image();
    let settings = Effective::new(&broker.settings, &image, broker.node.id);
    let count = |count: i32| usize::try_from(count).unwrap_or(usize::MAX);
    let connections = count(settings.get(keys::MAX_CONNECTIONS));
    let per_address = count(settings.get(keys::MAX_CONNECTIONS_PER_IP));
    let mut by_address = server.by_address.lock().unwrap_or_else(PoisonError::into_inner);
    let here = by_address.get(&address).copied().unwrap_or(0);
    let bound = server.bounds.of_addresses.get(&address).copied().unwrap_or(per_address);
    if here >= bound || server.count.load(Ordering::Relaxed) >= connections {
        return None;
    }
    by_address.insert(address, here + 1);
    server.count.fetch_add(1, Ordering::Relaxed);
    Some(Admitted { server: server.clone(), address })
}

impl Drop for Admitted {
    fn drop(&mut self) {
        self.server.count.fetch_sub(1, Ordering::Relaxed);
        let mut by_address = self.server.by_address.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = by_address.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                by_address.remove(&self.address);
            }
        }
    }
}

/// Binds an address.
///
/// # Errors
/// The address is in use, or is none of this machine.
pub fn bind(address: SocketAddr, backlog: u32) -> io::Result<TcpListener> {
    let socket =
        if address.is_ipv4() { tokio::net::TcpSocket::new_v4()? } else { tokio::net::TcpSocket::new_v6()? };
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(backlog)
}
