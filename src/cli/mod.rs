//! The command line: the only room that knows clap, one file per subcommand. What a command does is
//! in other rooms; here arguments become their options, and outcomes become exit codes.

mod apis;
mod colour;
mod decode;
mod dump_log;
mod encode;
mod errors;
mod number;
mod send;
mod serve;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

pub use colour::ColorChoice;

use crate::render::push::harmless;

/// Explains every byte of Apache Kafka's protocol.
#[derive(Debug, Parser)]
#[command(name = "kafkit", version, about, long_about = LONG_ABOUT, propagate_version = true)]
struct Cli {
    /// When to use colours
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    color: ColorChoice,
    #[command(subcommand)]
    command: Command,
}

const LONG_ABOUT: &str =
    "Explains every byte of Apache Kafka's protocol: requests, responses, record batches and the records \
that Kafka itself writes, of every version from 0.8 to 4.4, and of malformed ones which byte is wrong and why.

Exit codes: 0 all is well; 1 the data has a problem, and all that could be read was printed; 2 wrong usage.";

#[derive(Debug, Subcommand)]
enum Command {
    /// Explain the bytes of requests, responses, batches and records
    Decode(Box<decode::Args>),
    /// Explain Kafka's files, healthy or broken, or a whole data directory
    DumpLog(Box<dump_log::Args>),
    /// Run a broker on Kafka's own disk format
    Serve(Box<serve::Args>),
    /// Turn JSON, as decode prints it, into bytes
    Encode(encode::Args),
    /// Send any request to a broker and explain what comes back
    ///
    /// In any version, well-formed or not.
    Send(Box<send::Args>),
    /// List Kafka's APIs, the fields of one, or what a version changed
    Apis(apis::Args),
    /// List Kafka's error codes, or explain one
    Errors(errors::Args),
}

/// How a command ended, where no error of its own kept it from ending.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    /// All is well.
    Fine,
    /// The data has a problem, which was printed.
    Problem,
}

/// Why a command could not do its work.
#[derive(Debug)]
enum Failure {
    /// The command line asks for what cannot be.
    Usage(anyhow::Error),
    /// The data or the system does not let it.
    Data(anyhow::Error),
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Failure::Data(error)
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Failure::Data(error.into())
    }
}

type Result = std::result::Result<Outcome, Failure>;

/// Parses the process's arguments and runs the command that they name.
pub fn run() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are asked for; everything else is wrong usage.
            let code = if error.use_stderr() { 2 } else { 0 };
            // Nobody is left to tell when even that cannot be written.
            let _ = error.print();
            return ExitCode::from(code);
        }
    };
    let color = cli.color;
    let result = match cli.command {
        Command::Decode(args) => decode::run(*args, color),
        Command::DumpLog(args) => dump_log::run(*args, color),
        Command::Serve(args) => serve::run(*args, color),
        Command::Encode(args) => encode::run(&args),
        Command::Send(args) => send::run(*args, color),
        Command::Apis(args) => apis::run(&args, color),
        Command::Errors(args) => errors::run(&args, color),
    };
    match result {
        Ok(Outcome::Fine) => ExitCode::SUCCESS,
        Ok(Outcome::Problem) => ExitCode::from(1),
        // Who closes the pipe has seen enough.
        Err(Failure::Data(error)) if is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(Failure::Data(error)) => fail(&error, 1),
        Err(Failure::Usage(error)) => fail(&error, 2),
    }
}

fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        cause.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
    })
}

fn fail(error: &anyhow::Error, code: u8) -> ExitCode {
    // Nobody is left to tell when even that cannot be written.
    let _ = writeln!(io::stderr(), "error: {}", harmless(&format!("{error:#}")));
    ExitCode::from(code)
}

/// The definition of the command line, from which help, man pages and completions are made.
pub fn command() -> clap::Command {
    Cli::command()
}
