//! A day of a shop with 200 conversations: the real engine, client and file against the simulator
//! over HTTP, with a clock that is moved from one event to the next.
//!
//! Measured are the calls for each message, and whether a day leaves anything behind: memory, file
//! handles, the size of the WAL, or a word in the log that must not be there.

use crate::chance::Chance;
use crate::clock::VirtualClock;
use crate::delivery::{CALLS_PER_HOUR, weeks};
use crate::report::{Report, Row};
use crate::{Outcome, Place};
use desk_core::egress::Egress;
use desk_core::{AccountId, Clock, IgUserId, Timestamp};
use desk_secrets::{Backend, SecretName, SecretStore};
use desk_store::table::account::{self, Connected};
use desk_store::{Store, StoreError};
use desk_sync::{Engine, EngineParts, Options};
use graph_api::media::guard::Rules;
use graph_api::media::{Caps, MediaClient};
use graph_api::{
    ApiVersion, Client, ConversationsQuery, Endpoints, Limits, MessageFields, SecretString,
};
use graph_sim::{Endpoint, Sim};
use std::io::Write;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;
use tracing_subscriber::fmt::MakeWriter;

const CHATS: usize = 200;
const HOUR: Duration = Duration::from_secs(3600);
/// Stands in every message.
const MARKED: &str = "Kırmızı kupa, işaretli 7f3a";
/// Nothing may take longer in real time.
const PATIENCE: Duration = Duration::from_secs(60);
/// By how much the memory may grow from the sixth hour of a day to its end.
const GROWTH_KB: u64 = 8 * 1024;
/// The largest WAL: SQLite begins it anew at a thousand pages.
const WAL_BYTES: u64 = 16 * 1024 * 1024;

/// Looks at every line of the log for what must not be there.
#[derive(Debug, Clone, Default)]
struct Watchman {
    forbidden: Arc<Mutex<Vec<String>>>,
    lines: Arc<AtomicU64>,
    found: Arc<AtomicU64>,
}

impl Write for Watchman {
    fn write(&mut self, line: &[u8]) -> std::io::Result<usize> {
        let text = String::from_utf8_lossy(line);
        let forbidden = self
            .forbidden
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let caught = forbidden.iter().any(|word| text.contains(word.as_str()));
        self.lines.fetch_add(1, Ordering::Relaxed);
        self.found.fetch_add(u64::from(caught), Ordering::Relaxed);
        Ok(line.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Watchman {
    type Writer = Watchman;
    fn make_writer(&'a self) -> Watchman {
        self.clone()
    }
}

/// The engine of one account with the clock that drives it.
struct Shop {
    sim: Sim,
    clock: Arc<VirtualClock>,
    engine: Engine,
    client: Client,
    account: AccountId,
    token: String,
}

/// What a process holds.
#[derive(Debug, Clone, Copy)]
struct Held {
    memory_kb: u64,
    files: usize,
    wal: u64,
}

impl Held {
    fn now(dir: &Path) -> Held {
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        let memory = status.lines().find(|line| line.starts_with("VmRSS"));
        Held {
            memory_kb: memory
                .and_then(|line| line.split_whitespace().nth(1)?.parse().ok())
                .unwrap_or(0),
            files: std::fs::read_dir("/proc/self/fd").map_or(0, Iterator::count),
            wal: std::fs::metadata(dir.join("replydesk.db-wal")).map_or(0, |file| file.len()),
        }
    }
}

/// Measures.
///
/// # Errors
/// When the simulator or the engine does not start, or nothing happens for a minute.
pub fn measure(report: &mut Report, place: &Place, rt: &Runtime) -> Outcome {
    let hours = if place.quick { 3 } else { 24 };
    let watchman = Watchman::default();
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter("info,desk_core=trace,desk_store=trace,desk_sync=trace,graph_api=trace")
        .with_writer(watchman.clone())
        .with_ansi(false)
        .finish();
    // The workers of the runtime log too, so that only a subscriber for all of them sees all.
    let _ = tracing_subscriber::util::SubscriberInitExt::try_init(subscriber);
    let dir = place.scratch()?;
    rt.block_on(one_day(report, dir.path(), hours, &watchman))
}

async fn open(dir: &Path, start: Timestamp) -> Outcome<Shop> {
    let sim = Sim::builder().clock(start.to_datetime()).start().await?;
    for n in 0..CHATS {
        let before = start - HOUR * u32::try_from(n + 1)?;
        let customer = sim.customer(&format!("bench.{n}"));
        customer.writes_at(before.to_datetime(), MARKED);
    }
    let clock = VirtualClock::at(start);
    let url = sim.url().to_owned();
    let endpoints = Endpoints::from_values(|_| Some(url.clone()))?;
    let media = MediaClient::new(Rules::new(&[], &endpoints.instagram_graph), Caps::default())?;
    let client = Client::new(endpoints, ApiVersion::default(), Limits::default())?;
    let store = Store::open(dir)?;
    let secrets: Arc<dyn SecretStore> = desk_secrets::open(Backend::Memory, "bench", dir, None)?;
    let token = sim.token();
    let name = SecretName::account_token(&sim.user_id())?;
    secrets
        .set(&name, &SecretString::from(token.clone()))
        .await?;
    let connected = Connected {
        user_id: IgUserId(sim.user_id()),
        scoped_id: sim.app_scoped_id(),
        username: sim.username(),
        name: None,
        page: None,
        app_id: None,
        token_obtained_at: start,
        token_expires_at: None,
        refresh_due_at: None,
    };
    let account: Result<AccountId, StoreError> =
        store.write(move |w| account::connect(w, &connected)).await;
    let engine = Engine::start(EngineParts {
        store,
        client: client.clone(),
        secrets,
        clock: clock.clone(),
        egress: Arc::new(Egress::default()),
        options: Options {
            fixed_poll: None,
            unlimited: true,
        },
        media,
        webhook_port: None,
    })
    .await?;
    Ok(Shop {
        sim,
        clock,
        engine,
        client,
        account: account?,
        token,
    })
}

impl Shop {
    /// Waits until the check that is under way has ended.
    async fn settled(&self) -> Outcome<Timestamp> {
        let began = Instant::now();
        loop {
            let next = self.engine.progress(self.account).next_check_at;
            if let Some(next) = next.filter(|next| *next > self.clock.now()) {
                return Ok(next);
            }
            if began.elapsed() > PATIENCE {
                return Err("a check did not end within a minute".into());
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }

    fn move_to(&self, at: Timestamp) {
        self.sim.set_clock(at.to_datetime());
        self.clock.move_to(at);
    }

    /// The calls of a check that asks for the list and reads every conversation.
    async fn calls_of_a_naive_check(&self) -> Outcome<usize> {
        let token = SecretString::from(self.token.clone());
        self.sim.forget_calls();
        let mut query = ConversationsQuery {
            limit: Some(100),
            ..ConversationsQuery::default()
        };
        loop {
            let page = self.client.conversations(&token, &query).await?.value;
            for one in page.items {
                self.client
                    .conversation_messages(&token, &one.id, 20, None, &MessageFields::documented())
                    .await?;
            }
            query.after = page.after;
            if query.after.is_none() {
                return Ok(self.sim.calls_at(Endpoint::Any));
            }
        }
    }
}

async fn one_day(report: &mut Report, dir: &Path, hours: u32, watchman: &Watchman) -> Outcome {
    // Ten in the morning: a short run meets messages too.
    let start = Timestamp(1_789_344_000_000) + HOUR * 10;
    let shop = open(dir, start).await?;
    let mut forbidden = vec![MARKED.to_owned(), "işaretli".to_owned(), shop.token.clone()];
    watchman
        .forbidden
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .append(&mut forbidden);
    shop.engine.watch(shop.account);
    let mut due = shop.settled().await?;
    let first_sync = shop.sim.calls_at(Endpoint::Any);
    shop.sim.forget_calls();

    let end = start + HOUR * hours;
    let mut messages: Vec<Timestamp> = weeks(2, 11)
        .into_iter()
        .map(|at| start - HOUR * 10 + Duration::from_secs_f64(at))
        .filter(|at| (start..end).contains(at))
        .collect();
    messages.reverse();
    let delivered = messages.len();
    let mut chance = Chance::seeded(5);
    let (mut early, mut largest_wal, mut hour) = (None, 0, 0);
    let (mut checks, mut calls) = (0usize, 0usize);
    while due < end {
        while let Some(at) = messages.pop_if(|at| *at <= due) {
            shop.sim.set_clock(at.to_datetime());
            let customer = shop.sim.customer(&format!("bench.{}", chance.below(CHATS)));
            customer.writes(MARKED);
        }
        shop.move_to(due);
        due = shop.settled().await?;
        checks += 1;
        let passed = shop.clock.now().since(start).as_secs() / 3600;
        if passed > hour {
            hour = passed;
            calls += shop.sim.calls_at(Endpoint::Any);
            shop.sim.forget_calls();
            let held = Held::now(dir);
            largest_wal = largest_wal.max(held.wal);
            if hour == u64::from(hours / 4).max(1) {
                early = Some(held);
            }
        }
    }
    calls += shop.sim.calls_at(Endpoint::Any);
    let late = Held::now(dir);
    let early = early.unwrap_or(late);
    let naive = shop.calls_of_a_naive_check().await?;
    shop.engine.shutdown(Duration::from_secs(5)).await;

    let each = calls as f64 / delivered.max(1) as f64;
    let naive_each = (naive * checks) as f64 / delivered.max(1) as f64;
    let ratio = naive_each / each.max(1e-9);
    report.note(serde_json::json!({
        "day": { "hours": hours, "chats": CHATS, "messages": delivered, "checks": checks,
            "calls": calls, "callsOfTheFirstSynchronisation": first_sync, "callsOfANaiveCheck": naive,
            "memoryKb": [early.memory_kb, late.memory_kb], "files": [early.files, late.files],
            "largestWal": largest_wal, "logLines": watchman.lines.load(Ordering::Relaxed) }
    }));
    report.add(
        Row::new(
            format!("calls for each message, {CHATS} chats, {hours} h, {delivered} messages"),
            format!("{each:.1}"),
        )
        .against(
            format!("every thread, as often: {naive_each:.0}"),
            1.0 / ratio,
        )
        .goal("≤ 0.1", ratio >= 10.0),
    );
    let budget = CALLS_PER_HOUR * (hours + 1);
    report.add(
        Row::new(format!("calls in {hours} h"), calls.to_string()).goal(
            format!("≤ {budget}, an hour's worth saved included"),
            calls <= budget as usize,
        ),
    );
    let grown = late.memory_kb.saturating_sub(early.memory_kb);
    report.add(
        Row::new(
            format!("memory from hour {} to {hours}", (hours / 4).max(1)),
            format!("+{grown} KB of {} KB", late.memory_kb),
        )
        .goal("≤ 8 MB more", grown <= GROWTH_KB),
    );
    report.add(
        Row::new(
            "open files, early and late",
            format!("{} and {}", early.files, late.files),
        )
        .goal("no more than 2 apart", late.files <= early.files + 2),
    );
    report.add(
        Row::new(
            "largest WAL of the day",
            format!("{} KB", largest_wal / 1024),
        )
        .goal("≤ 16 MB", largest_wal <= WAL_BYTES),
    );
    let (lines, found) = (
        watchman.lines.load(Ordering::Relaxed),
        watchman.found.load(Ordering::Relaxed),
    );
    report.add(
        Row::new(
            "log lines with the token or a message in them",
            format!("{found} of {lines}"),
        )
        .goal("0", found == 0 && lines > 0),
    );
    Ok(())
}
