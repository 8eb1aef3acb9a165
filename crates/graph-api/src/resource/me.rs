//! Owns the call that tells whose token it is.

use crate::client::Client;
use crate::error::Error;
use crate::login::Login;
use crate::model::Me;
use crate::transport::Reply;
use secrecy::SecretString;

const FIELDS: &str = "id,user_id,username,name,account_type,profile_picture_url,\
                      followers_count,follows_count,media_count";

/// What a Page tells about the account that is linked to it.
const LINKED: &str = "id,name,instagram_business_account{id,username,name,profile_picture_url}";

impl Client {
    /// Tells whose token it is: of a Page, the account that is linked to it.
    ///
    /// # Errors
    /// When the token is refused, the account is no tester of the app, or the call fails.
    pub async fn me(&self, token: &SecretString) -> Result<Reply<Me>, Error> {
        if let Login::Facebook(page) = self.login() {
            let query = [("fields", LINKED.to_owned())];
            let path = [page.as_str()];
            let answer = self.get("me", "/{page}", token, &path, &query).await?;
            return answer.reply("me", Me::from_page);
        }
        let query = [("fields", FIELDS.to_owned())];
        let answer = self.get("me", "/me", token, &["me"], &query).await?;
        answer.reply("me", Me::from_document)
    }
}
