//! What Kafka's own tool said of a damaged file, from its recorded output.

use std::collections::BTreeSet;
use std::io::Read;
use std::path::Path;

/// The flags that show most, by the names that the recorded files have.
const FLAGS: [(&str, &str); 5] = [
    ("plain", "no flag"),
    ("deep-iteration", "`--deep-iteration`"),
    ("cluster-metadata-decoder", "`--cluster-metadata-decoder`"),
    ("verify-index-only", "`--verify-index-only`"),
    ("index-sanity-check", "`--index-sanity-check`"),
];

/// What it says, run by run; runs that say the same are told together.
/// `batches` is how many batches there are to be read.
pub fn says(expected: &Path, variant: &str, file: &Path, batches: u64) -> String {
    let exits = std::fs::read_to_string(expected.join("damaged/exit.tsv")).unwrap();
    let mut told: Vec<(String, Vec<&str>)> = Vec::new();
    for (flags, name) in FLAGS {
        let run = format!("{variant}/{}.{flags}.txt", file.display());
        let Some(line) = exits.lines().find(|line| line.split('\t').nth(1) == Some(&run)) else { continue };
        let exit = line.split('\t').next().unwrap();
        let healthy = lines(&expected.join(format!("clean/d1/{}.{flags}.txt.err", file.display())), "d1");
        let said = outcome(expected, &run, variant, exit, &healthy, batches);
        match told.iter_mut().find(|(text, _)| *text == said) {
            Some((_, names)) => names.push(name),
            None => told.push((said, vec![name])),
        }
    }
    if told.is_empty() {
        return if expected.join("clean/d1").join(format!("{}.plain.txt", file.display())).exists() {
            "cannot tell: there is no file".to_owned()
        } else {
            "does not look at it".to_owned()
        };
    }
    let told: Vec<String> =
        told.into_iter().map(|(text, names)| format!("{}: {text}", names.join(", "))).collect();
    told.join("<br>")
}

fn outcome(
    expected: &Path,
    run: &str,
    variant: &str,
    exit: &str,
    healthy: &BTreeSet<String>,
    batches: u64,
) -> String {
    let error = lines(&expected.join(format!("damaged/{run}.err")), variant);
    let output = text(&expected.join(format!("damaged/{run}")))
        .or_else(|| text(&expected.join(format!("damaged/{run}.gz"))))
        .unwrap_or_default();
    let mut said = Vec::new();
    let new: Vec<&String> = error.iter().filter(|line| !healthy.contains(*line)).collect();
    if exit != "0" {
        let exception = new.iter().find_map(|line| line.strip_prefix("Exception in thread \"main\" "));
        said.push(format!("stops with `{}`", short(exception.unwrap_or("an exception"))));
    } else if let Some(header) = new.iter().find(|line| !line.starts_with(' ')) {
        let detail = new.iter().find(|line| line.starts_with(' ')).map_or("", |line| line.trim());
        said.push(format!("`{} {detail}`", header.trim()).replace(" `", "`"));
    } else if let Some(detail) = new.first() {
        said.push(format!("`{}`", detail.trim()));
    }
    let invalid = output.lines().filter(|line| line.contains("isvalid: false")).count();
    if invalid > 0 {
        said.push(format!("`isvalid: false` in {invalid} batch, exit code {exit}"));
    }
    said.extend(
        output.lines().find(|line| line.contains("invalid bytes at the end")).map(|line| format!("`{line}`")),
    );
    if error.iter().any(|line| line.starts_with("Ignoring unknown file")) {
        said.push("`Ignoring unknown file`".to_owned());
    }
    let shown = output.lines().filter(|line| line.starts_with("baseOffset: ")).count() as u64;
    if shown > 0 && shown + 1 < batches {
        said.push(format!("{shown} of {batches} batches"));
    }
    if output.contains("passed sanity check") {
        said.push("`passed sanity check`".to_owned());
    }
    if said.is_empty() { "nothing".to_owned() } else { said.join(", ").replace('|', "\\|") }
}

/// An exception without its package, and not all of its message.
fn short(exception: &str) -> String {
    let (class, message) = exception.split_once(": ").unwrap_or((exception, ""));
    let class = class.rsplit('.').next().unwrap();
    let mut text = String::from(class);
    for word in message.split(' ').filter(|word| !word.is_empty()) {
        if text.len() + word.len() > 100 {
            return text + " ...";
        }
        text += if text.len() == class.len() { ": " } else { " " };
        text += word;
    }
    text
}

/// The lines of standard error without the paths that differ from run to run.
fn lines(path: &Path, root: &str) -> BTreeSet<String> {
    let text = text(path).unwrap_or_default();
    let clean = |line: &str| {
        ["<CWD>/", "<TMP>/w/", ""]
            .iter()
            .fold(line.to_owned(), |line, at| line.replace(&format!("{at}{root}/"), ""))
    };
    text.lines().map(clean).collect()
}

fn text(path: &Path) -> Option<String> {
    let bytes = std::fs::read(path).ok()?;
    let mut text = Vec::new();
    if path.extension().is_some_and(|extension| extension == "gz") {
        flate2::read::MultiGzDecoder::new(bytes.as_slice()).read_to_end(&mut text).ok()?;
    } else {
        text = bytes;
    }
    Some(String::from_utf8_lossy(&text).into_owned())
}
