//! Lists of several pages, and of too many.

use super::*;

#[tokio::test]
async fn a_task_of_a_client_is_found_on_whichever_page_it_stands() {
    let (crm, user) = crm().await;
    let client = crm.add_client("Оксана", CLIENT);
    for n in 0..25 {
        crm.add_task(&n.to_string(), Some(client));
    }
    let session = open(&crm, user, &json!({}));
    let (put, _) = wanted(&*session, &missed(), "task").await;
    let made = session.make(&put).await.unwrap();
    assert_eq!(session.find(&put).await.unwrap(), Some(made));
}

#[tokio::test]
async fn rows_that_move_while_pages_are_read_are_not_missed() {
    // Ours is the first of the second page, until somebody removes a task of the first.
    let (crm, user) = crm().await;
    let client = crm.add_client("Оксана", CLIENT);
    let session = open(&crm, user, &json!({}));
    let (put, _) = wanted(&*session, &missed(), "task").await;
    let others = |count: u32| {
        for n in 0..count {
            crm.add_task(&n.to_string(), Some(client));
        }
    };
    others(10);
    let made = session.make(&put).await.unwrap();
    others(11);
    crm.trap(|traps| traps.pages_shrink = 2);
    assert_eq!(session.find(&put).await.unwrap(), Some(made));
}

#[tokio::test]
async fn a_page_that_is_no_longer_there_ends_a_list() {
    for flags in [false, true] {
        let (crm, user) = crm().await;
        let client = crm.add_client("Оксана", CLIENT);
        let session = open(&crm, user, &json!({}));
        let (put, _) = wanted(&*session, &missed(), "task").await;
        crm.add_task("removed meanwhile", Some(client));
        let made = session.make(&put).await.unwrap();
        for n in 0..9 {
            crm.add_task(&n.to_string(), Some(client));
        }
        crm.trap(|traps| (traps.pages_shrink, traps.pages_end, traps.flags) = (1, true, flags));
        assert_eq!(session.find(&put).await.unwrap(), Some(made));
        assert_eq!(crm.records(TASKS).len(), 10);
    }
}

#[tokio::test]
async fn of_a_long_list_the_first_and_the_last_pages_are_read() {
    let (crm, user) = crm().await;
    let session = open(&crm, user, &json!({"create_client": false, "request_timeout": "10s"}));
    let (put, _) = wanted(&*session, &missed(), "task").await;
    for n in 0..120 {
        crm.add_task(&n.to_string(), None);
    }
    let hidden = session.make(&put).await.unwrap();
    for n in 0..120 {
        crm.add_task(&n.to_string(), None);
    }
    let read = crm.requests("GET", "/api/v3.1/tasks");
    assert_eq!(session.find(&put).await.unwrap(), None, "{hidden} stands in the middle");
    assert_eq!(crm.requests("GET", "/api/v3.1/tasks") - read, 20, "no more than that");
    let new = session.make(&put).await.unwrap();
    assert_eq!(session.find(&put).await.unwrap(), Some(new), "the newest is at the end");
    let session = open(&crm, user, &json!({"create_client": false, "page_size": 100}));
    assert_eq!(session.find(&put).await.unwrap(), Some(hidden), "all of it in longer pages");
}

#[tokio::test]
async fn a_filter_that_is_passed_over_in_a_large_crm_makes_no_second_client() {
    let (crm, user) = crm().await;
    for n in 0..201 {
        crm.add_client(&n.to_string(), &format!("38050{n:07}"));
    }
    crm.trap(|traps| traps.filters_ignored = true);
    let failure = deliver(&*open(&crm, user, &json!({})), &missed(), &mut Known::default()).await.unwrap_err();
    assert_eq!(failure.kind(), "not_understood");
    assert!(failure.to_string().contains("the list of clients has 21 pages of 10"), "{failure}");
    assert_eq!(counts(&crm), [201, 0, 0]);
}
