//! From text to a tree.
//!
//! Words first (winnow), then precedence climbing over them. From loose to
//! tight: `or`, `and`, `not`, comparisons, `..`, `+ -`, `* /`, `^`. Comparisons,
//! ranges and powers do not chain.
//!
//! Trees are bounded (words, nesting), so that whatever walks them may recurse.

use winnow::ascii::{digit1, multispace0};
use winnow::combinator::{alt, opt, preceded, repeat};
use winnow::error::ContextError;
use winnow::prelude::*;
use winnow::stream::{LocatingSlice, Location, Stream};
use winnow::token::{any, one_of, take_while};

use super::Comparison;
use super::mistake::Mistake;
use super::syntax::{Expression, Extent, NOT_POWER, Operator, Quantifier, Syntax, Word};

/// The most words an expression may have.
const WORDS: usize = 400;
/// How deep parentheses, calls and `not` may nest.
const DEPTH: usize = 40;

/// The text that is still to be read.
type Input<'t> = LocatingSlice<&'t str>;

/// A word of an expression.
#[derive(Clone, PartialEq, Debug)]
enum Token {
    /// A number, with its unit.
    Number(String),
    /// A name or a keyword.
    Word(String),
    /// An operator that is not a word.
    Operator(Operator),
    /// `.`
    Dot,
    /// `,`
    Comma,
    /// `:`
    Colon,
    /// `(`
    Open,
    /// `)`
    Close,
}

/// Parses an expression.
///
/// # Errors
///
/// What is wrong with it: each character that means nothing, or else the first
/// place where the words do not fit together.
pub fn parse(text: &str) -> Result<Expression, Vec<Mistake>> {
    let tokens = tokens(text)?;
    let mut parser = Climber { tokens, at: 0, depth: 0, end: text.len() };
    let whole = parser.expression(0).and_then(|expression| parser.finish(expression));
    whole.map_err(|mistake| vec![*mistake])
}

/// Whether a word is a unit, so that it belongs to a number before it.
fn is_unit(word: &str) -> bool {
    crate::units::parse(&format!("1{word}")).is_ok()
}

/// Cuts a text into words.
fn tokens(text: &str) -> Result<Vec<(Token, Extent)>, Vec<Mistake>> {
    let mut input = LocatingSlice::new(text);
    let mut tokens = Vec::new();
    let mut mistakes = Vec::new();
    loop {
        let _: Result<&str, ContextError> = multispace0.parse_next(&mut input);
        if input.is_empty() {
            break;
        }
        let start = input.current_token_start();
        match token.with_span().parse_next(&mut input) {
            Ok(found) => tokens.push(found),
            Err(_) => {
                let what = input.next_token().unwrap_or_default();
                mistakes.push(odd_character(what, start));
            }
        }
    }
    if tokens.len() > WORDS {
        let message = format!("this expression has {} words", tokens.len());
        let label = format!("at most {WORDS} are read");
        let help = "give its parts names: a gate each";
        mistakes.push(Mistake::new("too_long", 0..text.len(), message, label).help(help));
    }
    if mistakes.is_empty() { Ok(tokens) } else { Err(mistakes) }
}

/// A character that no word begins with.
fn odd_character(what: char, start: usize) -> Mistake {
    let extent = start..start + what.len_utf8();
    let mistake = Mistake::new(
        "odd_character",
        extent,
        format!("{what:?} means nothing in an expression"),
        "not part of any word",
    );
    let right = match what {
        '&' => "`and`",
        '|' => "`or`",
        '!' => "`not` or `!=`",
        '=' => "`==`",
        '"' | '\'' => "a bare name: there are no strings",
        _ => return mistake,
    };
    mistake.help(format!("say {right}"))
}

/// One word.
fn token(input: &mut Input<'_>) -> ModalResult<Token> {
    alt((number.map(Token::Number), name.map(|text: &str| Token::Word(text.to_owned())), symbol))
        .parse_next(input)
}

/// A name or keyword.
fn name<'t>(input: &mut Input<'t>) -> ModalResult<&'t str> {
    let first = one_of(|c: char| c.is_ascii_alphabetic() || c == '_');
    let rest = take_while(0.., |c: char| c.is_ascii_alphanumeric() || c == '_');
    (first, rest).take().parse_next(input)
}

/// A number with its unit. A unit may follow a space only if it is a known one:
/// `3 and x` holds no unit called `and`.
fn number(input: &mut Input<'_>) -> ModalResult<String> {
    let digits = (digit1, opt(('.', digit1)), opt(('e', opt(one_of(['+', '-'])), digit1)));
    let plain = digits.void();
    let (_, text) = (opt('$'), plain, opt(alt((attached_unit, spaced_unit))), opt(per_unit))
        .with_taken()
        .parse_next(input)?;
    Ok(text.to_owned())
}

/// The letters of a unit.
fn unit_letters<'t>(input: &mut Input<'t>) -> ModalResult<&'t str> {
    take_while(1.., |c: char| c.is_alphabetic() || c == '_').parse_next(input)
}

/// `s` of `30s`, `m30s` of `1m30s`, `%` of `9%`.
fn attached_unit(input: &mut Input<'_>) -> ModalResult<()> {
    let more = (digit1, opt(('.', digit1)), unit_letters).void();
    let compound = (unit_letters, repeat(0.., more).fold(|| (), |(), ()| ())).void();
    alt(('%'.void(), compound)).parse_next(input)
}

/// ` MB` of `60 MB/s`.
fn spaced_unit(input: &mut Input<'_>) -> ModalResult<()> {
    preceded(' ', name).verify(|word: &str| is_unit(word)).void().parse_next(input)
}

/// `/s` of `60 MB/s` and of `400/s`.
fn per_unit(input: &mut Input<'_>) -> ModalResult<()> {
    preceded('/', name).verify(|word: &str| is_unit(word)).void().parse_next(input)
}

/// Everything that is neither number nor word.
fn symbol(input: &mut Input<'_>) -> ModalResult<Token> {
    let compare = |comparison| Token::Operator(Operator::Compare(comparison));
    alt((
        alt((
            "==".value(compare(Comparison::Equal)),
            "!=".value(compare(Comparison::Unequal)),
            "<=".value(compare(Comparison::AtMost)),
            ">=".value(compare(Comparison::AtLeast)),
            "<".value(compare(Comparison::Less)),
            ">".value(compare(Comparison::More)),
            "..".value(Token::Operator(Operator::Between)),
        )),
        any.verify_map(|c: char| {
            Some(match c {
                '+' => Token::Operator(Operator::Add),
                '-' => Token::Operator(Operator::Subtract),
                '*' => Token::Operator(Operator::Multiply),
                '/' => Token::Operator(Operator::Divide),
                '^' => Token::Operator(Operator::Power),
                '.' => Token::Dot,
                ',' => Token::Comma,
                ':' => Token::Colon,
                '(' => Token::Open,
                ')' => Token::Close,
                _ => return None,
            })
        }),
    ))
    .parse_next(input)
}

/// Climbs over the words.
#[derive(Debug)]
struct Climber {
    /// All of them.
    tokens: Vec<(Token, Extent)>,
    /// The next one.
    at: usize,
    /// How deep we are.
    depth: usize,
    /// Where the text ends.
    end: usize,
}

/// Boxed, since it is rare and large.
type Parsed<T> = Result<T, Box<Mistake>>;

impl Climber {
    /// An expression whose operators bind at least so tightly.
    fn expression(&mut self, least: u8) -> Parsed<Expression> {
        self.depth += 1;
        if self.depth > DEPTH {
            let extent = self.extent();
            let message = format!("this nests more than {DEPTH} deep");
            return Err(Box::new(Mistake::new("too_deep", extent, message, "too deep here")));
        }
        let mut left = if self.word() == Some("not") && least <= NOT_POWER {
            let start = self.extent().start;
            self.at += 1;
            let inner = self.expression(NOT_POWER)?;
            let extent = start..inner.extent.end;
            Expression { syntax: Syntax::Not(Box::new(inner)), extent }
        } else {
            self.primary()?
        };
        while let Some(operator) = self.operator() {
            if operator.power() < least {
                break;
            }
            self.at += 1;
            let right = self.expression(operator.power() + 1)?;
            self.refuse_chain(operator)?;
            let extent = left.extent.start..right.extent.end;
            let syntax = Syntax::Binary(Box::new(left), operator, Box::new(right));
            left = Expression { syntax, extent };
        }
        self.depth -= 1;
        Ok(left)
    }

    /// `a < b < c` says nothing.
    fn refuse_chain(&self, done: Operator) -> Parsed<()> {
        match self.operator() {
            Some(next) if !done.chains() && next.power() == done.power() => {
                let mistake = Mistake::new(
                    "chained",
                    self.extent(),
                    format!("`{}` cannot follow `{}`", next.name(), done.name()),
                    "a second one",
                );
                Err(Box::new(mistake.help(match done {
                    Operator::Power => "put one of the two in parentheses",
                    _ => "join two comparisons by `and`",
                })))
            }
            _ => Ok(()),
        }
    }

    /// A number, a name, a hop, a call or something in parentheses.
    fn primary(&mut self) -> Parsed<Expression> {
        let extent = self.extent();
        let Some((token, _)) = self.tokens.get(self.at).cloned() else {
            return Err(self.unexpected("a name or a number"));
        };
        match token {
            Token::Number(text) => {
                self.at += 1;
                Ok(Expression { syntax: Syntax::Number(text), extent })
            }
            Token::Open => {
                self.at += 1;
                let inner = self.expression(0)?;
                let close = self.expect(&Token::Close, "`)`")?;
                Ok(Expression { syntax: inner.syntax, extent: extent.start..close.end })
            }
            Token::Word(text) if !is_keyword(&text) => {
                self.at += 1;
                self.named(Word { text, extent })
            }
            _ => Err(self.unexpected("a name or a number")),
        }
    }

    /// What a name begins.
    fn named(&mut self, first: Word) -> Parsed<Expression> {
        if self.token() == Some(&Token::Dot) {
            self.at += 1;
            let second = self.any_word("a name after the point")?;
            if self.token() == Some(&Token::Dot) {
                let message = format!("`{}.{}` has no parts", first.text, second.text);
                let mistake = Mistake::new("two_hops", self.extent(), message, "a second hop");
                return Err(Box::new(mistake.help("one hop at most: give what it finds a gate")));
            }
            if self.token() == Some(&Token::Open) {
                return self.call(Some(first), second);
            }
            let extent = first.extent.start..second.extent.end;
            return Ok(Expression { syntax: Syntax::Hop(first, second), extent });
        }
        if self.token() == Some(&Token::Open) {
            if let (Some(quantifier), Some(Token::Word(next))) =
                (Quantifier::named(&first.text), self.tokens.get(self.at + 2).map(|t| &t.0))
                && next == "in"
            {
                return self.over(quantifier, &first);
            }
            return self.call(None, first);
        }
        let Word { text, extent } = first;
        let syntax = match text.as_str() {
            "true" => Syntax::Truth(true),
            "false" => Syntax::Truth(false),
            "never" => Syntax::Number(text),
            _ => Syntax::Name(text),
        };
        Ok(Expression { syntax, extent })
    }

    /// `f(a, b)`, from the parenthesis.
    fn call(&mut self, of: Option<Word>, function: Word) -> Parsed<Expression> {
        self.at += 1;
        let mut arguments = Vec::new();
        if self.token() != Some(&Token::Close) {
            loop {
                arguments.push(self.expression(0)?);
                if self.token() != Some(&Token::Comma) {
                    break;
                }
                self.at += 1;
            }
        }
        let close = self.expect(&Token::Close, "`,` or `)`")?;
        let start = of.as_ref().map_or(function.extent.start, |of| of.extent.start);
        let syntax = Syntax::Call { of, function, arguments };
        Ok(Expression { syntax, extent: start..close.end })
    }

    /// `any(m in member: …)`, from the parenthesis.
    fn over(&mut self, quantifier: Quantifier, first: &Word) -> Parsed<Expression> {
        self.at += 1;
        let variable = self.any_word("a name for each instance")?;
        self.at += 1;
        let range = self.any_word("what it ranges over")?;
        self.expect(&Token::Colon, "`:`")?;
        let body = Box::new(self.expression(0)?);
        let close = self.expect(&Token::Close, "`)`")?;
        let extent = first.extent.start..close.end;
        Ok(Expression { syntax: Syntax::Over { quantifier, variable, range, body }, extent })
    }

    /// Nothing may be left.
    fn finish(&self, expression: Expression) -> Parsed<Expression> {
        if self.at < self.tokens.len() {
            return Err(self.unexpected("an operator or the end"));
        }
        Ok(expression)
    }

    /// The next word, if it is that one; its place.
    fn expect(&mut self, token: &Token, what: &str) -> Parsed<Extent> {
        if self.token() != Some(token) {
            return Err(self.unexpected(what));
        }
        let extent = self.extent();
        self.at += 1;
        Ok(extent)
    }

    /// The next word, if it is a name.
    fn any_word(&mut self, what: &str) -> Parsed<Word> {
        let extent = self.extent();
        match self.token().cloned() {
            Some(Token::Word(text)) if !is_keyword(&text) => {
                self.at += 1;
                Ok(Word { text, extent })
            }
            _ => Err(self.unexpected(what)),
        }
    }

    /// Something else stands where `what` should.
    fn unexpected(&self, what: &str) -> Box<Mistake> {
        let message = match self.token() {
            None if self.tokens.is_empty() => "this expression is empty".to_owned(),
            None => "this expression ends too early".to_owned(),
            Some(token) => format!("{} does not fit here", token.describe()),
        };
        let label = format!("expected {what}");
        let mistake = Mistake::new("syntax", self.extent(), message, label);
        let before = self.at.checked_sub(1).and_then(|at| self.tokens.get(at));
        Box::new(match (before, self.token()) {
            (Some((Token::Number(_), _)), Some(Token::Word(word))) => {
                mistake.help(format!("`{word}` is not a unit"))
            }
            _ => mistake,
        })
    }

    /// The next token.
    fn token(&self) -> Option<&Token> {
        self.tokens.get(self.at).map(|(token, _)| token)
    }

    /// The next token, if it is a word.
    fn word(&self) -> Option<&str> {
        match self.token() {
            Some(Token::Word(text)) => Some(text),
            _ => None,
        }
    }

    /// The next token, if it stands between operands.
    fn operator(&self) -> Option<Operator> {
        match self.token()? {
            Token::Operator(operator) => Some(*operator),
            Token::Word(word) if word == "and" => Some(Operator::And),
            Token::Word(word) if word == "or" => Some(Operator::Or),
            _ => None,
        }
    }

    /// Where the next token stands; an empty stretch at the end.
    fn extent(&self) -> Extent {
        self.tokens.get(self.at).map_or(self.end..self.end, |(_, extent)| extent.clone())
    }
}

impl Token {
    /// The token as a reader sees it.
    fn describe(&self) -> String {
        match self {
            Self::Number(text) | Self::Word(text) => format!("`{text}`"),
            Self::Operator(operator) => format!("`{}`", operator.name()),
            Self::Dot => "`.`".to_owned(),
            Self::Comma => "`,`".to_owned(),
            Self::Colon => "`:`".to_owned(),
            Self::Open => "`(`".to_owned(),
            Self::Close => "`)`".to_owned(),
        }
    }
}

/// Words that cannot be names.
pub(crate) fn is_keyword(word: &str) -> bool {
    matches!(word, "and" | "or" | "not" | "in")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Parses and prints with all parentheses.
    fn full(text: &str) -> String {
        fn write(e: &Expression) -> String {
            match &e.syntax {
                Syntax::Binary(l, op, r) => format!("({} {} {})", write(l), op.name(), write(r)),
                Syntax::Not(inner) => format!("(not {})", write(inner)),
                Syntax::Over { quantifier, variable, range, body } => {
                    let body = write(body);
                    format!("{}({} in {}: {body})", quantifier.name(), variable.text, range.text)
                }
                Syntax::Number(text) => format!("[{text}]"),
                _ => e.to_string(),
            }
        }
        parse(text).map_or_else(|mistakes| mistakes[0].message.clone(), |e| write(&e))
    }

    /// The same tree with all places forgotten.
    fn placeless(mut e: Expression) -> Expression {
        fn word(word: &mut Word) {
            word.extent = 0..0;
        }
        fn forget(e: &mut Expression) {
            e.extent = 0..0;
            match &mut e.syntax {
                Syntax::Hop(of, name) => {
                    word(of);
                    word(name);
                }
                Syntax::Call { of, function, arguments } => {
                    of.iter_mut().for_each(word);
                    word(function);
                    arguments.iter_mut().for_each(forget);
                }
                Syntax::Over { variable, range, body, .. } => {
                    word(variable);
                    word(range);
                    forget(body);
                }
                Syntax::Not(inner) => forget(inner),
                Syntax::Binary(left, _, right) => {
                    forget(left);
                    forget(right);
                }
                Syntax::Number(_) | Syntax::Truth(_) | Syntax::Name(_) => {}
            }
        }
        forget(&mut e);
        e
    }

    #[test]
    fn operators_bind_as_people_read_them() {
        let table = [
            ("a or b and c", "(a or (b and c))"),
            ("a and b or c", "((a and b) or c)"),
            ("not a and b", "((not a) and b)"),
            ("not leader == self", "(not (leader == self))"),
            ("not not a", "(not (not a))"),
            ("a + b * c", "(a + (b * c))"),
            ("a - b - c", "((a - b) - c)"),
            ("a / b * c", "((a / b) * c)"),
            ("a * b ^ c + d", "((a * (b ^ c)) + d)"),
            ("2 ^ (n + 1) - 1", "(([2] ^ (n + [1])) - [1])"),
            ("e..2 * e", "(e .. ([2] * e))"),
            ("(e..2 * e) - (0..1) * h", "((e .. ([2] * e)) - (([0] .. [1]) * h))"),
            ("x + 1s <= y", "((x + [1s]) <= y)"),
            ("count(m in member: m.up) >= 2 and b", "((count(m in member: m.up) >= [2]) and b)"),
            ("a and (b or c)", "(a and (b or c))"),
        ];
        for (text, wanted) in table {
            assert_eq!(full(text), wanted, "{text}");
        }
    }

    #[test]
    fn numbers_keep_their_units_and_nothing_else() {
        let table = [
            ("30s", "[30s]"),
            ("0.5", "[0.5]"),
            ("64KiB", "[64KiB]"),
            ("60 MB/s", "[60 MB/s]"),
            ("400/s", "[400/s]"),
            ("1h30m", "[1h30m]"),
            ("9%", "[9%]"),
            ("$0.09/GB", "[$0.09/GB]"),
            ("never", "[never]"),
            ("1..3", "([1] .. [3])"),
            ("10m..15m", "([10m] .. [15m])"),
            ("3 and x", "([3] and x)"),
            ("10 / x", "([10] / x)"),
            ("10 MB / x", "([10 MB] / x)"),
            ("1.5..2.5", "([1.5] .. [2.5])"),
        ];
        for (text, wanted) in table {
            assert_eq!(full(text), wanted, "{text}");
        }
    }

    #[test]
    fn mistakes_have_a_place() {
        let table: [(&str, Extent, &str); 13] = [
            ("", 0..0, "this expression is empty"),
            ("a and", 5..5, "this expression ends too early"),
            ("a b", 2..3, "`b` does not fit here"),
            ("a < b < c", 6..7, "`<` cannot follow `<`"),
            ("1..2..3", 4..6, "`..` cannot follow `..`"),
            ("2 ^ 3 ^ 2", 6..7, "`^` cannot follow `^`"),
            ("a.b.c", 3..4, "`a.b` has no parts"),
            ("f(a", 3..3, "this expression ends too early"),
            ("(a or b", 7..7, "this expression ends too early"),
            ("a & b", 2..3, "'&' means nothing in an expression"),
            ("a = b", 2..3, "'=' means nothing in an expression"),
            ("and", 0..3, "`and` does not fit here"),
            ("any(m in member)", 15..16, "`)` does not fit here"),
        ];
        for (text, extent, message) in table {
            let mistakes = parse(text).unwrap_err();
            assert_eq!((&mistakes[0].extent, mistakes[0].message.as_str()), (&extent, message));
        }
        assert_eq!(parse("a & b | c").unwrap_err().len(), 2);
    }

    #[test]
    fn endless_expressions_are_refused() {
        assert_eq!(parse(&"(".repeat(100_000)).unwrap_err()[0].code, "too_long");
        assert_eq!(parse(&"(".repeat(100)).unwrap_err()[0].code, "too_deep");
        assert_eq!(parse(&"not ".repeat(100)).unwrap_err()[0].code, "too_deep");
        assert_eq!(parse(&vec!["a"; 150].join(" + ")).map(|_| ()), Ok(()));
    }

    /// Any tree, small enough to print within the limits.
    fn trees() -> impl Strategy<Value = Expression> {
        let plain = |syntax| Expression { syntax, extent: 0..0 };
        let name = || prop::sample::select(vec!["a", "b_2", "self", "leader", "ttl"]);
        let word = move || name().prop_map(|text| Word { text: text.to_owned(), extent: 0..0 });
        let number = prop::sample::select(vec!["30s", "0.5", "60 MB/s", "never", "9%", "3"]);
        let leaf = prop_oneof![
            number.prop_map(move |text| plain(Syntax::Number(text.to_owned()))),
            name().prop_map(move |text| plain(Syntax::Name(text.to_owned()))),
            proptest::bool::ANY.prop_map(move |truth| plain(Syntax::Truth(truth))),
            (word(), word()).prop_map(move |(of, name)| plain(Syntax::Hop(of, name))),
        ];
        let operators = vec![
            Operator::Or,
            Operator::And,
            Operator::Compare(Comparison::AtMost),
            Operator::Compare(Comparison::Unequal),
            Operator::Between,
            Operator::Add,
            Operator::Subtract,
            Operator::Multiply,
            Operator::Divide,
            Operator::Power,
        ];
        let quantifiers = vec![Quantifier::Any, Quantifier::Share, Quantifier::Count];
        leaf.prop_recursive(5, 40, 3, move |inner| {
            let operator = prop::sample::select(operators.clone());
            let quantifier = prop::sample::select(quantifiers.clone());
            prop_oneof![
                (inner.clone(), operator, inner.clone())
                    .prop_map(move |(l, o, r)| plain(Syntax::Binary(Box::new(l), o, Box::new(r)))),
                inner.clone().prop_map(move |e| plain(Syntax::Not(Box::new(e)))),
                (prop::option::of(word()), word(), prop::collection::vec(inner.clone(), 0..3))
                    .prop_map(move |(of, function, arguments)| plain(Syntax::Call {
                        of,
                        function,
                        arguments
                    })),
                (quantifier, word(), word(), inner).prop_map(
                    move |(quantifier, variable, range, body)| plain(Syntax::Over {
                        quantifier,
                        variable,
                        range,
                        body: Box::new(body)
                    })
                ),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_is_printed_parses_to_the_same(tree in trees()) {
            let text = tree.to_string();
            let again = parse(&text).map(placeless);
            prop_assert_eq!(again, Ok(tree), "{}", text);
        }

        #[test]
        fn no_text_crashes_it(text in "\\PC{0,60}") {
            let _ = parse(&text);
        }

        #[test]
        fn no_row_of_words_crashes_it(
            words in prop::collection::vec(prop::sample::select(vec![
                "a", "self", "any(", "count(", "m", "in", "member", ":", "(", ")", ",", ".", "..",
                "not", "and", "or", "==", "<", "+", "*", "^", "3", "30s", "if(", "never", "/", "%", "ü",
            ]), 0..40),
        ) {
            let text = words.join(" ");
            if let Err(mistakes) = parse(&text) {
                for mistake in mistakes {
                    prop_assert!(text.get(mistake.extent).is_some());
                }
            }
        }
    }
}
