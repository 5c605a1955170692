//! From what trials came to, to what a prediction says.

use super::named::Named;
use super::prediction::{
    Basis, Distribution, HeldAgainst, Intervals, MilestonePrediction, ObjectivePrediction,
    PrecisionFigure, PrecisionReached, Proportion, SampleTrial, ScenarioPrediction, Shape,
    SharePrediction, StagePrediction, SubjectPrediction, TermPrediction, Verdict, WaitPrediction,
};
use super::procedure::procedure;
use crate::experiment::{
    CONFIDENCE, Limit, Reached, Series, Share, SharePoint, Summary, group, system_recovery,
};
use crate::model::preset::{Held, Version};
use crate::model::system::Model;
use crate::outcome::{Bound, Figure, FigureSlot, Layout, Measured, Outcome, SubjectName};
use crate::statistics::{self, Histogram, Quantile};
use crate::units::Span;

/// Steps of a shape at most.
const STEPS: usize = 48;

/// The trials of a scenario and what they mean.
#[derive(Clone, Copy, Debug)]
pub struct Trials<'t> {
    /// The scenario's title.
    pub title: &'t str,
    /// What the numbers mean.
    pub layout: &'t Layout,
    /// Where trials stopped.
    pub horizon: Span,
    /// The limits that were counted.
    pub limits: &'t [Limit],
    /// What the trials came to.
    pub summary: &'t Summary,
    /// How far precisions were reached.
    pub reached: &'t [Reached],
}

/// What the trials of a scenario say.
#[must_use]
pub fn scenario_prediction(trials: &Trials<'_>) -> ScenarioPrediction {
    let Trials { layout, summary, limits, .. } = *trials;
    let class = system_recovery(layout).map(|slot| layout.figures[slot].class.name().to_owned());
    let n = summary.trials.max(1) as f64;
    let mut prediction = ScenarioPrediction {
        title: trials.title.to_owned(),
        trials: summary.trials,
        class,
        horizon: rounded(trials.horizon.as_seconds()),
        relapsed: summary.relapsed as f64 / n,
        unsettled: summary.unsettled as f64 / n,
        verdict: None,
        all_limits: (!limits.is_empty()).then(|| proportion(&summary.kept_all)),
        precision: precision(trials.reached),
        system: SubjectPrediction::default(),
        services: Named::default(),
        stores: Named::default(),
        streams: Named::default(),
        clusters: Named::default(),
        consensus: Named::default(),
        routes: Named::default(),
        clients: Named::default(),
        journeys: Named::default(),
        procedure: layout.drill.as_ref().zip(summary.drill.as_ref()).map(|(l, d)| procedure(l, d)),
        stages: stages(layout, summary),
        milestones: milestones(layout, summary),
        samples: summary.samples.iter().map(|outcome| sample(layout, outcome)).collect(),
    };
    for (at, slot) in layout.figures.iter().enumerate() {
        let distribution = figure(slot, summary.spread(layout, at));
        if let Some(subject) = subject(&mut prediction, slot) {
            subject.set(slot.figure, distribution);
        }
    }
    for (at, slot) in layout.shares.iter().enumerate() {
        if let Some(subject) = subject_of(&mut prediction, &slot.subject) {
            subject.served_share = summary.bands.points(at).iter().map(share_point).collect();
        }
    }
    waits(&mut prediction, layout, summary);
    for (limit, share) in limits.iter().zip(&summary.kept) {
        let objective = objective(limit, share, summary);
        prediction.verdict = Some(
            prediction.verdict.map_or(objective.verdict, |verdict| verdict.max(objective.verdict)),
        );
        if let Some(subject) = subject(&mut prediction, &layout.figures[limit.slot]) {
            subject.objectives.push(objective);
        }
    }
    prediction
}

fn subject<'p>(
    prediction: &'p mut ScenarioPrediction,
    slot: &FigureSlot,
) -> Option<&'p mut SubjectPrediction> {
    subject_of(prediction, &slot.subject)
}

fn subject_of<'p>(
    prediction: &'p mut ScenarioPrediction,
    name: &SubjectName,
) -> Option<&'p mut SubjectPrediction> {
    if name.group == "system" {
        return Some(&mut prediction.system);
    }
    let group = prediction.group_mut(name.group)?;
    Some(group.entry(&name.name, SubjectPrediction::default))
}

fn share_point(point: &SharePoint) -> SharePrediction {
    SharePrediction {
        at: rounded(point.at.as_seconds()),
        mean: rounded(point.mean),
        p5: f64::from(point.low) / 1000.0,
        p50: f64::from(point.middle) / 1000.0,
    }
}

/// A number without the last bits of a sum: to nine decimals.
fn rounded(value: f64) -> f64 {
    // Beyond 2^53 nanoseconds (104 days) a double holds no ninth decimal anyway.
    if value.abs() < 9e6 { (value * 1e9).round() / 1e9 } else { value }
}

/// A value in base units: seconds, a count, or a share.
fn base(value: f64, figure: Option<Figure>) -> f64 {
    let value = value / figure.map_or(1e9, Figure::scale);
    // What was missing is told as what there was.
    rounded(if figure.is_some_and(Figure::is_share) { 1.0 - value } else { value })
}

fn number(value: Measured, figure: Option<Figure>) -> Option<f64> {
    value.is_number().then(|| base(value.0 as f64, figure))
}

fn quantile(quantile: Quantile, figure: Option<Figure>) -> Option<f64> {
    quantile.value().map(|value| base(value, figure))
}

fn figure(slot: &FigureSlot, series: &Series) -> Distribution {
    let mut d = distribution(series, Some(slot.figure));
    slot.clock.name().clone_into(&mut d.clock);
    d.class = Some(slot.class.name().to_owned());
    if let Some(Bound { least, terms }) = &slot.bound {
        d.bound = Some(rounded(least.as_seconds()));
        let term = |term: &crate::outcome::BoundTerm| TermPrediction {
            stage: term.stage.clone(),
            title: term.title.clone(),
            formula: term.formula.clone(),
            least: rounded(term.least.as_seconds()),
        };
        d.bound_terms = terms.iter().map(term).collect();
    }
    if slot.figure.is_share() {
        d.turn();
    } else if slot.figure != Figure::Integrity {
        d.shape = shape(series, slot.figure);
    }
    d
}

pub(super) fn distribution(series: &Series, figure: Option<Figure>) -> Distribution {
    let mut d = counted(series.histogram(), series.absent(), figure, &|q| series.interval(q));
    let mean = series.mean_interval();
    d.intervals.mean = mean.map(|i| [Some(base(i.low, figure)), Some(base(i.high, figure))]);
    d
}

/// What was counted, with the intervals of its quantiles.
fn counted(
    histogram: &Histogram,
    absent: u64,
    figure: Option<Figure>,
    interval: &dyn Fn(f64) -> Option<statistics::Interval<Quantile>>,
) -> Distribution {
    let at = |q: f64| quantile(histogram.quantile(q), figure);
    let interval =
        |q: f64| interval(q).map(|i| [quantile(i.low, figure), quantile(i.high, figure)]);
    let present = histogram.count();
    let all = present + absent;
    let share = |n: u64, of: u64| if of == 0 { 0.0 } else { n as f64 / of as f64 };
    Distribution {
        mean: histogram.mean().map(|mean| base(mean, figure)),
        min: histogram.min().map(|min| base(min as f64, figure)),
        p5: at(0.05),
        p10: at(0.1),
        p50: at(0.5),
        p90: at(0.9),
        p95: at(0.95),
        p99: at(0.99),
        max: at(1.0),
        censored: share(histogram.censored(), present),
        total_loss: share(histogram.total_loss(), present),
        absent: share(absent, all),
        intervals: Intervals {
            mean: None,
            p5: interval(0.05),
            p10: interval(0.1),
            p50: interval(0.5),
            p90: interval(0.9),
            p95: interval(0.95),
            p99: interval(0.99),
        },
        clock: "fault".to_owned(),
        class: None,
        bound: None,
        bound_terms: Vec::new(),
        shape: None,
    }
}

/// The trials in steps of a round length from the least value to the greatest,
/// or to the p99 where the tail is long.
fn shape(series: &Series, figure: Figure) -> Option<Shape> {
    let unit = figure.scale();
    let histogram = series.histogram();
    let (low, most) = (histogram.min()? as f64 / unit, histogram.max()? as f64 / unit);
    let p99 = series.quantile(0.99).value().map(|p99| p99 / unit);
    let high = p99.filter(|p99| most - low > 1.5 * (p99 - low) && *p99 > low).unwrap_or(most);
    let step = round_step((high - low) / STEPS as f64)?;
    let first = (low / step).floor();
    let steps = ((high / step).floor() - first) as usize + 1;
    let edge = |i: usize| (((first + i as f64) * step) * unit).round() as i64;
    let mut trials = Vec::with_capacity(steps);
    let mut below = 0;
    for i in 1..=steps {
        let upto = series.below(edge(i));
        trials.push(upto.saturating_sub(below));
        below = upto;
    }
    Some(Shape {
        from: rounded(first * step),
        to: rounded((first + steps as f64) * step),
        trials,
        beyond: histogram.count().saturating_sub(below),
    })
}

/// The least of 1, 2 and 5 times a power of ten that is at least `step`.
fn round_step(step: f64) -> Option<f64> {
    if !(step.is_finite() && step > 0.0) {
        return None;
    }
    let mut power = 1e-9;
    while power * 10.0 < step {
        power *= 10.0;
    }
    [1.0, 2.0, 5.0, 10.0].into_iter().map(|m| m * power).find(|&s| s >= step)
}

pub(super) fn proportion(share: &Share) -> Proportion {
    let (low, high) = share.interval();
    Proportion { share: share.share(), interval: [low, high] }
}

fn objective(limit: &Limit, share: &Share, summary: &Summary) -> ObjectivePrediction {
    let objective = &limit.objective;
    let figure = Some(objective.figure);
    // Over trials, as the verdict is: for clients that of the worst one.
    let series = summary.figure(limit.slot);
    let (low, high) = share.interval();
    let verdict = verdict((low, high), objective.quantile);
    let ends = series.interval(objective.quantile);
    ObjectivePrediction {
        figure: objective.figure.name().to_owned(),
        limit: objective.limit,
        limit_text: objective.limit_text.clone(),
        quantile: objective.quantile,
        share_kept: share.share(),
        interval: [low, high],
        achieved: quantile(series.quantile(objective.quantile), figure),
        achieved_interval: ends.map_or([None, None], |i| {
            let mut ends = [quantile(i.low, figure), quantile(i.high, figure)];
            if objective.figure.is_share() {
                ends.reverse();
            }
            ends
        }),
        verdict,
        trials_to_decide: (verdict == Verdict::Undecided)
            .then(|| share.trials_to_decide(objective.quantile))
            .flatten(),
    }
}

/// Whether an objective holds, from the interval of the share that keeps its limit.
fn verdict((low, high): (f64, f64), quantile: f64) -> Verdict {
    if low >= quantile {
        Verdict::Met
    } else if high < quantile {
        Verdict::Missed
    } else {
        Verdict::Undecided
    }
}

fn stages(layout: &Layout, summary: &Summary) -> Named<StagePrediction> {
    let stages = &summary.stages;
    let n = summary.trials.max(1) as f64;
    let whole = if stages.whole == 0 { 1.0 } else { stages.whole as f64 };
    let stage = |at: usize| {
        let (slot, sum) = (&layout.stages[at], &stages.sums[at]);
        let prediction = StagePrediction {
            title: slot.title.clone(),
            formula: slot.formula.clone(),
            surprise: slot.surprise.clone(),
            share: rounded(sum.time as f64 / whole),
            criticality: sum.trials as f64 / n,
            p50: quantile(sum.durations.quantile(0.5), None),
            p95: quantile(sum.durations.quantile(0.95), None),
        };
        (slot.name.clone(), prediction)
    };
    stages.causal_order().into_iter().map(stage).collect()
}

/// What each subject waits for, and how long its redundancy takes after that.
fn waits(prediction: &mut ScenarioPrediction, layout: &Layout, summary: &Summary) {
    let wait = |(stage, share): (usize, f64)| {
        let slot = &layout.stages[stage];
        (slot.name.clone(), WaitPrediction { title: slot.title.clone(), share: rounded(share) })
    };
    for (at, slot) in layout.figures.iter().enumerate() {
        let found: Named<WaitPrediction> = summary.waits.shares(at).into_iter().map(wait).collect();
        match (slot.figure, subject(prediction, slot)) {
            (Figure::RecoveryTime, Some(subject)) => subject.recovery_waits = found,
            (Figure::RedundancyRestored, Some(subject)) => subject.redundancy_waits = found,
            _ => {}
        }
    }
    for thin in summary.waits.thin() {
        let slot = &layout.figures[thin.redundancy];
        let interval = |q| {
            let some = thin.spread.count() > 0;
            some.then(|| statistics::quantile_interval(thin.spread, None, q, CONFIDENCE))
        };
        let mut spread = counted(thin.spread, thin.absent, Some(slot.figure), &interval);
        "recovery".clone_into(&mut spread.clock);
        if let Some(subject) = subject(prediction, slot) {
            subject.redundancy_after_recovery = Some(spread);
        }
    }
}

fn milestones(layout: &Layout, summary: &Summary) -> Named<Named<MilestonePrediction>> {
    let mut all: Named<Named<MilestonePrediction>> = Named::default();
    for (at, slot) in layout.milestones.iter().enumerate() {
        let k: Vec<Distribution> =
            summary.ranks(at).map(|series| distribution(series, None)).collect();
        let Some(first) = k.first().cloned() else { continue };
        let last = distribution(summary.last(at), None);
        let component = all.entry(&slot.component, Named::default);
        component.push(slot.mark.clone(), MilestonePrediction { first, k, last });
    }
    all
}

fn sample(layout: &Layout, outcome: &Outcome) -> SampleTrial {
    let name = |slot: &FigureSlot| {
        let subject = &slot.subject;
        if subject.group == "system" {
            format!("system.{}", slot.figure.name())
        } else {
            format!("{}.{}.{}", subject.group, subject.name, slot.figure.name())
        }
    };
    let figures = layout.figures.iter().zip(&outcome.figures);
    let milestones = layout.milestones.iter().map(|slot| {
        let values = &outcome.milestones[slot.start..slot.start + slot.instances];
        let instants = values.iter().filter_map(|&value| number(value, None)).collect();
        (format!("{}.{}", slot.component, slot.mark), instants)
    });
    SampleTrial {
        trial: outcome.trial,
        figures: figures
            .filter(|(_, value)| **value != Measured::ABSENT)
            .map(|(slot, &value)| (name(slot), number(value, Some(slot.figure))))
            .collect(),
        milestones: milestones.collect(),
    }
}

fn precision(reached: &[Reached]) -> Option<PrecisionReached> {
    let figure = |r: &Reached| PrecisionFigure {
        name: r.name.clone(),
        asked: r.asked.clone(),
        half_width: r.half_width.map(rounded),
        wanted: r.wanted.map(rounded),
    };
    (!reached.is_empty()).then(|| PrecisionReached {
        reached: reached.iter().all(Reached::reached),
        figures: reached.iter().map(figure).collect(),
    })
}

/// A preset's record in its stable form.
fn held_against(held: &Held) -> HeldAgainst {
    let Held { series, failovers, figures, off, weak } = held.clone();
    HeldAgainst { series, failovers, figures, off, weak }
}

/// What a model's predictions rest on.
#[must_use]
pub fn model_basis(model: &Model) -> Basis {
    let mut basis = Basis::default();
    for component in &model.components {
        let preset = &component.preset;
        basis.not_modelled.entry(&preset.name, || preset.not_modelled.clone());
        basis.held_against.entry(&preset.name, || preset.held.as_ref().map(held_against));
        for (parameter, place) in preset.parameters.iter().zip(&component.places) {
            let group = group(preset.kind);
            let version = component.version.as_deref();
            let (default, range) = parameter.default_of(version.and_then(Version::parse).as_ref());
            if let (Some(version), Some(range), None) = (version, range, place) {
                basis.versions.push(format!(
                    "{group}.{}.{} = {} (version {version}, {range})",
                    component.name, parameter.name, default.text
                ));
            }
            if parameter.source.is_none() && place.is_none() {
                basis.assumptions.push(format!("{group}.{}.{}", component.name, parameter.name));
            }
        }
    }
    basis
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_verdict_is_what_the_interval_allows() {
        assert_eq!(verdict((0.951, 0.96), 0.95), Verdict::Met);
        assert_eq!(verdict((0.94, 0.96), 0.95), Verdict::Undecided);
        assert_eq!(verdict((0.93, 0.949), 0.95), Verdict::Missed);
    }

    #[test]
    fn steps_are_round() {
        assert_eq!(round_step(0.3), Some(0.5));
        assert_eq!(round_step(1.2), Some(2.0));
        assert_eq!(round_step(0.0), None);
    }
}
