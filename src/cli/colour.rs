//! Whether output is coloured, and how wide the terminal is.

use std::io::IsTerminal;

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum ColorChoice {
    /// On a terminal, unless NO_COLOR is set; CLICOLOR_FORCE forces them
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

impl ColorChoice {
    /// Whether standard output is to be coloured (no-color.org, bixense.com/clicolors).
    pub fn on_stdout(self) -> bool {
        self.on(std::io::stdout().is_terminal())
    }

    /// The same for standard error.
    pub fn on_stderr(self) -> bool {
        self.on(std::io::stderr().is_terminal())
    }

    fn on(self, terminal: bool) -> bool {
        let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty() && value != "0");
        match self {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto if std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty()) => false,
            ColorChoice::Auto if set("CLICOLOR_FORCE") => true,
            ColorChoice::Auto => {
                let off = std::env::var_os("CLICOLOR").is_some_and(|value| value == "0");
                let dumb = std::env::var_os("TERM").is_some_and(|value| value == "dumb");
                terminal && !off && !dumb
            }
        }
    }
}

/// The columns of the terminal on standard output; none where it is piped.
pub fn width() -> Option<usize> {
    if !std::io::stdout().is_terminal() {
        return None;
    }
    let (width, _) = terminal_size::terminal_size()?;
    Some(usize::from(width.0))
}
