//! All presets that a model may name: ours, and the user's own.

use std::sync::{Arc, OnceLock};

use super::{Held, Preset, read_preset};
use crate::diagnostic::{Diagnostic, SourceFile};
use crate::model::read::Context;

/// Ours: name and text. A test holds the list to the files in models/presets.
const EMBEDDED: &[(&str, &str)] = &[
    ("cassandra", include_str!("../../../models/presets/cassandra.toml")),
    ("cassandra/client", include_str!("../../../models/presets/cassandra/client.toml")),
    ("client/http", include_str!("../../../models/presets/client/http.toml")),
    ("client/libpq", include_str!("../../../models/presets/client/libpq.toml")),
    ("client/sequential", include_str!("../../../models/presets/client/sequential.toml")),
    ("client/tcp", include_str!("../../../models/presets/client/tcp.toml")),
    ("dns/record", include_str!("../../../models/presets/dns/record.toml")),
    ("dns/resolver", include_str!("../../../models/presets/dns/resolver.toml")),
    ("dns/route53", include_str!("../../../models/presets/dns/route53.toml")),
    ("dns/runtime", include_str!("../../../models/presets/dns/runtime.toml")),
    ("etcd", include_str!("../../../models/presets/etcd.toml")),
    ("haproxy", include_str!("../../../models/presets/haproxy.toml")),
    ("ignite", include_str!("../../../models/presets/ignite.toml")),
    ("janusgraph", include_str!("../../../models/presets/janusgraph.toml")),
    ("kafka/client", include_str!("../../../models/presets/kafka/client.toml")),
    ("kafka/consumer", include_str!("../../../models/presets/kafka/consumer.toml")),
    ("kafka/kraft", include_str!("../../../models/presets/kafka/kraft.toml")),
    ("keepalived", include_str!("../../../models/presets/keepalived.toml")),
    ("kubernetes/cluster", include_str!("../../../models/presets/kubernetes/cluster.toml")),
    ("kubernetes/deployment", include_str!("../../../models/presets/kubernetes/deployment.toml")),
    (
        "kubernetes/stateful_set",
        include_str!("../../../models/presets/kubernetes/stateful_set.toml"),
    ),
    ("nats/client", include_str!("../../../models/presets/nats/client.toml")),
    ("nats/jetstream", include_str!("../../../models/presets/nats/jetstream.toml")),
    ("people/on_call", include_str!("../../../models/presets/people/on_call.toml")),
    ("postgresql/patroni", include_str!("../../../models/presets/postgresql/patroni.toml")),
    ("postgresql/pitr", include_str!("../../../models/presets/postgresql/pitr.toml")),
    ("postgresql/streaming", include_str!("../../../models/presets/postgresql/streaming.toml")),
    ("prometheus/alert", include_str!("../../../models/presets/prometheus/alert.toml")),
    ("rabbitmq/client", include_str!("../../../models/presets/rabbitmq/client.toml")),
    ("rabbitmq/quorum", include_str!("../../../models/presets/rabbitmq/quorum.toml")),
    ("redis/client", include_str!("../../../models/presets/redis/client.toml")),
    ("redis/sentinel", include_str!("../../../models/presets/redis/sentinel.toml")),
    ("runbook/one_step", include_str!("../../../models/presets/runbook/one_step.toml")),
    ("server/http", include_str!("../../../models/presets/server/http.toml")),
    ("zookeeper", include_str!("../../../models/presets/zookeeper.toml")),
    ("zookeeper/client", include_str!("../../../models/presets/zookeeper/client.toml")),
];

/// A preset that is read when somebody asks for it.
#[derive(Debug)]
struct Shelved {
    /// Its name.
    name: String,
    /// Where it is from.
    source: SourceFile,
    /// What was read.
    read: OnceLock<Option<Arc<Preset>>>,
}

/// The presets by name.
#[derive(Debug)]
pub struct PresetLibrary {
    /// In the order of their names.
    shelf: Vec<Shelved>,
}

impl Default for PresetLibrary {
    fn default() -> Self {
        Self::embedded()
    }
}

impl PresetLibrary {
    /// Ours alone.
    #[must_use]
    pub fn embedded() -> Self {
        let shelf = EMBEDDED.iter().map(|(name, text)| Shelved {
            name: (*name).to_owned(),
            source: SourceFile::new(format!("presets/{name}.toml"), *text),
            read: OnceLock::new(),
        });
        Self { shelf: shelf.collect() }
    }

    /// Ours and the user's own: file names and their texts. One of theirs takes
    /// the place of ours of the same name. What is wrong with theirs is in the
    /// second part; a file with errors is left out, and so is ours behind it.
    #[must_use]
    pub fn with_extra(files: Vec<(String, String)>) -> (Self, Vec<Diagnostic>) {
        let mut library = Self::embedded();
        let context = Context::without_files();
        let mut own: Vec<(String, SourceFile)> = Vec::new();
        for (file, text) in files {
            let source = SourceFile::new(file, text);
            let Some(preset) = read_preset(&source, &context) else {
                if let Some(name) = declared_name(&source) {
                    library.shelf.retain(|shelved| shelved.name != name);
                }
                continue;
            };
            if let Some((_, first)) = own.iter().find(|(name, _)| *name == preset.name) {
                let message = format!("two files describe \"{}\"", preset.name);
                context.report(
                    Diagnostic::error("preset::duplicate", message)
                        .label(&source.beginning(), "the second one")
                        .label(&first.beginning(), "the first one"),
                );
                continue;
            }
            own.push((preset.name.clone(), source.clone()));
            let name = preset.name.clone();
            library.shelf.retain(|shelved| shelved.name != name);
            let read = OnceLock::from(Some(Arc::new(preset)));
            library.shelf.push(Shelved { name, source, read });
        }
        library.shelf.sort_by(|a, b| a.name.cmp(&b.name));
        (library, context.into_diagnostics())
    }

    /// The preset of that name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<Arc<Preset>> {
        let shelved = self.shelf.iter().find(|shelved| shelved.name == name)?;
        let read = || {
            let context = Context::without_files();
            let preset = read_preset(&shelved.source, &context);
            let held = Held::of(name);
            let preset = preset.map(|preset| Arc::new(Preset { held, ..preset }));
            let mistakes = context.into_diagnostics();
            assert!(preset.is_some(), "the embedded preset {name} is wrong: {mistakes:?}");
            preset
        };
        shelved.read.get_or_init(read).clone()
    }

    /// All names, in order.
    #[must_use]
    pub fn names(&self) -> Vec<&str> {
        self.shelf.iter().map(|shelved| shelved.name.as_str()).collect()
    }

    /// The text of a preset, to copy and change.
    #[must_use]
    pub fn source(&self, name: &str) -> Option<&SourceFile> {
        self.shelf.iter().find(|shelved| shelved.name == name).map(|shelved| &shelved.source)
    }
}

/// The name that a preset gives itself, even if the rest of it is wrong.
fn declared_name(source: &SourceFile) -> Option<String> {
    let context = Context::without_files();
    let table = crate::model::read::parse(source, &context)?;
    table.get("preset").and_then(|node| node.as_str()).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_embedded_preset_can_be_read() {
        let library = PresetLibrary::embedded();
        let names: Vec<&str> = EMBEDDED.iter().map(|(name, _)| *name).collect();
        assert_eq!(library.names(), names);
        for &(name, text) in EMBEDDED {
            let context = Context::without_files();
            let preset = read_preset(&SourceFile::new(name, text), &context);
            let mistakes = context.into_diagnostics();
            let shown = crate::diagnostic::render(&mistakes, 100, false, false);
            assert!(mistakes.is_empty() && preset.is_some(), "{shown}");
            assert_eq!(preset.unwrap().name, name);
        }
        assert!(library.get("no/such").is_none());
        assert!(library.get("etcd").is_some());
    }
}
