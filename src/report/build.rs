//! From what trials came to, to what a prediction says.

use super::distribution::{
    Distribution, base, counted, distribution, figure, proportion, quantile, rounded,
};
use super::named::Named;
use super::prediction::{
    Basis, HeldAgainst, MilestonePrediction, ObjectivePrediction, PrecisionFigure,
    PrecisionReached, SampleTrial, ScenarioPrediction, SharePrediction, StagePrediction,
    SubjectPrediction, Verdict, WaitPrediction,
};
use super::procedure::procedure;
use crate::experiment::{
    CONFIDENCE, Limit, Reached, Share, SharePoint, Summary, group, system_recovery,
};
use crate::model::preset::{Held, Version};
use crate::model::system::Model;
use crate::outcome::{Figure, FigureSlot, Layout, Measured, Outcome, SubjectName};
use crate::statistics;
use crate::units::Span;

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

fn number(value: Measured, figure: Option<Figure>) -> Option<f64> {
    value.is_number().then(|| base(value.0 as f64, figure))
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
}
