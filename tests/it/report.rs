//! Reports from predictions made by hand, so that they do not move with the engine.

use drillcast::experiment::Which;
use drillcast::outcome::{Entry, Measured, Timeline};
use drillcast::report::{
    Basis, Change, Difference, Distribution, Explanation, HeldAgainst, InputFile, InputText,
    Intervals, Look, Manifest, MilestonePrediction, Named, ObjectivePrediction, Prediction,
    Proportion, ScenarioPrediction, Shape, StagePrediction, Story, SubjectPrediction, Telling,
    TermPrediction, Verdict, explain, json, markdown, predict, prediction_schema, story, text,
};
use drillcast::units::{Instant, Span};

/// Values by name, in this order.
fn named<T>(all: Vec<(String, T)>) -> Named<T> {
    all.into_iter().collect()
}

const WIDE: Look = Look { width: 100, ascii: false, colour: false };

fn file(path: &str) -> InputFile {
    InputFile { path: path.to_owned(), sha256: "00".repeat(32) }
}

fn manifest(scenarios: &[&str]) -> Manifest {
    let scenario =
        |name: &&str| ((*name).to_owned(), file(&format!("scenarios/lab/patroni/{name}.toml")));
    Manifest {
        program: "drillcast".to_owned(),
        version: "0.0.0".to_owned(),
        model: file("models/lab/patroni.toml"),
        scenarios: scenarios.iter().map(scenario).collect(),
        presets: named(vec![(
            "postgresql/patroni".to_owned(),
            InputText { sha256: "11".repeat(32) },
        )]),
        presets_folder: None,
        samples: Vec::new(),
        seed: 1,
        trials: 10_000,
        sampling: "latin-hypercube".to_owned(),
        precision: Vec::new(),
        sets: Vec::new(),
        every: Vec::new(),
    }
}

/// A distribution with these p5, p50, p95, p99 and max, each known to ±`half`.
fn spread(at: [f64; 5], half: f64) -> Distribution {
    let [p5, p50, p95, p99, max] = at;
    let around = |x: f64| Some([Some(x - half), Some(x + half)]);
    Distribution {
        mean: Some(p50),
        min: Some(p5 * 0.95),
        p5: Some(p5),
        p10: Some(p5 * 1.02),
        p50: Some(p50),
        p90: Some(p95 * 0.99),
        p95: Some(p95),
        p99: Some(p99),
        max: Some(max),
        intervals: Intervals {
            mean: around(p50),
            p5: around(p5),
            p10: around(p5 * 1.02),
            p50: around(p50),
            p90: around(p95 * 0.99),
            p95: around(p95),
            p99: around(p99),
        },
        clock: "fault".to_owned(),
        class: Some("reset".to_owned()),
        ..Distribution::default()
    }
}

fn zero() -> Distribution {
    let at = Some([Some(0.0), Some(0.0)]);
    let intervals = Intervals { p50: at, p95: at, ..Intervals::default() };
    let mut zero = spread([0.0; 5], 0.0);
    zero.intervals = intervals;
    zero
}

fn objective(figure: &str, quantile: f64, limit: f64) -> ObjectivePrediction {
    ObjectivePrediction {
        figure: figure.to_owned(),
        limit,
        limit_text: format!("{limit}s"),
        quantile,
        share_kept: 1.0,
        interval: [0.99963, 1.0],
        achieved: Some(31.02),
        achieved_interval: [Some(30.95), Some(31.1)],
        verdict: Verdict::Met,
        trials_to_decide: None,
    }
}

fn stage(words: [&str; 3], share: f64, criticality: f64, p50: f64, p95: f64) -> StagePrediction {
    let [title, formula, surprise] = words.map(str::to_owned);
    StagePrediction {
        title,
        formula: (!formula.is_empty()).then_some(formula),
        surprise: (!surprise.is_empty()).then_some(surprise),
        share,
        criticality,
        p50: Some(p50),
        p95: Some(p95),
    }
}

fn stages() -> Named<StagePrediction> {
    let lease = [
        "lease runs out",
        "ttl − U(0, loop_wait), then the store's sweep",
        "ttl + loop_wait is too long: the key was renewed up to loop_wait before the fault",
    ];
    named(vec![
        ("orders.key".to_owned(), stage(lease, 0.951, 1.0, 25.1, 29.62)),
        (
            "orders.poll".to_owned(),
            stage(["replicas compare positions", "answer", ""], 0.004, 1.0, 0.1, 0.1),
        ),
        (
            "orders.promote".to_owned(),
            stage(["promotion", "promotion + unreplayed / replay_rate", ""], 0.04, 0.982, 1.0, 2.7),
        ),
        ("writer.session".to_owned(), stage(["clients reconnect", "", ""], 0.005, 0.7, 0.03, 0.05)),
        ("orders.leader".to_owned(), stage(["key taken", "", ""], 0.0, 1.0, 0.0, 0.0)),
    ])
}

fn recovery() -> Distribution {
    let mut recovery = spread([21.94, 26.41, 31.02, 31.93, 33.1], 0.06);
    recovery.bound = Some(20.1);
    let term = |stage: &str, title: &str, formula: Option<&str>, least: f64| TermPrediction {
        stage: stage.to_owned(),
        title: title.to_owned(),
        formula: formula.map(str::to_owned),
        least,
    };
    recovery.bound_terms = vec![
        term("orders.key", "lease runs out", Some("ttl − U(0, loop_wait)"), 20.0),
        term("orders.poll", "replicas compare positions", None, 0.1),
        term("orders.leader", "key taken", None, 0.0),
    ];
    recovery.shape = Some(Shape {
        from: 20.0,
        to: 34.0,
        trials: (0_u64..28).map(|i| 40 + i * (27 - i) * 4).collect(),
        beyond: 0,
    });
    recovery
}

fn crash() -> ScenarioPrediction {
    let mut met = objective("recovery_time", 0.95, 60.0);
    met.limit_text = "60s".to_owned();
    let mut missed = objective("recovery_time", 0.5, 15.0);
    missed.share_kept = 0.0;
    missed.interval = [0.0, 0.00037];
    missed.achieved = Some(26.41);
    missed.achieved_interval = [Some(26.35), Some(26.47)];
    missed.verdict = Verdict::Missed;
    let mut undecided = objective("data_loss_seconds", 0.99, 0.0);
    undecided.share_kept = 0.9907;
    undecided.interval = [0.9887, 0.9924];
    undecided.achieved = Some(0.0);
    undecided.achieved_interval = [Some(0.0), Some(0.0)];
    undecided.verdict = Verdict::Undecided;
    undecided.trials_to_decide = Some(60_000);
    let mut loss = spread([0.0, 0.0, 0.0, 0.004, 0.02], 0.0);
    loss.intervals.p99 = Some([Some(0.002), Some(0.006)]);
    let mut detect = spread([0.2, 0.3, 0.5, 0.6, 0.7], 0.01);
    detect.clock = "impact".to_owned();
    detect.absent = 0.02;
    ScenarioPrediction {
        title: "The primary's processes are killed".to_owned(),
        trials: 10_000,
        class: Some("reset".to_owned()),
        horizon: 3600.0,
        relapsed: 0.0123,
        unsettled: 0.0,
        verdict: Some(Verdict::Missed),
        all_limits: Some(Proportion { share: 0.0, interval: [0.0, 0.00037] }),
        precision: None,
        system: SubjectPrediction { recovery_time: Some(recovery()), ..Default::default() },
        services: Named::default(),
        stores: named(vec![(
            "orders".to_owned(),
            SubjectPrediction {
                recovery_time: Some(recovery()),
                redundancy_restored: Some(spread([52.0, 72.0, 210.0, 340.0, 700.0], 4.0)),
                data_loss_seconds: Some(loss),
                split_brain_seconds: Some(zero()),
                time_to_detect: Some(detect),
                objectives: vec![met, missed, undecided],
                ..Default::default()
            },
        )]),
        streams: Named::default(),
        clusters: Named::default(),
        consensus: Named::default(),
        routes: Named::default(),
        clients: named(vec![(
            "writer".to_owned(),
            SubjectPrediction { recovery_time: Some(recovery()), ..Default::default() },
        )]),
        journeys: Named::default(),
        procedure: None,
        stages: stages(),
        milestones: named(vec![(
            "orders".to_owned(),
            named(vec![(
                "key_taken".to_owned(),
                MilestonePrediction { first: recovery(), k: vec![recovery()], last: recovery() },
            )]),
        )]),
        samples: Vec::new(),
    }
}

/// A scenario without objectives, most trials of which never end.
fn silent() -> ScenarioPrediction {
    let mut endless = spread([924.0, 930.0, 0.0, 0.0, 0.0], 2.0);
    (endless.p90, endless.p95, endless.p99, endless.max, endless.mean) =
        (None, None, None, None, None);
    (endless.intervals.p95, endless.intervals.p99) = (Some([None, None]), Some([None, None]));
    endless.censored = 0.3;
    endless.total_loss = 0.02;
    endless.class = Some("silent".to_owned());
    ScenarioPrediction {
        title: "Zone A goes dark".to_owned(),
        class: Some("silent".to_owned()),
        verdict: None,
        all_limits: None,
        relapsed: 0.0,
        unsettled: 0.0002,
        system: SubjectPrediction { recovery_time: Some(endless), ..Default::default() },
        stores: Named::default(),
        clients: Named::default(),
        stages: Named::default(),
        milestones: Named::default(),
        ..crash()
    }
}

fn prediction(scenarios: Vec<(&str, ScenarioPrediction)>) -> Prediction {
    let names: Vec<&str> = scenarios.iter().map(|(name, _)| *name).collect();
    Prediction {
        matrix: Vec::new(),
        manifest: manifest(&names),
        basis: Basis {
            not_modelled: named(vec![(
                "postgresql/patroni".to_owned(),
                vec!["network delay".to_owned(), "pg_rewind that fails".to_owned()],
            )]),
            assumptions: ["answer", "promotion", "checkpoint", "lag", "rewind"]
                .map(|name| format!("stores.orders.{name}"))
                .to_vec(),
            versions: Vec::new(),
            held_against: named(vec![
                (
                    "postgresql/patroni".to_owned(),
                    Some(HeldAgainst {
                        series: vec!["patroni-crash".to_owned()],
                        failovers: 96,
                        figures: 11,
                        off: 1,
                        weak: 0,
                    }),
                ),
                ("client/libpq".to_owned(), None),
            ]),
        },
        scenarios: scenarios.into_iter().map(|(name, s)| (name.to_owned(), s)).collect(),
    }
}

fn lines_fit(text: &str, width: usize) {
    // A command is to be copied: it is never broken.
    for line in text.lines().filter(|line| !line.starts_with("Next: ")) {
        assert!(line.chars().count() <= width, "{} columns: {line}", line.chars().count());
        assert_eq!(line, line.trim_end(), "spaces at the end of {line:?}");
    }
}

#[test]
fn one_scenario() {
    let report = predict(&prediction(vec![("crash", crash())]), "orders", Telling::default());
    let told = text(&report, WIDE);
    lines_fit(&told, 100);
    insta::assert_snapshot!("predict", told);
    let narrow = text(&report, Look { width: 70, ascii: true, colour: false });
    lines_fit(&narrow, 70);
    insta::assert_snapshot!("predict_narrow_ascii", narrow);
    insta::assert_snapshot!("predict_markdown", markdown(&report));
}

#[test]
fn without_objectives_and_censored() {
    let report = predict(&prediction(vec![("dark", silent())]), "orders", Telling::default());
    insta::assert_snapshot!("predict_censored", text(&report, WIDE));
}

#[test]
fn several_scenarios_begin_with_the_worst() {
    let scenarios = vec![("crash", crash()), ("dark", silent())];
    let report = predict(&prediction(scenarios), "orders", Telling::default());
    let told = text(&report, WIDE);
    let head: Vec<&str> = told.lines().take(16).collect();
    insta::assert_snapshot!("predict_several", head.join("\n"));
    let all = predict(
        &prediction(vec![("crash", crash()), ("dark", silent())]),
        "orders",
        Telling { all: true },
    );
    assert!(text(&all, WIDE).contains("MET"), "--all lists what is met");
}

#[test]
fn colour_adds_nothing_but_colour() {
    let report = predict(&prediction(vec![("crash", crash())]), "orders", Telling::default());
    let coloured = text(&report, Look { colour: true, ..WIDE });
    assert!(coloured.contains("\u{1b}[1;31mMISSED"));
    let mut plain = String::new();
    let mut inside = false;
    for c in coloured.chars() {
        match c {
            '\u{1b}' => inside = true,
            'm' if inside => inside = false,
            c if !inside => plain.push(c),
            _ => {}
        }
    }
    assert_eq!(plain, text(&report, WIDE));
}

#[test]
fn names_are_never_markup_nor_steer_a_terminal() {
    let mut nasty = crash();
    nasty.title = "<script>alert(1)</script> \u{1b}[31m | `x` \u{202e}".to_owned();
    let name = |(_, store)| ("a|b<img src=x>\u{7}".to_owned(), store);
    nasty.stores = std::mem::take(&mut nasty.stores).into_iter().map(name).collect();
    let report = predict(&prediction(vec![("crash", nasty)]), "[x](http://y)", Telling::default());
    let told = text(&report, WIDE);
    assert!(!told.contains(['\u{1b}', '\u{7}', '\u{202e}']));
    let marked = markdown(&report);
    assert!(!marked.contains("<script") && !marked.contains("<img") && !marked.contains("[x]("));
    assert!(!marked.contains(['\u{1b}', '\u{7}', '\u{202e}']));
}

fn explanation() -> Explanation {
    let change = |path: &str, to: &str, p95: f64, error: f64, breaks: &[&str]| Change {
        path: path.to_owned(),
        from: "30s".to_owned(),
        to: to.to_owned(),
        factor: None,
        members: None,
        p95: Some(31.02 + p95),
        p95_difference: Some(Difference { value: p95, error: Some(error) }),
        mean_difference: Some(Difference { value: p95 * 0.9, error: Some(error) }),
        noise: p95.abs() <= error,
        breaks: breaks.iter().map(|&text| text.to_owned()).collect(),
    };
    let broken = ["ttl is shorter than loop_wait + 2·retry_timeout"];
    Explanation {
        prediction: prediction(vec![("crash", crash())]),
        changes: vec![
            change("stores.orders.ttl", "15s", -14.93, 0.02, &broken),
            change("clients.writer.every", "25ms", -0.02, 0.004, &[]),
            change("stores.orders.rest_timeout", "1s", 0.0, 0.0, &[]),
            change("stores.orders.ttl", "60s", 30.1, 0.02, &[]),
        ],
    }
}

#[test]
fn explanations() {
    let told = text(&explain(&explanation(), "orders", Telling::default()), WIDE);
    lines_fit(&told, 100);
    insta::assert_snapshot!("explain", told);
}

#[test]
fn stories() {
    let entry = |at: f64, what: &str, who: &str, stage: &str, cause: Option<usize>| Entry {
        at: Instant::ZERO + Span::from_seconds(at),
        who: who.to_owned(),
        what: what.to_owned(),
        stage: stage.to_owned(),
        rose: true,
        mark: None,
        cause,
        critical: stage.starts_with("orders"),
    };
    let mut entries = vec![
        entry(-3.62, "lease renewed", "orders/n1", "x.renewed", None),
        entry(0.0, "processes of primary of orders killed", "n1", "fault", None),
        entry(0.04, "connection reset or refused", "writer/1", "writer.failed", Some(1)),
        entry(0.04, "connection reset or refused", "writer/2", "writer.failed", Some(1)),
        entry(0.04, "connection reset or refused", "writer/3", "writer.failed", Some(1)),
        entry(26.02, "lease runs out", "orders", "orders.key", Some(0)),
        entry(26.12, "replicas compare positions", "orders/n2", "orders.poll", Some(5)),
        entry(27.3, "promotion", "orders/n2", "orders.promote", Some(6)),
    ];
    entries.extend((0..5).map(|i| {
        let mut other = entry(30.0 + f64::from(i), "member streams again", "orders/n3", "o", None);
        other.critical = false;
        other
    }));
    entries[7].mark = Some("failed_over".to_owned());
    let told = Story::new(
        (manifest(&["crash"]), "crash", "The primary's processes are killed"),
        (4711, Some(Which::Quantile(0.5))),
        (Measured(27_300_000_000), 3600.0),
        &Timeline { entries, impact: Some(2), recovered: Some(7) },
    );
    let short = text(&story(&told, "orders", Telling::default()), WIDE);
    lines_fit(&short, 100);
    insta::assert_snapshot!("trace", short);
    let all = text(&story(&told, "orders", Telling { all: true }), WIDE);
    assert_eq!(all.matches("member streams again").count(), 5);
    assert!(json(&told).contains("\"trial\": 4711"));
}

#[test]
fn the_schema_in_the_repository_is_current() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/prediction.schema.json");
    let current = prediction_schema();
    if std::env::var_os("DRILLCAST_BLESS").is_some() {
        std::fs::write(path, &current).unwrap();
    }
    let stored = std::fs::read_to_string(path).unwrap_or_default();
    assert!(stored == current, "set DRILLCAST_BLESS=1 to write {path} anew");
}

#[test]
fn predictions_are_valid_by_the_schema() {
    let schema: serde_json::Value = serde_json::from_str(&prediction_schema()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let scenarios = vec![("crash", crash()), ("dark", silent())];
    let text = json(&prediction(scenarios));
    let value: serde_json::Value = serde_json::from_str(&text).unwrap();
    let mistakes: Vec<String> = validator.iter_errors(&value).map(|e| e.to_string()).collect();
    assert!(mistakes.is_empty(), "{mistakes:?}");
    insta::assert_snapshot!("prediction_json", text);
    // It is a schema that can fail.
    let mut wrong = value;
    wrong["scenarios"]["crash"]["trials"] = "many".into();
    assert!(!validator.is_valid(&wrong));
}
