//! What is said to people and programs: documents, text, Markdown, JSON. No I/O.
//!
//! A [`Prediction`] is the stable form of an answer; JSON is its plain mirror,
//! and [`predict`] makes a [`Document`] of it that [`text`] and [`markdown`] render.

mod answer;
mod build;
mod cells;
mod distribution;
mod document;
mod drill;
mod explanation;
mod layers;
mod markdown;
mod matrix;
mod named;
mod number;
mod predict;
mod prediction;
mod procedure;
mod schema;
mod shares;
mod story;
mod text;
mod verdicts;

pub use build::{Trials, model_basis, scenario_prediction};
pub use distribution::{Distribution, Interval, Intervals, Proportion, Shape, TermPrediction};
pub use document::{
    Align, Block, Cell, Column, Document, Phrase, ShapeBlock, Style, Table, harmless,
};
pub use drill::share_of;
pub use explanation::{Change, Difference, Explanation, explain};
pub use markdown::markdown;
pub use matrix::failure_matrix;
pub use named::Named;
pub use number::count;
pub use predict::{Telling, UNWRITTEN, command, predict};
pub use prediction::{
    Basis, FailurePrediction, HeldAgainst, InputFile, InputText, Manifest, MilestonePrediction,
    ObjectivePrediction, PrecisionFigure, PrecisionReached, Prediction, SampleTrial,
    ScenarioPrediction, SharePrediction, StagePrediction, SubjectPrediction, Verdict,
    WaitPrediction,
};
pub use procedure::{
    ClaimPrediction, ConditionalPrediction, ProcedurePrediction, StepOfDrill, conditional,
};
pub use schema::{json, prediction_schema};
pub use story::{Story, StoryEntry, story};
pub use text::{Look, plain_ascii, text};
