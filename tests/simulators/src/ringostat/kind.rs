//! The kinds of calls there are scenarios of.

/// What happens in a call, or on its way to us.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Came in, was picked up, recorded.
    Answered,
    /// Came in, nobody picked up.
    Missed,
    /// Came in, the line was busy.
    Busy,
    /// Two blocks of the forwarding scheme, the second answers.
    Forwarded,
    /// The first who answered passed the call on to a second.
    Transfer,
    /// An employee called, the client answered.
    Outgoing,
    /// An employee called, the client did not answer.
    OutgoingNoAnswer,
    /// The client asked to be called back, and both talked.
    Callback,
    /// The client asked to be called back and did not answer; the employee did.
    CallbackNoAnswer,
    /// Only the after-call is set up; answered.
    AfterOnly,
    /// The same, missed.
    AfterOnlyMissed,
    /// The same, an outgoing call that was not answered.
    AfterOnlyOutgoing,
    /// The client left a message.
    Voicemail,
    /// Said to be answered, with 0 seconds of talk.
    NoTalk,
    /// A transit number: no employee of ours.
    Transit,
    /// Rows of the live call come before its end.
    LiveRows,
    /// The client graded the call.
    Rating,
    /// The recording is empty at first and comes five minutes later.
    LateRecording,
    /// The webhooks come in the opposite order.
    OutOfOrder,
    /// Every webhook comes twice.
    Repeated,
    /// The client hides the number.
    Anonymous,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Self; 21] = [
        Self::Answered,
        Self::Missed,
        Self::Busy,
        Self::Forwarded,
        Self::Transfer,
        Self::Outgoing,
        Self::OutgoingNoAnswer,
        Self::Callback,
        Self::CallbackNoAnswer,
        Self::AfterOnly,
        Self::AfterOnlyMissed,
        Self::AfterOnlyOutgoing,
        Self::Voicemail,
        Self::NoTalk,
        Self::Transit,
        Self::LiveRows,
        Self::Rating,
        Self::LateRecording,
        Self::OutOfOrder,
        Self::Repeated,
        Self::Anonymous,
    ];

    /// The name on a command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Answered => "answered",
            Self::Missed => "missed",
            Self::Busy => "busy",
            Self::Forwarded => "forwarded",
            Self::Transfer => "transfer",
            Self::Outgoing => "outgoing",
            Self::OutgoingNoAnswer => "outgoing-no-answer",
            Self::Callback => "callback",
            Self::CallbackNoAnswer => "callback-no-answer",
            Self::AfterOnly => "after-only",
            Self::AfterOnlyMissed => "after-only-missed",
            Self::AfterOnlyOutgoing => "after-only-outgoing",
            Self::Voicemail => "voicemail",
            Self::NoTalk => "no-talk",
            Self::Transit => "transit",
            Self::LiveRows => "live-rows",
            Self::Rating => "rating",
            Self::LateRecording => "late-recording",
            Self::OutOfOrder => "out-of-order",
            Self::Repeated => "repeated",
            Self::Anonymous => "anonymous",
        }
    }

    /// The kind of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// The value of `call_type`.
    pub(super) fn call_type(self) -> &'static str {
        match self {
            Self::Outgoing | Self::OutgoingNoAnswer | Self::AfterOnlyOutgoing => "out",
            Self::Callback | Self::CallbackNoAnswer => "callback",
            Self::Transit => "transitin",
            _ => "in",
        }
    }

    /// An employee calls.
    pub(super) fn is_outgoing(self) -> bool {
        self.call_type() == "out"
    }
}
