use super::*;

fn fresh() -> Arc<Shared> {
    Shared::new(true, SpoolStatus::default())
}

async fn is_direct(shared: &Arc<Shared>) -> bool {
    matches!(shared.way().await.unwrap(), Way::Direct)
}

#[tokio::test]
async fn b4_no_record_goes_past_one_that_is_spooled_or_on_its_way_there() {
    let shared = fresh();
    assert!(is_direct(&shared).await);
    let on_the_way = shared.log_failed("as told").unwrap();
    assert!(!shared.go_direct(), "it is not in the spool yet");
    let Way::Spool(behind) = shared.way().await.unwrap() else { panic!("it goes behind") };
    drop(behind);
    assert!(!shared.go_direct(), "the first is still on its way");
    shared.report(false, 100, |status| status.records = 1);
    drop(on_the_way);
    assert!(!shared.go_direct(), "it is not in the log yet");
    assert!(!is_direct(&shared).await);
    shared.report(true, 0, |_| {});
    assert!(shared.go_direct());
    assert!(is_direct(&shared).await);
}

#[tokio::test]
async fn b4_who_comes_at_the_handover_waits_and_goes_to_the_log() {
    let shared = fresh();
    drop(shared.log_failed("as told").unwrap());
    shared.note_back();
    shared.hand_over();
    let waiting = is_direct(&shared);
    let over = async { assert!(shared.go_direct()) };
    assert!(tokio::join!(biased; waiting, over).0);
}

#[tokio::test]
async fn b4_who_waits_too_long_at_the_handover_is_spooled() {
    let shared = fresh();
    drop(shared.log_failed("as told").unwrap());
    shared.hand_over();
    assert!(!is_direct(&shared).await);
    // And so is who comes after, without waiting.
    assert!(shared.lock().mode == Mode::Spooling);
    shared.hand_over();
    let waiting = is_direct(&shared);
    let away = async { shared.note_away("again") };
    assert!(!tokio::join!(biased; waiting, away).0, "an attempt that failed ends the wait");
}
