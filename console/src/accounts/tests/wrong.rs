//! Files that are refused: every problem with its line and key.

use super::{FILE, read_new, read_over};

fn line_of(text: &str, part: &str) -> u32 {
    let before = &text[..text.find(part).unwrap()];
    u32::try_from(before.matches('\n').count()).unwrap() + 1
}

/// Every row: what stands in the file, what stands there instead, the key, and a part of the message. The line is that of
/// the last non-empty line of what was put in.
#[test]
fn everything_wrong_is_refused_with_its_line_and_key() {
    let rows = [
        ("name = \"Acme\"", "nam = \"Acme\"", "account[0].nam", "is not known; known here: connection, id, name"),
        ("id = \"acme\"", "id = \"Acme!\"", "account[0].id", "1 to 40"),
        ("id = \"acme\"", "id = 5", "account[0].id", "an integer; it must be a text"),
        ("name = \"Acme\"", "name = \" \"", "account[0].name", "is empty"),
        ("kind = \"uis\"", "kind = \"asterisk\"", "account[0].source[0].kind", "known: uis, ringostat"),
        ("\"0123456789abcdef_-AB\"", "\"short\"", "account[0].source[0].secret", "16 to 100"),
        ("region = \"RU\"", "region = \"ru\"", "account[0].source[0].region", "capital letters"),
        ("region = \"RU\"", "region = \"XQ\"", "account[0].source[0].region", "no region"),
        (
            "region = \"RU\"\ntimezone = \"Europe/Moscow\"",
            "region = \"RU\"\ntimezone = \"Moscow\"",
            "account[0].source[0].timezone",
            "IANA",
        ),
        (
            "virtual_number",
            "ring_without_end = \"5\"\nvirtual_number",
            "account[0].source[0].ring_without_end",
            "write 90s",
        ),
        (
            "virtual_number",
            "talk_without_end = \"0\"\nvirtual_number",
            "account[0].source[0].talk_without_end",
            "1s to 6h",
        ),
        ("\"74951112233\"", "\"8 (495)\"", "account[0].source[0].virtual_number", "digits"),
        (
            "api_key = \"env:ACME",
            "apikey = \"env:ACME",
            "account[0].source[0].credentials.apikey",
            "known here: api_key",
        ),
        ("env:ACME_UIS_KEY", "env:OTHER", "account[0].source[0].credentials.api_key", "variable OTHER is not set"),
        ("env:ACME_UIS_KEY", "env:no name", "account[0].source[0].credentials.api_key", "no name of"),
        ("kind = \"rbs-crm\"", "kind = \"rbs\"", "account[0].connection[0].kind", "is not known; known: "),
        (
            "sources = [\"acme-uis\"]",
            "sources = [\"other\"]",
            "account[0].connection[0].sources[0]",
            "its sources: acme-uis",
        ),
        ("sources = [\"acme-uis\"]", "sources = []", "account[0].connection[0].sources", "at least one"),
        ("sources = [\"acme-uis\"]", "sources = \"acme-uis\"", "account[0].connection[0].sources", "a list of ids"),
        ("https://crm.example", "crm.example", "account[0].connection[0].base_url", "begin with https://"),
        ("https://crm.example", "ftp://crm.example", "account[0].connection[0].base_url", "begin with https://"),
        ("https://crm.example", "https://u:p@crm.example", "account[0].connection[0].base_url", "credentials table"),
        ("https://crm.example", "https://crm.example/?key=1", "account[0].connection[0].base_url", "before ?"),
        ("base_url = \"https://crm.example\"\nstatus", "status", "account[0].connection[0].base_url", ""),
        ("status = \"active\"", "status = \"paused\"", "account[0].connection[0].status", "\"active\" or \"off\""),
        ("login = \"literal-login\"\n", "", "account[0].connection[0].credentials.login", "is missing"),
        ("search_lag = \"10s\"", "search_lag = \"10\"", "account[0].connection[0].settings.search_lag", "write 90s"),
        ("search_lag = \"10s\"", "lag = 1", "account[0].connection[0].settings.lag", "unknown field"),
        ("search_lag = \"10s\"", "search_lag = 2026-01-01", "account[0].connection[0].settings.search_lag", "datetime"),
        ("crm_user = \"17\"", "crm_user = 17", "account[0].connection[0].employee[0].crm_user", "in quotes"),
        ("extension = \"101\"", "", "account[0].connection[0].employee[0]", "one or more of"),
        (
            "source = \"acme-uis\"\n",
            "source = \"other\"\n",
            "account[0].connection[0].employee[0].source",
            "none of the connection's sources",
        ),
        ("[[account.connection.employee]]", "[account.connection.employee]", "account[0].connection[0].employee", "[["),
    ];
    for (from, to, key, message) in rows {
        assert!(FILE.contains(from), "{from}");
        let text = FILE.replacen(from, to, 1);
        let refused = read_new(&text).expect_err(key).0;
        let found = refused.iter().find(|problem| problem.key == key).unwrap_or_else(|| panic!("{key}: {refused:?}"));
        assert!(found.message.contains(message), "{found}");
        assert_eq!(found.file, "a.toml");
        let changed = to.lines().rfind(|line| !line.trim().is_empty() && !line.starts_with(['v', '['])).unwrap_or("");
        if !changed.is_empty() && !message.is_empty() {
            assert_eq!(found.line, line_of(&text, changed), "{found}");
        }
    }
}

#[test]
fn ids_are_used_once_and_stay_with_their_account() {
    let twice = format!("{FILE}\n[[account]]\nid = \"acme\"\n[[account.source]]\nid = \"acme-uis\"\nkind = \"uis\"\n");
    let found = read_new(&twice).unwrap_err().0;
    assert!(found.iter().any(|p| p.key == "account[1].id" && p.message.contains("already")), "{found:?}");
    assert!(found.iter().any(|p| p.key == "account[1].source[0].id" && p.message.contains("already")), "{found:?}");

    let current = read_new(FILE).unwrap();
    let other = "[[account]]\nid = \"other\"\n[[account.source]]\nid = \"acme-uis\"\n[[account.connection]]\nid = \"o\"\n\
                 kind = \"rbs-crm\"\nsources = [\"acme-uis\"]\n";
    let found = read_over(&current, other).unwrap_err().0;
    assert!(found.iter().any(|p| p.line == 3 && p.message.contains("another account")), "{found:?}");
    let taken = "[[account]]\nid = \"other\"\n[[account.source]]\nid = \"s2\"\nkind = \"uis\"\nsecret = \"0123456789abcdef_-AB\"";
    let found = read_over(&current, taken).unwrap_err().0;
    assert_eq!((found.len(), found[0].line, found[0].key.as_str()), (1, 6, "account[0].source[0].secret"));
}

#[test]
fn all_problems_are_told_at_once_in_the_files_order() {
    let text = FILE.replace("\"RU\"", "\"zz\"").replace("\"active\"", "\"on\"").replace("10s", "soon");
    let found = read_new(&text).unwrap_err();
    let keys: Vec<_> = found.0.iter().map(|p| p.key.rsplit('.').next().unwrap()).collect();
    assert_eq!(keys, ["region", "status", "search_lag"]);
    assert!(found.to_string().contains("a.toml:10: account[0].source[0].region: \"zz\" is no region"), "{found}");
    let found = read_new("[[account]\nid = ").unwrap_err().0;
    assert_eq!((found[0].line, found[0].key.as_str()), (1, ""));
}
