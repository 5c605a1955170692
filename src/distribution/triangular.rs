//! Three estimates joined by straight lines.

use super::check::{Edge, Power, Shape};
use super::pert::three_points;
use super::{Law, LawError};
use crate::maths;

/// The triangular law on `[min, max]` with its peak at `mode`.
#[derive(Clone, Debug, PartialEq)]
pub struct Triangular {
    min: f64,
    mode: f64,
    max: f64,
    /// The share of the law below the mode.
    below: f64,
}

impl Law {
    /// Triangular over `[min, max]` with its peak at `mode`; a constant where
    /// the ends are equal.
    ///
    /// # Errors
    ///
    /// A parameter is not finite or larger than 1e30, or not
    /// `min <= mode <= max`.
    pub fn triangular(min: f64, mode: f64, max: f64) -> Result<Self, LawError> {
        let (min, mode, max) = three_points(min, mode, max)?;
        if min == max {
            return Self::constant(min);
        }
        let below = (mode - min) / (max - min);
        Ok(Self::Triangular(Triangular { min, mode, max, below }))
    }
}

/// The part of `∫ x^power dF` over a wedge that rises from `foot` and has run
/// the signed distance `run` of its whole signed `length`, for the whole wedge
/// of weight 1.
fn wedge(power: Power, foot: f64, run: f64, length: f64) -> f64 {
    if length == 0.0 {
        return 0.0;
    }
    let share = (run / length) * (run / length);
    match power {
        Power::First => share * (foot + 2.0 / 3.0 * run),
        Power::Second => share * (foot * foot + 4.0 / 3.0 * foot * run + 0.5 * run * run),
    }
}

impl Shape for Triangular {
    fn quantile(&self, u: f64) -> f64 {
        let width = self.max - self.min;
        if u < self.below {
            (self.min + maths::sqrt(u * width * (self.mode - self.min))).min(self.mode)
        } else {
            (self.max - maths::sqrt((1.0 - u) * width * (self.max - self.mode))).max(self.mode)
        }
    }

    fn cdf(&self, x: f64) -> f64 {
        if x <= self.min {
            return 0.0;
        }
        if x >= self.max {
            return 1.0;
        }
        if x < self.mode {
            let run = (x - self.min) / (self.mode - self.min);
            self.below * run * run
        } else {
            let left = (self.max - x) / (self.max - self.mode);
            1.0 - (1.0 - self.below) * left * left
        }
    }

    fn mean(&self) -> f64 {
        self.min + ((self.mode - self.min) + (self.max - self.min)) / 3.0
    }

    fn variance(&self) -> f64 {
        let (left, right) = (self.mode - self.min, self.max - self.mode);
        (left * left + left * right + right * right) / 18.0
    }

    fn least(&self) -> f64 {
        self.min
    }

    fn most(&self) -> f64 {
        self.max
    }

    fn partial_moment(&self, power: Power, edge: Edge) -> f64 {
        let x = edge.at.clamp(self.min, self.max);
        let left = self.mode - self.min;
        let rising = self.below * wedge(power, self.min, (x - self.min).min(left), left);
        if x <= self.mode {
            return rising;
        }
        // The right wedge, seen from its foot at max, less what lies beyond x.
        let length = self.mode - self.max;
        let whole = wedge(power, self.max, length, length);
        let beyond = wedge(power, self.max, x - self.max, length);
        rising + (1.0 - self.below) * (whole - beyond)
    }

    fn describe(&self, unit: &dyn Fn(f64) -> String) -> String {
        format!("triangular, {}..{}, mode {}", unit(self.min), unit(self.max), unit(self.mode))
    }
}
