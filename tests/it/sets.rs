//! Further sets of alike things, placed and counted, and pairs of them: closed
//! forms, faults on what is placed, names of draws, and what a model can get wrong.

use std::fmt::Write as _;

use drillcast::diagnostic::{SourceFile, render};
use drillcast::maths::beta_cdf;
use drillcast::model::file::{read_model, read_scenario};
use drillcast::model::preset::PresetLibrary;
use drillcast::outcome::Outcome;
use drillcast::random::Sampling;
use drillcast::statistics::kolmogorov_p_value;
use drillcast::trial::{Mode, Program};
use proptest::prelude::*;

use crate::harness::{first, library, program_of, run_as, seconds};

/// A store that is watched by sentinels beside its members, with a pair of each
/// two members.
pub(crate) const WATCHED: &str = r#"
preset = "watched"
title = "Watched"
kind = "store"
versions = "all"
processes = ["redis"]

[parameters.period]
default = "10s"
least = "1s"
say = "how often a sentinel looks"

[parameters.quorum]
default = 2
say = "how many must agree"

[each]
sentinel = { places = "sentinels", processes = ["sentinel"], say = "who watches" }

[sentinel.probe]
down = { watch = "not any(m in member: answers(self, m))", every = "period", while = "sentinel and host", marks = "seen" }

[sentinel.gate]
dead = { when = "not host or refuses(self, self)", marks = "dead" }
mute = { when = "any(m in member: silent(self, m))", marks = "mute" }

[one.gate]
agreed = { when = "count(s in sentinel: s.down and s.sentinel) >= quorum", marks = "detected" }

[one.pick]
speaker = { over = "sentinel", when = "agreed and not any(s in sentinel: speaker == s and s.sentinel)", from = "sentinel and down", prefer = "if(answers(self, self), 1, 0)", marks = "key_taken" }

[member.gate]
gone = { when = "not host or not redis", marks = "gone" }

[member-peer.probe]
missed = { watch = "not answers(member, peer)", every = "period", while = "member.redis and member.host", marks = "missed" }

[exports]
member.writable = "redis and any(s in sentinel: speaker == s)"
member.readable = "redis"
member.primary = "redis"
one.redundant = "all(m in member: not any(p in member: missed(m, p)))"
"#;

/// A route whose targets are judged by checkers that stand where it does.
pub(crate) const CHECKED: &str = r#"
preset = "checked"
title = "Checked"
kind = "route"
versions = "all"

[parameters.checkers]
default = 10
say = "how many check"

[parameters.least_share]
default = 0.18
say = "the share that must see a target"

[parameters.interval]
default = "10s"
least = "1s"
say = "how often each checks each target"

[each]
checker = { size = "checkers", say = "who checks" }

[checker-target.probe]
ok = { watch = "answers(checker, target)", every = "interval" }

[checker.gate]
blind = { when = "any(t in target: not ok(self, t))", marks = "seen" }

[target.gate]
healthy = { when = "share(c in checker: ok(c, self)) > least_share" }

[one.gate]
sick = { when = "any(t in target: not t.healthy)", marks = "detected" }

[exports]
one.writable = "any(t in target: t.healthy and t.writable)"
one.fails = "sick"
"#;

/// A cache in three zones, watched from three, and a route to it.
pub(crate) const MODEL: &str = r#"
model = "sets"
zones = { a = "r", b = "r", c = "r", d = "r", e = "r" }
[stores.cache]
technology = "watched"
members = ["a", "b", "c"]
[routes.shop]
technology = "checked"
serves = "cache"
at = "d"
"#;

/// All processes of the members end for good.
const DOWN: &str = "what = \"kill\"\nwhere = \"each of cache\"";

fn program(model: &str, faults: &[&str], sets: &[&str]) -> Program {
    let mut scenario = "scenario = \"x\"\nhorizon = \"1000s\"\n".to_owned();
    for fault in faults {
        let _ = writeln!(scenario, "[[faults]]\n{fault}");
    }
    program_of(&[WATCHED, CHECKED], model, &scenario, sets)
}

fn run(program: &Program, trials: u64) -> Vec<Outcome> {
    run_as(program, &Sampling::plain(11), trials, Mode::Lazy)
}

/// The times of one milestone, in order, those that came [s].
fn stamps(program: &Program, outcome: &Outcome, of: &str, mark: &str) -> Vec<f64> {
    let slot = program.layout().milestones.iter().find(|m| m.component == of && m.mark == mark);
    let slot = slot.unwrap_or_else(|| panic!("{of} has no {mark}"));
    let all = &outcome.milestones[slot.start..slot.start + slot.instances];
    all.iter().filter(|one| one.is_number()).map(|one| seconds(*one)).collect()
}

/// The `rank`-th least of `n` uniforms on 0 to `period` is a beta.
fn is_order_statistic(name: &str, times: &[f64], (rank, n): (f64, f64), period: f64) {
    let mut sorted = times.to_vec();
    sorted.sort_by(f64::total_cmp);
    let all = sorted.len() as f64;
    let distance = sorted.iter().enumerate().map(|(at, time)| {
        let below = beta_cdf(rank, n + 1.0 - rank, (time / period).clamp(0.0, 1.0));
        (below - at as f64 / all).abs().max(((at + 1) as f64 / all - below).abs())
    });
    let distance = distance.fold(0.0, f64::max);
    let p = kolmogorov_p_value(sorted.len(), distance);
    println!("{name}: the {rank}. of {n}: distance {distance:.4}, p {p:.3}");
    assert!(p > 1e-3, "{name}: distance {distance}, p {p}");
}

#[test]
fn a_quorum_of_observers_is_an_order_statistic() {
    let five = MODEL
        .replace("[routes", "sentinels = [\"a\", \"b\", \"c\", \"d\", \"d\"]\nquorum = 4\n[routes");
    for (model, quorum, n) in [(MODEL, 2.0, 3.0), (&five, 4.0, 5.0)] {
        let program =
            program(model, &[DOWN.replace("kill\"", "kill\"\nprocess = \"redis\"").as_str()], &[]);
        let outcomes = run(&program, 4000);
        let times = first(&program, &outcomes, "cache", "detected");
        is_order_statistic("quorum", &times, (quorum, n), 10.0);
    }
}

#[test]
fn a_share_of_pairs_is_an_order_statistic() {
    // Of ten checkers nine must miss a target before 0.18 of them are too few.
    for (sets, rank, n) in [
        (&[][..], 9.0, 10.0),
        (&["routes.shop.checkers=50"], 41.0, 50.0),
        (&["routes.shop.least_share=0.5"], 5.0, 10.0),
    ] {
        let program = program(MODEL, &["what = \"kill\"\nwhere = \"member b of cache\""], sets);
        let outcomes = run(&program, 4000);
        let times = first(&program, &outcomes, "shop", "detected");
        is_order_statistic("share", &times, (rank, n), 10.0);
    }
}

#[test]
fn a_pair_of_members_excludes_each_with_itself() {
    let program = program(MODEL, &["what = \"kill\"\nwhere = \"member b of cache\""], &[]);
    let slot =
        program.layout().milestones.iter().find(|m| m.mark == "missed").expect("it is there");
    assert_eq!(slot.instances, 6);
    let outcomes = run(&program, 2000);
    // Both others miss it, within a period; it, being gone, misses nobody.
    let all: Vec<Vec<f64>> =
        outcomes.iter().map(|o| stamps(&program, o, "cache", "missed")).collect();
    assert!(all.iter().all(|stamps| stamps.len() == 2));
    let last: Vec<f64> = all.iter().map(|stamps| stamps[1]).collect();
    is_order_statistic("peers", &last, (2.0, 2.0), 10.0);
}

/// How many sentinels are dead, how many see silence, how many members are gone,
/// and whether the quorum agrees.
fn hit(model: &str, faults: &[&str]) -> Vec<(usize, usize, usize, usize)> {
    let program = program(model, faults, &[]);
    let count = |outcome: &Outcome, mark| stamps(&program, outcome, "cache", mark).len();
    run(&program, 400)
        .iter()
        .map(|o| (count(o, "dead"), count(o, "mute"), count(o, "gone"), count(o, "detected")))
        .collect()
}

#[test]
fn faults_reach_what_is_placed() {
    let all = |model: &str, faults: &[&str], expected| {
        let found = hit(model, faults);
        assert!(found.iter().all(|one| *one == expected), "{faults:?}: {:?}", found[0]);
    };
    let apart = MODEL.replace("[routes", "sentinels = [\"a/1\", \"b\", \"d/1\"]\n[routes");
    let power = |of: &str| format!("what = \"power loss\"\nwhere = \"{of}\"");
    let kill = |of: &str| format!("what = \"kill\"\nwhere = \"{of}\"");
    // Beside its member it falls with the machine; the other two see silence.
    all(MODEL, &[&power("member b of cache")], (1, 3, 1, 0));
    all(MODEL, &[&power("zone b")], (1, 3, 1, 0));
    all(MODEL, &[&power("sentinel b of cache")], (1, 3, 1, 0));
    all(MODEL, &[&kill("member b of cache")], (0, 0, 1, 0));
    all(MODEL, &[&kill("sentinel b of cache")], (1, 0, 0, 0));
    all(MODEL, &[&kill("each sentinel of cache")], (3, 0, 0, 0));
    all(MODEL, &[&kill("one sentinel of cache")], (1, 0, 0, 0));
    all(MODEL, &[&kill("one member of cache")], (0, 0, 1, 0));
    all(MODEL, &[&kill("zone b")], (1, 0, 1, 0));
    all(MODEL, &["what = \"kill\"\nprocess = \"redis\"\nwhere = \"zone b\""], (0, 0, 1, 0));
    all(MODEL, &["what = \"kill\"\nprocess = \"sentinel\"\nwhere = \"zone b\""], (1, 0, 0, 0));
    // On machines of their own they fall alone, with a zone, or with their machine.
    all(&apart, &[&power("member b of cache")], (0, 3, 1, 0));
    all(&apart, &[&power("sentinel b of cache")], (1, 1, 0, 0));
    all(&apart, &[&power("zone b")], (1, 3, 1, 0));
    all(&apart, &[&power("zone d")], (1, 1, 0, 0));
    all(&apart, &[&power("node d/1")], (1, 1, 0, 0));
    all(&apart, &["what = \"partition\"\nwhere = \"sentinel b of cache\""], (0, 1, 0, 0));
    all(
        &apart,
        &["what = \"partition\"\nwhere = \"sentinel b of cache\"\nfrom = \"zone d\""],
        (0, 0, 0, 0),
    );
    // A quorum of two needs two that live and do not stand still.
    all(MODEL, &[DOWN], (0, 0, 3, 1));
    all(MODEL, &[&kill("sentinel a of cache"), DOWN], (1, 0, 3, 1));
    all(MODEL, &[&kill("sentinel a of cache"), &kill("sentinel b of cache"), DOWN], (2, 0, 3, 0));
    let hang = "what = \"hang\"\nprocess = \"sentinel\"\nwhere = \"zone c\"";
    all(MODEL, &[&kill("sentinel a of cache"), hang, DOWN], (1, 0, 3, 0));
    // Each of the three is drawn a third of the time: b and d/1 stand away from the members.
    let drawn = hit(&apart, &[&power("one sentinel of cache")]);
    assert!(drawn.iter().all(|one| (one.0, one.2) == (1, 0)));
}

#[test]
fn what_is_counted_hears_everybody_or_stands_where_its_component_does() {
    // A route's checkers are cut off with it; a store's have no place to be cut off at.
    let cut = "what = \"partition\"\nwhere = \"zone d\"";
    let seen = |program: &Program| stamps(program, &run(program, 1)[0], "shop", "seen").len();
    assert_eq!(seen(&program(MODEL, &[cut], &[])), 10);
    let asked = r#"
preset = "asked"
title = "Asked"
kind = "store"
versions = "all"
processes = ["app"]
[parameters.witnesses]
default = 4
say = "how many ask"
[each]
witness = { size = "witnesses", say = "who asks" }
[witness-member.gate]
lost = { when = "not answers(witness, member)" }
[witness.gate]
missed = { when = "any(m in member: lost(self, m))", marks = "missed" }
unlike = { when = "count(a in witness: a != self) != count(witness) - 1", marks = "unlike" }
[exports]
member.writable = "app"
member.readable = "app"
member.primary = "app"
one.redundant = "not any(a in witness: a.missed or a.unlike)"
"#;
    let model = MODEL.split("[routes").next().expect("a store").replace("watched", "asked");
    let lost = |fault: &str| {
        let scenario = format!("scenario = \"x\"\n[[faults]]\n{fault}\nwhere = \"zone a\"");
        let program = program_of(&[asked], &model, &scenario, &[]);
        let of = |mark| stamps(&program, &run(&program, 1)[0], "cache", mark).len();
        (of("missed"), of("unlike"))
    };
    assert_eq!(lost("what = \"power loss\""), (4, 0));
    assert_eq!(lost("what = \"kill\""), (4, 0));
    assert_eq!(lost("what = \"partition\""), (0, 0));
}

#[test]
fn a_pick_may_choose_one_of_a_set() {
    // Whoever speaks is among those who saw it, and is followed by another.
    let kill = "what = \"kill\"\nwhere = \"sentinel a of cache\"";
    let base = program(MODEL, &[kill, DOWN], &[]);
    assert!(run(&base, 200).iter().all(|o| stamps(&base, o, "cache", "key_taken").len() == 1));
    // The first speaks from the start, and nothing is due where it lives.
    let lives = program(MODEL, &[DOWN], &[]);
    assert!(run(&lives, 200).iter().all(|o| stamps(&lives, o, "cache", "key_taken").is_empty()));
}

#[test]
fn one_more_changes_no_others_draws() {
    let times = |model: &str, sets: &[&str], of: &str, mark: &str| -> Vec<Vec<f64>> {
        let program = program(model, &[DOWN], sets);
        run(&program, 200).iter().map(|o| stamps(&program, o, of, mark)).collect()
    };
    let contains = |fewer: &[Vec<f64>], more: &[Vec<f64>]| {
        for (fewer, more) in fewer.iter().zip(more) {
            assert_eq!(more.len(), fewer.len() + 1);
            assert!(fewer.iter().all(|time| more.contains(time)), "{fewer:?} {more:?}");
        }
    };
    let three = times(MODEL, &["routes.shop.checkers=3"], "shop", "seen");
    contains(&three, &times(MODEL, &["routes.shop.checkers=4"], "shop", "seen"));
    let placed = |names: &str| MODEL.replace("[routes", &format!("sentinels = [{names}]\n[routes"));
    let two = times(&placed("\"a\", \"d\""), &[], "cache", "seen");
    contains(&two, &times(&placed("\"b\", \"a\", \"d\""), &[], "cache", "seen"));
    contains(&two, &times(&placed("\"a\", \"d\", \"d\""), &[], "cache", "seen"));
}

#[test]
fn clocks_of_sets_and_pairs_are_pinned_by_name() {
    let pinned = |phases: &str, fault: &str, of: &str, mark: &str| {
        let program = program(MODEL, &[&format!("{fault}\n[phases]\n{phases}")], &[]);
        first(&program, &run(&program, 20), of, mark)
    };
    let killed = "what = \"kill\"\nwhere = \"member b of cache\"";
    let phases = "\"cache.*.down\" = \"2s\"\n\"cache.c.down\" = \"6s\"\n\"cache.a.down\" = \"5s\"";
    assert!(pinned(phases, DOWN, "cache", "detected").iter().all(|at| *at == 5.0));
    let phases = "\"shop.*.ok\" = \"1s\"\n\"shop.3:b.ok\" = \"7s\"\n\"shop.4:a.ok\" = \"8s\"";
    assert!(pinned(phases, killed, "shop", "seen").iter().all(|at| *at == 3.0));
    let phases =
        "\"cache.*.missed\" = \"1s\"\n\"cache.c:b.missed\" = \"8s\"\n\"cache.b:c.missed\" = \"9s\"";
    assert!(pinned(phases, killed, "cache", "missed").iter().all(|at| *at == 2.0));
}

/// Full and lazy agree on what sets and pairs compile to.
#[test]
fn both_forms_write_the_same() {
    let hang = "at = \"5s..25s\"\nwhat = \"hang\"\nwhere = \"one sentinel of cache\"\nfor = \"8s\"";
    let cut = "at = \"3s\"\nwhat = \"partition\"\nwhere = \"zone b\"\nfor = \"20s\"";
    let program = program(MODEL, &[hang, cut, DOWN], &["routes.shop.checkers=4"]);
    let lazy = run_as(&program, &Sampling::plain(3), 100, Mode::Lazy);
    let full = run_as(&program, &Sampling::plain(3), 100, Mode::Full);
    for (lazy, full) in lazy.iter().zip(&full) {
        assert_eq!(lazy.milestones, full.milestones);
        assert_eq!(lazy.figures, full.figures);
    }
}

#[test]
fn presets_say_what_their_sets_are() {
    let library = library(&[WATCHED, CHECKED]);
    for name in ["watched", "checked"] {
        let preset = library.get(name).expect("it is there");
        insta::assert_snapshot!(format!("sets_{name}"), preset.describe(100));
    }
}

/// Words of the presets above, to be put in each other's place.
const WORDS: [&str; 24] = [
    "checker", "target", "member", "peer", "sentinel", "self", "one", "ok", "down", "missed",
    "blind", "healthy", "speaker", "agreed", "redis", "host", "m", "s", "here", "pick", "gate",
    "probe", "quorum", "checkers",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    /// Whatever is read compiles and runs, and the rest is refused in words.
    #[test]
    fn exchanged_words_are_refused_or_run(
        swaps in prop::collection::vec(
            (any::<prop::sample::Index>(), prop::sample::select(WORDS.to_vec())), 1..4),
    ) {
        let mut texts = [WATCHED.to_owned(), CHECKED.to_owned()];
        for (at, word) in swaps {
            let all = texts.join("\0");
            let found: Vec<_> = WORDS
                .iter()
                .flat_map(|word| all.match_indices(word))
                .filter(|(at, word)| {
                    let letter = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
                    let after = all[at + word.len()..].chars().next();
                    !letter(all[..*at].chars().next_back()) && !letter(after)
                })
                .collect();
            let (start, old) = found[at.index(found.len())];
            let all = format!("{}{word}{}", &all[..start], &all[start + old.len()..]);
            texts = all.split('\0').map(str::to_owned).collect::<Vec<_>>().try_into().expect("two");
        }
        let files = texts.iter().enumerate().map(|(n, text)| (format!("{n}.toml"), text.clone()));
        let (library, mistakes) = PresetLibrary::with_extra(files.collect());
        let _ = render(&mistakes, 80, false, false);
        let source = SourceFile::new("model.toml", MODEL);
        let (model, _) = read_model(&source, &library, &[], &|_| Err(String::new()));
        let Some(model) = model else { return Ok(()) };
        for component in &model.components {
            let _ = component.preset.describe(80);
        }
        let faults = "[[faults]]\nwhat = \"power loss\"\nwhere = \"zone b\"\nfor = \"20s\"\n[[faults]]\nat = \"5s\"\nwhat = \"hang\"\nwhere = \"each of cache\"\nfor = \"20s\"\n";
        let text = format!("scenario = \"x\"\nhorizon = \"100s\"\n{faults}");
        let source = SourceFile::new("scenario.toml", text);
        let (scenario, _) = read_scenario(&source, "scenario", &model, &|_| Err(String::new()));
        let Some(scenario) = scenario else { return Ok(()) };
        let program = Program::compile(&model, &scenario);
        let lazy = run_as(&program, &Sampling::plain(3), 2, Mode::Lazy);
        let full = run_as(&program, &Sampling::plain(3), 2, Mode::Full);
        for (lazy, full) in lazy.iter().zip(&full) {
            prop_assert_eq!(lazy.course.unsettled, full.course.unsettled);
            prop_assert_eq!(&lazy.milestones, &full.milestones);
        }
    }
}

/// What a model or a scenario can get wrong about sets.
#[test]
fn mistakes_about_sets_are_told() {
    // Needed where there are no members to stand beside.
    let placed = CHECKED
        .replace("preset = \"checked\"", "preset = \"placed\"")
        .replace("size = \"checkers\"", "places = \"seats\", processes = [\"agent\"]")
        .replace("[parameters.checkers]\ndefault = 10\nsay = \"how many check\"\n", "")
        .replace("answers(checker, target)", "answers(checker, target) and checker.agent");
    let library = library(&[WATCHED, CHECKED, &placed]);
    let mut told = String::new();
    let base = format!(
        "{MODEL}[routes.far]\ntechnology = \"placed\"\nserves = \"cache\"\nseats = [\"a\", \"e\"]\n"
    );
    for (from, to) in [
        ("at = \"d\"", "at = \"d\"\ncheckers = 2.5"),
        ("at = \"d\"", "at = \"d\"\ncheckers = 0"),
        ("at = \"d\"", "at = \"d\"\ncheckers = 1001"),
        ("at = \"d\"", "at = \"d\"\ncheckers = \"1..3\""),
        ("at = \"d\"", "at = \"d\"\nchecker = 3"),
        (
            "members = [\"a\", \"b\", \"c\"]",
            "members = [\"a\"]\nsentinels = [\"x\", \"b/1\", \"b/1\"]",
        ),
        ("members = [\"a\", \"b\", \"c\"]", "members = [\"a\"]\nsentinels = []"),
        ("members = [\"a\", \"b\", \"c\"]", "members = [\"a\"]\nsentinels = 3\nsentinal = []"),
        ("seats = [\"a\", \"e\"]\n", ""),
        ("members = [\"a\", \"b\", \"c\"]", &format!("members = [{}]", "\"a\", ".repeat(101))),
    ] {
        assert!(base.contains(from));
        let source = SourceFile::new("model.toml", base.replace(from, to));
        let (model, found) = read_model(&source, &library, &[], &|_| Err(String::new()));
        assert!(model.is_none(), "{to}");
        let shown = render(&found, 100, false, false);
        let short = |line: &str| line.chars().take(100).collect::<String>();
        let _ = writeln!(told, "{}", shown.lines().map(short).collect::<Vec<_>>().join("\n"));
    }
    let source = SourceFile::new("model.toml", base);
    let (model, found) = read_model(&source, &library, &[], &|_| Err(String::new()));
    let model = model.unwrap_or_else(|| panic!("{}", render(&found, 100, false, false)));
    for fault in [
        "what = \"kill\"\nwhere = \"sentinel d of cache\"",
        "what = \"kill\"\nwhere = \"sentinal b of cache\"",
        "what = \"kill\"\nwhere = \"each checker of shop\"",
        "what = \"kill\"\nwhere = \"checker 3 of shop\"",
        "what = \"kill\"\nwhere = \"one checker of cache\"",
        "what = \"kill\"\nwhere = \"sentinel b of cash\"",
        "what = \"kill\"\nprocess = \"sentinel\"\nwhere = \"member b of cache\"",
        "what = \"kill\"\nprocess = \"redis\"\nwhere = \"each sentinel of cache\"",
        "what = \"kill\"\nprocess = \"redis\"\nwhere = \"zone e\"",
        "what = \"kill\"\nwhere = \"primary of cache\"",
        "what = \"kill\"\nwhere = \"each of cache\"\n[phases]\n\"shop.3:d.ok\" = \"1s\"\n\"cache.d.down\" = \"1s\"",
    ] {
        let text = format!("scenario = \"x\"\n[[faults]]\n{fault}\n");
        let source = SourceFile::new("scenario.toml", text);
        let (scenario, found) = read_scenario(&source, "scenario", &model, &|_| Err(String::new()));
        assert!(scenario.is_none(), "{fault}");
        let _ = writeln!(told, "{}", render(&found, 100, false, false));
    }
    insta::assert_snapshot!("mistakes_about_sets", told);
}
