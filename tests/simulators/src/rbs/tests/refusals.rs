//! What the CRM does not take.

use super::*;

#[tokio::test]
async fn wrong_address_method_type_and_variables_are_refused() {
    let wire = Wire::new().await;
    let base = wire.crm.base_url();
    let status = async |request: reqwest::RequestBuilder| request.send().await.unwrap().status().as_u16();
    let url = format!("{base}/api/xml/");
    assert_eq!(status(wire.http.get(&url)).await, 405);
    assert_eq!(status(wire.http.post(format!("{base}/api/xml")).form(&[("xml", "")])).await, 404);
    assert_eq!(status(wire.http.post(&url).header("content-type", "text/xml").body("<request/>")).await, 415);
    let text = async |form: &[(&str, &str)]| wire.post(form).send().await.unwrap().text().await.unwrap();
    assert!(text(&[("XML", "<request/>")]).await.contains("<status>false</status><error>the form has not"));
    let good = "<request><action type='list'/></request>";
    assert!(text(&[("xml", good), ("more", "1")]).await.contains("form variable more is not known"));
    assert!(text(&[("xml", good), ("xml", good)]).await.contains("the form has not one variable xml"));
}

#[tokio::test]
async fn an_unescaped_ampersand_cuts_the_body() {
    let wire = Wire::new().await;
    let body = "xml=<request><action type='list'>Rock & Roll</action></request>";
    let request = wire.post(&[]).body(body);
    let response = request.send().await.unwrap();
    assert_eq!(response.status(), 200);
    let answer = response.text().await.unwrap();
    assert!(answer.contains("<response><status>false</status><error>the XML is not well formed"), "{answer}");
}

#[tokio::test]
async fn log_ins_are_checked() {
    let none = Login { api: false, ..Login::new("bob", "b") };
    let options = RbsOptions { logins: vec![Login::new("api", "secret"), none], ..RbsOptions::default() };
    let wire = Wire::start(options).await;
    let log_in = |login: &str, password: &str| {
        format!("<action type='auth'><login>{login}</login><password>{password}</password></action>")
    };
    assert!(wire.ask(&log_in("api", "wrong")).await.contains("<status>false</status><error>wrong login"));
    assert!(wire.ask(&log_in("bob", "b")).await.contains("may not use the API"));
    wire.crm.set_password("api", "new");
    assert!(!wire.find("phone", "like", "916").await.contains("<status>"));
    assert!(wire.ask(&log_in("api", "secret")).await.contains("<status>false</status>"));
    assert!(wire.ask(&log_in("api", "new")).await.contains(r#"<action type="auth"><sess_id>"#));
}

#[tokio::test]
async fn a_session_ends_by_requests_and_at_once() {
    let mut wire = Wire::start(RbsOptions { session_requests: Some(2), ..RbsOptions::default() }).await;
    for expected in [true, true, false] {
        assert_eq!(wire.find("phone", "like", "916").await.contains("<status>true</status>"), expected);
    }
    wire.log_in().await;
    wire.crm.expire_sessions();
    let answer = wire.add_task("x").await;
    assert!(answer.contains(r#"<response><action type="add" uid="u"></action></response>"#), "{answer}");
    assert!(wire.crm.snapshot().rows(Table::Tasks).is_empty());
}

#[tokio::test]
async fn values_names_and_required_fields_are_checked() {
    let wire = Wire::new().await;
    let user = wire.user;
    let task = |more: &str| format!("<fields><responsible>{user}</responsible><name>n</name>{more}</fields>");
    for (structure, fields, why) in [
        ("documents.unknown", task(""), "structure documents.unknown is not known"),
        ("documents.tasks", task("<colour>1</colour>"), "field colour is not known"),
        ("documents.tasks", task("<id>5</id>"), "field id is not known"),
        ("documents.tasks", task("<deadline>01.02.2026</deadline>"), "is not a date"),
        ("documents.tasks", task("<deadline>2026-02-01T10:00:00</deadline>"), "is not a date"),
        ("documents.tasks", task("<visible>true</visible>"), "is not 0 or 1"),
        ("documents.tasks", task("<status>new</status>"), "is not a number"),
        ("documents.tasks", task("<owner>999</owner>"), "is not the id of a row of references.companies"),
        ("documents.tasks", task(&format!("<owner>{user}</owner>")), "is not the id of a row"),
        ("documents.tasks", task("<name>again</name>"), "stands twice"),
        ("documents.tasks", "<fields><name>n</name></fields>".into(), "field responsible is required"),
        ("documents.tasks", format!("<fields><responsible>{user}</responsible></fields>"), "field name is required"),
        ("references.companies", "<fields><phone>7</phone></fields>".into(), "field name is required"),
        ("documents.deals_history", "<fields><text>t</text></fields>".into(), "field owner is required"),
        ("services.notifications", "<fields><text>t</text></fields>".into(), "field user is required"),
        ("services.notifications", format!("<fields><user>{user}</user></fields>"), "field text is required"),
        ("documents.contacts", "<fields><type>call</type></fields>".into(), "field date is required"),
        ("references.users", "<fields><name>n</name></fields>".into(), "cannot be changed"),
    ] {
        let answer = wire.act("add", structure, &fields).await;
        assert!(answer.contains("<status>false</status><error>") && answer.contains(why), "{fields}: {answer}");
    }
    assert_eq!(wire.crm.snapshot().rows.values().map(Vec::len).sum::<usize>(), 2);
}

#[tokio::test]
async fn actions_and_filters_are_checked() {
    let wire = Wire::new().await;
    assert!(wire.find("phone", "ilike", "1").await.contains("operation ilike is not known"));
    assert!(wire.find("fax", "=", "1").await.contains("field fax is not known"));
    assert!(wire.find("id", "=", "x").await.contains("x is not an id"));
    let list = "references.companies";
    for (inside, why) in [
        ("", "list needs fields"),
        ("<fields><id>1</id></fields>", "must be empty"),
        ("<fields><id/></fields><limit><first>0</first><number>5000</number></limit>", "at most 1000"),
        ("<fields><id/></fields><limit><first>0</first></limit>", "limit needs number"),
        ("<fields><id/></fields><orders><order><field>id</field><type>up</type></order></orders>", "order up"),
        ("<fields><id/></fields><sort/>", "element sort is not known"),
        ("<fields><id/></fields><filters><filter><field>id</field></filter></filters>", "filter needs operation"),
    ] {
        let answer = wire.act("list", list, inside).await;
        assert!(answer.contains(why), "{inside}: {answer}");
    }
    assert!(wire.act("delete", list, "").await.contains("action delete is not known"));
    assert!(wire.ask("<action/>").await.contains("an action has no type"));
    assert!(wire.ask("<other/>").await.contains("element other is not known in request"));
}

#[tokio::test]
async fn a_full_database_refuses() {
    let wire = Wire::start(RbsOptions { rows: 3, ..RbsOptions::default() }).await;
    assert!(wire.add_task("fits").await.contains("<status>true</status>"));
    assert!(wire.add_task("not").await.contains("the database is full"));
}
