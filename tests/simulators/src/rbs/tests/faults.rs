//! What goes wrong on demand.

use super::*;

#[tokio::test]
async fn statuses_and_log_in_pages_strike_so_often_as_told() {
    let wire = Wire::new().await;
    let faults = wire.crm.faults();
    faults.fail_next(2, Failure::new(429).retry_after("7"));
    for status in [429, 429, 200] {
        let response = wire.try_ask("<action type='auth'/>").await.unwrap();
        assert_eq!(response.status(), status);
        assert_eq!(response.headers().get("retry-after").map(|v| v.to_str().unwrap()), (status == 429).then_some("7"));
    }
    faults.login_page_next(1);
    assert!(wire.add_task("x").await.starts_with("<!DOCTYPE html>"));
    faults.fail_sometimes(1.0, Failure::new(503));
    assert_eq!(wire.try_ask("<action type='auth'/>").await.unwrap().status(), 503);
    faults.clear();
    assert!(wire.add_task("x").await.contains("<status>true</status>"));
    assert_eq!(wire.crm.snapshot().rows(Table::Tasks).len(), 1);
    assert_eq!(faults.struck(), Struck { failed: 3, login_pages: 1, ..Struck::default() });
}

#[tokio::test]
async fn drops_strike_writes_before_or_after_the_commit() {
    let wire = Wire::new().await;
    let faults = wire.crm.faults();
    let add = format!(
        "<action type='add'><structure name='documents.tasks'>{}</structure></action>",
        task_fields(wire.user, "n")
    );
    faults.drop_before_next(1);
    assert!(wire.find("phone", "like", "916").await.contains("<status>true</status>"));
    assert!(wire.try_ask(&add).await.is_err());
    assert_eq!(wire.crm.snapshot().rows(Table::Tasks).len(), 0);
    faults.drop_after_next(1);
    assert!(wire.try_ask(&add).await.is_err());
    assert_eq!(wire.crm.snapshot().rows(Table::Tasks).len(), 1);
    faults.drop_after_sometimes(1.0);
    assert!(wire.try_ask(&add).await.is_err());
    faults.clear();
    assert!(wire.try_ask(&add).await.is_ok());
    assert_eq!(wire.crm.snapshot().rows(Table::Tasks).len(), 3);
    assert_eq!(faults.struck(), Struck { dropped_before: 1, dropped_after: 2, ..Struck::default() });
}

#[tokio::test]
async fn a_slow_crm_finishes_after_the_client_has_left() {
    let wire = Wire::new().await;
    let mut changes = wire.crm.on_row();
    wire.crm.faults().set_delay(Duration::from_millis(150));
    let document = format!(
        "<request><action type='add'><structure name='documents.tasks'>{}</structure></action></request>",
        task_fields(wire.user, "n")
    );
    let request = wire.post(&[("xml", &document)]).timeout(Duration::from_millis(50));
    assert!(request.send().await.unwrap_err().is_timeout());
    let change = tokio::time::timeout(Duration::from_secs(5), changes.recv()).await.unwrap().unwrap();
    assert_eq!(change.change, Change::Added);
}

#[tokio::test]
async fn hanging_and_slow_log_in_keep_the_client_waiting() {
    let mut wire = Wire::new().await;
    let faults = wire.crm.faults();
    faults.set_login_delay(Duration::from_millis(120));
    let began = std::time::Instant::now();
    wire.log_in().await;
    assert!(began.elapsed() >= Duration::from_millis(120));
    faults.hang_next(1);
    let request = wire.post(&[("xml", "<request><action type='auth'/></request>")]).timeout(Duration::from_millis(60));
    assert!(request.send().await.unwrap_err().is_timeout());
    assert!(wire.add_task("x").await.contains("<status>true</status>"));
}

#[tokio::test]
async fn the_search_lags_but_ids_do_not() {
    let wire = Wire::new().await;
    let faults = wire.crm.faults();
    faults.set_search_lag(Duration::from_hours(1));
    let added = wire.act("add", "references.companies", "<fields><name>Новая</name></fields>").await;
    let id = between(&added, "<id>", "</id>").to_owned();
    assert!(!wire.find("name", "like", "Новая").await.contains("<item>"));
    assert!(wire.find("name", "like", "Ромашка").await.contains("<item>"));
    assert!(wire.find("id", "=", &id).await.contains("<item>"));
    faults.set_search_lag(Duration::ZERO);
    assert!(wire.find("name", "like", "Новая").await.contains("<item>"));
}

#[tokio::test]
async fn rows_and_sessions_outlive_a_restart() {
    let wire = Wire::new().await;
    wire.add_task("before").await;
    wire.crm.faults().hang_next(1);
    let cut = async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        wire.crm.stop().await;
    };
    let (hung, ()) = tokio::join!(wire.try_ask("<action type='auth'/>"), cut);
    assert!(!hung.unwrap_err().is_timeout());
    assert!(wire.try_ask("<action type='auth'/>").await.unwrap_err().is_connect());
    wire.crm.restart().await.unwrap();
    assert!(wire.add_task("after").await.contains("<status>true</status>"));
    assert_eq!(wire.crm.snapshot().rows(Table::Tasks).len(), 2);
}
