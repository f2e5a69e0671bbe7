//! What was measured: one number for each figure, program and round, and what
//! the rounds say together.

use crate::programs::Column;

/// What a figure must keep.
#[derive(Debug, Clone, Copy)]
pub enum Goal {
    /// At most so many times what the other needs.
    Ratio(Column, f64),
    /// At most this.
    AtMost(f64),
}

/// One line of the table.
#[derive(Debug)]
pub struct Figure {
    pub name: String,
    pub unit: &'static str,
    pub goals: Vec<Goal>,
    /// What to know when the goal is missed.
    pub profile: &'static str,
    rounds: Vec<(Column, f64)>,
}

/// All lines, in the order in which they were first measured.
#[derive(Debug, Default)]
pub struct Samples {
    figures: Vec<Figure>,
}

impl Samples {
    /// The line with this name; a new one the first time.
    #[expect(clippy::indexing_slicing, reason = "the position was just looked up")]
    pub fn figure(&mut self, name: &str, unit: &'static str) -> &mut Figure {
        let position = self.figures.iter().position(|figure| figure.name == name).unwrap_or_else(|| {
            let rounds = Vec::new();
            self.figures.push(Figure { name: name.to_owned(), unit, goals: Vec::new(), profile: "", rounds });
            self.figures.len() - 1
        });
        &mut self.figures[position]
    }

    pub fn figures(&self) -> &[Figure] {
        &self.figures
    }
}

impl Figure {
    /// Adds what one round measured of one program.
    pub fn add(&mut self, column: Column, value: f64) -> &mut Self {
        self.rounds.push((column, value));
        self
    }

    pub fn goals(&mut self, goals: &[Goal]) -> &mut Self {
        self.goals = goals.to_vec();
        self
    }

    pub fn profile(&mut self, profile: &'static str) {
        self.profile = profile;
    }

    /// The rounds of one program, in order.
    pub fn of(&self, column: Column) -> Vec<f64> {
        self.rounds.iter().filter(|(of, _)| *of == column).map(|(_, value)| *value).collect()
    }

    pub fn median(&self, column: Column) -> Option<f64> {
        quantile(self.of(column), 0.5)
    }

    /// Ours divided by the other's, each pair from the same round.
    fn ratios(&self, other: Column) -> Vec<f64> {
        let pairs = self.of(Column::Us).into_iter().zip(self.of(other));
        pairs.filter(|(_, theirs)| *theirs > 0.0).map(|(ours, theirs)| ours / theirs).collect()
    }

    pub fn ratio(&self, other: Column) -> Option<f64> {
        quantile(self.ratios(other), 0.5)
    }

    /// How much the middle half of the rounds' ratios differ, as a part of the
    /// median: of the ratios to every program that a goal names, the worst.
    pub fn spread(&self) -> Option<f64> {
        let peers: Vec<Column> = self
            .goals
            .iter()
            .filter_map(|goal| match goal {
                Goal::Ratio(other, _) => Some(*other),
                Goal::AtMost(_) => None,
            })
            .collect();
        let peers = if peers.is_empty() { vec![Column::Go] } else { peers };
        peers.into_iter().filter_map(|other| spread(self.ratios(other))).max_by(f64::total_cmp)
    }

    /// Each goal with whether it is met; `None` when it cannot be said.
    pub fn verdicts(&self) -> Vec<(Goal, Option<f64>)> {
        let measured = |goal: &Goal| match goal {
            Goal::Ratio(other, _) => self.ratio(*other),
            Goal::AtMost(_) => self.median(Column::Us),
        };
        self.goals.iter().map(|goal| (*goal, measured(goal))).collect()
    }
}

impl Goal {
    pub fn limit(self) -> f64 {
        match self {
            Self::Ratio(_, limit) | Self::AtMost(limit) => limit,
        }
    }
}

/// The value below which this part of the values lies; `None` without any.
pub fn quantile(mut values: Vec<f64>, part: f64) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let last = values.len().checked_sub(1)?;
    let place = part * last as f64;
    let below = values.get(place.floor() as usize)?;
    let above = values.get(place.ceil() as usize)?;
    Some(below + (above - below) * place.fract())
}

/// The middle half's width as a part of the median; `None` for fewer than
/// three, of which nobody can say.
fn spread(values: Vec<f64>) -> Option<f64> {
    if values.len() < 3 {
        return None;
    }
    let middle = quantile(values.clone(), 0.5).filter(|middle| *middle > 0.0)?;
    Some((quantile(values.clone(), 0.75)? - quantile(values, 0.25)?) / middle)
}
