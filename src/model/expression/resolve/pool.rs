//! The pool that a work uses: its component's own, or one that a needed component
//! exports.

use super::super::syntax::{Expression, Extent, Syntax, Word};
use super::super::{Mistake, PoolRef, Range, Who};
use super::who::Place;
use super::{Declared, Resolver, Shape, nearest_of, one_of};

impl Resolver<'_> {
    /// Resolves `hands`, `hands(x)`, `role.hands` and `role.hands(x)`.
    pub(super) fn pool(&mut self, expression: &Expression) -> Option<PoolRef> {
        let environment = self.environment;
        match &expression.syntax {
            Syntax::Name(name) => self.own_pool(name, &expression.extent, None),
            Syntax::Call { of: None, function, arguments } => {
                self.own_pool(&function.text, &function.extent, Some((function, arguments)))
            }
            Syntax::Hop(of, name) => match environment.need_named(&of.text) {
                Some(need) => Some(PoolRef::Need(need, name.text.clone(), None)),
                None => self.no_pool(&of.text, &of.extent),
            },
            Syntax::Call { of: Some(of), function, arguments } => {
                let Some(need) = environment.need_named(&of.text) else {
                    return self.no_pool(&of.text, &of.extent);
                };
                let [argument] = self.exactly(function, arguments)?;
                let (who, place) = self.fixed_instance(argument)?;
                let stands = matches!(place, Place::In(range) if self.environment.has_host(range));
                if !stands {
                    let what = place.describe(&environment.sets);
                    let message = format!("`{argument}` is {what}, which stands nowhere");
                    let extent = argument.extent.clone();
                    let label = "whose zone or node is meant?";
                    return self.fail(Mistake::new("no_place", extent, message, label));
                }
                Some(PoolRef::Need(need, function.text.clone(), Some(who)))
            }
            _ => {
                let message = "this is not the name of a pool";
                let extent = expression.extent.clone();
                self.fail(Mistake::new("not_a_pool", extent, message, "expected a pool"))
            }
        }
    }

    /// A pool of this component, of one's own place or of somebody's.
    fn own_pool(
        &mut self,
        name: &str,
        extent: &Extent,
        whose: Option<(&Word, &[Expression])>,
    ) -> Option<PoolRef> {
        let environment = self.environment;
        let is_pool = |node: &Declared| node.shape == Shape::Pool;
        let found = environment.node_named(name);
        let Some(pool) = found.filter(|id| is_pool(&environment.nodes[id.0])) else {
            return self.no_pool(name, extent);
        };
        let range = environment.nodes[pool.0].range;
        let Some((function, arguments)) = whose else {
            if let Some(who) = self.bare(range) {
                return Some(PoolRef::Own(pool, who));
            }
            let each = environment.describe_node(pool);
            let message = format!("`{name}` is {each}: whose is meant?");
            let mistake = Mistake::new("whose", extent.clone(), message, "no instance is named");
            return self.fail(mistake.help(format!("say whose, as in `{name}(self)`")));
        };
        let [argument] = self.exactly(function, arguments)?;
        let (who, place) = self.fixed_instance(argument)?;
        let fits = place == Place::In(range)
            || range == Range::Zone
                && matches!(place, Place::In(other) if environment.has_host(other));
        if fits {
            return Some(PoolRef::Own(pool, who));
        }
        let (what, is) = (environment.describe_node(pool), place.describe(&environment.sets));
        let message = format!("`{name}` is {what}, and `{argument}` is {is}");
        let label = format!("expected {}", range.describe(&environment.sets));
        self.fail(Mistake::new("wrong_place", argument.extent.clone(), message, label))
    }

    /// An instance that is always the same one.
    fn fixed_instance(&mut self, argument: &Expression) -> Option<(Who, Place)> {
        let (who, place) = self.instance(argument)?;
        if let Who::Chosen(_) = who {
            let message = format!("who `{argument}` is changes, and a pool stays");
            let extent = argument.extent.clone();
            let mistake = Mistake::new("not_fixed", extent, message, "changes");
            return self.fail(mistake.help("say `self`, or the name of a set"));
        }
        Some((who, place))
    }

    /// Something that is no pool.
    fn no_pool<T>(&mut self, name: &str, extent: &Extent) -> Option<T> {
        let environment = self.environment;
        let pools = environment.nodes.iter().filter(|node| node.shape == Shape::Pool);
        let names = pools.map(|node| node.name.as_str());
        let message = match self.describe(name) {
            Some(what) => format!("`{name}` is {what}"),
            None => format!("there is no `{name}`"),
        };
        let help = nearest_of(name, names.clone()).or_else(|| one_of(names));
        let label = "expected the name of a pool";
        let mistake = Mistake::new("unknown_name", extent.clone(), message, label);
        self.fail(mistake.maybe_help(help))
    }
}
