//! Owns the call that tells whose token it is.

use crate::client::Client;
use crate::error::Error;
use crate::model::Me;
use crate::transport::Reply;
use secrecy::SecretString;

const FIELDS: &str = "id,user_id,username,name,account_type,profile_picture_url,\
                      followers_count,follows_count,media_count";

impl Client {
    /// Tells whose token it is.
    ///
    /// # Errors
    /// When the token is refused, the account is no tester of the app, or the call fails.
    pub async fn me(&self, token: &SecretString) -> Result<Reply<Me>, Error> {
        let query = [("fields", FIELDS.to_owned())];
        let answer = self.get("me", "/me", token, &["me"], &query).await?;
        answer.reply("me", Me::from_document)
    }
}
