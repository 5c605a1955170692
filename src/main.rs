//! The `drillcast` program: see [`drillcast::cli`].
fn main() {}
