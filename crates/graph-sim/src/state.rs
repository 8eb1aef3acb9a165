//! The whole state of the simulated platform, and the few changes that touch several parts of it at
//! once: a message arrives from a customer, from the owner's phone or through the API.

use chrono::{DateTime, Utc};

use crate::clock::Clock;
use crate::facebook::Facebook;
use crate::fault::Faults;
use crate::ids::Forge;
use crate::ledger::{Delivery, Ledger};
use crate::paging::Key;
use crate::people::People;
use crate::rate::Rate;
use crate::scenario::story::Story;
use crate::settings::Settings;
use crate::threads::{Attachment, AttachmentKind, Author, Message, Threads};
use crate::tokens::{BASIC, MESSAGES, Tokens};
use crate::webhook::{Outlet, payload};

/// The Meta app that the owner made.
#[derive(Debug, Clone)]
pub(crate) struct App {
    pub(crate) id: String,
    pub(crate) secret: String,
    /// The secret of the Meta app, beside that of its Instagram product.
    pub(crate) meta_secret: String,
    pub(crate) redirects: Vec<String>,
}

/// The shop's professional account.
#[derive(Debug, Clone)]
pub(crate) struct Account {
    pub(crate) app_scoped_id: String,
    pub(crate) user_id: String,
    pub(crate) username: String,
    pub(crate) name: String,
}

/// Everything there is.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) url: String,
    pub(crate) clock: Clock,
    pub(crate) ids: Forge,
    /// Tokens, codes and trace ids come from here, so that a call more or less moves no id.
    pub(crate) secrets: Forge,
    pub(crate) settings: Settings,
    pub(crate) app: App,
    pub(crate) account: Account,
    /// The side of Facebook Login.
    pub(crate) facebook: Facebook,
    pub(crate) people: People,
    pub(crate) threads: Threads,
    pub(crate) tokens: Tokens,
    pub(crate) faults: Faults,
    pub(crate) rate: Rate,
    pub(crate) ledger: Ledger,
    pub(crate) story: Option<Story>,
    /// Events that the account sends to the app.
    pub(crate) subscribed: Vec<String>,
    /// Where events are delivered.
    pub(crate) webhooks: Outlet,
}

/// What a new message consists of.
#[derive(Debug, Default)]
pub(crate) struct Draft {
    pub(crate) text: Option<String>,
    pub(crate) attachment: Option<AttachmentKind>,
    pub(crate) story_reply: bool,
    pub(crate) reply_to: Option<String>,
    pub(crate) more: Vec<AttachmentKind>,
    pub(crate) quick_reply: Option<String>,
    pub(crate) postback: Option<(String, String)>,
    pub(crate) referral: Option<serde_json::Value>,
}

impl Draft {
    /// A message that is only text.
    pub(crate) fn text(text: &str) -> Self {
        Self {
            text: Some(text.to_owned()),
            ..Self::default()
        }
    }
}

impl World {
    /// An empty platform that answers under `url`.
    pub(crate) fn new(url: String, clock: Clock, seed: u64) -> Self {
        let redirects = vec![
            format!("{url}/connect"),
            "https://example.test/connect".to_owned(),
        ];
        let number = 17_841_400_000_000_001 + (seed % 1_000_000) * 10;
        Self {
            url,
            clock,
            ids: Forge::seeded(seed),
            secrets: Forge::seeded(seed ^ 0x005E_C2E7),
            settings: Settings::default(),
            app: App {
                id: "1029384756102938".to_owned(),
                secret: "5f0c1b7a9e2d4863b1f7c05d9a8e4321".to_owned(),
                meta_secret: "a41c96f2d07b5e83c1f94ab27d6e0853".to_owned(),
                redirects,
            },
            account: Account {
                app_scoped_id: (24_700_000_000_000_001 + (seed % 1_000_000) * 10).to_string(),
                user_id: number.to_string(),
                username: "our_shop".to_owned(),
                name: "Our Shop".to_owned(),
            },
            facebook: Facebook::with_page_of(number),
            people: People::default(),
            threads: Threads::default(),
            tokens: Tokens::default(),
            faults: Faults::default(),
            rate: Rate::default(),
            ledger: Ledger::default(),
            story: None,
            subscribed: Vec::new(),
            webhooks: Outlet::default(),
        }
    }

    /// Takes over new modes; a changed pace counts from now.
    pub(crate) fn set_settings(&mut self, settings: Settings) {
        let repaced = settings.pace.to_bits() != self.settings.pace.to_bits();
        self.settings = settings;
        let now = self.clock.now();
        if let Some(story) = self.story.as_mut().filter(|_| repaced) {
            story.repace(now, self.settings.pace);
        }
    }

    /// A long token with both permissions.
    pub(crate) fn long_token(&mut self) -> String {
        let text = self.secrets.token();
        let scopes = vec![BASIC.to_owned(), MESSAGES.to_owned()];
        let now = self.clock.now();
        self.tokens.issue(text.clone(), true, scopes, now);
        text
    }

    /// The person with this user name, made when unknown.
    pub(crate) fn person(&mut self, username: &str) -> String {
        self.people.ensure(username, &mut self.ids)
    }

    /// Puts a message into the thread with a person; returns its id.
    pub(crate) fn post(
        &mut self,
        igsid: &str,
        author: Author,
        draft: Draft,
        at: DateTime<Utc>,
    ) -> String {
        let id = self.ids.message_id();
        let attachments = draft
            .attachment
            .into_iter()
            .chain(draft.more)
            .map(|kind| self.attachment(kind))
            .collect();
        let story_reply = draft
            .story_reply
            .then(|| self.attachment(AttachmentKind::Image));
        let message = Message {
            id: id.clone(),
            key: Key::new(at, self.ids.serial()),
            created: at,
            author,
            text: draft.text,
            attachments,
            story_reply,
            reactions: Vec::new(),
            reply_to: draft.reply_to,
            quick_reply: draft.quick_reply,
            postback: draft.postback,
            referral: draft.referral,
            edits: 0,
        };
        let event = payload::message(self, igsid, &message);
        self.tell(Some(event));
        let thread_id = self.ids.thread_id();
        self.threads.add(igsid, thread_id, message);
        id
    }

    fn attachment(&mut self, kind: AttachmentKind) -> Attachment {
        let id = self
            .ids
            .between(900_000_000_000_000, 999_999_999_999_999)
            .to_string();
        let url = format!(
            "{}/ig_messaging_cdn/?asset_id={id}&signature={}&kind={}",
            self.url,
            self.ids.signature(),
            kind.file()
        );
        Attachment { kind, id, url }
    }

    /// Delivers a message through the API, enters it into the ledger, and lets the story react.
    pub(crate) fn deliver(
        &mut self,
        igsid: &str,
        draft: Draft,
        message: serde_json::Value,
        tag: Option<String>,
        at: DateTime<Utc>,
    ) -> String {
        let text = draft.text.clone().unwrap_or_default();
        let message_id = self.post(igsid, Author::Api, draft, at);
        let username = self.people.get(igsid).map(|person| person.username.clone());
        self.ledger.deliveries.push(Delivery {
            message_id: message_id.clone(),
            recipient_id: igsid.to_owned(),
            username: username.unwrap_or_default(),
            text: text.clone(),
            message,
            tag,
            at,
        });
        let pace = self.settings.pace;
        if let (Some(story), Some(person)) = (&mut self.story, self.people.get(igsid)) {
            story.answered(igsid, &person.lang, &text, at, pace);
        }
        message_id
    }

    /// Lets everything happen that the story has planned up to `now`.
    pub(crate) fn catch_up(&mut self, now: DateTime<Utc>) {
        let Some(mut story) = self.story.take() else {
            return;
        };
        for line in story.due(now, self.settings.pace) {
            let igsid = match line.igsid {
                Some(igsid) => igsid,
                None => self.person(&line.username),
            };
            if let Some(person) = self.people.get_mut(&igsid) {
                if line.name.is_some() {
                    person.name = line.name;
                }
                if let Some(lang) = line.lang {
                    person.lang = lang;
                }
            }
            self.post(&igsid, Author::Customer, Draft::text(&line.text), line.at);
        }
        self.story = Some(story);
    }
}
