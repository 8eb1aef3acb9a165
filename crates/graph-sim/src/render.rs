//! Writes conversations and messages as JSON, with exactly the fields that were asked for.

mod media;

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};

use crate::fields::{self, Field};
use crate::graph_error::GraphError;
use crate::paging::{self, Ask};
use crate::state::World;
use crate::threads::{AttachmentKind, Author, Message, Thread};

const THREAD_NODE: &str = "IGThread";
const MESSAGE_NODE: &str = "IGMessage";
const USER_NODE: &str = "IGUser";

/// Writes nodes for one call; `token` goes into `paging.next`.
pub(crate) struct Writer<'w> {
    pub(crate) world: &'w World,
    pub(crate) token: String,
    pub(crate) version: String,
}

impl Writer<'_> {
    /// A time in the form that is switched on.
    pub(crate) fn time(&self, at: DateTime<Utc>) -> Value {
        if self.world.settings.unix_times {
            json!(at.timestamp())
        } else {
            json!(at.format("%Y-%m-%dT%H:%M:%S+0000").to_string())
        }
    }

    /// An object with the injected unknown fields.
    pub(crate) fn node(&self) -> Map<String, Value> {
        self.world.settings.extra_fields.clone()
    }

    /// A full link to a further page, with the token in it as the platform has it.
    pub(crate) fn link(&self, path: &str, params: &[(&str, &str)]) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.append_pair("access_token", &self.token);
        for (name, value) in params {
            query.append_pair(name, value);
        }
        format!(
            "{}{}{path}?{}",
            self.world.url,
            self.version,
            query.finish()
        )
    }

    /// A conversation; without fields only what is documented.
    pub(crate) fn thread(
        &self,
        thread: &Thread,
        asked: Option<&[Field]>,
        in_list: bool,
    ) -> Result<Value, GraphError> {
        let mut node = self.node();
        node.insert("id".to_owned(), json!(thread.id));
        let Some(asked) = asked else {
            node.insert("updated_time".to_owned(), self.time(thread.updated));
            return Ok(Value::Object(node));
        };
        for field in asked {
            let value = match field.name.as_str() {
                "id" => json!(thread.id),
                "updated_time" => self.time(thread.updated),
                "is_owner" => json!(true),
                "participants" => {
                    let only = field.fields.as_deref();
                    json!({ "data": [self.us(only)?, self.person(&thread.igsid, only)?] })
                }
                "messages" => {
                    self.messages(thread, &field.ask, field.fields.as_deref(), in_list)?
                }
                // Known to the reference of the other platform; never answered for Instagram.
                "link" | "name" | "subject" | "snippet" | "thread_key" | "message_count"
                | "unread_count" | "can_reply" | "tags" | "senders" => continue,
                other => return Err(GraphError::unknown_field(other, THREAD_NODE)),
            };
            node.insert(field.name.clone(), value);
        }
        Ok(Value::Object(node))
    }

    /// A page of a thread's messages, newest first.
    pub(crate) fn messages(
        &self,
        thread: &Thread,
        ask: &Ask,
        asked: Option<&[Field]>,
        in_list: bool,
    ) -> Result<Value, GraphError> {
        let settings = &self.world.settings;
        let window = settings.detail_window;
        let shown = if settings.old_messages_missing {
            window
        } else {
            usize::MAX
        };
        let newest: Vec<&Message> = thread.messages.iter().rev().take(shown).collect();
        let page = paging::cut(
            newest,
            |message| message.key,
            ask,
            settings.default_limit,
            settings.max_limit,
        )?;
        let detail_from = thread
            .messages
            .len()
            .checked_sub(window)
            .and_then(|at| thread.messages.get(at).map(|message| message.key));
        let mut data = Vec::with_capacity(page.items.len());
        for message in &page.items {
            let detailed = detail_from.is_none_or(|from| message.key >= from);
            data.push(self.message(thread, message, asked, detailed)?);
        }
        let paging = page.paging(
            |after, limit| {
                let fields = asked.map(fields::render).unwrap_or_default();
                let limit = limit.to_string();
                let path = format!("/{}/messages", thread.id);
                self.link(
                    &path,
                    &[("fields", &fields), ("limit", &limit), ("after", after)],
                )
            },
            ask,
            settings.cursors_on_empty && !in_list,
        );
        Ok(with_paging(data, paging))
    }

    /// A message; one beyond the detail window shows its id and time only.
    pub(crate) fn message(
        &self,
        thread: &Thread,
        message: &Message,
        asked: Option<&[Field]>,
        detailed: bool,
    ) -> Result<Value, GraphError> {
        let mut node = self.node();
        node.insert("id".to_owned(), json!(message.id));
        let Some(asked) = asked else {
            node.insert("created_time".to_owned(), self.time(message.created));
            return Ok(Value::Object(node));
        };
        let generation = self.world.settings.media_generation;
        for field in asked {
            let name = field.name.as_str();
            self.refuse_optional(name)?;
            let only = field.fields.as_deref();
            let value = match name {
                "id" => Some(json!(message.id)),
                "created_time" => Some(self.time(message.created)),
                "from" if message.author == Author::Customer => {
                    Some(self.person(&thread.igsid, only)?)
                }
                "from" => Some(self.us(only)?),
                "to" if message.author == Author::Customer => {
                    Some(json!({ "data": [self.us(only)?] }))
                }
                "to" => Some(json!({ "data": [self.person(&thread.igsid, only)?] })),
                "message" => self.text(message),
                "attachments" => media::attachments(message, generation),
                "shares" => media::shares(message, generation),
                "story" => media::story(message, generation),
                "reactions" => self.reactions(thread, message)?,
                "is_unsupported" => self.unsupported(message),
                "reply_to" => message
                    .reply_to
                    .as_ref()
                    .map(|mid| self.reply_to(message, mid)),
                // Heritage of the other platform: accepted and never answered.
                "sticker" | "tags" | "thread_id" => None,
                other => return Err(GraphError::unknown_field(other, MESSAGE_NODE)),
            };
            if let Some(value) = value.filter(|_| detailed || matches!(name, "id" | "created_time"))
            {
                node.insert(field.name.clone(), value);
            }
        }
        if !detailed {
            node.insert("created_time".to_owned(), self.time(message.created));
        }
        Ok(Value::Object(node))
    }

    fn refuse_optional(&self, name: &str) -> Result<(), GraphError> {
        const OPTIONAL: [&str; 6] = [
            "attachments",
            "shares",
            "story",
            "reactions",
            "is_unsupported",
            "reply_to",
        ];
        let refused = &self.world.settings.optional_fields_refused;
        let all = refused.iter().any(|field| field == "all");
        if OPTIONAL.contains(&name) && (all || refused.iter().any(|field| field == name)) {
            return Err(GraphError::unknown_field(name, MESSAGE_NODE));
        }
        Ok(())
    }

    fn text(&self, message: &Message) -> Option<Value> {
        match &message.text {
            Some(text) => Some(json!(text)),
            None if self.world.settings.empty_text_missing => None,
            None => Some(json!("")),
        }
    }

    fn unsupported(&self, message: &Message) -> Option<Value> {
        let unsupported = message.attachments.iter().any(|a| {
            matches!(
                a.kind,
                AttachmentKind::Unsupported | AttachmentKind::ViewOnce
            )
        });
        let as_text = self.world.settings.unsupported_as_text;
        unsupported.then(|| if as_text { json!("true") } else { json!(true) })
    }

    fn reply_to(&self, message: &Message, mid: &str) -> Value {
        let ours = message.author != Author::Customer;
        let original = self
            .world
            .threads
            .message(mid)
            .map(|(_, original)| original.author);
        let own = original.is_some_and(|author| (author != Author::Customer) == ours);
        json!({ "mid": mid, "is_self_reply": own })
    }

    fn reactions(&self, thread: &Thread, message: &Message) -> Result<Option<Value>, GraphError> {
        let mut data = Vec::new();
        for (reaction, ours) in &message.reactions {
            let user = if *ours {
                self.us(None)?
            } else {
                self.person(&thread.igsid, None)?
            };
            data.push(json!({ "reaction": reaction, "users": [user] }));
        }
        Ok((!data.is_empty()).then(|| json!({ "data": data })))
    }

    fn us(&self, only: Option<&[Field]>) -> Result<Value, GraphError> {
        let account = &self.world.account;
        self.user(
            &account.user_id,
            &account.username,
            Some(&account.user_id),
            only,
        )
    }

    fn person(&self, igsid: &str, only: Option<&[Field]>) -> Result<Value, GraphError> {
        let username = self
            .world
            .people
            .get(igsid)
            .map(|person| person.username.as_str())
            .unwrap_or_default();
        self.user(igsid, username, None, only)
    }

    fn user(
        &self,
        id: &str,
        username: &str,
        user_id: Option<&str>,
        only: Option<&[Field]>,
    ) -> Result<Value, GraphError> {
        let mut node = Map::new();
        match only {
            None => {
                node.insert("username".to_owned(), json!(username));
                node.insert("id".to_owned(), json!(id));
            }
            Some(fields) => {
                for field in fields {
                    let value = match field.name.as_str() {
                        "id" => id,
                        "username" => username,
                        "name" | "email" | "user_id" => continue,
                        other => return Err(GraphError::unknown_field(other, USER_NODE)),
                    };
                    node.insert(field.name.clone(), json!(value));
                }
                node.insert("id".to_owned(), json!(id));
            }
        }
        if self.world.settings.participants_user_id {
            node.insert("user_id".to_owned(), json!(user_id.unwrap_or(id)));
        }
        Ok(Value::Object(node))
    }
}

/// `{"data": [...], "paging": {...}}`.
pub(crate) fn with_paging(data: Vec<Value>, paging: Option<Value>) -> Value {
    let mut body = Map::new();
    body.insert("data".to_owned(), Value::Array(data));
    if let Some(paging) = paging {
        body.insert("paging".to_owned(), paging);
    }
    Value::Object(body)
}
