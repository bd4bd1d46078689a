//! The four body templates, filled as UIS fills them.

/// What is known of a number or id when a body is made, and the state of the call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Body {
    /// The client's number, digits only without `+`; nothing for a hidden one.
    pub from_number: Option<String>,
    /// The virtual number called, digits only.
    pub diversion: Option<String>,
    /// `in` or `out`.
    pub direction: String,
    /// The session, digits only.
    pub call_id: String,
    /// The employee's extension.
    pub user_extension: Option<String>,
    /// Which template.
    pub state: State,
    /// The recording; only the HANGUP template has a place for it.
    pub record_url: Option<String>,
}

/// The template and its fixed `call_state`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Incoming leg.
    Ringing,
    /// Start of the talk.
    Answered,
    /// Recorded talk.
    Hangup,
    /// Lost call; its `user_extension` is always `null`.
    Missed,
}

impl State {
    /// The value of `call_state`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ringing => "RINGING",
            Self::Answered => "ANSWERED",
            Self::Hangup => "HANGUP",
            Self::Missed => "MISSED",
        }
    }
}

/// How a value of digits is put in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Literal {
    /// `"79161112233"`.
    #[default]
    Text,
    /// `79161112233`; a value that is no JSON number, such as `007`, stays a string.
    Number,
}

/// What stands where nothing is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Blank {
    /// `null`.
    #[default]
    Null,
    /// Nothing at all: `"user_extension":,`, which is not JSON.
    Empty,
    /// `""`.
    Text,
}

/// How `direction` is put in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Word {
    /// `"in"`.
    #[default]
    Quoted,
    /// `in`, which is not JSON.
    Bare,
}

/// The white space of the template.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Layout {
    /// A line for each field, as in the plugin's manual.
    #[default]
    Lines,
    /// One line without spaces.
    Compact,
    /// Lines ended by CR LF and indented by tabs, as pasted from a Windows editor.
    Windows,
}

/// How the placeholders of one account are filled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Style {
    /// The client's number.
    pub from_number: Literal,
    /// The virtual number.
    pub diversion: Literal,
    /// The session id.
    pub call_id: Literal,
    /// The extension.
    pub user_extension: Literal,
    /// Anything unknown.
    pub blank: Blank,
    /// The direction.
    pub direction: Word,
    /// White space.
    pub layout: Layout,
    /// Whether fields of other templates stand in the body too.
    pub extra_fields: bool,
}

impl Style {
    /// Any style, by chance.
    pub fn random(rng: &mut fastrand::Rng) -> Self {
        let mut literal = || if rng.bool() { Literal::Text } else { Literal::Number };
        let [from_number, diversion, call_id, user_extension] = std::array::from_fn(|_| literal());
        Self {
            from_number,
            diversion,
            call_id,
            user_extension,
            blank: [Blank::Null, Blank::Empty, Blank::Text][rng.usize(..3)],
            direction: if rng.u8(..4) == 0 { Word::Bare } else { Word::Quoted },
            layout: [Layout::Lines, Layout::Compact, Layout::Windows][rng.usize(..3)],
            extra_fields: rng.bool(),
        }
    }

    fn value(self, value: Option<&str>, literal: Literal) -> String {
        match (value, self.blank) {
            (Some(value), _) if literal == Literal::Number && is_number(value) => value.to_owned(),
            (Some(value), _) => quoted(value),
            (None, Blank::Null) => "null".into(),
            (None, Blank::Empty) => String::new(),
            (None, Blank::Text) => r#""""#.into(),
        }
    }
}

impl Body {
    /// The body of the POST.
    pub fn render(&self, style: Style) -> String {
        let direction = match style.direction {
            Word::Quoted => quoted(&self.direction),
            Word::Bare => self.direction.clone(),
        };
        let mut fields = vec![
            ("from_number", style.value(self.from_number.as_deref(), style.from_number)),
            ("diversion", style.value(self.diversion.as_deref(), style.diversion)),
            ("direction", direction),
            ("call_id", style.value(Some(&self.call_id), style.call_id)),
        ];
        fields.push(match self.state {
            // The one place where the template itself says null, whatever the style.
            State::Missed => ("user_extension", "null".into()),
            _ => ("user_extension", style.value(self.user_extension.as_deref(), style.user_extension)),
        });
        if self.state == State::Hangup {
            fields.push(("call_record_url", style.value(self.record_url.as_deref(), Literal::Text)));
        }
        if style.extra_fields {
            fields.push(("contact_full_name", quoted("Иванов \"Ромашка\"\\")));
            fields.push(("notification_time", quoted("2026-03-01 12:00:00.123")));
            fields.push(("tag_names", "[]".into()));
            fields.push(("employee_id", style.value(None, Literal::Number)));
        }
        fields.push(("call_state", quoted(self.state.name())));
        lay_out(&fields, style.layout)
    }
}

fn lay_out(fields: &[(&str, String)], layout: Layout) -> String {
    let (open, between, close) = match layout {
        Layout::Lines => ("{\n    ", ",\n    ", "\n}"),
        Layout::Compact => ("{", ",", "}"),
        Layout::Windows => ("{\r\n\t", ",\r\n\t", "\r\n}\r\n"),
    };
    let fields: Vec<_> = fields.iter().map(|(name, value)| format!(r#""{name}":{value}"#)).collect();
    format!("{open}{}{close}", fields.join(between))
}

fn is_number(value: &str) -> bool {
    !value.is_empty() && value.bytes().all(|b| b.is_ascii_digit()) && (value == "0" || !value.starts_with('0'))
}

/// A JSON string; the values made here hold no control characters.
fn quoted(value: &str) -> String {
    format!(r#""{}""#, value.replace('\\', "\\\\").replace('"', "\\\""))
}
