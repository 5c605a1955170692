//! Quantities, as files write them.

use super::*;
use crate::diagnostic::SourceFile;
use crate::model::preset::{Quantity, Varies};
use crate::units::{Dimension, ENDLESS};

/// Reads `x = …` and gives the quantity, or the messages.
fn check(value: &str, expect: &Expect<'_>) -> Result<Quantity, Vec<String>> {
    let files = |path: &str| match path {
        "s.txt" => Ok("# measured\n1.5\n2500ms\n".to_owned()),
        "d.csv" => Ok("when,\"promote_s\"\nmon, 2\ntue,4\nwed,\n".to_owned()),
        "bad.txt" => Ok("1\n2 apples\n".to_owned()),
        _ => Err("no such file".to_owned()),
    };
    let context = Context::new(&files);
    let source = SourceFile::new("t", format!("x = {value}"));
    let table = parse(&source, &context);
    let found = table.as_ref().and_then(|table| {
        let reader = Reader::new(table, "the test", &context);
        let found = reader.quantity("x", expect);
        reader.finish();
        found
    });
    let messages: Vec<String> =
        context.into_diagnostics().iter().map(ToString::to_string).collect();
    if messages.is_empty() { Ok(found.unwrap()) } else { Err(messages) }
}

/// The law in words, read as a duration.
fn time(value: &str) -> String {
    let quantity = check(value, &Expect::of(Dimension::TIME)).unwrap();
    quantity.law.describe(&|seconds| format!("{seconds}"))
}

#[test]
fn every_form_of_a_law_is_read() {
    assert_eq!(time("\"30s\""), "30");
    assert_eq!(time("\"10m..15m\""), "600..900");
    assert_eq!(time("\"10m..10m\""), "600");
    assert_eq!(time("{ p50 = \"4m\", p95 = \"15m\" }"), "log-normal, p50 240, p95 900");
    assert_eq!(time("{ median = \"4m\", sigma = 0.5 }"), "log-normal, median 240, σ 0.5");
    assert_eq!(
        time("{ lognormal = { p5 = \"1s\", p99.9 = \"15s\" } }"),
        "log-normal, p5 1, p99.9 15"
    );
    for form in [
        "{ min = \"1s\", mode = \"2s\", max = \"4s\" }",
        "{ uniform = { low = \"1s\", high = \"4s\" } }",
        "{ exponential = { mean = \"10ms\" } }",
        "{ weibull = { scale = \"1s\", shape = 1.5 } }",
        "{ gamma = { shape = 2, scale = \"1s\" } }",
        "{ pert = { min = \"1s\", mode = \"2s\", max = \"4s\" } }",
        "{ triangular = { min = \"1s\", mode = \"2s\", max = \"4s\" } }",
        "{ samples = [\"1s\", \"2s\"] }",
        "{ mixture = [{ weight = 1, law = \"1s\" }, { weight = 3, law = \"2s..3s\" }] }",
        "{ truncated = { law = { exponential = { mean = \"1s\" } }, high = \"5s\" } }",
        "{ shifted = { law = \"1s..2s\", by = \"5s\" } }",
        "{ file = \"s.txt\" }",
    ] {
        let quantity = check(form, &Expect::of(Dimension::TIME)).unwrap();
        assert!(quantity.law.quantile(0.9) > 0.0, "{form}");
    }
    assert_eq!(time("\"never\"").parse::<f64>().unwrap(), ENDLESS);
    let column = check("{ file = \"d.csv\", column = \"promote_s\" }", &Expect::any()).unwrap();
    assert_eq!((column.law.least(), column.law.most()), (2.0, 4.0));
    let unit = "{ file = \"d.csv\", column = \"promote_s\", unit = \"ms\" }";
    assert_eq!(check(unit, &Expect::any()).unwrap().law.most(), 0.004);
}

#[test]
fn how_it_varies_is_read() {
    let trial = check("{ value = \"1s\", varies = \"trial\" }", &Expect::any()).unwrap();
    assert_eq!(trial.varies, Varies::Trial);
    assert_eq!(check("\"1s\"", &Expect::time_once()).unwrap().varies, Varies::Trial);
    assert!(check("{ value = \"1s\", varies = \"day\" }", &Expect::any()).is_err());
}

#[test]
fn limits_are_kept() {
    let ttl = Expect::of(Dimension::TIME).within(Some(20.0), Some(100.0), Some("the manual"));
    assert!(check("\"20s\"", &ttl).is_ok());
    let cut = check("{ p50 = \"30s\", p95 = \"90s\" }", &ttl).unwrap().law;
    assert!(cut.least() >= 20.0 && cut.most() <= 100.0);
    for bad in
        ["\"10s\"", "\"10s..30s\"", "\"101s\"", "\"never\"", "{ median = \"1s\", sigma = 1 }"]
    {
        assert!(check(bad, &ttl).is_err(), "{bad}");
    }
}

#[test]
fn what_makes_no_sense_is_refused() {
    for bad in [
        "30",
        "\"-5s\"",
        "-5",
        "\"3 MB\"",
        "true",
        "[1]",
        "nan",
        "inf",
        "1e300",
        "\"15m..10m\"",
        "\"10..15m\"",
        "\"1m..never\"",
        "{}",
        "{ p50 = \"4m\" }",
        "{ p50 = \"4m\", p95 = \"3m\" }",
        "{ p50 = \"4m\", p150 = \"9m\" }",
        "{ p50 = \"0s\", p95 = \"1s\" }",
        "{ min = \"3s\", mode = \"2s\", max = \"4s\" }",
        "{ median = \"1s\", sigma = -1 }",
        "{ median = \"1s\", sigma = 1e9 }",
        "{ samples = [] }",
        "{ samples = [\"1s\", \"never\"] }",
        "{ uniform = { low = \"1s\" } }",
        "{ uniform = { low = \"1s\", high = \"2s\", mid = 1 } }",
        "{ unifrom = { low = \"1s\", high = \"2s\" } }",
        "{ uniform = \"1s\" }",
        "{ weibull = { scale = \"1s\", shape = 0 } }",
        "{ mixture = [] }",
        "{ mixture = [3] }",
        "{ mixture = [{ weight = 0, law = \"1s\" }] }",
        "{ file = \"none.txt\" }",
        "{ file = \"bad.txt\" }",
        "{ file = \"d.csv\", column = \"promote\" }",
        "{ truncated = { law = \"1s\", low = \"3s\", high = \"2s\" } }",
        "{ truncated = { law = \"1s\", low = \"3s\" } }",
        "{ shifted = { law = \"1s\" } }",
        "{ uniform = { low = \"1s\", high = \"2s\" }, gamma = {} }",
    ] {
        assert!(check(bad, &Expect::of(Dimension::TIME)).is_err(), "{bad}");
    }
    let deep =
        format!("{}\"1s\"{}", "{ shifted = { by = \"1s\", law = ".repeat(9), " } }".repeat(9));
    assert_eq!(check(&deep, &Expect::any()).unwrap_err(), ["x: laws are nested too deep"]);
}
