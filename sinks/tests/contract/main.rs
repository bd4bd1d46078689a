//! One suite for every connector: through the engine, on the embedded backbone, against its simulator. It knows no CRM: what is
//! one's own is behind [`far::Far`].

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking, in its helpers too")]

mod calls;
mod changes;
mod clients;
mod crashes;
mod explained;
mod failures;
mod far;
mod plain;
mod site;

macro_rules! cases {
    ($crm:ident: $($file:ident::$case:ident,)*) => {
        $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $case() {
            crate::$file::$case(crate::far::$crm::start).await;
        })*
    };
}

macro_rules! each_case {
    ($crm:ident) => {
        cases! { $crm:
            plain::settings_are_typed_and_their_schema_names_them,
            plain::check_says_connected_and_f6_refused_credentials_are_dead,
            plain::every_outcome_makes_one_record_of_the_call,
            plain::a7_an_unmapped_employee_changes_no_count_and_the_note_says_so,
            plain::a16_a_hidden_caller_is_registered_and_gets_no_card,
            plain::no_secret_is_written_down,
            explained::h3_requests_and_answers_are_kept_without_a_secret_or_a_whole_number,
            explained::a7_each_record_with_a_responsible_says_which_rule_chose_it,
            explained::a_record_is_linked_where_the_crm_says_where_it_is,
            changes::a8_a_recording_that_comes_late_changes_the_same_record,
            changes::a6_a_missed_call_that_was_answered_after_all_is_the_same_record,
            changes::a10_a_transferred_call_is_one_record,
            changes::s2_a_record_made_while_the_call_goes_on_is_changed_at_its_end,
            changes::a_revision_that_changes_nothing_writes_nothing,
            clients::f9_two_first_calls_at_once_make_one_card,
            clients::f10_what_people_delete_is_no_loop,
            clients::f11_who_no_longer_works_there_gets_nothing,
            clients::f12_two_calls_of_a_minute_are_two_records,
            failures::f1_an_answer_lost_doubles_nothing,
            failures::f2_a_request_lost_loses_nothing,
            failures::f4_errors_and_a_machine_that_was_away_lose_nothing,
            failures::f5_too_many_requests_wait,
            failures::f6_a_dead_token_parks_the_connection,
            failures::g3_all_workers_share_one_token,
            failures::f13_a_new_required_field_is_one_dead_delivery_until_it_is_mended,
            crashes::f3_f15_killed_after_any_record_it_ends_the_same,
        }
    };
}

/// Every case for every CRM: a new connector is a word here, and a file in `far`.
macro_rules! contract {
    ($($crm:ident)*) => {
        $(mod $crm {
            each_case!($crm);
        })*

        /// The kinds that the suite covers.
        const COVERED: &[&str] = &[$(stringify!($crm)),*];
    };
}

contract! { uspacy sitniks asteril rbs_crm zoho_desk }

#[test]
fn every_connector_of_the_registry_is_covered() {
    let kinds: Vec<String> = sinks::registry::CONNECTORS.iter().map(|one| one.kind().replace('-', "_")).collect();
    assert_eq!(kinds, COVERED);
}
