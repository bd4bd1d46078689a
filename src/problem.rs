//! What an answer that is no success means to the person at the terminal: words, and an exit status.

use console::wire::Problem;

use crate::exit::{Exit, Status};

/// The exit status of an HTTP status.
pub fn status(http: u16) -> Status {
    match http {
        200..=299 => Status::Done,
        401 | 403 => Status::NotAllowed,
        404 => Status::NotFound,
        // Said by the server while its store is away, or by a proxy before it.
        502..=504 => Status::NotReachable,
        _ => Status::Failed,
    }
}

/// What an answer of `http` with this body says. `asked` is what was asked of whom: `GET http://…`.
pub fn exit(http: u16, body: &[u8], asked: &str) -> Exit {
    let status = status(http);
    let Ok(problem) = serde_json::from_slice::<Problem>(body) else {
        let hint = if http == 404 { ": is it Ringfold that runs there?" } else { "" };
        return Exit::new(status, format!("{asked} was answered with status {http} and no reason{hint}"));
    };
    let todo = match status {
        // The server speaks of headers, which nobody types.
        Status::NotAllowed => "give this server's token in RINGFOLD_TOKEN, or its data directory with --data",
        _ => problem.todo.as_str(),
    };
    // Problems are those of an accounts file, refused whole: the same status as where `up` refuses it.
    let status = if problem.problems.is_empty() { status } else { Status::Configuration };
    let what = if problem.detail.is_empty() { problem.title } else { problem.detail };
    let wrong = problem.problems.iter().map(|wrong| format!("  {wrong}"));
    let next = (!todo.is_empty()).then(|| format!("next: {todo}"));
    Exit::new(status, std::iter::once(what).chain(wrong).chain(next).collect::<Vec<_>>().join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn http_statuses_become_exit_statuses() {
        for (http, expected) in [
            (200, Status::Done),
            (204, Status::Done),
            (400, Status::Failed),
            (401, Status::NotAllowed),
            (403, Status::NotAllowed),
            (404, Status::NotFound),
            (409, Status::Failed),
            (422, Status::Failed),
            (500, Status::Failed),
            (502, Status::NotReachable),
            (503, Status::NotReachable),
            (302, Status::Failed),
        ] {
            assert_eq!(status(http), expected, "{http}");
        }
    }

    #[test]
    fn a_problem_is_told_with_what_to_do_next() {
        let body = serde_json::json!({
            "type": "about:blank", "title": "Unprocessable Content", "status": 422,
            "detail": "accounts.toml was not applied", "todo": "correct it and apply it again",
            "problems": [{"file": "accounts.toml", "line": 3, "key": "account[0].id", "message": "\"A\" is not an id"}],
        });
        let told = exit(422, body.to_string().as_bytes(), "PUT http://h/api/v1/accounts");
        assert_eq!(
            told.message,
            "accounts.toml was not applied\n  accounts.toml:3: account[0].id: \"A\" is not an id\n\
             next: correct it and apply it again"
        );
        assert_eq!(told.status, Status::Configuration);
    }

    #[test]
    fn a_wrong_token_is_told_in_words_of_the_command() {
        let body = r#"{"type": "about:blank", "title": "Unauthorized", "status": 401, "detail": "wrong token",
            "todo": "send a header"}"#;
        let told = exit(401, body.as_bytes(), "GET http://h/api/v1/calls");
        assert_eq!(told.status, Status::NotAllowed);
        assert!(told.message.starts_with("wrong token\nnext: give this server's token in RINGFOLD_TOKEN"));
    }

    #[test]
    fn an_answer_of_something_else_is_told_too() {
        let told = exit(404, b"<html>", "GET http://h/api/v1/calls");
        assert_eq!(told.status, Status::NotFound);
        assert!(told.message.contains("GET http://h/api/v1/calls") && told.message.contains("404"), "{}", told.message);
    }
}
