//! The `drillcast` program: see [`drillcast::cli`].
fn main() -> std::process::ExitCode {
    drillcast::cli::main()
}
