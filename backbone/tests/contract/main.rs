//! What every backbone must do, whatever it stands on: one suite, run over each implementation.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking, in its helpers too")]

mod claims;
mod cutter;
mod directory;
mod journal;
mod kafka_faults;
mod ledger;
mod log;
mod make;
mod memos;
mod postgres_faults;
mod postgres_plans;
mod postgres_server;
mod queue;
mod rabbit_faults;
mod rabbit_quorum;
mod replay;

/// Runs each function of a suite over an implementation, as a test of its own.
macro_rules! contract {
    ($make:path => $($suite:ident: $($case:ident),+ $(,)?;)+) => {
        $(mod $suite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $case() {
                crate::$suite::$case(&<$make as crate::make::Make>::fresh().await).await;
            })+
        })+
    };
}

mod embedded {
    contract!(crate::make::OnDisk =>
        log: appends_are_read_in_order_and_waited_for, a_group_goes_on_where_it_committed, outputs_and_offsets_are_one,
            what_is_handed_over_is_committed_while_reading_goes_on,
            d2_the_older_of_two_readers_loses, the_newest_state_of_a_key_is_kept, the_latest_is_what_was_committed,
            time_finds_the_first_record, reading_goes_through_every_key_oldest_first, due_finds_what_is_overdue,
            old_records_expire, what_is_acknowledged_survives_reopening, a_poll_given_up_loses_nothing,
            large_records_come_few_at_once;
        queue: an_announcement_wakes_one_wait, a_wait_ends_by_itself;
        directory: what_is_saved_is_loaded, a_secret_finds_its_source, no_secret_is_in_the_clear, status_changes_count;
        journal: the_highest_revision_is_kept, calls_are_listed_newest_first;
        ledger: a_newer_revision_opens_a_done_delivery_again, a_claim_is_exclusive_until_its_lease_ends,
            a_lane_runs_one_after_another, an_uncertain_delivery_holds_its_lane, an_ended_lease_is_not_extended_over_its_lane,
            a_lost_lease_writes_nothing, a_revision_that_comes_while_busy_is_not_lost, steps_survive,
            a_delivery_is_given_back_with_its_last_entries, dead_ones_stay_dead,
            every_delivery_of_a_time_is_in_one_page_whatever_becomes_of_it;
        claims: limits_are_kept_and_every_connection_is_served, h4_a_backlog_starves_no_other_connection,
            a_claim_takes_one_of_a_lane, a_place_is_inherited, what_a_claim_reads_does_not_grow_with_the_backlog,
            many_claimers_share_nothing, live_ones_go_first_and_have_places_of_their_own,
            whoever_calls_now_is_served_in_order;
        replay: what_is_not_there_is_opened_in_the_order_of_its_calls, a_replay_is_held_and_given_up,
            g6_g8_what_waits_anyhow_is_none_of_a_replays_unless_it_takes_it,
            g12_the_gap_is_skipped_and_what_was_begun_is_not;
        memos: g3_only_who_saw_it_changes_it, what_is_kept_is_sealed_and_survives, a_turn_is_one_holders_until_it_ends;
    );
}

mod kafka {
    contract!(crate::make::OnKafka =>
        log: appends_are_read_in_order_and_waited_for, a_group_goes_on_where_it_committed, outputs_and_offsets_are_one,
            what_is_handed_over_is_committed_while_reading_goes_on,
            the_newest_state_of_a_key_is_kept, the_latest_is_what_was_committed, time_finds_the_first_record,
            reading_goes_through_every_key_oldest_first, due_finds_what_is_overdue, what_is_acknowledged_survives_reopening,
            a_poll_given_up_loses_nothing, large_records_come_few_at_once;
    );
}

mod postgres {
    contract!(crate::make::OnPostgres =>
        directory: what_is_saved_is_loaded, a_secret_finds_its_source, no_secret_is_in_the_clear, status_changes_count;
        journal: the_highest_revision_is_kept, calls_are_listed_newest_first;
        ledger: a_newer_revision_opens_a_done_delivery_again, a_claim_is_exclusive_until_its_lease_ends,
            a_lane_runs_one_after_another, an_uncertain_delivery_holds_its_lane, an_ended_lease_is_not_extended_over_its_lane,
            a_lost_lease_writes_nothing, a_revision_that_comes_while_busy_is_not_lost, steps_survive,
            a_delivery_is_given_back_with_its_last_entries, dead_ones_stay_dead,
            every_delivery_of_a_time_is_in_one_page_whatever_becomes_of_it;
        claims: limits_are_kept_and_every_connection_is_served, h4_a_backlog_starves_no_other_connection,
            a_claim_takes_one_of_a_lane, a_place_is_inherited, what_a_claim_reads_does_not_grow_with_the_backlog,
            many_claimers_share_nothing, live_ones_go_first_and_have_places_of_their_own,
            whoever_calls_now_is_served_in_order;
        replay: what_is_not_there_is_opened_in_the_order_of_its_calls, a_replay_is_held_and_given_up,
            g6_g8_what_waits_anyhow_is_none_of_a_replays_unless_it_takes_it,
            g12_the_gap_is_skipped_and_what_was_begun_is_not;
        memos: g3_only_who_saw_it_changes_it, what_is_kept_is_sealed_and_survives, a_turn_is_one_holders_until_it_ends;
    );
}

mod rabbit {
    contract!(crate::make::OnRabbit => queue: an_announcement_wakes_one_wait, a_wait_ends_by_itself;);
}
