//! The way of a turn through every stage. Owns the order of the stages and what happens between
//! them; each rule lives in its stage.

mod revision;
mod sources;

use crate::contract::{self, Action, Answer};
use crate::cost;
use crate::decision::{Findings, decide};
use crate::embedded::{self, Pick};
use crate::knowledge::{Entry, Knowledge};
use crate::language::{self, Detected, Lang};
use crate::masking::Mask;
use crate::normalise::readable_part;
use crate::prompt::{MAX_SNIPPETS, Prompt};
use crate::provider::{Provider, ProviderFault, Told, Usage};
use crate::retrieval::Match;
use crate::triage::{self, Kind, Triage};
use crate::turn::{Business, Policy, Turn, Utterance};
use crate::verdict::{Check, Draft, Stage, Verdict};
use crate::verify::verify;
use desk_core::{Author, CheckResult, Engine, Outcome, Reason, ReplyMode};
use serde_json::{Value, json};
use std::time::Instant;

pub use revision::{Reworded, Rewording, revise};
pub use sources::sources_of;

/// Who writes.
#[derive(Clone, Copy)]
pub enum Drafter<'a> {
    /// The embedded engine.
    Embedded,
    /// A model, with the embedded engine to fall back on.
    Endpoint(&'a dyn Provider),
    /// The same; what it has written of the reply is told as it comes, before anything is
    /// checked. Show it as unfinished; only the verdict counts.
    Streaming(&'a dyn Provider, &'a Told<'a>),
}

impl std::fmt::Debug for Drafter<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Embedded => "Embedded",
            Self::Endpoint(_) => "Endpoint",
            Self::Streaming(..) => "Streaming",
        })
    }
}

/// Randomness for one drafting: fence and canary come from it, so give a fresh one each time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Nonce(pub u128);

/// Entries of a small knowledge that a model is shown even when the words do not match: it may
/// be asked in another language.
const SMALL_KNOWLEDGE: usize = 12;

/// Drafts a reply and decides what becomes of it. Every turn ends in an outcome with a reason.
pub async fn draft(
    turn: &Turn<'_>,
    knowledge: &Knowledge,
    policy: &Policy,
    drafter: Drafter<'_>,
    nonce: Nonce,
) -> Verdict {
    let mut way = Way::new(turn, knowledge, policy);
    if let Some(verdict) = way.settled_by_triage(drafter) {
        return verdict;
    }
    let found = way.look_up();
    let written = match drafter {
        Drafter::Embedded => way.embedded(&found),
        Drafter::Endpoint(provider) => way.endpoint(provider, None, &found, nonce).await,
        Drafter::Streaming(provider, told) => {
            way.endpoint(provider, Some(told), &found, nonce).await
        }
    };
    way.finish(written)
}

/// A text on its way, with what is known about it.
#[derive(Default)]
struct Written<'a> {
    text: String,
    engine: Option<Engine>,
    model: Option<String>,
    cites: Vec<&'a Entry>,
    doubts: Vec<Reason>,
    usage: Usage,
    prompt: Option<Prompt>,
    fault: Option<ProviderFault>,
}

struct Way<'a> {
    turn: &'a Turn<'a>,
    knowledge: &'a Knowledge,
    policy: &'a Policy,
    text: String,
    /// The text without its greeting.
    question: String,
    language: Detected,
    triage: Triage,
    trace: Vec<Stage>,
    began: Instant,
    /// What the endpoint was paid for, whatever became of its answer.
    usage: Usage,
}

impl<'a> Way<'a> {
    fn new(turn: &'a Turn<'a>, knowledge: &'a Knowledge, policy: &'a Policy) -> Self {
        let began = Instant::now();
        let text = triage::readable(turn);
        let language = language::detect(&text, prior(turn.history), policy.default_lang);
        let mut way = Self {
            turn,
            knowledge,
            policy,
            question: triage::question(&text),
            text,
            language,
            triage: Triage {
                kind: Kind::Question,
                holds: Vec::new(),
                signs: Vec::new(),
            },
            trace: Vec::new(),
            began,
            usage: Usage::default(),
        };
        way.record(
            "language",
            json!({
                "lang": language.lang.as_str(), "sure": language.sure, "by": language.by,
            }),
        );
        way.triage = triage::sort(turn, policy);
        let holds: Vec<_> = way.triage.holds.iter().map(|r| r.as_str()).collect();
        let detail =
            json!({ "kind": way.triage.kind.as_str(), "holds": holds, "signs": way.triage.signs });
        way.record("triage", detail);
        way
    }

    fn record(&mut self, name: &'static str, detail: Value) {
        let micros = u32::try_from(self.began.elapsed().as_micros()).unwrap_or(u32::MAX);
        self.trace.push(Stage {
            name,
            detail,
            micros,
        });
        self.began = Instant::now();
    }

    /// Thanks, spam, pictures and mere greetings need no search.
    fn settled_by_triage(&mut self, drafter: Drafter<'_>) -> Option<Verdict> {
        let reason = match self.triage.kind {
            Kind::Question => return None,
            Kind::Ack => Reason::ThanksOnly,
            Kind::Spam => Reason::Spam,
            Kind::Unreadable => Reason::Attachment,
            Kind::Greeting => {
                if let Some(entry) =
                    embedded::greeting(&self.text, self.language.lang, self.knowledge)
                {
                    return Some(self.finish(Written {
                        text: entry.answer_for(self.language.lang).to_owned(),
                        engine: Some(Engine::Embedded),
                        cites: vec![entry],
                        ..Written::default()
                    }));
                }
                if !matches!(drafter, Drafter::Embedded) {
                    return None;
                }
                Reason::GreetingOnly
            }
        };
        let outcome = if reason == Reason::Attachment {
            Outcome::Held
        } else {
            Outcome::Skipped
        };
        Some(self.end(outcome, vec![reason], None, None))
    }

    fn look_up(&mut self) -> Match {
        let found = self
            .knowledge
            .look_up(&self.question, Some(self.language.lang), 10);
        let hits: Vec<Value> = found
            .hits
            .iter()
            .take(5)
            .filter_map(|(n, score)| {
                Some(json!({ "entry": self.knowledge.at(*n)?.id, "score": score }))
            })
            .collect();
        self.record(
            "retrieval",
            json!({
                "hits": hits, "sureness": found.sureness, "strict": found.strict,
                "likely": found.likely, "covered": found.covered,
            }),
        );
        found
    }

    fn embedded(&mut self, found: &Match) -> Written<'a> {
        let (lang, declined) = (self.language.lang, self.turn.declined);
        let pick = embedded::pick(&self.question, lang, self.knowledge, found, declined);
        let entries: Vec<_> = pick.iter().flat_map(|p| &p.entries).map(|e| e.id).collect();
        self.record("embedded", json!({ "entries": entries }));
        pick.map_or_else(
            Written::default,
            |Pick {
                 entries,
                 text,
                 doubts,
             }| Written {
                text,
                engine: Some(Engine::Embedded),
                cites: entries,
                doubts,
                ..Written::default()
            },
        )
    }

    async fn endpoint(
        &mut self,
        provider: &dyn Provider,
        told: Option<&Told<'_>>,
        found: &Match,
        nonce: Nonce,
    ) -> Written<'a> {
        let snippets = self.snippets(found);
        let (prompt, mask) = self.prompt(&snippets, nonce);
        let asked = match told {
            None => provider.complete(&prompt).await,
            Some(told) => {
                let show = |content: &str| {
                    told(&mask.restore(&contract::partial_reply(content)));
                };
                provider.complete_in_parts(&prompt, &show).await
            }
        };
        let mut masked = mask.counts();
        let answer = asked.and_then(|completion| {
            let usage = cost::usage_or_estimate(completion.usage, &prompt, &completion.content);
            // An answer that cannot be used was paid for as well.
            self.usage = usage;
            let mut answer = contract::read(&completion).ok_or(ProviderFault::Nonsense)?;
            answer.reply = mask.restore(&answer.reply);
            Ok((answer, usage))
        });
        masked.retain(|_, n| *n > 0);
        let shown: Vec<_> = snippets.iter().map(|e| e.id).collect();
        match answer {
            Err(fault) => {
                self.record(
                    "endpoint",
                    json!({
                        "model": provider.model(), "shown": shown, "fault": fault.as_str(),
                        "masked": masked,
                    }),
                );
                let mut written = self.embedded(found);
                written.doubts.insert(0, Reason::EndpointFailed);
                written.fault = Some(fault);
                written
            }
            Ok((answer, usage)) => {
                self.record(
                    "endpoint",
                    json!({
                        "model": provider.model(), "shown": shown, "formed": answer.formed,
                        "sure": answer.sure, "cites": answer.cites,
                        "tokensIn": usage.tokens_in, "tokensOut": usage.tokens_out,
                        "masked": masked,
                    }),
                );
                self.judge(answer, usage, provider.model(), &snippets, found, prompt)
            }
        }
    }

    /// What the model is asked, with private things hidden when the owner wants that.
    fn prompt(&self, snippets: &[&Entry], nonce: Nonce) -> (Prompt, Mask) {
        let (lang, business) = (self.language.lang, &self.policy.business);
        let mut mask = Mask::new();
        if !self.policy.mask {
            return (
                Prompt::compose(self.turn, snippets, lang, business, nonce),
                mask,
            );
        }
        let mut hidden = |said: &[Utterance]| -> Vec<Utterance> {
            let hide = |u: &Utterance| Utterance {
                text: mask.hide(readable_part(&u.text)),
                ..u.clone()
            };
            said.iter().map(hide).collect()
        };
        let (history, burst) = (hidden(self.turn.history), hidden(self.turn.burst));
        let declined: Vec<String> = self.turn.declined.iter().map(|d| mask.hide(d)).collect();
        let turn = Turn {
            history: &history,
            burst: &burst,
            declined: &declined,
        };
        // The shop's own phone and address are hidden too: marks keep what is whose apart.
        let entries: Vec<Entry> = snippets
            .iter()
            .map(|e| Entry {
                questions: e.questions.iter().map(|q| mask.hide(q)).collect(),
                answer: mask.hide(&e.answer),
                answers: e
                    .answers
                    .iter()
                    .map(|(lang, answer)| (*lang, mask.hide(answer)))
                    .collect(),
                ..(*e).clone()
            })
            .collect();
        let business = Business {
            about: mask.hide(&business.about),
            samples: business.samples.iter().map(|s| mask.hide(s)).collect(),
            style: business.style.iter().map(|s| mask.hide(s)).collect(),
            ..business.clone()
        };
        let entries: Vec<&Entry> = entries.iter().collect();
        let prompt = Prompt::compose(&turn, &entries, lang, &business, nonce);
        (prompt, mask)
    }

    /// What a model's answer is worth.
    fn judge(
        &mut self,
        answer: Answer,
        usage: Usage,
        model: &str,
        snippets: &[&'a Entry],
        found: &Match,
        prompt: Prompt,
    ) -> Written<'a> {
        let doubt = match answer.action {
            Action::NeedsHuman => Some(Reason::PersonNeeded),
            Action::NoReply => Some(Reason::ModelUnsure),
            Action::Reply => None,
        };
        if let Some(doubt) = doubt {
            // A model that declines is believed, but the owner's own answer may still help.
            let mut written = self.embedded(found);
            written.doubts.insert(0, doubt);
            written.usage = usage;
            return written;
        }
        // Only what it was shown can be cited.
        let cites: Vec<&Entry> = answer
            .cites
            .iter()
            .filter_map(|id| snippets.iter().find(|e| e.id == *id).copied())
            .collect();
        let mut doubts = Vec::new();
        if !answer.formed || !answer.sure || cites.len() != answer.cites.len() {
            doubts.push(Reason::ModelUnsure);
        }
        let first = found
            .hits
            .first()
            .and_then(|(n, _)| self.knowledge.at(*n))
            .map(|e| e.id);
        let agrees = first.is_some() && cites.first().map(|e| e.id) == first;
        if !agrees || !(found.strict || found.likely) {
            doubts.push(Reason::Unsure);
        }
        Written {
            text: answer.reply,
            engine: Some(Engine::Endpoint),
            model: Some(model.to_owned()),
            cites,
            doubts,
            usage,
            prompt: Some(prompt),
            fault: None,
        }
    }

    fn snippets(&self, found: &Match) -> Vec<&'a Entry> {
        let open = |e: &&Entry| !e.internal;
        let mut list: Vec<&Entry> = found
            .hits
            .iter()
            .filter_map(|(n, _)| self.knowledge.at(*n))
            .filter(open)
            .take(MAX_SNIPPETS)
            .collect();
        if self.knowledge.entries().len() <= SMALL_KNOWLEDGE {
            for entry in self.knowledge.entries().iter().filter(open) {
                if !list.iter().any(|e| e.id == entry.id) {
                    list.push(entry);
                }
            }
        }
        list
    }

    fn finish(&mut self, written: Written<'a>) -> Verdict {
        let has_draft = written.engine.is_some() && !written.text.trim().is_empty();
        let line = self.disclosure();
        let mut checks = Vec::new();
        if has_draft {
            checks = self.check(&written, line);
            let failed: Vec<_> = checks
                .iter()
                .filter(|c| c.result == CheckResult::Failed)
                .map(|c| json!({ "name": c.name, "detail": c.detail }))
                .collect();
            self.record("verify", json!({ "failed": failed }));
        }
        let mut doubts = written.doubts.clone();
        if !has_draft {
            doubts.push(Reason::NothingKnown);
        }
        let decision = decide(
            &Findings {
                has_draft,
                triage: self.triage.holds.clone(),
                engine: doubts,
                checks: checks.iter().filter_map(|c| c.reason).collect(),
                language_sure: self.language.sure,
                entries: self.entries_refuse(&written),
            },
            self.policy,
        );
        let text = match (decision.outcome, line) {
            (Outcome::Countdown, Some(line)) => format!("{line}\n\n{}", written.text.trim()),
            _ => written.text.trim().to_owned(),
        };
        let draft = has_draft.then(|| Draft {
            text,
            lang: self.language.lang,
            engine: written.engine.unwrap_or(Engine::Embedded),
            model: written.model,
            cites: written.cites.iter().map(|e| e.id).collect(),
            checks,
            usage: written.usage,
        });
        self.end(decision.outcome, decision.reasons, draft, written.fault)
    }

    /// Why an entry that the text rests on may not go out by itself.
    fn entries_refuse(&self, written: &Written<'a>) -> Vec<Reason> {
        let engine = written.engine.unwrap_or(Engine::Endpoint);
        if written.cites.is_empty() {
            return vec![Reason::EntryNeedsApproval];
        }
        let refused = written.cites.iter();
        refused
            .filter_map(|entry| self.policy.allows(entry, engine).err())
            .collect()
    }

    fn check(&self, written: &Written<'a>, line: Option<&str>) -> Vec<Check> {
        let lang = self.language.lang;
        let business = &self.policy.business;
        let mut sources = sources_of(self.turn, self.knowledge, business, &written.cites, lang);
        if let Some(prompt) = &written.prompt {
            sources.secret.push(&prompt.system);
            sources.marks = vec![&prompt.canary, &prompt.fence];
        }
        sources.verbatim = written.engine == Some(Engine::Embedded);
        let mut checks = verify(&written.text, &sources);
        let bytes = written.text.trim().len() + line.map_or(0, |l| l.len() + 2);
        if bytes > desk_core::text::MAX_TEXT_BYTES {
            for check in checks.iter_mut().filter(|c| c.name == "size") {
                *check = Check::failed("size", Reason::TooLong, format!("{bytes} bytes"));
            }
        }
        checks
    }

    /// The line that says that nobody typed this; due once an episode, when it goes out by itself.
    fn disclosure(&self) -> Option<&'static str> {
        let due = self.policy.disclosure
            && self.policy.first_auto_of_episode
            && self.policy.mode == ReplyMode::Auto;
        due.then_some(disclosure_line(self.language.lang))
    }

    fn end(
        &mut self,
        outcome: Outcome,
        reasons: Vec<Reason>,
        draft: Option<Draft>,
        endpoint_fault: Option<ProviderFault>,
    ) -> Verdict {
        let words: Vec<_> = reasons.iter().map(|r| r.as_str()).collect();
        self.record(
            "decision",
            json!({ "outcome": outcome.as_str(), "reasons": words }),
        );
        Verdict {
            outcome,
            reasons,
            draft,
            trace: std::mem::take(&mut self.trace),
            usage: self.usage,
            endpoint_fault,
        }
    }
}

/// What the first automatic reply of an episode starts with.
#[must_use]
pub const fn disclosure_line(lang: Lang) -> &'static str {
    match lang {
        Lang::En => "🤖 This is an automatic reply by our AI assistant.",
        Lang::Tr => "🤖 Bu, yapay zekâ asistanımızın otomatik yanıtıdır.",
        Lang::Ru => "🤖 Это автоматический ответ нашего ИИ-помощника.",
    }
}

/// The language of the customer's last few messages.
fn prior(history: &[Utterance]) -> Option<Lang> {
    let earlier: Vec<&str> = history
        .iter()
        .rev()
        .filter(|u| u.author == Author::Customer && !u.text.trim().is_empty())
        .take(3)
        .map(|u| readable_part(&u.text))
        .collect();
    if earlier.is_empty() {
        return None;
    }
    let found = language::detect(&earlier.join(" "), None, Lang::En);
    found.sure.then_some(found.lang)
}

#[cfg(test)]
mod tests;
