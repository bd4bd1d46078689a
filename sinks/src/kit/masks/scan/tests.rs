use super::*;

#[test]
fn h3_values_are_hidden_by_their_names_in_every_format() {
    for (from, to) in [
        (r#"{"access_token":"1000.ab","expires_in":3600}"#, r#"{"access_token":"[secret]","expires_in":3600}"#),
        (r#"{"jwt" : "a.b\"c", "n": 1}"#, r#"{"jwt" : "[secret]", "n": 1}"#),
        (r#"{"password":12345}"#, r#"{"password":[secret]}"#),
        (r#"{"tokens":["x","y"],"n":1}"#, r#"{"tokens":[secret],"n":1}"#),
        ("<password><![CDATA[p]]></password>", "<password><![CDATA[[secret]]]></password>"),
        ("<sess_id>ab</sess_id><id>12345678</id>", "<sess_id>[secret]</sess_id><id>12345678</id>"),
        ("a=1&api_key=ab&b=2", "a=1&api_key=[secret]&b=2"),
        ("session='ab' x", "session='[secret]' x"),
        ("Authorization: Bearer ab.c, no", "Authorization: [secret], no"),
        ("wrong token: abc!", "wrong token: [secret]"),
        ("said Bearer ab.c", "said Bearer [secret]"),
        (r#"{"client_id":5,"clientId":1234567}"#, r#"{"client_id":[secret],"clientId":1234567}"#),
    ] {
        assert_eq!(text(from), to, "{from}");
    }
}

#[test]
fn numbers_keep_their_last_two_digits_and_dates_and_ids_stay() {
    for (from, to) in [
        ("+7 (916) 111-22-33", "***33"),
        ("380671112233,+380671112244", "***33,***44"),
        ("067.111.22.33", "***33"),
        ("phone=*67*222*00*01,*", "phone=****01,*"),
        (r#"{"begin_time":1700000000,"duration":57}"#, r#"{"begin_time":1700000000,"duration":57}"#),
        (r#""phone":"9161112233""#, r#""phone":"***33""#),
        ("2026-11-19 09:00:10 from 79161112233", "2026-11-19 09:00:10 from ***33"),
        ("19.11.2026 09:00:10", "19.11.2026 09:00:10"),
        ("57 2026-11-19", "57 2026-11-19"),
        ("2026-11-19T09:00:10.000Z", "2026-11-19T09:00:10.000Z"),
        (r#"{"id":12345678,"ticketId":"12345678"}"#, r#"{"id":12345678,"ticketId":"12345678"}"#),
        ("4000000008692005", "4000000008692005"),
        ("acme-uis/1700000000.42", "acme-uis/***42"),
        ("ivan79161112233", "ivan***33"),
        ("ext 101, 102 + 7", "ext 101, 102 + 7"),
        ("1234567", "***67"),
        ("123456", "123456"),
        ("Дзвінок +380 67", "Дзвінок +380 67"),
        ("", ""),
    ] {
        assert_eq!(text(from), to, "{from}");
    }
}
