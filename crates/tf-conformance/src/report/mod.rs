//! Results, for people and for machines.

mod human;
mod junit;

use crate::checks::Report;

/// How results are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Format {
    /// For people.
    #[default]
    Human,
    /// For programs.
    Json,
    /// For continuous integration.
    Junit,
}

impl Format {
    /// The format of this name.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "human" => Some(Self::Human),
            "json" => Some(Self::Json),
            "junit" => Some(Self::Junit),
            _ => None,
        }
    }

    /// The report as text.
    ///
    /// # Errors
    ///
    /// When it is no JSON, which cannot be.
    pub fn render(self, report: &Report) -> Result<String, serde_json::Error> {
        match self {
            Self::Human => Ok(human::render(report)),
            Self::Json => serde_json::to_string_pretty(report).map(|text| text + "\n"),
            Self::Junit => Ok(junit::render(report)),
        }
    }
}
