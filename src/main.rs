//! Parses the command line, runs the command, and turns its outcome into an exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    kafkit::cli::run()
}
