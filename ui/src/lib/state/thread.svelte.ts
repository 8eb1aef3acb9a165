// The open conversation: its messages, what was just sent from here, and its draft.

import type { ConversationRow, ConversationView, Draft, Gap, Message, ReplyMode } from '$lib/ipc/bindings';
import { CommandError, type FaultCode, type Host } from '$lib/ipc/host';
import { afterPaint } from '$lib/paint';
import type { Announcer } from './announcer.svelte';
import { coalesce } from './coalesce';
import { firstPage, LARGEST_READ, THREAD_PAGE, Views } from './views';

const PAGES_TO_A_HIT = 25;
const AROUND_A_HIT = 80;
const READ_AFTER_MS = 400;

/** A message between the press of the button and the engine's answer. */
interface LocalMessage {
  clientId: string;
  conversationId: string;
  text: string;
  sentAt: string;
  fault: FaultCode | null;
}

export type ShownMessage = Omit<Message, 'fault'> & { fault: FaultCode | null; local: LocalMessage | null };

export class Thread {
  id = $state<string | null>(null);
  conversation = $state.raw<ConversationRow | null>(null);
  messages = $state.raw<readonly Message[]>([]);
  draft = $state.raw<Draft | null>(null);
  /** Where messages lie that Instagram no longer shows. */
  gaps = $state.raw<readonly Gap[]>([]);
  instagramUrl = $state('');
  loading = $state(false);
  loadingOlder = $state(false);
  fault = $state.raw<CommandError | null>(null);
  /** The last change put messages before the others: the list then keeps its place from below. */
  grewAtTop = $state(false);
  /** The message that a search led to. */
  target = $state<string | null>(null);
  /** What stood in the composer when the conversation was opened. */
  composing = $state('');
  /** The first message that the owner had not seen when they came. */
  unreadFrom = $state<string | null>(null);

  /** Set while a piece of history is shown that does not reach to the end. */
  #newerAfter = $state<string | null>(null);
  #loadingNewer = false;

  #locals = $state.raw<readonly LocalMessage[]>([]);
  #olderBefore = $state<string | null>(null);
  #opening = 0;
  #older: Promise<void> | null = null;
  #sending = 0;
  #missed = false;
  #readTimer: ReturnType<typeof setTimeout> | null = null;

  constructor(
    private readonly host: Host,
    private readonly announcer?: Announcer,
    private readonly views = new Views(host),
  ) {}

  /** What is shown: the stored messages, then those on their way to the store. */
  shown = $derived<ShownMessage[]>([
    ...this.messages.map((message) => ({ ...message, local: null })),
    ...this.#locals.filter((local) => local.conversationId === this.id).map(asShown),
  ]);

  hasOlder = $derived(this.#olderBefore !== null);
  /** The newest messages are not among those shown. */
  detached = $derived(this.#newerAfter !== null);

  /** Opens a conversation: at once when it was read before, else a row at hand fills the header. */
  async open(id: string, row?: ConversationRow | null): Promise<void> {
    if (this.id === id && this.conversation && !this.fault) return;
    const turn = ++this.#opening;
    if (this.#readTimer) clearTimeout(this.#readTimer);
    this.id = id;
    this.conversation = row ?? null;
    this.messages = [];
    this.gaps = [];
    this.draft = null;
    this.#olderBefore = null;
    this.#newerAfter = null;
    this.composing = '';
    this.unreadFrom = null;
    this.instagramUrl = '';
    this.target = null;
    this.grewAtTop = false;
    this.fault = null;
    const known = this.views.at(id);
    this.loading = known === undefined;
    if (known) {
      this.#show(known);
      // News of it may be on the way; to ask sooner would make its first picture come later.
      afterPaint(() => {
        if (turn === this.#opening) void this.refresh();
      });
      return;
    }
    try {
      const view = await this.views.read(id, firstPage(row));
      if (turn === this.#opening) this.#show(view);
    } catch (thrown) {
      if (turn === this.#opening) this.fault = CommandError.from(thrown);
    } finally {
      if (turn === this.#opening) this.loading = false;
    }
    this.#markRead();
  }

  close(): void {
    this.#opening += 1;
    if (this.#readTimer) clearTimeout(this.#readTimer);
    this.id = null;
    this.conversation = null;
    this.messages = [];
    this.draft = null;
    this.fault = null;
    this.loading = false;
    this.#olderBefore = null;
    this.#newerAfter = null;
    this.composing = '';
    this.unreadFrom = null;
  }

  /** Reads the open conversation again, keeping what was scrolled to. */
  readonly refresh = coalesce(async () => {
    if (this.#sending > 0) {
      // The answer to the press brings the message; reading now would show it twice for a moment.
      this.#missed = true;
      return;
    }
    const id = this.id;
    if (id === null) return;
    const turn = this.#opening;
    const limit = Math.min(Math.max(THREAD_PAGE, this.messages.length), LARGEST_READ);
    try {
      const view = await this.views.read(id, limit);
      if (turn !== this.#opening) return;
      if (this.#sending > 0) {
        this.#missed = true;
        return;
      }
      const newest = this.messages.at(-1)?.id;
      this.conversation = view.conversation;
      this.gaps = view.gaps;
      this.instagramUrl = view.instagramUrl;
      this.grewAtTop = false;
      if (this.#newerAfter === null) this.#merge(view.messages, view.olderBefore);
      else this.#renew(view.messages);
      this.draft = view.draft;
      this.fault = null;
      this.#noteUnseen(newest);
      this.#announce(newest);
      this.#markRead();
    } catch (thrown) {
      if (turn === this.#opening) this.fault = CommandError.from(thrown);
    }
  });

  /** Reads what was written of the draft so far, and nothing else of the conversation. */
  readonly readDraft = coalesce(async () => {
    const id = this.id;
    if (id === null) return;
    const turn = this.#opening;
    try {
      const draft = await this.host.call('draft_get', { conversationId: id });
      // A finished draft comes with all that belongs to it, by the news of its own.
      if (turn === this.#opening && draft?.outcome === 'pending') this.draft = draft;
    } catch {
      // It is shown while it grows; the finished draft is read whatever happens here.
    }
  });

  /** One page before the oldest message at hand; whoever asks meanwhile waits for the same one. */
  older(limit = THREAD_PAGE): Promise<void> {
    this.#older ??= this.#readOlder(limit).finally(() => (this.#older = null));
    return this.#older;
  }

  async #readOlder(limit: number): Promise<void> {
    const before = this.#olderBefore;
    const id = this.id;
    if (before === null || id === null) return;
    const turn = this.#opening;
    this.loadingOlder = true;
    try {
      const view = await this.host.call('conversation_open', { conversationId: id, before, limit });
      if (turn !== this.#opening) return;
      const have = new Set(this.messages.map((message) => message.id));
      this.grewAtTop = true;
      this.messages = [...view.messages.filter((message) => !have.has(message.id)), ...this.messages];
      this.#olderBefore = view.olderBefore === before ? null : view.olderBefore;
    } catch (thrown) {
      if (turn === this.#opening) this.fault = CommandError.from(thrown);
    } finally {
      this.loadingOlder = false;
    }
  }

  /** One page after the newest message at hand. */
  async newer(): Promise<void> {
    const after = this.#newerAfter;
    const id = this.id;
    if (after === null || id === null || this.#loadingNewer) return;
    const turn = this.#opening;
    this.#loadingNewer = true;
    try {
      const page = await this.host.call('conversation_page', { conversationId: id, after, limit: THREAD_PAGE });
      if (turn !== this.#opening) return;
      const have = new Set(this.messages.map((message) => message.id));
      this.grewAtTop = false;
      this.messages = [...this.messages, ...page.messages.filter((message) => !have.has(message.id))];
      this.#newerAfter = page.newerAfter === after ? null : page.newerAfter;
    } catch (thrown) {
      if (turn === this.#opening) this.fault = CommandError.from(thrown);
    } finally {
      this.#loadingNewer = false;
    }
  }

  /** Leaves a piece of history for the end of the conversation. */
  async toNewest(): Promise<void> {
    if (this.#newerAfter === null) return;
    this.#newerAfter = null;
    this.target = null;
    this.messages = [];
    await this.refresh();
  }

  /** Shows a message that a search found; `cursor` is its place, however far back. */
  async seek(messageId: string, cursor?: string): Promise<void> {
    const turn = this.#opening;
    const id = this.id;
    if (cursor !== undefined && id !== null && !this.messages.some((message) => message.id === messageId)) {
      try {
        const page = await this.host.call('conversation_page', { conversationId: id, around: cursor, limit: AROUND_A_HIT });
        if (turn !== this.#opening) return;
        this.grewAtTop = false;
        this.messages = page.messages;
        this.#olderBefore = page.olderBefore;
        this.#newerAfter = page.newerAfter;
      } catch (thrown) {
        if (turn === this.#opening) this.fault = CommandError.from(thrown);
        return;
      }
    }
    if ((await this.reach(messageId)) && turn === this.#opening) this.target = messageId;
  }

  /** Reads back to a message; answers whether it is among those at hand. */
  async reach(messageId: string): Promise<boolean> {
    const turn = this.#opening;
    for (let page = 0; page < PAGES_TO_A_HIT; page += 1) {
      if (this.messages.some((message) => message.id === messageId)) return true;
      if (this.#olderBefore === null || turn !== this.#opening) return false;
      await this.older(LARGEST_READ);
    }
    return false;
  }

  /** Shows the words at once, then hands them to the engine. */
  async send(text: string): Promise<boolean> {
    const id = this.id;
    if (id === null) return false;
    const local: LocalMessage = {
      clientId: crypto.randomUUID(),
      conversationId: id,
      text,
      sentAt: new Date().toISOString(),
      fault: null,
    };
    this.grewAtTop = false;
    this.unreadFrom = null;
    this.#locals = [...this.#locals, local];
    void this.toNewest();
    return this.#deliver(local);
  }

  /** Hands words to the engine for a moment to come; answers what stood against it. */
  async schedule(text: string, at: Date, clientId: string): Promise<CommandError | null> {
    return this.#hand((conversationId) => this.host.call('message_schedule', { conversationId, text, clientId, at: at.toISOString() }));
  }

  /** Sends the heart sticker. */
  async sendHeart(): Promise<void> {
    const fault = await this.#hand((conversationId) => this.host.call('heart_send', { conversationId, clientId: crypto.randomUUID() }));
    if (fault) this.fault = fault;
  }

  async #hand(call: (conversationId: string) => Promise<Message>): Promise<CommandError | null> {
    if (this.id === null) return null;
    try {
      this.append(await call(this.id));
      return null;
    } catch (thrown) {
      return CommandError.from(thrown);
    }
  }

  /** Sets the owner's heart on a message of the customer's, or takes it away; on the newest unless told. */
  async heart(message: Pick<Message, 'id' | 'reactions'> | undefined = this.messages.findLast((one) => one.direction === 'in')): Promise<void> {
    if (!message) return;
    const ours = message.reactions.some((reaction) => reaction.by === 'out');
    try {
      await this.host.call('reaction_set', { messageId: message.id, reaction: ours ? null : 'love' });
    } catch (thrown) {
      this.fault = CommandError.from(thrown);
    }
  }

  /** Tries a local message again under the same id, so that it cannot become two. */
  async sendAgain(clientId: string): Promise<boolean> {
    const local = this.#locals.find((one) => one.clientId === clientId);
    if (!local || local.fault === null) return false;
    const again = { ...local, fault: null };
    this.#locals = this.#locals.map((one) => (one.clientId === clientId ? again : one));
    return this.#deliver(again);
  }

  putAway(clientId: string): void {
    this.#locals = this.#locals.filter((one) => one.clientId !== clientId);
  }

  /** Adds what a command answered with. */
  append(message: Message): void {
    if (message.conversationId !== this.id) return;
    this.grewAtTop = false;
    this.unreadFrom = null;
    this.messages = this.messages.some((one) => one.id === message.id)
      ? this.messages.map((one) => (one.id === message.id ? message : one))
      : [...this.messages, message];
  }

  async setMode(mode: ReplyMode): Promise<ConversationRow | null> {
    const row = this.conversation;
    if (!row || row.mode === mode) return null;
    this.conversation = { ...row, mode };
    try {
      const answer = await this.host.call('auto_reply_set', { conversationId: row.id, mode });
      if (this.id === row.id) this.conversation = answer;
      return answer;
    } catch (thrown) {
      if (this.id === row.id) {
        this.conversation = row;
        this.fault = CommandError.from(thrown);
      }
      return null;
    }
  }

  /** Sends or looks up again what is not settled. */
  async retry(message: ShownMessage): Promise<void> {
    if (message.local) {
      await this.sendAgain(message.local.clientId);
    } else if (message.outboxId) {
      const id = message.outboxId;
      await this.#act(message, (host) => host.call('outbox_retry', { id }));
    }
  }

  /** Looks an unconfirmed message up now. */
  async check({ outboxId: id, ...message }: ShownMessage): Promise<void> {
    if (id !== null) await this.#act(message, (host) => host.call('outbox_check', { id }));
  }

  /** Sends now what waits for its moment or its next try. */
  async sendNow({ outboxId: id, ...message }: ShownMessage): Promise<void> {
    if (id !== null) await this.#act(message, (host) => host.call('outbox_send_now', { id }));
  }

  /** Takes back what has not gone out, or puts a failure away; answers whether it could. */
  async discard(message: ShownMessage): Promise<boolean> {
    if (message.local) this.putAway(message.local.clientId);
    else if (message.outboxId) {
      const id = message.outboxId;
      return this.#act(message, (host) => host.call('outbox_discard', { id }));
    }
    return true;
  }

  async #act(message: Pick<ShownMessage, 'conversationId'>, call: (host: Host) => Promise<unknown>): Promise<boolean> {
    try {
      await call(this.host);
    } catch (thrown) {
      if (this.id === message.conversationId) this.fault = CommandError.from(thrown);
      return false;
    }
    await this.refresh();
    return true;
  }

  async #deliver(local: LocalMessage): Promise<boolean> {
    this.#sending += 1;
    try {
      const message = await this.host.call('message_send', {
        conversationId: local.conversationId,
        text: local.text,
        clientId: local.clientId,
      });
      this.putAway(local.clientId);
      this.append(message);
      return true;
    } catch (thrown) {
      const { code } = CommandError.from(thrown);
      this.#locals = this.#locals.map((one) => (one.clientId === local.clientId ? { ...one, fault: code } : one));
      return false;
    } finally {
      this.#sending -= 1;
      if (this.#sending === 0 && this.#missed) {
        this.#missed = false;
        void this.refresh();
      }
    }
  }

  #show(view: ConversationView): void {
    this.conversation = view.conversation;
    this.messages = view.messages;
    this.gaps = view.gaps;
    this.#olderBefore = view.olderBefore;
    this.instagramUrl = view.instagramUrl;
    this.draft = view.draft;
    this.composing = view.composing;
    this.unreadFrom = firstUnread(view.messages, view.conversation.unread);
  }

  #merge(page: readonly Message[], olderBefore: string | null): void {
    const first = page[0]?.id;
    const at = first === undefined ? -1 : this.messages.findIndex((message) => message.id === first);
    if (at < 0) {
      this.messages = page;
      this.#olderBefore = olderBefore;
      return;
    }
    // Older pages stay; the new page takes the place of what it covers.
    if (at === 0) this.#olderBefore = olderBefore;
    this.messages = [...this.messages.slice(0, at), ...page];
  }

  /** Takes over what is known anew of the messages shown, and adds none. */
  #renew(page: readonly Message[]): void {
    const known = new Map(page.map((message) => [message.id, message]));
    this.messages = this.messages.map((message) => known.get(message.id) ?? message);
  }

  /** What comes while nobody looks is where the owner goes on reading. */
  #noteUnseen(newestBefore: string | undefined): void {
    if (this.unreadFrom !== null || typeof document === 'undefined' || !document.hidden) return;
    const from = this.messages.findIndex((message) => message.id === newestBefore);
    if (from < 0) return;
    this.unreadFrom = this.messages.slice(from + 1).find((message) => message.direction === 'in')?.id ?? null;
  }

  #announce(newestBefore: string | undefined): void {
    if (newestBefore === undefined) return;
    const from = this.messages.findIndex((message) => message.id === newestBefore);
    if (from < 0) return;
    for (const message of this.messages.slice(from + 1)) {
      if (message.direction === 'in') this.announcer?.here(this.conversation?.name ?? '', message.text);
    }
  }

  /** What is looked at for a moment is read; what is walked past is not. */
  #markRead(): void {
    const row = this.conversation;
    if (!row || row.unread === 0 || (typeof document !== 'undefined' && document.hidden)) return;
    if (this.#readTimer) clearTimeout(this.#readTimer);
    this.#readTimer = setTimeout(() => {
      if (this.id === row.id) {
        void this.host.call('conversation_mark_read', { conversationId: row.id }).catch(() => {
          // The mark stays; the next opening tries again.
        });
      }
    }, READ_AFTER_MS);
  }
}

/** The message with which the unread ones begin. */
function firstUnread(messages: readonly Message[], unread: number): string | null {
  let left = unread;
  let first: string | null = null;
  for (const message of [...messages].reverse()) {
    if (left <= 0) break;
    if (message.direction !== 'in') continue;
    first = message.id;
    left -= 1;
  }
  return first;
}

function asShown(local: LocalMessage): ShownMessage {
  return {
    id: `local-${local.clientId}`,
    conversationId: local.conversationId,
    externalId: null,
    direction: 'out',
    author: 'owner',
    kind: 'text',
    text: local.text,
    sentAt: local.sentAt,
    state: local.fault === null ? 'queued' : 'failed',
    outboxId: null,
    fault: local.fault,
    nextTryAt: null,
    sending: null,
    draftId: null,
    unsent: false,
    edited: false,
    seen: false,
    attachments: [],
    reactions: [],
    replyTo: null,
    story: null,
    tap: null,
    referral: null,
    openInInstagram: null,
    local,
  };
}
