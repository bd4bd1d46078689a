//! The published schemas are those of the types. `UPDATE_SCHEMAS=1 cargo test -p schemas` writes them again.

use std::path::PathBuf;

#[test]
fn the_published_schemas_are_those_of_the_types() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("json");
    for (topic, schema) in schemas::published::schemas() {
        let file = folder.join(format!("{topic}.json"));
        let made = serde_json::to_string_pretty(&schema).unwrap() + "\n";
        if std::env::var_os("UPDATE_SCHEMAS").is_some() {
            std::fs::write(&file, &made).unwrap();
        }
        let published = std::fs::read_to_string(&file).unwrap_or_default();
        assert!(published == made, "{} is not what the types say: run with UPDATE_SCHEMAS=1", file.display());
    }
}
