use serde_json::json;

use super::*;

#[test]
fn a_change_is_what_differs_with_custom_fields_apart() {
    let content = json!({"id": "7", "subject": "a", "status": "b", "cf.cf_x": "1", "cf.cf_y": "2"});
    let Value::Object(content) = content else { panic!("not a table") };
    let Value::Object(held) = json!({"subject": "a", "cf.cf_x": "1", "cf.cf_gone": "3"}) else { panic!("no table") };
    let put = Put {
        name: "ticket".to_owned(),
        record: "ticket".to_owned(),
        content,
        marker: String::new(),
        remember: None,
        why: String::new(),
    };
    assert_eq!(body(&put, &held), json!({"status": "b", "cf": {"cf_y": "2"}}));
    assert_eq!(module(&put).ok(), Some("tickets"));
    assert_eq!(module(&Put { record: "lead".to_owned(), ..put }).unwrap_err().kind(), "refused");
}
