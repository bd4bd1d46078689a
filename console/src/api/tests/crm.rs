//! What CRMs say of a connection's credentials, and of whose account they are.

use schemas::{ConnectionStatus, Timestamp};
use simulators::uspacy::{UspacyCrm, UspacyOptions};

use super::world::World;
use crate::wire::Checked;

#[tokio::test]
async fn g2_another_account_is_not_connected_until_a_person_takes_it() {
    let world = World::start().await;
    let crm = UspacyCrm::start(UspacyOptions::default(), "127.0.0.1:0".parse().unwrap()).await.unwrap();
    let user = crm.add_user("Іван");
    let file = format!(
        "[[account]]\nid = \"acme\"\nname = \"Acme\"\n[[account.source]]\nid = \"acme-uis\"\nkind = \"uis\"\n\
         [[account.connection]]\nid = \"acme-uspacy\"\nkind = \"uspacy\"\n\
         sources = [\"acme-uis\"]\ntimezone = \"Europe/Kyiv\"\nbase_url = \"{}\"\n[account.connection.credentials]\n\
         client_id = \"app-4711\"\nclient_secret = \"app-secret-0815\"\n[account.connection.settings]\n\
         default_responsible = \"{user}\"\n",
        crm.base_url()
    );
    world.apply(&file).await;
    let ask = async |what: &str| world.json::<Checked>("POST", &format!("/connections/acme-uspacy/{what}"), None).await;
    for _ in 0..2 {
        let checked = ask("check").await;
        assert_eq!((checked.connected, checked.account.as_deref()), (true, Some("space-1")), "{checked:?}");
    }

    crm.move_to("space-2");
    let checked = ask("check").await;
    assert!(!checked.connected && checked.said.contains("it was space-1 and is space-2"), "{checked:?}");
    assert!(checked.todo.contains("--accept-account"), "{checked:?}");
    let (id, broken) = ("acme-uspacy".parse().unwrap(), ConnectionStatus::Broken);
    world.backbone.directory.set_status(&id, None, broken, "why", Timestamp::now()).await.unwrap();
    assert_eq!(world.ask("POST", "/connections/acme-uspacy/resume", None).await.status(), 409, "and is not resumed");

    let taken = ask("accept-account").await;
    assert_eq!((taken.connected, taken.account.as_deref()), (true, Some("space-2")), "{taken:?}");
    assert!(ask("check").await.connected);
    assert_eq!(world.ask("POST", "/connections/acme-uspacy/resume", None).await.status(), 200);
}
