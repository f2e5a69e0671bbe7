//! Where the steps are shown: printed as they happen, and kept for the picture.

use std::cell::RefCell;
use std::io::Write as _;

const ESCAPE: char = '\u{1b}';

/// What was shown so far, in colours, and how to print it.
pub struct Screen {
    shown: RefCell<String>,
    terminal: Option<Paint>,
}

impl Screen {
    /// Prints every line, in colours if `terminal` wants them; nothing when there is none.
    pub fn new(terminal: Option<Paint>) -> Self {
        Self { shown: RefCell::default(), terminal }
    }

    /// Shows a line, or several.
    pub fn line(&self, text: &str) {
        if let Some(paint) = self.terminal {
            let printed = if paint.wanted { format!("{text}\n") } else { format!("{}\n", plain(text)) };
            // Whoever closed the pipe does not want to hear more.
            let _ = std::io::stdout().write_all(printed.as_bytes());
        }
        let mut shown = self.shown.borrow_mut();
        shown.push_str(text);
        shown.push('\n');
    }

    /// Everything that was shown, in colours.
    pub fn shown(&self) -> String {
        self.shown.borrow().clone()
    }
}

/// Colour, where it is wanted.
#[derive(Clone, Copy)]
pub struct Paint {
    /// Whether it is.
    pub wanted: bool,
}

impl Paint {
    /// For the screen, which takes colours off again where they are not wanted.
    pub const ALWAYS: Self = Self { wanted: true };

    fn style(self, code: &str, text: &str) -> String {
        if self.wanted { format!("{ESCAPE}[{code}m{text}{ESCAPE}[0m") } else { text.to_owned() }
    }

    /// A command or a title.
    pub fn bold(self, text: &str) -> String {
        self.style("1", text)
    }

    /// What may be skipped.
    pub fn dim(self, text: &str) -> String {
        self.style("2", text)
    }

    /// A failure.
    pub fn red(self, text: &str) -> String {
        self.style("31", text)
    }

    /// A success.
    pub fn green(self, text: &str) -> String {
        self.style("32", text)
    }

    /// A change.
    pub fn yellow(self, text: &str) -> String {
        self.style("33", text)
    }

    /// A request, or a configuration.
    pub fn cyan(self, text: &str) -> String {
        self.style("36", text)
    }
}

/// The text without its colours.
pub fn plain(text: &str) -> String {
    spans(text).map(|(_, span)| span).collect()
}

/// The text in pieces of one style: its code, empty for none, and the piece.
pub fn spans(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.split(ESCAPE).filter_map(|piece| {
        let styled = piece.strip_prefix('[').and_then(|rest| rest.split_once('m'));
        let (code, span) = styled.unwrap_or(("", piece));
        let code = if code == "0" { "" } else { code };
        (!span.is_empty()).then_some((code, span))
    })
}
