//! Owns the proof that a message was accepted.

use crate::auth::instagram_login::unwrapped;
use crate::read::Document;

/// What the platform returns for a message that it accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SendReceipt {
    /// The id under which the message appears in the conversation.
    pub message_id: String,
    /// The person it went to, when the reply says so.
    pub recipient_id: Option<String>,
}

impl SendReceipt {
    /// Reads a receipt. Without an id the message can only be found by reading the conversation,
    /// so that is an error, of the unclear kind.
    pub(crate) fn from_document(document: &Document) -> Result<Self, &'static str> {
        let object = unwrapped(document).ok_or("a receipt that is no object")?;
        Ok(Self {
            message_id: object
                .id("message_id")
                .ok_or("a receipt without message_id")?,
            recipient_id: object.id("recipient_id"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn receipt(json: &str) -> Result<SendReceipt, &'static str> {
        SendReceipt::from_document(&Document::from_text(json).unwrap())
    }

    #[test]
    fn a_receipt_names_the_message() {
        let receipt = receipt(include_str!("../../tests/fixtures/send_receipt.json")).unwrap();
        assert!(receipt.message_id.starts_with("aWdfZAG1"));
        assert_eq!(receipt.recipient_id.as_deref(), Some("1234567890123456"));
    }

    #[test]
    fn a_success_without_a_message_id_is_no_receipt() {
        assert!(receipt(r#"{"recipient_id":"1"}"#).is_err());
        assert!(receipt("true").is_err());
    }
}
