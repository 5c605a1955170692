//! The right name that a wrong one most resembles.

/// The candidate most like `name`, if one is like it enough to be meant.
///
/// At most a third of the letters may differ (at least one), a transposition
/// counting as one; a candidate that begins or ends with `name`, or the reverse,
/// counts as near too. Upper and lower case are alike. Ties go to the first.
#[must_use]
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // Names are short; whatever is longer is no misspelling of one.
    const LONGEST: usize = 80;
    let wanted = name.trim().to_lowercase();
    if wanted.is_empty() || wanted.len() > LONGEST {
        return None;
    }
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates.into_iter().filter(|text| text.len() <= LONGEST) {
        let other = candidate.to_lowercase();
        let distance = strsim::osa_distance(&wanted, &other);
        let allowed = (wanted.chars().count().max(other.chars().count()) / 3).max(1);
        let shorter = wanted.len().min(other.len());
        let contained = shorter >= 3
            && (other.starts_with(&wanted)
                || other.ends_with(&wanted)
                || wanted.starts_with(&other)
                || wanted.ends_with(&other));
        let near = distance <= allowed && distance < other.chars().count();
        if (near || contained) && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// The help `did you mean "ttl"?`, if a candidate is like `name` enough.
#[must_use]
pub fn nearest_help<'a>(
    name: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<String> {
    nearest(name, candidates).map(|right| format!("did you mean \"{right}\"?"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_misspellings_and_nothing_else() {
        let names = ["ttl", "loop_wait", "retry_timeout", "members"];
        assert_eq!(nearest("tll", names), Some("ttl"));
        assert_eq!(nearest("loopwait", names), Some("loop_wait"));
        assert_eq!(nearest("Members", names), Some("members"));
        assert_eq!(nearest("timeout", names), Some("retry_timeout"));
        assert_eq!(nearest("elephant", names), None);
        assert_eq!(nearest("", names), None);
        assert_eq!(nearest("d", ["a", "b"]), None);
    }
}
