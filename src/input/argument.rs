//! What a word on the command line stands for: standard input, a file, or the bytes themselves.

use std::path::{Path, PathBuf};

use super::{
    error::{ErrorKind, InputError, quoted},
    sniff,
};

/// Where bytes come from, as the user named it on the command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Argument {
    /// `-`
    Stdin,
    /// A file that exists.
    File(PathBuf),
    /// The bytes themselves, in any spelling.
    Inline(String),
}

impl Argument {
    /// Judges a word: `-` is standard input, the name of an existing file is that file, all else is the bytes themselves
    /// unless it looks like the name of a file that is missing.
    ///
    /// # Errors
    ///
    /// For a directory, and for a word that is neither a file nor bytes in a spelling that is known.
    pub fn classify(argument: &str) -> Result<Self, InputError> {
        if argument == "-" {
            return Ok(Self::Stdin);
        }
        let path = Path::new(argument);
        if path.is_dir() {
            return Err(InputError::new(
                ErrorKind::Directory,
                "a file, hex or base64",
                format!("the directory {}", quoted(argument.as_bytes())),
                "name a file in it",
            ));
        }
        if path.exists() {
            return Ok(Self::File(path.to_owned()));
        }
        // Raw bytes cannot be given on a command line: what has control characters is a mistyped path.
        let control = argument.chars().any(|letter| letter.is_control() && !letter.is_ascii_whitespace());
        if control || looks_like_path(argument) && !sniff::is_inline(argument) {
            return Err(InputError::new(
                ErrorKind::NotFound,
                "a file, hex or base64",
                format!("`{}`: no such file, and not hex or base64 either", argument.escape_debug()),
                "check the path, or paste the bytes in quotes",
            ));
        }
        Ok(Self::Inline(argument.to_owned()))
    }
}

/// One word with a slash, an extension, or nothing but the letters of a name.
fn looks_like_path(argument: &str) -> bool {
    let one_word = !argument.is_empty() && !argument.contains(char::is_whitespace);
    let plain = argument.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '~'));
    one_word && (plain || argument.contains(['/', '\\']) || Path::new(argument).extension().is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_what_they_look_like() {
        let inline = |word: &str| Ok(Argument::Inline(word.to_owned()));
        let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
        for (word, judged) in [
            ("-", Ok(Argument::Stdin)),
            (manifest, Ok(Argument::File(manifest.into()))),
            (env!("CARGO_MANIFEST_DIR"), Err(ErrorKind::Directory)),
            ("0000002300", inline("0000002300")),
            ("AAAAIwASAAR/f8Zh", inline("AAAAIwASAAR/f8Zh")),
            ("\\x00\\x23", inline("\\x00\\x23")),
            ("missing/request.bin", Err(ErrorKind::NotFound)),
            ("request.hex", Err(ErrorKind::NotFound)),
            ("request", Err(ErrorKind::NotFound)),
            ("./dead", Err(ErrorKind::NotFound)),
            ("00 1", inline("00 1")),
            ("", inline("")),
        ] {
            assert_eq!(Argument::classify(word).map_err(|error| error.kind), judged, "{word}");
        }
    }

    #[test]
    fn a_missing_file_is_named() {
        let error = Argument::classify("no/such.bin").expect_err("it does not exist");
        assert!(
            error.to_string().contains("found `no/such.bin`: no such file, and not hex or base64 either"),
            "{error}"
        );
    }
}
