//! Each key of a set under `[each]`.

use super::{Case, Moves, Row, What, fields, table};
use crate::sets::{CHECKED, MODEL, WATCHED};

const AGREED: What = What::First("cache", "detected");
const SICK: What = What::First("shop", "detected");
const DEAD: What = What::First("cache", "dead");

/// The cache with sentinels on machines of their own, and a fault.
fn sets(fault: &str) -> Case {
    let model = MODEL.replace("[routes", "sentinels = [\"d\", \"e\", \"e\"]\nquorum = 1\n[routes");
    let scenario = format!("scenario = \"x\"\nhorizon = \"1000s\"\n[[faults]]\n{fault}\n");
    Case::new(&[WATCHED, CHECKED], &model, &scenario)
}

#[test]
fn every_key_of_a_set() {
    use Moves::{MeanBy, Vanishes};
    let gone = sets("what = \"kill\"\nwhere = \"each of cache\"");
    let row = |field, from: &str, to: &str| Row::text("each", field, &gone, from, to);
    let deaf = sets("what = \"kill\"\nprocess = \"sentinel\"\nwhere = \"each sentinel of cache\"");
    let one = sets("what = \"kill\"\nwhere = \"member b of cache\"");
    let dark = sets("what = \"power loss\"\nwhere = \"zone d\"");
    let rows = [
        // The first of n looks comes after 1/(n + 1) of a period.
        row("places", "[\"d\", \"e\", \"e\"]", "[\"d\"]").moves(AGREED, MeanBy(2.5)).not(&[SICK]),
        Row::text("each", "places", &dark, "[\"d\", \"e\", \"e\"]", "[\"a\", \"b\", \"c\"]")
            .moves(DEAD, Vanishes),
        // The third of three checkers, the ninth of ten, the 41st of 50.
        Row::text("each", "size", &one, "default = 10\n", "default = 50\n")
            .moves(SICK, MeanBy(10.0 * (41.0 / 51.0 - 9.0 / 11.0)))
            .not(&[DEAD]),
        Row::text("each", "size", &one, "at = \"d\"", "at = \"d\"\ncheckers = 3")
            .moves(SICK, MeanBy(10.0 * (3.0 / 4.0 - 9.0 / 11.0)))
            .not(&[DEAD]),
        // Another one serves, and that is not killed.
        Row::text(
            "each",
            "processes",
            &deaf,
            "processes = [\"sentinel\"]",
            "processes = [\"aux\", \"sentinel\"]",
        )
        .moves(DEAD, Vanishes),
        row("say", "\"who watches\"", "\"who sees\"").not(&[AGREED, SICK]),
    ];
    table(&rows, &fields::each(), &[]);
}
