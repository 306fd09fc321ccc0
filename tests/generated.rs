//! What is made from the definition of the command line and checked in: shell completions and man
//! pages. They are stale when this fails; `KAFKIT_BLESS=1 cargo test --test generated` makes them anew.
#![allow(clippy::unwrap_used, clippy::panic)] // A test that cannot go on has failed.

mod common;

use std::path::Path;

use clap::{Command, ValueEnum};
use clap_complete::Shell;
use common::golden::check_file;

fn check(files: Vec<(String, String)>) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let wrong: Vec<String> =
        files.iter().filter_map(|(name, text)| check_file(&root.join(name), text).err()).collect();
    let how = "KAFKIT_BLESS=1 cargo test --test generated makes them anew";
    assert!(wrong.is_empty(), "{how}\n{}", wrong.join("\n"));
}

#[test]
fn completions() {
    let files = Shell::value_variants().iter().map(|&shell| {
        let mut text = Vec::new();
        clap_complete::generate(shell, &mut kafkit::cli::command(), "kafkit", &mut text);
        let name = match shell {
            Shell::Bash => "kafkit.bash",
            Shell::Elvish => "kafkit.elv",
            Shell::Fish => "kafkit.fish",
            Shell::PowerShell => "_kafkit.ps1",
            Shell::Zsh => "_kafkit",
            other => panic!("{other}: give its completions a name"),
        };
        (format!("completions/{name}"), String::from_utf8(text).unwrap())
    });
    check(files.collect());
}

/// What the terminals that people have are at least as wide as.
const COLUMNS: usize = 80;

#[test]
fn lists_of_subcommands_and_examples_do_not_fold() {
    let command = kafkit::cli::command();
    let names = || command.get_subcommands().map(|inner| inner.get_name().len());
    let before = names().max().unwrap() + "    ".len();
    let mut wide = Vec::new();
    for inner in command.get_subcommands() {
        wide.extend(
            inner.get_about().map(ToString::to_string).filter(|about| before + about.len() > COLUMNS),
        );
        let examples = [inner.get_after_help(), inner.get_after_long_help()];
        for text in examples.into_iter().flatten().map(ToString::to_string) {
            wide.extend(text.lines().filter(|line| line.len() > COLUMNS).map(str::to_owned));
        }
    }
    assert_eq!(wide, Vec::<String>::new());
}

#[test]
fn man_pages() {
    let mut pages = Vec::new();
    let mut command = kafkit::cli::command();
    command.build();
    page(&command, &mut pages);
    check(pages);
}

/// The page of a command, and those of its subcommands.
fn page(command: &Command, pages: &mut Vec<(String, String)>) {
    let name = command.get_display_name().unwrap_or_else(|| command.get_name());
    let mut text = Vec::new();
    // No date: a page does not change by being made anew.
    clap_mangen::Man::new(command.clone()).date("").render(&mut text).unwrap();
    pages.push((format!("man/{name}.1"), String::from_utf8(text).unwrap()));
    for inner in command.get_subcommands().filter(|inner| inner.get_name() != "help") {
        page(inner, pages);
    }
}
