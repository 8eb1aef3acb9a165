//! What must hold in every life, at every moment and at its end.

use super::life::{Held, Life};
use super::platform::WINDOW;
use desk_core::SendState;
use desk_store::table::{message, outbox};
use std::collections::BTreeMap;
use std::time::Duration;

impl Life {
    /// What holds at every moment.
    pub(super) fn check(&mut self) -> Held {
        for row in self
            .open()
            .into_iter()
            .filter(|row| row.waits_for.is_some())
        {
            // Written in the belief that another arrived: what is written later may overtake it.
            let press = self.press_of(row.id);
            self.presses[press].moved = true;
        }
        for (number, press) in self.presses.iter().enumerate() {
            let delivered = self.platform.deliveries(number);
            if delivered > 1 + press.resends {
                return Err(format!("delivered {delivered} times: {press:?}"));
            }
            if press.gone.is_some_and(|before| delivered > before) {
                return Err(format!("delivered after it was taken back: {press:?}"));
            }
        }
        self.check_order()
    }

    /// What was pressed first arrives first, where nobody meddled.
    fn check_order(&self) -> Held {
        for (of, thread) in self.platform.threads.iter().enumerate() {
            let mut last = 0;
            for press in thread.iter().filter_map(|said| said.press) {
                if self.presses[press].moved {
                    continue;
                }
                if press < last {
                    return Err(format!("conversation {of}: {press} came after {last}"));
                }
                last = press;
            }
        }
        Ok(())
    }

    /// The faults end. Everything must come to its end in bounded time, and what the thread shows
    /// must be what the platform has.
    pub(super) fn settle(&mut self) -> Held {
        self.late.clear();
        self.set_token(true);
        for _ in 0..400 {
            while !self.calls.is_empty() {
                self.reach(0, 0);
                self.answer(0, 0);
            }
            let now = self.now();
            let due = self.write(move |w| outbox::due(w, now, 64)).unwrap();
            if !due.is_empty() {
                self.work(0, 1)?;
                self.check()?;
                continue;
            }
            if let Some(at) = self.write(move |w| outbox::next_due(w, now)).unwrap() {
                self.pass(at.since(now));
                continue;
            }
            let Some(row) = self.open().into_iter().next() else {
                return self.compare();
            };
            match row.state {
                SendState::Unconfirmed if row.is_asked() => self.retry(0),
                SendState::Failed => self.discard(0),
                _ => return Err(format!("it waits for nothing: {row:?}")),
            }
        }
        Err(format!("it comes to no end: {:?}", self.open()))
    }

    fn compare(&mut self) -> Held {
        self.pass(Duration::from_secs(300));
        for thread in 0..2 {
            self.poll(thread, WINDOW);
        }
        for hook in self.platform.hooks.clone() {
            self.ingest(self.platform.webhook(&hook));
        }
        for thread in 0..2 {
            let id = self.threads[thread];
            let page = self
                .write(move |w| message::page(w, id, None, 500))
                .unwrap();
            let mut shown: BTreeMap<String, String> = BTreeMap::new();
            for message in page {
                let Some(mid) = &message.external_id else {
                    continue;
                };
                shown.insert(mid.as_str().to_owned(), message.text.clone());
            }
            for said in &self.platform.threads[thread] {
                let words = if said.unsent { "" } else { said.text.as_str() };
                let have = shown.get(&said.mid).map(String::as_str);
                if have != Some(words) {
                    return Err(format!("the thread says {have:?} for {said:?}"));
                }
            }
        }
        for (number, press) in self.presses.iter().enumerate() {
            let id = press.row;
            let row = self.write(move |w| outbox::get(w, id)).unwrap();
            let message = self
                .write(move |w| message::get(w, row.message_id))
                .unwrap();
            let delivered = self.platform.deliveries(number);
            let mid = message.external_id.map(|m| m.as_str().to_owned());
            let said = mid.as_ref().and_then(|mid| {
                self.platform.threads[press.to]
                    .iter()
                    .find(|said| said.mid == *mid)
            });
            let is_its = said
                .is_some_and(|said| said.press == Some(number) || press.approved.text == "Tamam");
            let held = match row.state {
                SendState::Sent => delivered >= 1 && is_its,
                SendState::Cancelled => press.moved,
                _ => false,
            };
            if !held {
                return Err(format!(
                    "{row:?} was delivered {delivered} times, shown as {said:?}"
                ));
            }
        }
        Ok(())
    }
}
