//! Every example of README.md: its `console` blocks are run and must print what stands there. A line
//! `...` stands for any lines.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::Path;
use std::process::Command;

#[test]
fn examples_print_what_the_readme_says() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = std::fs::read_to_string(root.join("README.md")).unwrap();
    let mut examples = 0;
    for block in readme.split("```console\n").skip(1) {
        let block = block.split("```").next().unwrap();
        for example in block.split("$ ").filter(|example| !example.trim().is_empty()) {
            let (command, expected) = example.split_once('\n').unwrap();
            let folder = Path::new(env!("CARGO_BIN_EXE_kafkit")).parent().unwrap();
            let path = format!("{}:{}", folder.display(), std::env::var("PATH").unwrap());
            let output = Command::new("sh")
                .args(["-c", command])
                .current_dir(root)
                .env("PATH", path)
                .env_remove("CLICOLOR_FORCE")
                .output()
                .unwrap();
            let found =
                String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap();
            assert!(matches(expected, &found), "$ {command}\nexpected:\n{expected}\nfound:\n{found}");
            examples += 1;
        }
    }
    assert!(examples >= 5, "only {examples} examples");
}

fn matches(expected: &str, found: &str) -> bool {
    let mut rest = found;
    let expected = format!("{}\n", expected.trim_end());
    let mut parts = expected.split("...\n");
    let Some(first) = parts.next() else { return false };
    let Some(behind) = rest.strip_prefix(first.trim_end_matches('\n')) else { return false };
    rest = behind;
    for part in parts {
        let part = part.trim_end_matches('\n');
        let Some(at) = rest.find(part) else { return false };
        rest = rest.get(at + part.len()..).unwrap_or_default();
    }
    rest.trim().is_empty() || expected.trim_end().ends_with("...")
}
