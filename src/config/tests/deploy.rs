//! The files in `deploy/` say what this version understands.

use clap::Parser as _;

use super::*;
use crate::cli::Cli;

const KEY: (&str, &str) = ("RINGFOLD_SECRET_KEY", "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef");

fn file(name: &str) -> String {
    std::fs::read_to_string(format!("{}/deploy/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

fn servers(text: &str, pairs: &[(&str, &str)]) -> Servers {
    let config = load(text, pairs, Flags::default()).unwrap_or_else(|exit| panic!("{exit:?}"));
    let Backbone::Servers(servers) = config.backbone else { panic!("embedded") };
    *servers
}

#[test]
fn the_example_file_is_taken_and_so_is_all_that_it_only_mentions() {
    let example = file("ringfold.example.toml");
    assert_eq!(servers(&example, &[KEY]).replication, 3);
    let all = example.lines().map(|line| line.strip_prefix("# ").filter(|rest| rest.contains(" = ")).unwrap_or(line));
    // A build without TLS refuses it, as another test sees.
    let all = all.filter(|line| {
        cfg!(feature = "kafka-tls") || !(line.contains("SSL") || line.starts_with("ssl.") || line.contains("SCRAM"))
    });
    let taken = servers(&all.collect::<Vec<_>>().join("\n"), &[KEY]);
    assert_eq!((taken.prefix.as_str(), taken.properties["sasl.username"].as_str()), ("ringfold.", "ringfold"));
}

#[test]
fn the_compose_files_variables_and_commands_are_understood() {
    let compose = file("compose.yaml");
    let said = compose.lines().filter_map(|line| line.trim().strip_prefix("RINGFOLD_")?.split_once(": "));
    let pairs: Vec<(String, String)> = said
        .map(|(name, value)| {
            let value = value.trim_matches('"');
            let value = match (name, value.starts_with("${")) {
                ("SECRET_KEY", true) => KEY.1,
                ("API_TOKEN", true) => "0123456789abcdef0123",
                (_, true) => value.split_once(":-").unwrap().1.trim_end_matches('}'),
                (_, false) => value,
            };
            (format!("RINGFOLD_{name}"), value.to_owned())
        })
        .collect();
    let pairs: Vec<(&str, &str)> = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let taken = servers("", &pairs);
    assert_eq!((taken.brokers.as_str(), taken.replication), ("kafka:9092", 1));
    let commands = compose.lines().filter_map(|line| line.trim().strip_prefix("command: "));
    let mut roles = Vec::new();
    for command in commands {
        let words: Vec<String> = serde_json::from_str(command).unwrap();
        Cli::try_parse_from(["ringfold".to_owned()].iter().chain(&words)).unwrap_or_else(|why| panic!("{why}"));
        roles.push(words.join(" "));
    }
    assert_eq!(roles, ["ingest", "process", "sink rbs-crm", "console"]);
}

#[test]
fn the_units_start_roles_that_there_are() {
    for (unit, instance) in [("ringfold@.service", "ingest"), ("ringfold-sink@.service", "rbs-crm")] {
        let unit = file(unit);
        let start = unit.lines().find_map(|line| line.strip_prefix("ExecStart=/usr/local/bin/ringfold ")).unwrap();
        let start = start.replace("%i", instance);
        let cli = Cli::try_parse_from(["ringfold"].into_iter().chain(start.split(' ')));
        assert!(cli.is_ok_and(|cli| cli.command.is_role() && cli.globals.config.is_some()), "{start}");
    }
}
