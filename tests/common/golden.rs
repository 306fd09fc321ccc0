//! Golden tests of the command line: commands and exactly what they print.
//!
//! A file of `testdata/cli` holds commands, each followed by what it printed:
//!
//! ```text
//! # A line like this one explains; it stands before a command.
//! $ kafkit errors 3 \
//! > | head -1
//! what stands on standard output
//! 2> what stands on standard error
//! ? 1
//! ```
//!
//! - Commands are run by `sh` in the folder `testdata`, without a terminal and without input.
//! - `? 1` is the exit code; without it, it is 0. An empty line stands before the next command.
//! - A line of output that would be taken for something else is written behind `1> `. A last line
//!   without a newline is followed by the line `1~` or `2~`.
//!
//! `KAFKIT_BLESS=1 cargo test` rewrites what is expected; commands and comments stay.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Whether golden files are to be rewritten: the one switch for all of them.
pub fn bless() -> bool {
    std::env::var_os("KAFKIT_BLESS").is_some_and(|value| !value.is_empty() && value != "0")
}

/// Compares a checked-in file with what it should hold, or rewrites it.
pub fn check_file(path: &Path, expected: &str) -> Result<(), String> {
    let found = std::fs::read_to_string(path).unwrap_or_default();
    if found == expected {
        return Ok(());
    }
    if bless() {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).unwrap();
        }
        std::fs::write(path, expected).unwrap();
        return Ok(());
    }
    Err(format!("{} is stale:\n{}", path.display(), difference(&found, expected)))
}

/// Runs every command of every `.txt` file in a folder and compares, or rewrites.
pub fn check_folder(folder: &Path, program: &Path) {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "txt"))
        .collect();
    files.sort();
    assert!(!files.is_empty(), "{} holds no golden files", folder.display());
    let mut wrong = Vec::new();
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        wrong.extend(check_file(&file, &run_file(&text, program)).err());
    }
    assert!(wrong.is_empty(), "{}\nKAFKIT_BLESS=1 cargo test rewrites it.", wrong.join("\n"));
}

/// The text of a golden file with what its commands print now.
fn run_file(text: &str, program: &Path) -> String {
    let mut out = String::new();
    let mut lines = text.lines().peekable();
    let mut behind_comment = true;
    while let Some(line) = lines.next() {
        let is_comment = line.starts_with('#');
        // What is neither command nor comment was printed by a command, which prints it anew.
        if !is_comment && !line.starts_with("$ ") {
            continue;
        }
        if !std::mem::replace(&mut behind_comment, is_comment) {
            out.push('\n');
        }
        let Some(first) = line.strip_prefix("$ ") else {
            writeln!(out, "{line}").unwrap();
            continue;
        };
        let mut command = first.to_owned();
        writeln!(out, "{line}").unwrap();
        while let Some(more) = lines.next_if(|line| line.starts_with("> ")) {
            writeln!(out, "{more}").unwrap();
            command.push('\n');
            command.push_str(&more[2..]);
        }
        run(&command, program, &mut out);
    }
    out
}

fn run(command: &str, program: &Path, out: &mut String) {
    let here = program.parent().unwrap();
    let path = std::env::var("PATH").unwrap_or_default();
    let output = Command::new("sh")
        .args(["-c", command])
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata"))
        .env("PATH", format!("{}:{path}", here.display()))
        .env("LC_ALL", "C")
        .env("TERM", "xterm")
        .env_remove("NO_COLOR")
        .env_remove("CLICOLOR")
        .env_remove("CLICOLOR_FORCE")
        .env_remove("COLUMNS")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    stream(&output.stdout, "1", out);
    stream(&output.stderr, "2", out);
    match output.status.code() {
        Some(0) => {}
        Some(code) => writeln!(out, "? {code}").unwrap(),
        None => writeln!(out, "? {}", output.status).unwrap(),
    }
}

fn stream(bytes: &[u8], mark: &str, out: &mut String) {
    let text = String::from_utf8_lossy(bytes);
    for line in text.lines() {
        let is_plain = mark == "1"
            && !["$ ", "> ", "? ", "1> ", "2> ", "1~", "2~", "#"]
                .iter()
                .any(|special| line.starts_with(special));
        if is_plain {
            writeln!(out, "{line}").unwrap();
        } else {
            writeln!(out, "{}", format!("{mark}> {line}").trim_end()).unwrap();
        }
    }
    if !text.is_empty() && !text.ends_with('\n') {
        writeln!(out, "{mark}~").unwrap();
    }
}

/// The lines around the first one that differs.
fn difference(found: &str, expected: &str) -> String {
    let (found, expected): (Vec<&str>, Vec<&str>) = (found.lines().collect(), expected.lines().collect());
    let at = found.iter().zip(&expected).take_while(|(a, b)| a == b).count();
    let show = |sign: char, lines: &[&str]| -> String {
        lines.iter().skip(at).take(12).map(|line| format!("{sign} {line}\n")).collect()
    };
    let command = expected.iter().take(at + 1).rfind(|line| line.starts_with("$ ")).unwrap_or(&"");
    format!("line {}, {command}\n{}{}", at + 1, show('-', &found), show('+', &expected))
}
