//! The words of drafting: what was decided for a turn, why, and by which engine.

use crate::message::word_enum;
use serde::{Deserialize, Serialize};

word_enum! {
    /// What the pipeline decided for a turn.
    Outcome {
        /// The AI is still at it.
        Pending = "pending",
        /// A draft waits for the owner.
        Proposed = "proposed",
        /// The reply goes out by itself at `autoAt`.
        Countdown = "countdown",
        /// There is a draft, but a reason why the AI must not send it, or no draft and the owner
        /// has to answer.
        Held = "held",
        /// No reply is needed.
        Skipped = "skipped",
        /// The owner approved it, or it went out by itself.
        Approved = "approved",
        /// The owner did not want it.
        Rejected = "rejected",
        /// A newer message or an answer of the owner's made it pointless.
        Stale = "stale",
    }
}

word_enum! {
    /// Why a turn was held or skipped, or why a draft will not go out by itself.
    Reason {
        /// The customer only thanked.
        ThanksOnly = "thanks_only",
        /// The customer only greeted.
        GreetingOnly = "greeting_only",
        /// It looks like spam.
        Spam = "spam",
        /// Something that the AI cannot see: a picture, a voice note, a story.
        Attachment = "attachment",
        /// No entry of the knowledge answers it.
        NothingKnown = "nothing_known",
        /// The match with the knowledge is too weak.
        Unsure = "unsure",
        /// A subject that a person has to answer: complaints, refunds, law, health, payment.
        PersonNeeded = "person_needed",
        /// The customer asks for a person.
        AsksForPerson = "asks_for_person",
        /// A figure that the owner's words do not contain.
        FigureUnfounded = "figure_unfounded",
        /// The wrong language.
        LanguageWrong = "language_wrong",
        /// The language of the customer's message is not clear.
        LanguageUnsure = "language_unsure",
        /// More than 1000 bytes.
        TooLong = "too_long",
        /// A promise or a claim that something was done.
        Promise = "promise",
        /// Private or internal text.
        Leak = "leak",
        /// It repeats what was said before.
        Repeats = "repeats",
        /// The entry may not be sent without a person.
        EntryNeedsApproval = "entry_needs_approval",
        /// The statement is not backed by the knowledge it cites.
        Uncited = "uncited",
        /// The endpoint gave an answer that cannot be trusted in form.
        ModelUnsure = "model_unsure",
        /// The conversation is not set to automatic.
        ModeDraft = "mode_draft",
        /// "Pause AI" is on.
        Paused = "paused",
        /// The reply window is closed.
        WindowClosed = "window_closed",
        /// The owner answered.
        OwnerAnswered = "owner_answered",
        /// The owner stopped the countdown.
        Stopped = "stopped",
        /// Too many automatic replies in a short time.
        TooMany = "too_many",
        /// It looks like another robot.
        PossibleRobot = "possible_robot",
        /// The moment passed while the machine slept.
        TooLate = "too_late",
        /// The AI endpoint failed; the draft comes from the owner's own answers.
        EndpointFailed = "endpoint_failed",
        /// The topic has not earned yet to answer by itself, or lost it.
        TopicLocked = "topic_locked",
        /// The owner set the topic to drafts, or to nothing at all.
        TopicMode = "topic_mode",
        /// It is one of the hours in which nothing goes out by itself.
        QuietHours = "quiet_hours",
        /// The entry was changed, expired or doubted after the draft was written.
        EntryChanged = "entry_changed",
        /// Another reason, told in the trace.
        Other = "other",
    }
}

impl Reason {
    /// Whether it speaks only of leave: about the text itself it finds no fault. A draft held back
    /// by such reasons alone is what the AI would have sent, had it been free to.
    #[must_use]
    pub const fn is_about_leave(self) -> bool {
        matches!(
            self,
            Reason::ModeDraft
                | Reason::EntryNeedsApproval
                | Reason::TopicLocked
                | Reason::TopicMode
                | Reason::QuietHours
                | Reason::Paused
                | Reason::OwnerAnswered
                | Reason::TooMany
                | Reason::TooLate
                | Reason::WindowClosed
        )
    }
}

word_enum! {
    /// Which engine wrote a draft.
    Engine {
        /// The embedded one: the owner's own answers, word for word.
        Embedded = "embedded",
        /// The OpenAI-compatible endpoint.
        Endpoint = "endpoint",
    }
}

word_enum! {
    /// How a check of a draft ended.
    CheckResult {
        /// In order.
        Passed = "passed",
        /// Not in order: shown in red, and never sent by itself.
        Failed = "failed",
    }
}
