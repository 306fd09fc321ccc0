//! `kafkit serve`.

mod logging;
mod plan;
mod watch;

use std::collections::HashMap;
use std::io::{self, Write};
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, anyhow};
use clap::ValueEnum;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch as channel;

use super::{ColorChoice, Failure, Outcome, Result};
use crate::broker::Broker;
use crate::broker::config::keys;
use crate::broker::groups;
use crate::broker::housekeeping;
use crate::broker::loggers::Loggers;
use crate::broker::node::Advertised;
use crate::broker::partitions::Fsync;
use crate::broker::server::{self, Bounds, Listening};
use crate::broker::start::{self, Plan};
use crate::codec::meaning::uuid::parse_uuid;

/// Whose help says more than one line.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Kafka's server.properties; what has no effect here is named in one warning
    #[arg(value_name = "SERVER.PROPERTIES")]
    properties: Option<PathBuf>,

    /// Port on 127.0.0.1; 0 takes a free one
    #[arg(long, value_name = "PORT", conflicts_with = "listen", help_heading = "Where")]
    port: Option<u16>,

    /// Address to listen on, host:port or NAME://host:port; more than once for several listeners
    #[arg(long, value_name = "ADDRESS", help_heading = "Where")]
    listen: Vec<String>,

    /// Address that clients are told, host:port or NAME://host:port; by default where they came in
    #[arg(long, value_name = "ADDRESS", help_heading = "Where")]
    advertise: Vec<String>,

    /// Data directory, formatted on first use; by default log.dirs of the properties, or ./kafkit-data
    #[arg(long, value_name = "DIR", conflicts_with = "temp", help_heading = "What")]
    data: Option<PathBuf>,

    /// A data directory of its own, removed at exit
    #[arg(long, help_heading = "What")]
    temp: bool,

    /// The cluster that a new data directory is for; one that is there has to be of it. By default a new one
    #[arg(long, value_name = "ID", value_parser = cluster_id, help_heading = "What")]
    cluster_id: Option<String>,

    /// A topic to have at start, made if it is not there: NAME[:PARTITIONS][,key=value]...
    #[arg(long, value_name = "TOPIC", help_heading = "What")]
    topic: Vec<String>,

    /// A setting of Kafka's, before those of the properties
    #[arg(long, value_name = "KEY=VALUE", help_heading = "What")]
    config: Vec<String>,

    /// When what was produced has to be on disk: never (some time after it is acknowledged, as in Kafka), always
    /// (before), or so many milliseconds in which others may join
    #[arg(long, value_name = "WHEN", default_value = "never", value_parser = fsync, help_heading = "What")]
    fsync: Fsync,

    /// The form of log lines, on standard error
    #[arg(long, value_name = "FORMAT", default_value = "text", help_heading = "What is told")]
    log_format: LogFormat,

    /// Show every request and response, as decode does
    #[arg(
        long,
        value_name = "FORM",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "line",
        help_heading = "What is told"
    )]
    trace: Option<TraceForm>,

    /// Trace only these APIs
    #[arg(
        long,
        value_name = "API",
        value_delimiter = ',',
        requires = "trace",
        help_heading = "What is told"
    )]
    trace_api: Vec<String>,

    /// Trace only clients whose id holds this
    #[arg(long, value_name = "TEXT", requires = "trace", help_heading = "What is told")]
    trace_client: Option<String>,

    /// Trace only messages that name this topic
    #[arg(long, value_name = "TOPIC", requires = "trace", help_heading = "What is told")]
    trace_topic: Option<String>,
}

const EXAMPLES: &str = "Examples:
  kafkit serve                                 on port 9092, in ./kafkit-data
  kafkit serve --port 0 --temp --topic t:3     a free port; all gone at exit
  kafkit serve server.properties               with a configuration of Kafka's
  kafkit serve --trace=full --trace-api fetch  each Fetch field by field";

/// The form of log lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For a person
    Text,
    /// An object a line
    Json,
}

/// How exchanges are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TraceForm {
    /// A line for each message
    Line,
    /// Each field
    Full,
    /// Each byte
    Hex,
}

fn fsync(text: &str) -> std::result::Result<Fsync, String> {
    match text {
        "never" => Ok(Fsync::Never),
        "always" => Ok(Fsync::Always),
        text => text
            .parse()
            .map(|ms| Fsync::Group(Duration::from_millis(ms)))
            .map_err(|_| format!("expected never, always or a number of milliseconds, found {text:?}")),
    }
}

/// As Kafka's `kafka-storage random-uuid` makes them.
fn cluster_id(text: &str) -> std::result::Result<String, String> {
    let id = parse_uuid(text).filter(|_| text.len() == CLUSTER_ID_CHARS);
    id.map(|_| text.to_owned())
        .ok_or_else(|| format!("expected {CLUSTER_ID_CHARS} characters of base64 for URLs, found {text:?}"))
}

/// Sixteen bytes in base64 without padding.
const CLUSTER_ID_CHARS: usize = 22;

pub fn run(args: Args, color: ColorChoice) -> Result {
    logging::start(args.log_format, color);
    raise_open_files();
    let settings = plan::settings(&args)?;
    for warning in settings.warnings() {
        tracing::warn!("{warning}");
    }
    let temporary = args.temp.then(tempfile::tempdir).transpose().context("a temporary directory")?;
    let data = match &temporary {
        Some(directory) => directory.path().join("data"),
        None => plan::data(&args, &settings)?,
    };
    let watched = args.trace.map(|form| watch::watch(form, &args, color)).transpose();
    let (trace, watching) = watched.map_err(Failure::Usage)?.unzip();
    let topics = plan::topics(&args, &settings).map_err(Failure::Usage)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("the threads of the broker")?;
    let outcome = runtime.block_on(async {
        // Before anybody is told where it listens: who knows that may also want it to stop.
        let (mut terminate, mut interrupt) =
            (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
        let (sockets, advertised) = listen(&args, &settings).await?;
        let plan = Plan {
            settings,
            data,
            cluster_id: args.cluster_id.clone(),
            fsync: args.fsync,
            advertised,
            trace,
            loggers: Loggers::new("INFO", Box::new(logging::set_level)),
        };
        // The recovery of large logs takes its time. Who stops it leaves them as they were after the crash.
        let starting = tokio::task::spawn_blocking(move || start::start(plan));
        let started = tokio::select! {
            started = starting => started.map_err(|error| Failure::Data(error.into()))?,
            _ = terminate.recv() => return Ok(Outcome::Fine),
            _ = interrupt.recv() => return Ok(Outcome::Fine),
        };
        let broker = started.map_err(in_one_line)?;
        plan::create_topics(&broker, &topics)?;
        say_where(&sockets)?;
        serve(broker, sockets, (terminate, interrupt)).await
    });
    // What is left of connections that do not end in time.
    runtime.shutdown_timeout(Duration::from_millis(100));
    if let Some(watching) = watching {
        watching.end();
    }
    outcome
}

async fn serve(
    broker: Arc<Broker>,
    sockets: Vec<Listening>,
    (mut terminate, mut interrupt): (Signal, Signal),
) -> Result {
    let bounds = bounds(&broker);
    let (stop, stopping) = channel::channel(false);
    broker.groups.follow(&broker);
    let timer = tokio::spawn(groups::timer::run(broker.clone(), stopping.clone()));
    let housekeeping = tokio::spawn(housekeeping::run(broker.clone(), stopping.clone()));
    let mut server = tokio::spawn(server::serve(broker.clone(), sockets, bounds, stopping));
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    tracing::info!("stopping");
    // Nobody listens any more when all have ended already.
    let _ = stop.send(true);
    if tokio::time::timeout(start::STOP, &mut server).await.is_err() {
        // Nothing may be appended any more once the logs are closed.
        server.abort();
        tracing::warn!("some connections did not end in time and are cut off");
    }
    housekeeping.abort();
    timer.abort();
    let closing = broker.clone();
    tokio::task::spawn_blocking(move || closing.close())
        .await
        .map_err(|error| Failure::Data(error.into()))?
        .map_err(in_one_line)?;
    tracing::info!("stopped");
    Ok(Outcome::Fine)
}

/// Each partition that is written to has an open file, and each client a socket: the usual limit is for programs
/// that use `select`, and may be raised by whoever does not.
fn raise_open_files() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    // Without it there are fewer files, which is dealt with.
    let _ = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit });
}

/// Its words tell the cause, too, which would be told once more if it were handed on.
fn in_one_line(error: start::StartError) -> Failure {
    Failure::Data(anyhow!("{error}"))
}

fn bounds(broker: &Broker) -> Bounds {
    let settings = &broker.settings;
    let count = |count: i32| usize::try_from(count).unwrap_or(usize::MAX);
    let of_addresses: HashMap<IpAddr, usize> = settings
        .max_connections_of_addresses()
        .unwrap_or_default()
        .into_iter()
        .flat_map(|(host, bound)| {
            let addresses = (host.as_str(), 0).to_socket_addrs().into_iter().flatten();
            addresses.map(move |address| (address.ip(), count(bound))).collect::<Vec<_>>()
        })
        .collect();
    Bounds {
        of_addresses,
        idle_ms: settings.get(keys::CONNECTIONS_MAX_IDLE_MS),
        queued_bytes: settings.get(keys::QUEUED_MAX_REQUEST_BYTES),
    }
}

/// Binds the listeners, and works out what clients are told.
async fn listen(
    args: &Args,
    settings: &crate::broker::config::Settings,
) -> std::result::Result<(Vec<Listening>, Vec<Advertised>), Failure> {
    let listeners = settings.listeners().map_err(|error| Failure::Usage(error.into()))?;
    let told = settings.advertised().map_err(|error| Failure::Usage(error.into()))?;
    let backlog = u32::try_from(settings.get(keys::SOCKET_LISTEN_BACKLOG_SIZE)).unwrap_or(u32::MAX);
    let mut sockets = Vec::new();
    let mut advertised = Vec::new();
    for listener in listeners {
        let (socket, address) = bind(&listener.host, listener.port, backlog).await?;
        let told = told.iter().find(|told| told.name == listener.name);
        let host = told.map(|told| told.host.clone()).unwrap_or_default();
        let port = told.map(|told| told.port).filter(|port| *port != 0);
        advertised.push(Advertised {
            listener: listener.name.clone(),
            host: if host.is_empty() || host == "0.0.0.0" || host == "::" { plan::this_host() } else { host },
            port: match (port, listener.port) {
                // A port that was taken is told, unless another one was given.
                (Some(port), given) if port != given || args.advertise.is_empty() && given != 0 => port,
                _ => address.port(),
            },
        });
        sockets.push(Listening { name: listener.name.into(), socket });
    }
    Ok((sockets, advertised))
}

async fn bind(
    host: &str,
    port: u16,
    backlog: u32,
) -> std::result::Result<(tokio::net::TcpListener, SocketAddr), Failure> {
    let host = if host.is_empty() { "0.0.0.0" } else { host };
    let addresses: Vec<SocketAddr> = tokio::net::lookup_host((host, port))
        .await
        .with_context(|| format!("{host}: cannot be resolved to an address to listen on"))
        .map_err(Failure::Data)?
        .collect();
    let mut failed = anyhow!("{host}: no address");
    for address in addresses {
        match server::bind(address, backlog) {
            Ok(socket) => {
                let bound = socket.local_addr()?;
                return Ok((socket, bound));
            }
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
                failed = anyhow!(
                    "{address}: another process listens there; name another --port, or 0 for a free one"
                );
            }
            Err(error) => failed = anyhow!("{address}: cannot be listened on: {error}"),
        }
    }
    Err(Failure::Data(failed))
}

/// One address a line: the first line is what a script waits for.
fn say_where(sockets: &[Listening]) -> std::result::Result<(), Failure> {
    let mut out = io::stdout().lock();
    for listening in sockets {
        let address = listening.socket.local_addr()?;
        writeln!(out, "{address}")?;
        tracing::info!("listening on {address} ({})", listening.name);
    }
    out.flush()?;
    Ok(())
}
