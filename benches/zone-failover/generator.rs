//! Models of the workload zone-failover: any number of cells, and variants of it.

use std::fmt::Write;

/// What a service needs.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Need {
    /// The cell's database, to write to.
    Database,
    /// The cell's stream, to write to.
    Stream,
    /// The cell's store of three nodes, to write to.
    Gossip,
    /// Other services of the cell, by their numbers.
    Services(Vec<usize>),
}

/// A workload.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Workload {
    /// How many cells there are.
    pub(crate) cells: usize,
    /// What each service of a cell needs; services need those before them.
    pub(crate) needs: Vec<Need>,
    /// How many replicas may start at once in a zone.
    pub(crate) slots: usize,
    /// Clients of each cell.
    pub(crate) clients: usize,
    /// Values that differ from the presets' own: kind of component, parameter, value.
    pub(crate) values: Vec<(&'static str, &'static str, String)>,
}

impl Workload {
    /// ZF(K): `cells` cells that share the places to start in of two zones.
    #[must_use]
    pub(crate) fn standard(cells: usize) -> Self {
        use Need::{Database, Gossip, Services, Stream};
        Self {
            cells,
            needs: vec![Database, Database, Stream, Stream, Gossip, Services(vec![0, 2])],
            slots: 2 * cells,
            clients: 100,
            values: Vec::new(),
        }
    }

    /// The model's text.
    #[must_use]
    pub(crate) fn model(&self) -> String {
        let mut text = format!(
            "# Zone failover with {} cell{}; see README.md. Written by\n\
             #   cargo run --release --example zone_failover -- {}\n\
             model = \"zone-failover\"\n\
             zones = {{ a = \"r\", b = \"r\", c = \"r\" }}\n\n\
             [clusters.nodes]\n\
             technology = \"zone-failover/cluster\"\n\
             members = [\"a/1\", \"b/1\", \"c/1\"]\n\
             slots = {}\n",
            self.cells,
            if self.cells == 1 { "" } else { "s" },
            self.cells,
            self.slots,
        );
        for cell in 1..=self.cells {
            self.cell(cell, &mut text);
        }
        self.users(&mut text);
        text
    }

    /// The parameters of a kind that differ.
    fn set(&self, kind: &str, text: &mut String) {
        for (_, name, value) in self.values.iter().filter(|(of, ..)| *of == kind) {
            let _ = writeln!(text, "{name} = {value}");
        }
    }

    /// A component with its section, its technology and the keys that differ.
    fn component(&self, section: &str, name: &str, kind: &str, keys: &str, text: &mut String) {
        let _ = write!(text, "\n[{section}.{name}]\ntechnology = \"zone-failover/{kind}\"\n{keys}");
        self.set(kind, text);
    }

    /// The stores and services of a cell.
    fn cell(&self, cell: usize, text: &mut String) {
        let places = |key: &str| format!("members = [\"a\"]\n{key}\n");
        let database = places("standbys = [\"b\"]");
        self.component("stores", &format!("db{cell}"), "database", &database, text);
        let stream = places("followers = [\"b\", \"c\"]");
        self.component("streams", &format!("log{cell}"), "stream", &stream, text);
        let gossip = places("witnesses = [\"b\", \"c\"]");
        self.component("stores", &format!("kv{cell}"), "gossip", &gossip, text);
        for (at, need) in self.needs.iter().enumerate() {
            let needs = match need {
                Need::Database => format!("{{ db{cell} = \"write\" }}"),
                Need::Stream => format!("{{ log{cell} = \"write\" }}"),
                Need::Gossip => format!("{{ kv{cell} = \"write\" }}"),
                Need::Services(others) => names(cell, others.iter().copied()),
            };
            let spare = if at % 2 == 0 { "b" } else { "c" };
            let keys = format!(
                "cluster = \"nodes\"\nreplicas = {{ a = 1, b = 1, c = 1 }}\n\
                 spares = [\"{spare}\"]\nserves_with = 3\nneeds = {needs}\n",
            );
            self.component("services", &service(cell, at), "service", &keys, text);
        }
    }

    /// The names and who asks them.
    fn users(&self, text: &mut String) {
        let keys = "members = [\"a/1\", \"b/1\"]\n";
        self.component("services", "doors", "door", keys, text);
        let keys = format!("serves = \"doors\"\nhome = [\"a/1\"]\nnames = {}\n", self.cells);
        self.component("routes", "names", "name", &keys, text);
        let all = (1..=self.cells).flat_map(|cell| (0..self.needs.len()).map(move |at| (cell, at)));
        let all: Vec<String> = all.map(|(cell, at)| format!("\"{}\"", service(cell, at))).collect();
        let keys = format!(
            "of = \"names\"\nat = \"b\"\nhosts = [\"a/1\"]\ncount = {}\n\
             serves_at_least = 0.99\nneeds = [{}]\n",
            self.clients * self.cells,
            all.join(", "),
        );
        self.component("clients", "users", "users", &keys, text);
    }
}

/// The name of a service of a cell.
fn service(cell: usize, at: usize) -> String {
    format!("s{cell}-{at}")
}

/// Services of a cell as a list.
fn names(cell: usize, all: impl Iterator<Item = usize>) -> String {
    let all: Vec<String> = all.map(|at| format!("\"{}\"", service(cell, at))).collect();
    format!("[{}]", all.join(", "))
}
