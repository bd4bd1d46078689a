//! The kinds of calls there are scenarios of.

/// What happens in a call, or on its way to us.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Rang, answered, recorded.
    Answered,
    /// Rang, lost.
    Missed,
    /// Rang, answered, not recorded: no end is ever said.
    Unrecorded,
    /// Three rang, one answered, recorded.
    RingGroup,
    /// Three rang, nobody answered.
    RingGroupMissed,
    /// Three rang, one answered, and the call is told as lost as well.
    RingGroupBoth,
    /// The first who answered passed the call on to a second.
    Transfer,
    /// The recording comes five minutes after the talk.
    LateRecording,
    /// A second recording comes later.
    SecondRecording,
    /// The notifications come in the opposite order.
    OutOfOrder,
    /// Every notification comes twice.
    Repeated,
    /// The client hides the number; answered, recorded.
    Anonymous,
    /// No extension is said; answered, recorded.
    NoExtension,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Self; 13] = [
        Self::Answered,
        Self::Missed,
        Self::Unrecorded,
        Self::RingGroup,
        Self::RingGroupMissed,
        Self::RingGroupBoth,
        Self::Transfer,
        Self::LateRecording,
        Self::SecondRecording,
        Self::OutOfOrder,
        Self::Repeated,
        Self::Anonymous,
        Self::NoExtension,
    ];

    /// The name on a command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Answered => "answered",
            Self::Missed => "missed",
            Self::Unrecorded => "unrecorded",
            Self::RingGroup => "ring-group",
            Self::RingGroupMissed => "ring-group-missed",
            Self::RingGroupBoth => "ring-group-both",
            Self::Transfer => "transfer",
            Self::LateRecording => "late-recording",
            Self::SecondRecording => "second-recording",
            Self::OutOfOrder => "out-of-order",
            Self::Repeated => "repeated",
            Self::Anonymous => "anonymous",
            Self::NoExtension => "no-extension",
        }
    }

    /// The kind of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}
