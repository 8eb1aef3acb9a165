//! Every row of the platform's table of errors, by hand.

use super::*;
use crate::error::in_body;
use crate::read::Document;

const NO_USAGE: &Usage = &Usage {
    app: None,
    business: Vec::new(),
};

fn decide_kind(kind: &ErrorKind, status: Option<u16>) -> RetryKind {
    decide(&Facts {
        kind,
        status,
        retry_after: None,
        usage: NO_USAGE,
    })
}

fn graph(status: u16, code: i64, subcode: Option<i64>, message: &str) -> RetryKind {
    let error = GraphError {
        code: Some(code),
        subcode,
        message: message.to_owned(),
        ..Default::default()
    };
    decide_kind(&ErrorKind::Graph(error), Some(status))
}

const THROTTLED: RetryKind = RetryKind::Throttled { retry_after: None };
const HUMAN_AGENT: &str = "To use 'Human Agent', your use of this endpoint must be reviewed and \
                           approved by Facebook.";
const NO_OBJECT: &str = "Unsupported post request. Object with ID '17' does not exist, cannot be \
                         loaded due to missing permissions, or does not support this operation";

#[test]
fn every_row_of_the_table_is_decided_as_written() {
    use AuthFault as A;
    use Refusal as R;
    use RetryKind::{Auth, Refused, Setup, Stop, Unclear};
    use SetupFault as S;
    use StopReason as P;
    let window = "This message is sent outside of allowed window.";
    let method_get = "Unsupported request - method type: get";
    let method_post = "Unsupported request - method type: post";
    let too_long = "Length of param message[text] must be less than or equal to 1000";
    let capability = "(#3) Application does not have the capability to make this API call.";
    #[rustfmt::skip]
    let rows: &[(u16, i64, Option<i64>, &str, RetryKind)] = &[
        (403, 10, Some(2_534_022), window, Refused(R::WindowClosed)),
        (400, 10, Some(2_018_278), "", Refused(R::WindowClosed)),
        (400, 10, Some(2_534_044), "", Refused(R::WindowClosed)),
        (400, 10, Some(2_018_276), "", Refused(R::WindowClosed)),
        (400, 10, Some(2_018_065), "", Refused(R::WindowClosed)),
        (403, 10, None, window, Refused(R::WindowClosed)),
        (403, 10, None, HUMAN_AGENT, Refused(R::HumanAgentNotApproved)),
        (403, 10, None, "(#10) To use 'Human Agent', …", Refused(R::HumanAgentNotApproved)),
        (403, 10, None, "Application does not have permission", Auth(A::PermissionMissing)),
        (400, 10, Some(2_018_108), "", Refused(R::RecipientUnavailable)),
        (400, 10, Some(1_893_063), "", Stop(P::AccountRestricted)),
        (400, 10, Some(77), "", Refused(R::Other)),
        (400, 100, Some(2_534_014), "", Refused(R::NoSuchRecipient)),
        (400, 100, Some(2_534_001), "", Refused(R::ConversationGone)),
        (400, 100, Some(2_534_029), "", Stop(P::MessagingBlocked)),
        (400, 100, Some(33), NO_OBJECT, Refused(R::ObjectMissing)),
        (400, 100, Some(33), "", Refused(R::ObjectMissing)),
        (400, 100, None, method_get, Setup(S::NotTester)),
        (400, 100, None, method_post, Setup(S::NotTester)),
        (400, 100, None, too_long, Refused(R::TextTooLong)),
        (400, 100, None, "Invalid parameter", Refused(R::BadParameter)),
        (400, 100, Some(2_018_047), "", Refused(R::BadMedia)),
        (400, 100, Some(2_018_008), "", Refused(R::BadMedia)),
        (400, 100, Some(2_018_109), "", Refused(R::BadMedia)),
        (400, 100, Some(2_018_294), "", Refused(R::BadMedia)),
        (400, 100, Some(2_018_074), "", Refused(R::BadMedia)),
        (400, 100, Some(36_007), "", Auth(A::CodeSpent)),
        (400, 100, Some(36_009), "", Auth(A::CodeSpent)),
        (400, 100, Some(36_008), "", Setup(S::RedirectMismatch)),
        (400, 100, None, "User consent is required to access user profile", Refused(R::ConsentMissing)),
        (400, 190, Some(458), "", Auth(A::AppRemoved)),
        (400, 190, Some(459), "", Auth(A::Checkpoint)),
        (400, 190, Some(460), "", Auth(A::PasswordChanged)),
        (401, 190, Some(463), "Session has expired", Auth(A::Expired)),
        (400, 190, Some(464), "", Auth(A::Unconfirmed)),
        (400, 190, Some(466), "", Auth(A::Terms)),
        (400, 190, Some(467), "", Auth(A::Invalidated)),
        (400, 190, Some(492), "", Auth(A::NoPageRole)),
        (400, 190, None, "Invalid OAuth access token", Auth(A::Rejected)),
        (400, 452, None, "Session key invalid", Auth(A::Rejected)),
        (400, 101, None, "", Setup(S::AppCredentials)),
        (400, 1, None, "Error validating client secret.", Setup(S::AppCredentials)),
        (400, 200, None, "", Auth(A::PermissionMissing)),
        (400, 200, None, "API access blocked.", Setup(S::AppNotLive)),
        (403, 299, None, "", Auth(A::PermissionMissing)),
        (400, 200, Some(2_534_041), "", Setup(S::MessageAccessOff)),
        (400, 230, None, "", Refused(R::ConsentMissing)),
        (400, 551, None, "", Refused(R::RecipientUnavailable)),
        (400, 551, Some(1_545_041), "", Refused(R::RecipientUnavailable)),
        (400, 3, None, capability, Setup(S::Capability)),
        (400, 4, None, "", THROTTLED),
        (400, 17, None, "", THROTTLED),
        (400, 32, None, "(#32) Page request limit reached", THROTTLED),
        (400, 341, None, "", THROTTLED),
        (400, 613, None, "Calls to this api have exceeded the rate limit.", THROTTLED),
        (400, 613, Some(2_534_040), "", THROTTLED),
        (400, 613, Some(1996), "", THROTTLED),
        (400, 80_001, None, "", THROTTLED),
        (400, 80_002, None, "", THROTTLED),
        (400, 80_006, None, "", THROTTLED),
        (400, 80_007, None, "", THROTTLED),
        (403, 4, None, "", THROTTLED),
        (400, 368, None, "", Stop(P::PolicyBlock)),
        (500, 1, None, "An unknown error has occurred.", Unclear),
        (400, 1, Some(99), "", Unclear),
        (400, 1, Some(1_357_046), "", Unclear),
        (400, 2, None, "", Unclear),
        (429, 2, None, "", Unclear),
        (400, -1, None, "", Unclear),
        (400, -2, None, "", Unclear),
        (400, 1200, None, "", Unclear),
        (400, 2500, None, "Unknown path components: /x", Refused(R::UnknownPath)),
        (500, 2500, None, "Unknown path components: /x", Refused(R::UnknownPath)),
        (400, 424_242, None, "", Refused(R::Other)),
        (429, 424_242, None, "", THROTTLED),
        (401, 424_242, None, "", Auth(A::Rejected)),
        (500, 424_242, None, "", Unclear),
        (503, 424_242, None, "", Unclear),
        (200, 424_242, None, "", Unclear),
    ];
    for (status, code, subcode, message, expected) in rows {
        let decided = graph(*status, *code, *subcode, message);
        assert_eq!(
            decided, *expected,
            "HTTP {status} {code}/{subcode:?} {message}"
        );
    }
}

#[test]
fn what_the_platform_calls_temporary_is_not_taken_for_a_refusal() {
    let error = GraphError {
        code: Some(9999),
        is_transient: Some(true),
        ..Default::default()
    };
    assert_eq!(
        decide_kind(&ErrorKind::Graph(error), Some(400)),
        RetryKind::Unclear
    );
    let error = GraphError {
        message: "odd".to_owned(),
        ..Default::default()
    };
    assert_eq!(
        decide_kind(&ErrorKind::Graph(error), Some(400)),
        RetryKind::Unclear,
        "no code"
    );
}

#[test]
fn a_phrase_decides_where_there_is_no_code() {
    let error = GraphError {
        message: "Unsupported request - method type: post".to_owned(),
        ..Default::default()
    };
    let decided = decide_kind(&ErrorKind::Graph(error), Some(400));
    assert_eq!(decided, RetryKind::Setup(SetupFault::NotTester));
}

#[test]
fn without_an_answer_in_the_platforms_form_the_outcome_is_unknown() {
    for kind in [
        ErrorKind::Timeout,
        ErrorKind::NotJson,
        ErrorKind::TooDeep,
        ErrorKind::TooLarge { limit: 1 },
        ErrorKind::Unreadable("x"),
        ErrorKind::Status,
    ] {
        for status in [
            None,
            Some(200),
            Some(302),
            Some(400),
            Some(403),
            Some(500),
            Some(504),
        ] {
            assert_eq!(
                decide_kind(&kind, status),
                RetryKind::Unclear,
                "{kind} {status:?}"
            );
        }
        assert_eq!(decide_kind(&kind, Some(429)), THROTTLED);
    }
    let unsent = ErrorKind::Request("x");
    assert_eq!(
        decide_kind(&unsent, None),
        RetryKind::Refused(Refusal::BadParameter)
    );
}

#[test]
fn a_throttle_takes_its_wait_from_the_header_or_else_from_the_usage() {
    let kind = ErrorKind::Graph(GraphError {
        code: Some(80_002),
        ..Default::default()
    });
    let header = r#"{"17":[{"type":"instagram","estimated_time_to_regain_access":7}]}"#;
    let usage = Usage::from_headers(None, Some(header));
    let wait = |retry_after| {
        decide(&Facts {
            kind: &kind,
            status: Some(400),
            retry_after,
            usage: &usage,
        })
    };
    let seconds = |seconds| RetryKind::Throttled {
        retry_after: Some(Duration::from_secs(seconds)),
    };
    assert_eq!(wait(None), seconds(420));
    assert_eq!(wait(Some(Duration::from_secs(9))), seconds(9));
}

#[test]
fn a_refused_sign_in_says_who_has_to_act() {
    let verification = "Error validating verification code. Please make sure your redirect_uri is \
                        identical to the one you used in the OAuth dialog request";
    for (message, expected) in [
        (
            "Matching code was not found or was already used",
            RetryKind::Auth(AuthFault::CodeSpent),
        ),
        (
            "Invalid redirect_uri",
            RetryKind::Setup(SetupFault::RedirectMismatch),
        ),
        (verification, RetryKind::Setup(SetupFault::RedirectMismatch)),
        (
            "Invalid platform app",
            RetryKind::Setup(SetupFault::AppCredentials),
        ),
        (
            "Error validating client secret.",
            RetryKind::Setup(SetupFault::AppCredentials),
        ),
        ("Something new", RetryKind::Setup(SetupFault::SignIn)),
    ] {
        let body =
            format!(r#"{{"error_type":"OAuthException","code":400,"error_message":"{message}"}}"#);
        let kind = in_body(&Document::from_text(&body).unwrap(), &[]).unwrap();
        assert_eq!(decide_kind(&kind, Some(400)), expected, "{message}");
        assert_eq!(decide_kind(&kind, Some(500)), RetryKind::Unclear);
        assert_eq!(decide_kind(&kind, Some(429)), THROTTLED);
    }
}

#[test]
fn errors_of_recorded_bodies_are_read_whole() {
    let body = include_str!("../../tests/fixtures/error_window_closed.json");
    let kind = in_body(&Document::from_text(body).unwrap(), &[]).unwrap();
    let ErrorKind::Graph(error) = &kind else {
        panic!("not a Graph error: {kind:?}")
    };
    assert_eq!(error.code, Some(10));
    assert_eq!(error.subcode, Some(2_534_022));
    assert_eq!(error.kind.as_deref(), Some("IGApiException"));
    assert_eq!(error.trace_id.as_deref(), Some("AbCdEfGhIjK"));
    assert_eq!(error.is_transient, Some(false));
    assert_eq!(
        kind.to_string(),
        "error 10/2534022: This message is sent outside of allowed window."
    );

    let standard = r#"{"error":"invalid_grant","error_description":"Bad code"}"#;
    let kind = in_body(&Document::from_text(standard).unwrap(), &[]).unwrap();
    assert!(matches!(kind, ErrorKind::OAuth(error) if error.message == "Bad code"));

    let strings = r#"{"error":{"code":"190","error_subcode":"463","message":null}}"#;
    let kind = in_body(&Document::from_text(strings).unwrap(), &[]).unwrap();
    assert_eq!(
        decide_kind(&kind, Some(400)),
        RetryKind::Auth(AuthFault::Expired)
    );
    assert!(
        in_body(
            &Document::from_text(r#"{"error":null,"id":"1"}"#).unwrap(),
            &[]
        )
        .is_none()
    );
}
