import { flushSync } from 'svelte';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Change } from '$lib/ipc/bindings';
import { FakeHost } from '$lib/ipc/fake';
import { CommandError } from '$lib/ipc/host';
import { Announcer } from './announcer.svelte';
import { coalesce } from './coalesce';
import { Composer } from './composer.svelte';
import { Connect } from './connect.svelte';
import { Desk } from './desk.svelte';
import { DraftDesk } from './draft.svelte';
import { Inbox, PAGE } from './inbox.svelte';
import { Knowledge } from './knowledge.svelte';
import { Search } from './search.svelte';
import { Thread } from './thread.svelte';

const NOW = Date.UTC(2026, 4, 6, 12);

beforeEach(() => {
  vi.useFakeTimers({ now: NOW });
  location.hash = '';
});
afterEach(() => vi.useRealTimers());

const settle = () => vi.advanceTimersByTimeAsync(0);

function change(id: string, entity: Change['entity'] = 'message'): Change {
  return { entity, id, change: 'upserted', source: 'poll' };
}

/** A shop with `count` waiting conversations, the last added on top. */
function shop(count = 3): FakeHost {
  const host = new FakeHost();
  host.addAccount();
  for (let i = 0; i < count; i += 1) {
    const talk = host.addTalk(`Customer ${i}`, { state: 'waiting' });
    host.say(talk, 'customer', `hello ${i}`, (count - i) * 60_000);
  }
  return host;
}

function talkOf(host: FakeHost, name: string) {
  const talk = [...host.talks.values()].find((one) => one.row.name === name);
  if (!talk) throw new Error(`no ${name}`);
  return talk;
}

function gate() {
  let open = () => {};
  const wait = new Promise<void>((resolve) => (open = resolve));
  return { wait, open };
}

describe('coalescing', () => {
  it('runs once more for any number of calls that come meanwhile', async () => {
    const first = gate();
    let runs = 0;
    const run = coalesce(async () => {
      runs += 1;
      if (runs === 1) await first.wait;
    });
    const all = [run(), run(), run(), run()];
    first.open();
    await Promise.all(all);
    expect(runs).toBe(2);
  });

  it('runs again after a failure', async () => {
    let runs = 0;
    const run = coalesce(async () => {
      runs += 1;
      if (runs === 1) throw new Error('once');
    });
    await expect(run()).rejects.toThrow('once');
    await run();
    expect(runs).toBe(2);
  });
});

describe('the inbox', () => {
  it('reads page by page as it is scrolled', async () => {
    const host = shop(130);
    const inbox = new Inbox(host);
    await inbox.refresh();
    expect(inbox.rows).toHaveLength(PAGE);
    expect(inbox.totals).toMatchObject({ needs_you: 130, all: 130, ai_ready: 0 });
    await Promise.all([inbox.more(), inbox.more()]);
    expect(inbox.rows).toHaveLength(100);
    await inbox.more();
    expect(inbox.rows).toHaveLength(130);
    expect(inbox.hasMore).toBe(false);
    await inbox.more();
    expect(new Set(inbox.rows.map((row) => row.id)).size).toBe(130);
  });

  it('reads again as far as is on screen', async () => {
    const host = shop(300);
    const inbox = new Inbox(host);
    await inbox.refresh();
    await inbox.more();
    await inbox.more();
    inbox.visibleEnd = 120;
    await inbox.refresh();
    expect(inbox.rows.length).toBeGreaterThanOrEqual(145);
    expect(inbox.hasMore).toBe(true);
  });

  it('keeps the selection on the same conversation when rows move', async () => {
    const host = shop(5);
    const inbox = new Inbox(host);
    await inbox.refresh();
    const id = inbox.rows[1]?.id ?? '';
    inbox.select(id);
    host.say(talkOf(host, 'Customer 0'), 'customer', 'me again');
    await inbox.refresh();
    expect(inbox.rows[0]?.name).toBe('Customer 0');
    expect(inbox.selectedId).toBe(id);
    expect(inbox.selectedIndex).toBe(2);
  });

  it('goes on from where the selection was when its row left the view', async () => {
    const host = shop(5);
    const inbox = new Inbox(host);
    await inbox.refresh();
    inbox.select(inbox.rows[2]?.id ?? '');
    const [above, gone, below] = [inbox.rows[1], inbox.rows[2], inbox.rows[3]];
    const talk = host.talks.get(gone?.id ?? '');
    if (talk) talk.row = { ...talk.row, state: 'quiet' };
    await inbox.refresh();
    expect(inbox.selectedIndex).toBe(-1);
    expect(inbox.neighbour(1)?.id).toBe(below?.id);
    expect(inbox.neighbour(-1)?.id).toBe(above?.id);
  });

  it('stays at the ends', async () => {
    const inbox = new Inbox(shop(2));
    expect(inbox.neighbour(1)).toBeNull();
    await inbox.refresh();
    expect(inbox.neighbour(1)?.id).toBe(inbox.rows[0]?.id);
    inbox.select(inbox.rows[1]?.id ?? '');
    expect(inbox.neighbour(1)?.id).toBe(inbox.rows[1]?.id);
  });

  it('shows the view asked for last, whatever answers later', async () => {
    const host = shop(2);
    const inbox = new Inbox(host);
    await inbox.refresh();
    const slow = gate();
    host.on('inbox_list', async ({ view }) => {
      if (view === 'ai_ready') await slow.wait;
      return { items: [{ ...talkOf(host, 'Customer 0').row, name: view }], nextCursor: null, total: 1 };
    });
    const first = inbox.show('ai_ready');
    const second = inbox.show('all');
    slow.open();
    await Promise.all([first, second]);
    expect(inbox.view).toBe('all');
    expect(inbox.rows[0]?.name).toBe('all');
  });

  it('keeps what it shows when reading fails', async () => {
    const host = shop(2);
    const inbox = new Inbox(host);
    await inbox.refresh();
    host.fail('inbox_list', 'disk_full');
    await inbox.refresh();
    expect(inbox.rows).toHaveLength(2);
    expect(inbox.fault?.code).toBe('disk_full');
    host.well('inbox_list');
    await inbox.refresh();
    expect(inbox.fault).toBeNull();
  });
});

describe('the open conversation', () => {
  function long(count = 180) {
    const host = shop(2);
    const talk = talkOf(host, 'Customer 0');
    for (let i = 0; i < count; i += 1) host.say(talk, i % 2 ? 'owner' : 'customer', `m${i}`, (count - i) * 1000);
    return { host, talk, thread: new Thread(host) };
  }

  it('opens at the newest page and reads older ones', async () => {
    const { thread, talk } = long();
    await thread.open(talk.row.id);
    expect(thread.shown).toHaveLength(50);
    expect(thread.grewAtTop).toBe(false);
    await Promise.all([thread.older(), thread.older()]);
    expect(thread.shown).toHaveLength(100);
    expect(thread.grewAtTop).toBe(true);
    await thread.older();
    await thread.older();
    expect(thread.shown).toHaveLength(181);
    expect(thread.hasOlder).toBe(false);
    expect(thread.shown[0]?.text).toBe('hello 0');
  });

  it('keeps the older pages when news comes', async () => {
    const { host, thread, talk } = long();
    await thread.open(talk.row.id);
    await thread.older();
    await thread.older();
    await thread.older();
    host.say(talk, 'customer', 'new');
    await thread.refresh();
    expect(thread.shown).toHaveLength(182);
    expect(thread.shown.at(-1)?.text).toBe('new');
    expect(new Set(thread.shown.map((message) => message.id)).size).toBe(182);
  });

  it('starts over when more came than one reading covers', async () => {
    const { host, thread, talk } = long(60);
    await thread.open(talk.row.id);
    for (let i = 0; i < 80; i += 1) host.say(talk, 'customer', `flood ${i}`);
    await thread.refresh();
    expect(thread.shown).toHaveLength(50);
    expect(thread.hasOlder).toBe(true);
  });

  it('shows the conversation asked for last, whatever answers later', async () => {
    const { host, thread, talk } = long(3);
    const other = talkOf(host, 'Customer 1');
    const slow = gate();
    host.on('conversation_open', async ({ conversationId }) => {
      if (conversationId === talk.row.id) await slow.wait;
      const one = host.talks.get(conversationId) ?? talk;
      return { conversation: one.row, messages: one.messages, olderBefore: null, draft: null, instagramUrl: '', composing: '', gaps: [], referral: null };
    });
    const first = thread.open(talk.row.id);
    await thread.open(other.row.id);
    slow.open();
    await first;
    expect(thread.conversation?.name).toBe('Customer 1');
    expect(thread.shown.map((message) => message.text)).toEqual(['hello 1']);
  });

  it('never shows the messages of one conversation under the name of another', async () => {
    const { thread, talk, host } = long(3);
    await thread.open(talk.row.id);
    void thread.open(talkOf(host, 'Customer 1').row.id);
    expect(thread.shown).toEqual([]);
    expect(thread.draft).toBeNull();
  });

  it('shows what is sent at once, and once', async () => {
    const { host, thread, talk } = long(3);
    await thread.open(talk.row.id);
    const slow = gate();
    host.on('message_send', async ({ text }) => {
      const message = host.say(talk, 'owner', text, 0, { state: 'queued', outboxId: 'o1' });
      await slow.wait;
      return message;
    });
    const sent = thread.send('hi');
    expect(thread.shown.at(-1)).toMatchObject({ text: 'hi', state: 'queued', direction: 'out', author: 'owner' });
    // The news of it overtakes the answer.
    await thread.refresh();
    expect(thread.shown.filter((message) => message.text === 'hi')).toHaveLength(1);
    slow.open();
    expect(await sent).toBe(true);
    await settle();
    expect(thread.shown.filter((message) => message.text === 'hi')).toHaveLength(1);
    expect(thread.shown.at(-1)?.local).toBeNull();
  });

  it('keeps the words of a failed send, and tries again under the same id', async () => {
    const { host, thread, talk } = long(3);
    await thread.open(talk.row.id);
    host.fail('message_send', 'disk_full');
    expect(await thread.send('precious')).toBe(false);
    const bubble = thread.shown.at(-1);
    expect(bubble).toMatchObject({ text: 'precious', state: 'failed', fault: 'disk_full' });
    host.well('message_send');
    if (bubble) await thread.retry(bubble);
    const ids = host.calls.filter((call) => call.name === 'message_send').map((call) => (call.args as { clientId: string }).clientId);
    expect(ids).toHaveLength(2);
    expect(ids[0]).toBe(ids[1]);
    expect(thread.shown.filter((message) => message.text === 'precious')).toHaveLength(1);
    expect(thread.shown.at(-1)?.state).toBe('queued');
  });

  it('keeps a failed send in its own conversation', async () => {
    const { host, thread, talk } = long(3);
    const other = talkOf(host, 'Customer 1');
    await thread.open(talk.row.id);
    host.fail('message_send', 'disk_full');
    await thread.send('for the first');
    await thread.open(other.row.id);
    expect(thread.shown.some((message) => message.text === 'for the first')).toBe(false);
    await thread.open(talk.row.id);
    expect(thread.shown.some((message) => message.text === 'for the first')).toBe(true);
  });

  it('sends again, or puts away, what the outbox holds', async () => {
    const { host, thread, talk } = long(1);
    host.say(talk, 'owner', 'lost', 0, { state: 'failed', fault: 'reply_refused', outboxId: 'o9' });
    await thread.open(talk.row.id);
    const failed = () => thread.shown.find((message) => message.text === 'lost');
    const bubble = failed();
    if (bubble) await thread.retry(bubble);
    expect(failed()?.state).toBe('queued');
    const queued = failed();
    if (queued) await thread.discard(queued);
    expect(failed()?.state).toBe('cancelled');
  });

  it('marks as read what is looked at, not what is walked past', async () => {
    const { host, thread, talk } = long(1);
    talk.row = { ...talk.row, unread: 2 };
    const other = talkOf(host, 'Customer 1');
    other.row = { ...other.row, unread: 1 };
    await thread.open(talk.row.id);
    await vi.advanceTimersByTimeAsync(100);
    await thread.open(other.row.id);
    await vi.advanceTimersByTimeAsync(1000);
    const marked = host.calls.filter((call) => call.name === 'conversation_mark_read').map((call) => call.args);
    expect(marked).toEqual([{ conversationId: other.row.id }]);
  });

  it('takes a mode back when it is refused', async () => {
    const { host, thread, talk } = long(1);
    await thread.open(talk.row.id);
    host.fail('auto_reply_set', 'internal');
    const set = thread.setMode('auto');
    expect(thread.conversation?.mode).toBe('auto');
    await set;
    expect(thread.conversation?.mode).toBe('draft');
    expect(thread.fault?.code).toBe('internal');
  });

  it('finds its way back to a message that a search found', async () => {
    const { thread, talk } = long(500);
    await thread.open(talk.row.id);
    const wanted = talk.messages[5]?.id ?? '';
    await thread.seek(wanted);
    expect(thread.target).toBe(wanted);
    expect(thread.shown.some((message) => message.id === wanted)).toBe(true);
  });

  it('reads back to a message without marking it, also while an older page is on its way', async () => {
    const { host, thread, talk } = long(500);
    await thread.open(talk.row.id);
    const wanted = talk.messages[290]?.id ?? '';
    const underWay = thread.older();
    expect(await thread.reach(wanted)).toBe(true);
    await underWay;
    expect(thread.target).toBeNull();
    expect(host.count('conversation_open')).toBe(3);
    expect(new Set(thread.shown.map((message) => message.id)).size).toBe(thread.shown.length);
    expect(await thread.reach('never written')).toBe(false);
  });

  it('reads so many messages that the first unread one is among them', async () => {
    const { thread, talk } = long(200);
    talk.row = { ...talk.row, unread: 70 };
    await thread.open(talk.row.id, talk.row);
    expect(thread.messages.filter((one) => one.direction === 'in').length).toBeGreaterThan(69);
    const from = thread.messages.findIndex((one) => one.id === thread.unreadFrom);
    expect(from).toBeGreaterThan(0);
    expect(thread.messages.slice(from).filter((one) => one.direction === 'in')).toHaveLength(70);
  });
});

describe('the composer', () => {
  async function open() {
    const host = shop(2);
    const thread = new Thread(host);
    const composer = new Composer(thread, host);
    const id = talkOf(host, 'Customer 0').row.id;
    await thread.open(id);
    return { host, thread, composer, id };
  }

  it('sends once when pressed twice', async () => {
    const { host, composer } = await open();
    composer.text = 'ok';
    const [first, second] = await Promise.all([composer.send(), composer.send()]);
    expect([first, second]).toEqual([true, false]);
    expect(host.count('message_send')).toBe(1);
    expect(composer.text).toBe('');
  });

  it('sends the same words twice when they were written twice', async () => {
    const { host, composer } = await open();
    composer.text = 'ok';
    const first = composer.send();
    composer.text = 'ok';
    const second = composer.send();
    expect(await Promise.all([first, second])).toEqual([true, true]);
    const ids = host.calls.filter((call) => call.name === 'message_send').map((call) => (call.args as { clientId: string }).clientId);
    expect(new Set(ids).size).toBe(2);
  });

  it('counts bytes, and knows when one message is not enough', async () => {
    const { host, composer } = await open();
    composer.text = 'ş'.repeat(500);
    expect(composer.bytes).toBe(1000);
    expect(composer.long).toBe(false);
    composer.text += '!';
    expect(composer.long).toBe(true);
    composer.uncuttable = true;
    expect(await composer.send()).toBe(false);
    expect(host.count('message_send')).toBe(0);
    expect(composer.text).not.toBe('');
  });

  it('does not send nothing, nor into a closed reply window', async () => {
    const { host, thread, composer } = await open();
    composer.text = ' \n ';
    expect(await composer.send()).toBe(false);
    composer.text = 'late';
    if (thread.conversation) thread.conversation = { ...thread.conversation, window: { state: 'open', closesAt: new Date(NOW - 1).toISOString(), humanUntil: null } };
    expect(await composer.send()).toBe(false);
    expect(composer.text).toBe('late');
    expect(host.count('message_send')).toBe(0);
  });

  it('keeps unsent words for each conversation, also over a reload', async () => {
    const { host, thread, composer, id } = await open();
    composer.text = 'half a thought';
    await thread.open(talkOf(host, 'Customer 1').row.id);
    expect(composer.text).toBe('');
    await thread.open(id);
    expect(composer.text).toBe('half a thought');
    // What the engine was given is what another start finds, though nobody pressed anything.
    await vi.advanceTimersByTimeAsync(500);
    expect(host.talks.get(id)?.composing).toBe('half a thought');
    const again = new Thread(host);
    await again.open(id);
    expect(new Composer(again, host).text).toBe('half a thought');
  });
});

describe('the draft', () => {
  async function open(change: Parameters<FakeHost['propose']>[2] = {}, text = 'The answer.') {
    const host = shop(2);
    const talk = talkOf(host, 'Customer 0');
    const draft = host.propose(talk, text, change);
    const thread = new Thread(host);
    const composer = new Composer(thread, host);
    const card = new DraftDesk(host, thread, composer);
    await thread.open(talk.row.id);
    return { host, talk, thread, composer, card, draft };
  }

  it('is approved once when pressed twice', async () => {
    const { host, card, thread } = await open();
    await Promise.all([card.approve(), card.approve()]);
    expect(host.count('draft_approve')).toBe(1);
    expect(card.draft).toBeNull();
    expect(thread.shown.at(-1)?.text).toBe('The answer.');
    await card.approve();
    expect(host.count('draft_approve')).toBe(1);
  });

  it('asks once more when a check failed', async () => {
    const { host, card } = await open({ outcome: 'held', checks: [{ name: 'facts', result: 'failed', detail: '9' }] });
    await card.approve();
    expect(card.asked).toBe(true);
    expect(host.count('draft_approve')).toBe(0);
    await card.approve();
    expect(host.count('draft_approve')).toBe(1);
  });

  it('asks anew about another draft', async () => {
    const { host, talk, thread, card } = await open({ checks: [{ name: 'facts', result: 'failed', detail: '9' }] });
    await card.approve();
    host.propose(talk, 'Other.', { checks: [{ name: 'facts', result: 'failed', detail: '7' }] });
    await thread.refresh();
    expect(card.asked).toBe(false);
    await card.approve();
    expect(host.count('draft_approve')).toBe(0);
  });

  it('goes out as the owner changed it', async () => {
    const { host, card, draft } = await open();
    card.edit();
    card.editText = 'My words.';
    await card.approve();
    expect(host.calls.find((call) => call.name === 'draft_approve')?.args).toEqual({ draftId: draft.id, text: 'My words.' });
  });

  it('is not sent when it is stale, skipped or empty', async () => {
    for (const [outcome, text] of [['stale', 'old'], ['skipped', ''], ['held', ''], ['pending', '']] as const) {
      const { host, card } = await open({ outcome }, text);
      await card.approve();
      card.edit();
      expect(host.count('draft_approve'), outcome).toBe(0);
      expect(card.editing, outcome).toBe(false);
    }
  });

  it('keeps the owner’s words when a newer message overtakes the edit', async () => {
    const { host, talk, thread, composer, card } = await open();
    card.edit();
    card.editText = 'Half written';
    host.say(talk, 'customer', 'wait!');
    host.propose(talk, 'Another.');
    await thread.refresh();
    expect(card.editing).toBe(false);
    expect(card.left).toBe('Half written');
    card.keepWords();
    expect(composer.text).toBe('Half written');
    expect(card.left).toBeNull();
  });

  it('keeps an edit as unsent words when the conversation is left', async () => {
    const { card, composer, talk } = await open();
    card.edit();
    card.editText = 'Half written';
    card.leave();
    expect(composer.unsentIn(talk.row.id)).toBe('Half written');
    expect(card.editing).toBe(false);
  });

  it('shows the truth after it was overtaken', async () => {
    const { host, card, thread } = await open();
    host.fail('draft_approve', 'draft_stale');
    const reads = host.count('conversation_open');
    await card.approve();
    await settle();
    expect(card.fault?.code).toBe('draft_stale');
    expect(host.count('conversation_open')).toBe(reads + 1);
    expect(thread.shown.at(-1)?.direction).toBe('in');
  });

  it('stops a countdown, and an edit stops it too', async () => {
    const { host, card } = await open({ outcome: 'countdown', autoAt: new Date(NOW + 30_000).toISOString() });
    card.edit();
    await settle();
    expect(host.count('draft_stop')).toBe(1);
    expect(card.draft?.outcome).toBe('proposed');
    expect(card.editing).toBe(true);
  });

  it('is rejected, and written anew', async () => {
    const { host, card } = await open();
    await card.regenerate();
    expect(host.count('draft_regenerate')).toBe(1);
    expect(card.draft).not.toBeNull();
    await card.reject();
    expect(host.count('draft_reject')).toBe(1);
    expect(card.draft).toBeNull();
  });

  it('tells why', async () => {
    const { card } = await open();
    await card.toggleWhy();
    expect(card.why?.stages.length).toBeGreaterThan(0);
    await card.toggleWhy();
    expect(card.whyOpen).toBe(false);
  });
});

describe('search', () => {
  it('waits until typing pauses and drops what is overtaken', async () => {
    const host = shop(3);
    const search = new Search(host);
    search.type('hel');
    await vi.advanceTimersByTimeAsync(50);
    search.type('hello 1');
    await vi.advanceTimersByTimeAsync(79);
    expect(host.count('search')).toBe(0);
    await vi.advanceTimersByTimeAsync(1);
    await settle();
    expect(host.count('search')).toBe(1);
    expect(search.results.map((result) => result.kind)).toEqual(['message']);
    search.type('customer');
    await vi.advanceTimersByTimeAsync(80);
    expect(search.results.filter((result) => result.kind === 'person')).toHaveLength(3);
    search.move(1);
    search.move(1);
    search.move(1);
    search.move(1);
    expect(search.cursor).toBe(search.results.length - 1);
    search.clear();
    expect(search.active).toBe(false);
  });

  it('does not let a late answer replace a newer one', async () => {
    const host = shop(1);
    const slow = gate();
    host.on('search', async ({ query }) => {
      if (query === 'slow') await slow.wait;
      return [{ messageId: '1', conversationId: '1', name: query, snippet: query, marks: [], author: 'customer', sentAt: host.iso(), cursor: '1' }];
    });
    const search = new Search(host);
    search.type('slow');
    await vi.advanceTimersByTimeAsync(80);
    search.type('quick');
    await vi.advanceTimersByTimeAsync(80);
    slow.open();
    await settle();
    expect(search.answered).toBe('quick');
    expect(search.results[0]).toMatchObject({ hit: { name: 'quick' } });
  });
});

describe('the announcer', () => {
  it('says the first thing at once and the rest together, three seconds later', async () => {
    const announcer = new Announcer();
    announcer.here('Ayşe', 'hi');
    expect(announcer.text).toBe('Ayşe: new message. hi');
    announcer.elsewhere('1', 2);
    announcer.elsewhere('2', 1);
    expect(announcer.text).toContain('Ayşe');
    await vi.advanceTimersByTimeAsync(3000);
    expect(announcer.text).toBe('3 new messages. Conversations: 2.');
  });
});

describe('the desk', () => {
  async function start(host = shop(3)) {
    const desk = new Desk(host);
    await desk.start();
    return { host, desk };
  }

  it('applies a batch once, however long it is', async () => {
    const { host, desk } = await start();
    const id = desk.inbox.rows[0]?.id ?? '';
    await desk.open(id);
    await settle();
    const before = { list: host.count('inbox_list'), open: host.count('conversation_open') };
    host.emit(...Array.from({ length: 500 }, (_, i) => change(i % 2 ? id : String(i))), change('', 'settings'));
    await settle();
    expect(host.count('inbox_list') - before.list).toBe(1);
    expect(host.count('conversation_open') - before.open).toBe(1);
  });

  it('reads again only what is on screen', async () => {
    const { host, desk } = await start();
    await desk.open(desk.inbox.rows[0]?.id ?? '');
    const before = host.count('conversation_open');
    host.emit(change('another'));
    await settle();
    expect(host.count('conversation_open')).toBe(before);
    const [rows, knowledge] = [host.count('inbox_list'), desk.knowledgeVersion];
    host.emit(change('a1', 'sync'), change('e1', 'entry'));
    await settle();
    expect(host.count('inbox_list')).toBe(rows);
    expect(desk.knowledgeVersion).toBe(knowledge + 1);
  });

  it('reads everything again when news was lost on the way', async () => {
    const { host, desk } = await start();
    await desk.open(desk.inbox.rows[0]?.id ?? '');
    host.calls.length = 0;
    host.emit(change('x', 'entry'), change('', 'sync'));
    await settle();
    for (const name of ['inbox_list', 'conversation_open', 'account_list', 'ai_settings_get', 'sync_status'] as const) {
      expect(host.count(name), name).toBeGreaterThan(0);
    }
  });

  it('tells of new messages elsewhere, once', async () => {
    const { host, desk } = await start();
    await desk.open(desk.inbox.rows[0]?.id ?? '');
    const other = talkOf(host, 'Customer 0');
    host.say(other, 'customer', 'psst');
    other.row = { ...other.row, unread: 1 };
    host.emit(change(other.row.id));
    await settle();
    expect(desk.announcer.text).toBe('1 new message. Conversations: 1.');
  });

  it('shows why the engine could not start, and starts when it can', async () => {
    const host = shop(1);
    host.fail('app_state', 'already_running');
    const desk = new Desk(host);
    await desk.start();
    expect(desk.startFault?.code).toBe('already_running');
    host.well('app_state');
    await desk.start();
    expect(desk.startFault).toBeNull();
    expect(desk.accounts).toHaveLength(1);
  });

  it('pauses the AI, and says so when it cannot', async () => {
    const { host, desk } = await start();
    await Promise.all([desk.setPaused(true), desk.setPaused(true)]);
    expect(desk.ai?.paused).toBe(true);
    expect(host.count('ai_pause')).toBe(1);
    host.fail('ai_pause', 'internal');
    await desk.setPaused(false);
    expect(desk.ai?.paused).toBe(true);
    expect(desk.fault?.code).toBe('internal');
  });

  it('changes language and theme without a restart', async () => {
    const { desk } = await start();
    await desk.setPreferences({ language: 'ru', theme: 'dark', welcome: null });
    expect(document.documentElement.lang).toBe('ru');
    expect(document.documentElement.dataset['theme']).toBe('dark');
    await desk.setPreferences({ language: 'en', theme: null, welcome: null });
    expect(document.documentElement.dataset['theme']).toBeUndefined();
  });

  it('keeps the words of an edit when another conversation is opened', async () => {
    const host = shop(3);
    const talk = talkOf(host, 'Customer 2');
    host.propose(talk, 'The answer.');
    const { desk } = await start(host);
    await desk.open(talk.row.id);
    desk.draft.edit();
    desk.draft.editText = 'Mine';
    await desk.open(talkOf(host, 'Customer 0').row.id);
    expect(desk.composer.text).toBe('');
    expect(desk.composer.unsentIn(talk.row.id)).toBe('Mine');
  });
});

describe('connecting', () => {
  it('hands the secret over once and forgets it', async () => {
    const host = new FakeHost();
    const connect = new Connect(host, [], 'https://r.example/');
    connect.appId = ' 123 ';
    connect.appSecret = 's3cret';
    await connect.start();
    expect(host.calls[0]?.args).toMatchObject({ appId: '123', appSecret: 's3cret', redirectUri: 'https://r.example/' });
    expect(connect.appSecret).toBe('');
    expect(host.calls[1]).toEqual({ name: 'link_open', args: { url: connect.authorizeUrl } });
  });

  it('ends by itself when the account appears, and not when another one is polled', async () => {
    const host = new FakeHost();
    const old = host.addAccount();
    const connect = new Connect(host, [old], 'https://r.example/');
    connect.appId = '1';
    connect.appSecret = '2';
    await connect.start();
    connect.follow([{ ...old, receiving: 'troubled', fault: 'instagram_unreachable' }]);
    expect(connect.done).toBe(false);
    connect.follow([old, host.addAccount({ username: 'second' })]);
    expect(connect.done).toBe(true);
  });

  it('hears how a login by a link ended', async () => {
    const host = shop(1);
    const desk = new Desk(host);
    await desk.start();
    const connect = new Connect(host, desk.accounts ?? [], 'https://r.example/');
    connect.ended(null);
    expect(connect.done, 'a login that was not begun here').toBe(false);
    connect.appId = '1';
    connect.appSecret = '2';
    await connect.start();
    host.app = { ...host.app, connectFault: 'not_a_tester' };
    host.emit(change('', 'account'));
    await settle();
    expect(desk.loginVersion).toBe(1);
    expect(desk.fault?.code).toBe('not_a_tester');
    connect.ended(desk.app?.connectFault ?? null);
    expect(connect.fault?.code).toBe('not_a_tester');
    connect.ended(null);
    expect(connect.done).toBe(true);
  });

  it('explains what went wrong and stays usable', async () => {
    const host = new FakeHost();
    const connect = new Connect(host, [], 'https://r.example/');
    connect.choose('address');
    connect.callbackUrl = 'https://nonsense.example/';
    await connect.finish();
    expect(connect.fault?.code).toBe('callback_unreadable');
    connect.callbackUrl = 'https://r.example/?code=abc&state=1';
    await connect.finish();
    expect(connect.fault).toBeNull();
    expect(connect.done).toBe(true);
  });
});

describe('knowledge', () => {
  it('takes one question a line, and keeps the form when saving fails', async () => {
    const host = new FakeHost();
    const knowledge = new Knowledge(host);
    knowledge.add();
    if (knowledge.form) Object.assign(knowledge.form, { questions: ' How much?\n\nPrice? ', answer: ' 89 TL ', autoOk: true, internal: true });
    host.fail('knowledge_add', 'entry_incomplete');
    expect(await knowledge.save()).toBe(false);
    expect(knowledge.form?.answer).toBe(' 89 TL ');
    host.well('knowledge_add');
    expect(await knowledge.save()).toBe(true);
    flushSync();
    expect(knowledge.entries?.[0]).toMatchObject({ questions: ['How much?', 'Price?'], answer: '89 TL', autoOk: false, internal: true });
  });

  it('filters by the rules of the language', async () => {
    const host = new FakeHost();
    const knowledge = new Knowledge(host);
    for (const answer of ['Kargo 89 TL', 'Kapıda ödeme yok']) {
      await host.call('knowledge_add', { questions: [answer], answer, lang: 'tr', autoOk: false, internal: false });
    }
    await knowledge.read();
    knowledge.filter = 'kargo';
    expect(knowledge.shown).toHaveLength(1);
  });
});

describe('faults', () => {
  it('come in every form as one', () => {
    expect(CommandError.from({ code: 'disk_full', message: 'm', correlationId: 'c' }).code).toBe('disk_full');
    expect(CommandError.from(new Error('x')).code).toBe('internal');
    expect(CommandError.from(null).code).toBe('internal');
  });
});
