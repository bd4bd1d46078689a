//! What PBXs say of the credentials of a source.

use serde_json::json;
use simulators::rest::{Api, Crm};
use simulators::{ringostat, uis};

use super::world::World;
use crate::wire::Checked;

/// A source of a kind, whose API is there.
fn file(kind: &str, base_url: &str, credentials: &[(&str, &str)]) -> String {
    let credentials: Vec<String> = credentials.iter().map(|(key, value)| format!("{key} = \"{value}\"\n")).collect();
    format!(
        "[[account]]\nid = \"acme\"\nname = \"Acme\"\n[[account.source]]\nid = \"acme-{kind}\"\nkind = \"{kind}\"\n\
         base_url = \"{base_url}\"\n[account.source.credentials]\n{}",
        credentials.concat()
    )
}

async fn pbx<A: Api>(api: A) -> Crm<A> {
    Crm::start(api, 1, "127.0.0.1:0".parse().unwrap()).await.unwrap()
}

#[tokio::test]
async fn n2_u3_a_uis_is_connected_or_it_is_said_why_not() {
    let world = World::start().await;
    let pbx = pbx(uis::DataApi::new("right-key")).await;
    pbx.with(|_, store| store.seed(uis::EMPLOYEES, json!({"full_name": "Анна"})));
    let url = format!("{}/v2.0", pbx.base_url());
    let check = async || world.json::<Checked>("POST", "/sources/acme-uis/check", None).await;

    world.apply(&file("uis", &url, &[])).await;
    let checked = check().await;
    assert!(!checked.connected && checked.said.contains("no api_key"), "{checked:?}");

    world.apply(&file("uis", &url, &[("api_key", "wrong-key")])).await;
    let checked = check().await;
    assert!(!checked.connected && checked.said.contains("refused the api_key"), "{checked:?}");
    assert!(!checked.said.contains("wrong-key") && !checked.todo.is_empty());

    world.apply(&file("uis", &url, &[("api_key", "right-key")])).await;
    let connected =
        Checked { connected: true, said: "connected, 1 employees".to_owned(), account: None, todo: String::new() };
    assert_eq!(check().await, connected);

    pbx.with(|api, _| api.address_allowed = false);
    assert!(check().await.said.contains("allowed addresses"));
    pbx.stop().await;
    assert!(check().await.said.contains("does not answer"));
    assert_eq!(world.ask("POST", "/sources/none/check", None).await.status(), 404);
}

#[tokio::test]
async fn n2_u3_a_ringostat_is_connected_or_it_is_said_why_not() {
    let world = World::start().await;
    let pbx = pbx(ringostat::StaffApi { project: "12345".to_owned(), key: "right-key".to_owned() }).await;
    for fio in ["Олена", "Іван"] {
        pbx.with(|_, store| store.seed(ringostat::STAFF, json!({"fio": fio, "extensionNumber": "101"})));
    }
    for (project, key, connected, said) in [
        ("12345", "right-key", true, "connected, 2 employees"),
        ("12345", "wrong-key", false, "refused the auth_key"),
        ("99999", "right-key", false, "check project_id"),
    ] {
        let credentials = [("project_id", project), ("auth_key", key)];
        world.apply(&file("ringostat", &pbx.base_url(), &credentials)).await;
        let checked: Checked = world.json("POST", "/sources/acme-ringostat/check", None).await;
        assert_eq!(checked.connected, connected, "{checked:?}");
        assert!(checked.said.contains(said) && !checked.said.contains(key), "{checked:?}");
    }
}
