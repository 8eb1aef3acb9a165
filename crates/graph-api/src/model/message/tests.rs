use super::*;
use crate::model::AttachmentKind;
use crate::page::Page;
use crate::read::Document;

fn message(json: &str) -> Result<Message, &'static str> {
    Message::read(Document::from_text(json).unwrap().raw())
}

fn fixture() -> Page<Message> {
    let json = include_str!("../../../tests/fixtures/messages_every_kind.json");
    Page::read(Document::from_text(json).unwrap().raw()).unwrap()
}

fn find<'a>(page: &'a Page<Message>, id: &str) -> &'a Message {
    page.items.iter().find(|message| message.id == id).unwrap()
}

#[test]
fn every_kind_of_attachment_is_told_apart() {
    let page = fixture();
    let kinds: Vec<_> = find(&page, "m-media")
        .attachments
        .iter()
        .map(|a| a.kind.clone())
        .collect();
    assert_eq!(
        kinds,
        [
            AttachmentKind::Image,
            AttachmentKind::Sticker,
            AttachmentKind::Video,
            AttachmentKind::Audio,
            AttachmentKind::Audio,
            AttachmentKind::File,
            AttachmentKind::Template,
            AttachmentKind::ViewOnce,
            AttachmentKind::Other(None),
        ]
    );
    let card = &find(&page, "m-media").attachments[6];
    assert_eq!(card.name.as_deref(), Some("Blue bowl"));
    assert_eq!(card.url.as_deref(), Some("https://shop.example/bowl"));
    let image = &find(&page, "m-media").attachments[0];
    assert_eq!((image.width, image.height), (Some(720), Some(960)));
    assert!(image.raw.get().contains("image_data"));
}

#[test]
fn stories_shares_reactions_and_answers_are_read() {
    let page = fixture();
    let story = find(&page, "m-story-reply").story.clone().unwrap();
    assert_eq!(
        (story.kind, story.id.as_deref()),
        (StoryKind::Reply, Some("17999"))
    );
    assert_eq!(
        find(&page, "m-story-mention").story.as_ref().unwrap().kind,
        StoryKind::Mention
    );
    let other = find(&page, "m-story-new").story.clone().unwrap();
    assert_eq!(other.kind, StoryKind::Other("remix".to_owned()));
    let share = &find(&page, "m-share").shares[0];
    assert_eq!(share.link.as_deref(), Some("https://cdn.example/reel.mp4"));
    let reactions = &find(&page, "m-reacted").reactions;
    assert_eq!(reactions[0].reaction, "love");
    assert_eq!(
        reactions[0].users[0].username.as_deref(),
        Some("cust.example")
    );
    assert_eq!(reactions[1].reaction, "🔥");
    let reply_to = find(&page, "m-answer").reply_to.clone().unwrap();
    assert_eq!(
        (reply_to.mid.as_str(), reply_to.is_self_reply),
        ("m-share", Some(false))
    );
}

#[test]
fn what_the_api_cannot_show_is_marked_in_both_spellings() {
    let page = fixture();
    assert!(find(&page, "m-unsupported-bool").is_unsupported);
    assert!(find(&page, "m-unsupported-text").is_unsupported);
    assert!(find(&page, "m-unsupported-text").has_details());
    assert!(!find(&page, "m-answer").is_unsupported);
}

#[test]
fn ids_of_both_sides_keep_every_digit() {
    let page = fixture();
    let from = find(&page, "m-answer").from.clone().unwrap();
    assert_eq!(from.id.as_deref(), Some("17841400000000001"));
    assert_eq!(from.user_id.as_deref(), Some("98765432109876543210987"));
}

#[test]
fn an_item_without_an_id_is_set_aside_with_its_text() {
    let page = fixture();
    assert_eq!(page.unreadable.len(), 2);
    assert_eq!(page.unreadable[0].reason, "a message without id");
    assert!(page.unreadable[0].raw.get().contains("no id here"));
}

#[test]
fn missing_and_null_and_misshapen_fields_cost_only_themselves() {
    let read = message(
        r#"{"id":7,"created_time":"soon","from":null,"to":"x","message":null,"attachments":5,
            "shares":{"data":null},"story":[],"reactions":{"data":[{"users":[]},"x"]},
            "reply_to":{},"is_unsupported":"perhaps","new_field":{"a":1}}"#,
    )
    .unwrap();
    assert_eq!(read.id, "7");
    assert_eq!(read.created_time, None);
    assert_eq!((read.from.clone(), read.text.clone()), (None, None));
    assert!(read.to.is_empty() && read.attachments.is_empty() && read.shares.is_empty());
    assert!(read.reactions.is_empty() && read.story.is_none() && read.reply_to.is_none());
    assert!(!read.has_details());
    assert!(read.raw.get().contains("new_field"));
}

#[test]
fn one_receiver_without_a_list_and_a_bare_id_are_read() {
    let read = message(r#"{"id":"1","from":"55","to":{"id":66,"username":"shop"}}"#).unwrap();
    assert_eq!(read.from.unwrap().id.as_deref(), Some("55"));
    assert_eq!(read.to[0].id.as_deref(), Some("66"));
}
