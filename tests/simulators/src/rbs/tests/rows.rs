//! Reading and writing rows.

use super::Change::{Added, Edited, Wiped};
use super::*;

#[tokio::test]
async fn several_actions_answer_with_several_documents() {
    let wire = Wire::new().await;
    let fields = task_fields(wire.user, "<![CDATA[A & <B>]]>");
    let note = format!("<fields><user>{}</user><text>t+t %</text></fields>", wire.user);
    let answer = wire
        .ask(&format!(
            "<action type='add' uid='x&amp;1'><structure name='documents.tasks'>{fields}</structure>\
             <structure name='services.notifications'>{note}</structure></action>\
             <action type='list' uid='2'><structure name='documents.tasks'><fields><name/><date/></fields></structure></action>"
        ))
        .await;
    assert_eq!(answer.matches("<?xml version='1.0' encoding='utf8' ?><response>").count(), 3);
    assert_eq!(answer.matches(r#"<action type="add" uid="x&amp;1"><status>true</status><id>"#).count(), 2);
    let item =
        "<structure name=\"documents.tasks\"><item><name>A &amp; &lt;B&gt;</name><date></date></item></structure>";
    assert!(answer.contains(item), "{answer}");
    let snapshot = wire.crm.snapshot();
    assert_eq!(snapshot.rows(Table::Notifications)[0].get("text"), "t+t %");
    assert_eq!((snapshot.count("add", "documents.tasks"), snapshot.count("auth", "")), (1, 1));
    assert_eq!(snapshot.requests, 2);
}

#[tokio::test]
async fn phones_are_found_by_the_digits_as_stored() {
    let wire = Wire::new().await;
    let second = wire.crm.add_company("Лютик", "phone_mobile", "+79161112233", None);
    let third = wire.crm.add_company("Мак", "phone", "+7 916 111-22-33", None);
    let ids = |answer: &str| answer.matches("<item>").count();
    let found = wire.find("phone", "like", "9161112233").await;
    assert!(found.contains(&format!("<id>{}</id>", wire.company)) && found.contains(&format!("<id>{third}</id>")));
    assert_eq!(ids(&found), 2);
    assert!(wire.find("phone_mobile", "like", "9161112233").await.contains(&format!("<id>{second}</id>")));
    assert_eq!(ids(&wire.find("phone", "like", "79161112233").await), 1);
    assert_eq!(ids(&wire.find("phone", "=", "9161112233").await), 0);
    assert_eq!(ids(&wire.find("phone", "=", "8 (916) 111-22-33").await), 1);
    assert_eq!(ids(&wire.find("name", "like", "МАШ").await), 1);
    assert!(wire.find("phone", "like", "000").await.contains(r#"<structure name="references.companies"></structure>"#));
}

#[tokio::test]
async fn the_last_active_deal_comes_by_order_and_limit() {
    let wire = Wire::new().await;
    wire.crm.add_deal(wire.company, 1, "2026-01-01", None);
    let last = wire.crm.add_deal(wire.company, 1, "2026-02-01 10:00:00", Some("Last"));
    wire.crm.add_deal(wire.company, 2, "2026-03-01", None);
    let asked = format!(
        "<fields><id/><name/></fields><filters><filter><field>owner</field><operation>=</operation><value>{}</value>\
         </filter><filter><field>status</field><operation>=</operation><value>1</value></filter></filters>\
         <orders><order><field>date</field><type>desc</type></order></orders>\
         <limit><first>0</first><number>1</number></limit>",
        wire.company
    );
    let answer = wire.act("list", "documents.deals", &asked).await;
    let item = format!("<item><id>{last}</id><name>Last</name></item></structure>");
    assert!(answer.contains(&item) && answer.matches("<item>").count() == 1, "{answer}");
}

#[tokio::test]
async fn edit_changes_all_that_match_and_wipe_one() {
    let wire = Wire::new().await;
    let mut changes = wire.crm.on_row();
    for name in ["call 1", "call 2", "other"] {
        wire.add_task(name).await;
    }
    let edit = format!("<fields><status>2</status></fields>{}", filter("name", "like", "call"));
    assert!(wire.act("edit", "documents.tasks", &edit).await.contains("<status>true</status>"));
    let tasks = wire.crm.snapshot().rows(Table::Tasks).to_vec();
    assert_eq!(tasks.iter().map(|row| row.get("status")).collect::<Vec<_>>(), ["2", "2", ""]);
    let erase = |id: u64| format!("<action type='wipe'><structure name='documents.tasks' id='{id}'/></action>");
    assert!(wire.ask(&erase(tasks[0].id)).await.contains("<status>true</status>"));
    assert!(wire.ask(&erase(tasks[0].id)).await.contains("<status>false</status>"));
    let mut told = Vec::new();
    while let Ok(change) = changes.try_recv() {
        told.push(change.change);
    }
    assert_eq!(told, [Added, Added, Added, Edited, Edited, Wiped]);
    wire.act("edit", "documents.tasks", "<fields><status>3</status></fields>").await;
    assert!(wire.crm.snapshot().rows(Table::Tasks).iter().all(|row| row.get("status") == "3"));
}

#[tokio::test]
async fn names_may_differ_on_the_wire() {
    let structures =
        Structures::default().rename(Table::Tasks, "documents.todo").rename_field(Table::Tasks, "name", "title");
    let wire = Wire::start(RbsOptions { structures, ..RbsOptions::default() }).await;
    let fields = format!("<fields><responsible>{}</responsible><title>t</title></fields>", wire.user);
    assert!(wire.act("add", "documents.todo", &fields).await.contains("<status>true</status>"));
    assert!(wire.add_task("x").await.contains("structure documents.tasks is not known"));
    assert_eq!(wire.crm.snapshot().rows(Table::Tasks)[0].get("name"), "t");
}

#[tokio::test]
async fn people_delete_rows_and_demand_fields() {
    let wire = Wire::new().await;
    wire.add_task("x").await;
    let task = wire.crm.snapshot().rows(Table::Tasks)[0].id;
    assert!(wire.crm.remove(Table::Tasks, task) && !wire.crm.remove(Table::Tasks, task));
    let edit = format!("<fields><status>2</status></fields>{}", filter("id", "=", &task.to_string()));
    assert!(wire.act("edit", "documents.tasks", &edit).await.contains("<status>true</status>"), "an edit of no row");
    wire.crm.demand(Table::Tasks, "stage", true);
    assert!(wire.add_task("x").await.contains("<status>false</status><error>field stage is required"));
    wire.crm.demand(Table::Tasks, "stage", false);
    assert!(wire.add_task("x").await.contains("<status>true</status>"));
    assert!(wire.crm.remove(Table::Users, wire.user));
    assert!(wire.add_task("x").await.contains("is not the id of a row of references.users"));
    assert_eq!(wire.crm.sessions(), [wire.session]);
}
