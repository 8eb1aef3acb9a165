// A make-believe engine for development and tests. It is loaded by import() behind
// import.meta.env.DEV and by vitest, and is never part of the product.

import type {
  Absence,
  Account,
  AiSettings,
  AiTally,
  AppState,
  BackupFile,
  Change,
  Code,
  ConversationRow,
  DesktopSettings,
  Draft,
  InboxView,
  EgressEntry,
  KnowledgeEntry,
  Label,
  KnowledgeSource,
  Message,
  NotificationSettings,
  Note,
  OutboxItem,
  SavedReply,
  SavedFilter,
  SyncLogEntry,
  Sending,
  SendingSettings,
  Recovery,
  StyleNotes,
  Suggestion,
  SyncStatus,
  Topic,
} from './bindings';
import { CommandError, type Args, type ChangesListener, type CommandName, type Host, type Result } from './host';

interface Talk {
  row: ConversationRow;
  messages: Message[];
  draft: Draft | null;
  composing: string;
}

type Handlers = { [K in CommandName]: (args: Args<K>) => Result<K> | Promise<Result<K>> };

export class FakeHost implements Host {
  readonly calls: { name: CommandName; args: unknown }[] = [];
  readonly talks = new Map<string, Talk>();
  accounts: Account[] = [];
  backups: BackupFile[] = [];
  recovery: Recovery | null = null;
  restartNeeded = false;
  knowledge: KnowledgeEntry[] = [];
  labels: Label[] = [];
  filters: SavedFilter[] = [];
  notes: Note[] = [];
  app: AppState = {
    version: '0.1.0',
    demo: true,
    demoCanEnd: false,
    redirectUri: 'https://example.org/replydesk/instagram',
    preferences: { language: null, theme: null, welcome: null },
    secrets: 'keyring',
    dataFault: null,
    connectFault: null,
    connectQuestion: null,
  };
  notifications: NotificationSettings = {
    enabled: true,
    hideContent: false,
    onlyNeedsYou: false,
    quietFrom: null,
    quietTo: null,
    mutedUntil: null,
  };
  desktop: DesktopSettings = { supported: true, keepRunning: true, tray: true, startAtLogin: false };
  ai: AiSettings = {
    paused: false,
    engine: 'embedded',
    baseUrl: 'http://127.0.0.1:11434/v1',
    model: '',
    hasKey: false,
    defaultMode: 'draft',
    countdownSeconds: 40,
    quietMillis: 20_000,
    disclosure: true,
    businessName: 'Atölye Nar',
    businessAbout: '',
    neverAutoWords: [],
    quietHours: '',
    businessHours: ['', '', '', '', '', '', ''],
    answersWhen: 'always',
    takeoverHours: 12,
    riskPercent: 5,
    masking: true,
    deadlineSeconds: 20,
    priceInCents: 0,
    priceOutCents: 0,
    currency: 'USD',
    dailyCapCents: 0,
    dialect: null,
  };
  savedReplies: SavedReply[] = [];
  sources: KnowledgeSource[] = [];
  suggestions: Suggestion[] = [];
  topics: Topic[] = [];
  style: StyleNotes = { own: '', learned: [], evidence: 0, needed: 10 };
  sync: SyncStatus = { accounts: [], pausedUntil: null };
  syncLog: SyncLogEntry[] = [];
  egress: EgressEntry[] = [];
  absence: Absence | null = null;
  sending: SendingSettings = { undoSeconds: 0, typing: false, seen: false, accounts: [] };

  keepMedia = false;
  webhooks = false;

  #listeners = new Set<ChangesListener>();
  #overrides: Partial<Handlers> = {};
  #next = 1;

  constructor(readonly clock: () => number = () => Date.now()) {}

  /** Answers one command in another way, until told otherwise. */
  on<K extends CommandName>(name: K, handler: Handlers[K]): void {
    this.#overrides[name] = handler as Handlers[CommandName] as never;
  }

  fail(name: CommandName, code: Code): void {
    this.on(name, () => {
      throw new CommandError({ code, message: `fake ${code}`, correlationId: 'fake' });
    });
  }

  well(name: CommandName): void {
    delete this.#overrides[name];
  }

  count(name: CommandName): number {
    return this.calls.filter((call) => call.name === name).length;
  }

  async call<K extends CommandName>(name: K, args: Args<K>): Promise<Result<K>> {
    this.calls.push({ name, args });
    await Promise.resolve();
    const handler = (this.#overrides[name] ?? this.#handlers[name]) as Handlers[K];
    return handler(args);
  }

  onChanges(listener: ChangesListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  emit(...batch: Change[]): void {
    for (const listener of this.#listeners) listener.changes(batch);
  }

  id(): string {
    return String(this.#next++);
  }

  iso(agoMs = 0): string {
    return new Date(this.clock() - agoMs).toISOString();
  }

  addAccount(change: Partial<Account> = {}): Account {
    const account: Account = {
      id: this.id(),
      username: 'atolye.nar',
      name: 'Atölye Nar',
      receiving: 'good',
      sending: 'good',
      fault: null,
      tokenExpiresAt: this.iso(-41 * 86_400_000),
      tokenAtMostUntil: null,
      tokenWarning: null,
      login: 'instagram',
      pageName: null,
      health: {
        receiving: { state: 'good', lastCallAt: this.iso(9_000), code: null, traceId: null },
        sending: { state: 'good', lastCallAt: null, code: null, traceId: null },
        profile: { state: 'good', lastCallAt: this.iso(60_000), code: null, traceId: null },
      },
      synced: true,
      maybeUnpublished: false,
      ...change,
    };
    this.accounts.push(account);
    this.sync.accounts.push({
      accountId: account.id,
      lastCheckAt: this.iso(9_000),
      nextCheckAt: this.iso(-9_000),
      fault: null,
      synced: true,
      conversations: this.talks.size,
      callsLastHour: 41,
      callsTotal: 370,
      intervalSeconds: 18,
      callsUsed: 62,
      callsBudget: 200,
      callsLeft: 410,
      callsToday: 1240,
      throttledUntil: null,
      firstSync: { conversations: this.talks.size, done: true },
    });
    return account;
  }

  addTalk(name: string, change: Partial<ConversationRow> = {}): Talk {
    const id = this.id();
    const talk: Talk = {
      row: {
        id,
        accountId: this.accounts[0]?.id ?? '1',
        username: name.toLowerCase().replace(/[^a-z0-9]+/g, '.').replace(/^\.+|\.+$/g, '') || null,
        name,
        snippet: '',
        lastAuthor: null,
        lastKind: null,
        lastAt: this.iso(),
        unread: 0,
        state: 'quiet',
        mode: 'draft',
        windowClosesAt: this.iso(-20 * 3_600_000),
        window: { state: 'open', closesAt: change.windowClosesAt ?? this.iso(-20 * 3_600_000), humanUntil: null },
        picture: null,
        autoAt: null,
        place: 'open',
        snoozedUntil: null,
        returnedAt: null,
        labels: [],
        composing: '',
        ...change,
      },
      messages: [],
      draft: null,
      composing: '',
    };
    this.talks.set(id, talk);
    return talk;
  }

  say(talk: Talk, author: Message['author'], text: string, agoMs = 0, change: Partial<Message> = {}): Message {
    const incoming = author === 'customer';
    const message: Message = {
      id: this.id(),
      conversationId: talk.row.id,
      externalId: `m_${this.#next}`,
      direction: incoming ? 'in' : 'out',
      author,
      kind: 'text',
      text,
      sentAt: this.iso(agoMs),
      state: incoming ? 'received' : 'sent',
      outboxId: null,
      fault: null,
      nextTryAt: null,
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
      sending: null,
      ...change,
    };
    talk.messages.push(message);
    talk.row = {
      ...talk.row,
      snippet: text.replace(/\s+/g, ' ').slice(0, 140),
      lastAuthor: author,
      lastKind: message.kind,
      lastAt: message.sentAt,
    };
    return message;
  }

  propose(talk: Talk, text: string, change: Partial<Draft> = {}): Draft {
    const draft: Draft = {
      id: this.id(),
      conversationId: talk.row.id,
      triggerId: talk.messages.at(-1)?.id ?? '0',
      outcome: 'proposed',
      reasons: [],
      text,
      lang: 'en',
      engine: 'embedded',
      model: null,
      fault: null,
      cites: [],
      checks: [
        { name: 'facts', result: 'passed', detail: null },
        { name: 'language', result: 'passed', detail: 'en' },
        { name: 'size', result: 'passed', detail: null },
      ],
      autoAt: null,
      createdAt: this.iso(),
      partial: null,
      needsConfirmation: false,
      tokensIn: 0,
      tokensOut: 0,
      costMicros: 0,
      masked: [],
      edit: null,
      ...change,
    };
    talk.draft = draft;
    const state: ConversationRow['state'] =
      draft.outcome === 'pending' ? 'drafting' : draft.outcome === 'countdown' ? 'countdown' : text ? 'draft_ready' : 'waiting';
    talk.row = { ...talk.row, state, autoAt: draft.autoAt };
    return draft;
  }

  #talk(id: string): Talk {
    const talk = this.talks.get(id);
    if (!talk) throw new CommandError({ code: 'not_found', message: 'no such conversation' });
    return talk;
  }

  #draft(id: string): { talk: Talk; draft: Draft } {
    for (const talk of this.talks.values()) if (talk.draft?.id === id) return { talk, draft: talk.draft };
    throw new CommandError({ code: 'draft_settled', message: 'no such draft' });
  }

  #touch(id: string, source: Change['source'] = 'owner'): void {
    queueMicrotask(() =>
      this.emit(
        { entity: 'message', id, change: 'upserted', source },
        { entity: 'conversation', id, change: 'upserted', source },
      ),
    );
  }

  #send(talk: Talk, author: Message['author'], text: string, draftId: string | null): Message {
    const message = this.say(talk, author, text, 0, { state: 'queued', draftId, outboxId: this.id() });
    talk.composing = '';
    talk.row = { ...talk.row, composing: '' };
    talk.draft = null;
    talk.row = { ...talk.row, state: 'quiet', unread: 0, autoAt: null };
    this.#touch(talk.row.id);
    return { ...message };
  }

  /** The outbox drains: what waits is sent. */
  deliver(): void {
    for (const talk of this.talks.values()) {
      talk.messages = talk.messages.map((m) =>
        m.state === 'queued' ? { ...m, state: 'sent', outboxId: null, externalId: `m_${m.id}` } : m,
      );
    }
    this.emit(...[...this.talks.keys()].slice(0, 20).map((id): Change => ({ entity: 'message', id, change: 'upserted', source: 'outbox' })));
  }

  #place(ids: readonly string[], change: (row: ConversationRow) => ConversationRow): void {
    const talks = ids.map((id) => this.#talk(id));
    for (const talk of talks) {
      talk.row = change(talk.row);
      this.#touch(talk.row.id);
    }
  }

  #sending(change: Partial<Sending> = {}): Sending {
    return {
      content: 'text',
      notBefore: null,
      scheduled: false,
      held: false,
      waits: false,
      asked: false,
      looks: 0,
      part: 1,
      parts: 1,
      maybeTwice: false,
      meta: null,
      ...change,
    };
  }

  #outboxItem(id: string): OutboxItem {
    for (const talk of this.talks.values()) {
      const message = talk.messages.find((m) => m.outboxId === id);
      if (message) {
        return {
          id,
          messageId: message.id,
          conversationId: talk.row.id,
          name: talk.row.name,
          clientId: '',
          text: message.text,
          author: message.author,
          state: message.state as OutboxItem['state'],
          fault: message.fault,
          attempts: 1,
          nextTryAt: message.nextTryAt,
          createdAt: message.sentAt,
          sending: message.sending ?? this.#sending(),
        };
      }
    }
    throw new CommandError({ code: 'not_found', message: 'no such outbox row' });
  }

  #sorted(view: Args<'inbox_list'>['view'], query: string | null | undefined): ConversationRow[] {
    const wanted = query?.toLowerCase() ?? '';
    return [...this.talks.values()]
      .map((talk) => talk.row)
      .filter((row) => inView(row, view))
      .filter((row) => wanted === '' || `${row.name} ${row.username}`.toLowerCase().includes(wanted))
      .sort((a, b) => (a.lastAt < b.lastAt ? 1 : a.lastAt > b.lastAt ? -1 : Number(b.id) - Number(a.id)));
  }

  #tally(): AiTally {
    const count = (...authors: Message['author'][]): number =>
      [...this.talks.values()].flatMap((talk) => talk.messages).filter((m) => authors.includes(m.author)).length;
    const drafted = [...this.talks.values()].filter((talk) => talk.draft?.text).length;
    const none = { sentAsIs: 0, edited: 0, rejected: 0, undone: 0, skipped: 0, unanswered: 0, calls: 0, failedCalls: 0, tokensIn: 0, tokensOut: 0, costCents: 0 };
    return { ...none, drafted, automatic: count('ai'), currency: 'USD' };
  }

  readonly #handlers: Handlers = {
    app_state: () => this.app,
    preferences_set: ({ preferences }) => (this.app = { ...this.app, preferences }).preferences,
    link_open: () => null,
    demo_start: () => {
      this.app = { ...this.app, demo: true, demoCanEnd: true };
      this.addAccount({ username: 'demo.shop', name: 'Demo' });
      return null;
    },
    demo_end: () => {
      this.app = { ...this.app, demo: false, demoCanEnd: false };
      this.accounts = this.accounts.filter((account) => account.username !== 'demo.shop');
      return null;
    },
    notification_settings_get: () => this.notifications,
    notification_settings_set: ({ settings }) => (this.notifications = settings),
    conversation_watch: () => null,
    sync_pause: ({ minutes }) => {
      this.sync = { ...this.sync, pausedUntil: minutes > 0 ? this.iso(-minutes * 60_000) : null };
      this.emit({ entity: 'sync', id: '', change: 'upserted', source: 'owner' });
      return null;
    },
    desktop_settings_get: () => this.desktop,
    desktop_settings_set: ({ keepRunning, startAtLogin }) => (this.desktop = { ...this.desktop, keepRunning, startAtLogin }),
    account_add_token: ({ token }) => {
      if (token.trim().length < 20) throw new CommandError({ code: 'token_invalid', message: 'short' });
      const account = this.addAccount();
      this.emit({ entity: 'account', id: account.id, change: 'upserted', source: 'owner' });
      return account;
    },
    account_connect_start: ({ appId, redirectUri }) => ({
      authorizeUrl: `https://www.instagram.com/oauth/authorize?client_id=${appId}&redirect_uri=${encodeURIComponent(redirectUri)}&response_type=code&state=3f9a`,
    }),
    account_connect_finish: ({ callbackUrl }) => {
      if (!callbackUrl.includes('code=')) throw new CommandError({ code: 'callback_unreadable', message: 'no code' });
      const account = this.addAccount();
      this.emit({ entity: 'account', id: account.id, change: 'upserted', source: 'owner' });
      return account;
    },
    account_page_choose: ({ pageId }) => {
      const page = this.app.connectQuestion?.pages.find((one) => one.pageId === pageId);
      if (!page) throw new CommandError({ code: 'login_unknown', message: 'nothing was asked' });
      this.app = { ...this.app, connectQuestion: null };
      return this.addAccount({ login: 'facebook', pageName: page.pageName, username: page.username ?? 'shop' });
    },
    account_switch_accept: () => {
      const came = this.app.connectQuestion?.switch?.came;
      if (came === undefined) throw new CommandError({ code: 'login_unknown', message: 'nothing was asked' });
      this.app = { ...this.app, connectQuestion: null };
      return this.addAccount({ username: came });
    },
    account_connect_stop: () => {
      this.app = { ...this.app, connectQuestion: null };
      return null;
    },
    account_list: () => [...this.accounts],
    account_disconnect: ({ accountId }) => {
      this.accounts = this.accounts.filter((account) => account.id !== accountId);
      this.emit({ entity: 'account', id: accountId, change: 'removed', source: 'owner' });
      return null;
    },
    backup_create: ({ path }) => {
      const made = { path: path ?? `/data/backups/replydesk-${this.backups.length + 1}.db`, madeAt: this.iso(0), bytes: 409_600 };
      if (!path) this.backups.unshift(made);
      return made;
    },
    backup_list: () => [...this.backups],
    backup_restore: ({ path }) => {
      const found = this.backups.find((backup) => backup.path === path);
      if (!found) throw new CommandError({ code: 'not_found', message: 'no such backup' });
      this.restartNeeded = true;
      return { madeAt: found.madeAt, messages: 12 };
    },
    export_create: ({ path, format }) => ({
      path: path ?? `/data/exports/replydesk.${format}`,
      conversations: this.talks.size,
      messages: [...this.talks.values()].reduce((sum, talk) => sum + talk.messages.length, 0),
      bytes: 20_480,
    }),
    person_erase: ({ conversationId }) => {
      const talk = this.talks.get(conversationId);
      if (!talk) throw new CommandError({ code: 'not_found', message: 'no such conversation' });
      this.talks.delete(conversationId);
      this.emit({ entity: 'conversation', id: conversationId, change: 'removed', source: 'owner' });
      return { messages: talk.messages.length, copies: this.backups.length, untouched: [] };
    },
    all_erase: ({ confirm }) => {
      if (confirm.trim() !== 'ERASE') throw new CommandError({ code: 'confirm_mismatch', message: 'not typed' });
      this.talks.clear();
      this.accounts = [];
      this.backups = [];
      this.restartNeeded = true;
      return null;
    },
    diagnostics_get: () => ({
      version: this.app.version,
      system: 'linux x86_64',
      apiVersion: 'v24.0',
      secrets: this.app.secrets,
      schema: 3,
      dataDir: '~/.local/share/replydesk',
      fileBytes: 4_200_000,
      logFile: '~/.local/share/replydesk/logs/replydesk.log',
      accounts: this.accounts.length,
      conversations: this.talks.size,
      messages: [...this.talks.values()].reduce((sum, talk) => sum + talk.messages.length, 0),
      entries: this.knowledge.length,
      unsettled: 0,
      support: `ReplyDesk ${this.app.version}\nsystem: linux x86_64\naccounts ${this.accounts.length}, conversations ${this.talks.size}\n`,
    }),
    recovery_get: () => ({
      uncleanStop: false,
      check: 'not_needed',
      recovery: this.recovery,
      restartNeeded: this.restartNeeded,
    }),
    recovery_dismiss: () => {
      this.recovery = null;
      return null;
    },
    sync_now: () => null,
    sync_status: () => this.sync,
    sync_log: ({ accountId, limit }) => this.syncLog.filter((entry) => !accountId || entry.accountId === accountId).slice(0, limit),
    sync_budget_set: ({ accountId, callsPerHour }) => {
      this.sync = { ...this.sync, accounts: this.sync.accounts.map((one) => (one.accountId === accountId ? { ...one, callsBudget: callsPerHour } : one)) };
      return this.sync;
    },
    focus_set: () => null,
    egress_list: () => this.egress,
    absence_get: () => this.absence,
    absence_dismiss: () => {
      this.absence = null;
      return null;
    },
    inbox_counts: () => {
      const count = (view: InboxView) => this.#sorted(view, null).length;
      const unread = [...this.talks.values()].filter((talk) => talk.row.unread > 0);
      return {
        needsYou: count('needs_you'),
        aiReady: count('ai_ready'),
        all: count('all'),
        done: count('done'),
        snoozed: count('snoozed'),
        unread: unread.length,
        unreadMessages: unread.reduce((sum, talk) => sum + talk.row.unread, 0),
      };
    },
    inbox_list: ({ view, query, cursor, limit, filter }) => {
      const soon = this.clock() + 2 * 3_600_000;
      const rows = this.#sorted(view, query).filter(
        (row) =>
          (!filter?.unread || row.unread > 0) &&
          (!filter?.labelId || row.labels.includes(filter.labelId)) &&
          (!filter?.accountId || row.accountId === filter.accountId) &&
          (!filter?.windowSoon ||
            (row.windowClosesAt !== null && Date.parse(row.windowClosesAt) > this.clock() && Date.parse(row.windowClosesAt) <= soon)),
      );
      const from = cursor ? Number(cursor) : 0;
      const items = rows.slice(from, from + limit);
      return { items, nextCursor: from + limit < rows.length ? String(from + limit) : null, total: rows.length };
    },
    conversation_open: ({ conversationId, before, limit }) => {
      const talk = this.#talk(conversationId);
      const end = before ? Number(before) : talk.messages.length;
      const from = Math.max(0, end - limit);
      return {
        conversation: talk.row,
        messages: talk.messages.slice(from, end),
        olderBefore: from > 0 ? String(from) : null,
        draft: talk.draft,
        instagramUrl: 'https://www.instagram.com/direct/inbox/',
        gaps: [],
        referral: null,
        composing: talk.composing,
      };
    },
    conversation_page: ({ conversationId, around, after, limit }) => {
      const talk = this.#talk(conversationId);
      const at = Number(around ?? after ?? 0);
      const from = around ? Math.max(0, at - Math.floor(limit / 2)) : at + 1;
      const to = Math.min(talk.messages.length, from + limit);
      return {
        messages: talk.messages.slice(from, to),
        olderBefore: around && from > 0 ? String(from) : null,
        newerAfter: to < talk.messages.length ? String(to - 1) : null,
      };
    },
    conversation_done: ({ ids, done }) => {
      this.#place(ids, (row) => ({ ...row, place: done ? 'done' : 'open', snoozedUntil: null }));
      return null;
    },
    conversation_snooze: ({ ids, until }) => {
      this.#place(ids, (row) => ({ ...row, place: until ? 'snoozed' : 'open', snoozedUntil: until ?? null }));
      return null;
    },
    conversation_unread: ({ ids }) => {
      this.#place(ids, (row) => ({ ...row, unread: Math.max(1, row.unread) }));
      return null;
    },
    label_list: () =>
      this.labels.map((label) => ({
        ...label,
        conversations: [...this.talks.values()].filter((talk) => talk.row.labels.includes(label.id)).length,
      })),
    label_set: ({ labelId, name, color }) => {
      const label: Label = { id: labelId ?? this.id(), name, color, conversations: 0 };
      this.labels = [...this.labels.filter((one) => one.id !== label.id), label];
      this.emit({ entity: 'label', id: label.id, change: 'upserted', source: 'owner' });
      return label;
    },
    label_remove: ({ labelId }) => {
      this.labels = this.labels.filter((one) => one.id !== labelId);
      for (const talk of this.talks.values()) talk.row = { ...talk.row, labels: talk.row.labels.filter((id) => id !== labelId) };
      this.emit({ entity: 'label', id: labelId, change: 'removed', source: 'owner' });
      return null;
    },
    conversation_label: ({ ids, labelId, on }) => {
      this.#place(ids, (row) => {
        const others = row.labels.filter((id) => id !== labelId);
        return { ...row, labels: on ? [...others, labelId] : others };
      });
      return null;
    },
    filter_list: () => [...this.filters],
    filter_set: ({ filterId, name, view, filter }) => {
      const saved: SavedFilter = { id: filterId ?? this.id(), name, view, filter };
      this.filters = [...this.filters.filter((one) => one.id !== saved.id), saved];
      this.emit({ entity: 'label', id: '', change: 'upserted', source: 'owner' });
      return saved;
    },
    filter_remove: ({ filterId }) => {
      this.filters = this.filters.filter((one) => one.id !== filterId);
      this.emit({ entity: 'label', id: '', change: 'removed', source: 'owner' });
      return null;
    },
    note_list: ({ conversationId }) => this.notes.filter((note) => note.conversationId === conversationId),
    note_add: ({ conversationId, text }) => {
      const note: Note = { id: this.id(), conversationId, text, createdAt: this.iso(), changedAt: null };
      this.notes = [...this.notes, note];
      this.emit({ entity: 'note', id: conversationId, change: 'upserted', source: 'owner' });
      return note;
    },
    note_change: ({ noteId, text }) => {
      this.notes = this.notes.map((note) => (note.id === noteId ? { ...note, text, changedAt: this.iso() } : note));
      const note = this.notes.find((one) => one.id === noteId);
      if (!note) throw new CommandError({ code: 'not_found', message: 'no such note' });
      this.emit({ entity: 'note', id: note.conversationId, change: 'upserted', source: 'owner' });
      return note;
    },
    note_remove: ({ noteId }) => {
      const note = this.notes.find((one) => one.id === noteId);
      this.notes = this.notes.filter((one) => one.id !== noteId);
      this.emit({ entity: 'note', id: note?.conversationId ?? '', change: 'upserted', source: 'owner' });
      return null;
    },
    composer_save: ({ conversationId, text }) => {
      const talk = this.#talk(conversationId);
      talk.composing = text;
      talk.row = { ...talk.row, composing: text.slice(0, 120) };
      return null;
    },
    customer_picture: () => null,
    media_read: () => {
      // A grey dot.
      const base64 = 'R0lGODdhAQABAIAAAICAgAAAACwAAAAAAQABAAACAkQBADs=';
      return { mime: 'image/gif', base64, width: 1, height: 1 };
    },
    media_open: () => null,
    privacy_settings_get: () => ({ keepMedia: this.keepMedia, mediaDays: 3, storedFiles: 0, storedKilobytes: 0 }),
    privacy_settings_set: ({ keepMedia }) => {
      this.keepMedia = keepMedia;
      return { keepMedia, mediaDays: 3, storedFiles: 0, storedKilobytes: 0 };
    },
    webhook_set: ({ enabled }) => {
      this.webhooks = enabled;
      return enabled ? { url: 'http://127.0.0.1:8719/instagram', verifyToken: 'fake-verify-token' } : { url: '', verifyToken: '' };
    },
    webhook_status: ({ accountId }) => ({
      accountId,
      enabled: this.webhooks,
      light: this.webhooks ? 'waiting' : 'off',
      setup: this.webhooks ? { url: 'http://127.0.0.1:8719/instagram', verifyToken: 'fake-verify-token' } : null,
      fields: ['messages', 'message_reactions', 'message_edit', 'messaging_postbacks', 'messaging_referral', 'messaging_seen'],
      listening: this.webhooks,
      hasSecret: this.webhooks,
      fault: null,
      handshakeAt: null,
      testedAt: null,
      eventAt: null,
      events: 0,
      refused: 0,
      refusedAt: null,
      missedByWebhook: 0,
      missedByPolling: 0,
      unreadable: 0,
    }),
    conversation_mark_read: ({ conversationId }) => {
      const talk = this.#talk(conversationId);
      talk.row = { ...talk.row, unread: 0 };
      this.#touch(conversationId);
      return null;
    },
    search: ({ query, limit, filter }) => {
      const wanted = query.toLowerCase();
      const hits: Result<'search'> = [];
      for (const talk of this.talks.values()) {
        if (filter?.conversationId && talk.row.id !== filter.conversationId) continue;
        if (filter?.labelId && !talk.row.labels.includes(filter.labelId)) continue;
        for (const [index, message] of talk.messages.entries()) {
          const at = message.text.toLowerCase().indexOf(wanted);
          if (at < 0) continue;
          if (filter?.authors?.length && !filter.authors.includes(message.author)) continue;
          if ((filter?.from && message.sentAt < filter.from) || (filter?.to && message.sentAt >= filter.to)) continue;
          const from = Math.max(0, at - 24);
          const snippet = (from > 0 ? '…' : '') + message.text.slice(from, at + wanted.length + 60);
          const start = at - from + (from > 0 ? 1 : 0);
          hits.push({
            messageId: message.id,
            conversationId: talk.row.id,
            name: talk.row.name,
            snippet,
            marks: [{ start, end: start + wanted.length }],
            author: message.author,
            sentAt: message.sentAt,
            cursor: String(index),
          });
        }
      }
      return hits.sort((a, b) => (a.sentAt < b.sentAt ? 1 : -1)).slice(0, limit);
    },
    message_send: ({ conversationId, text }) => this.#send(this.#talk(conversationId), 'owner', text, null),
    message_schedule: ({ conversationId, text, at }) => {
      const talk = this.#talk(conversationId);
      const closes = talk.row.window.closesAt;
      if (closes === null || at >= closes) throw new CommandError({ code: 'schedule_outside_window', message: 'closed by then' });
      const message = this.#send(talk, 'owner', text, null);
      talk.messages = talk.messages.map((m) =>
        m.id === message.id ? { ...m, nextTryAt: at, sending: this.#sending({ notBefore: at, scheduled: true }) } : m,
      );
      return talk.messages.find((m) => m.id === message.id) ?? message;
    },
    message_split: ({ text }) => {
      const size = (piece: string) => new TextEncoder().encode(piece).length;
      const parts: string[] = [];
      for (const sentence of text.match(/[^.!?]*[.!?]*\s*/gu) ?? []) {
        const last = parts.at(-1);
        if (last !== undefined && size((last + sentence).trim()) <= 1000) parts[parts.length - 1] = last + sentence;
        else if (sentence.trim() !== '') parts.push(sentence);
      }
      return { parts: parts.map((part) => ({ text: part.trim(), bytes: size(part.trim()) })), bytes: size(text), limit: 1000 };
    },
    heart_send: ({ conversationId }) => {
      const talk = this.#talk(conversationId);
      const message = this.#send(talk, 'owner', '', null);
      talk.messages = talk.messages.map((m) => (m.id === message.id ? { ...m, kind: 'sticker' } : m));
      return { ...message, kind: 'sticker' };
    },
    reaction_set: () => null,
    typing_note: () => null,
    sending_settings_get: () => this.sending,
    sending_settings_set: ({ settings }) => {
      const { accounts, ...rest } = settings;
      this.sending = {
        ...this.sending,
        ...rest,
        accounts: this.sending.accounts.map((account) => ({ ...account, ...accounts?.find((a) => a.accountId === account.accountId) })),
      };
      return this.sending;
    },
    outbox_check: ({ id }) => this.#outboxItem(id),
    outbox_send_now: ({ id }) => {
      const item = this.#outboxItem(id);
      this.deliver();
      return { ...item, nextTryAt: null };
    },
    outbox_list: () => [],
    outbox_retry: ({ id }) => {
      const item = this.#outboxItem(id);
      const talk = this.#talk(item.conversationId);
      talk.messages = talk.messages.map((m) => (m.outboxId === id ? { ...m, state: 'queued', fault: null } : m));
      this.#touch(item.conversationId);
      return this.#outboxItem(id);
    },
    outbox_discard: ({ id }) => {
      const item = this.#outboxItem(id);
      const talk = this.#talk(item.conversationId);
      talk.messages = talk.messages.map((m) => (m.outboxId === id ? { ...m, state: 'cancelled', outboxId: null } : m));
      this.#touch(item.conversationId);
      return null;
    },
    draft_get: ({ conversationId }) => this.#talk(conversationId).draft,
    draft_approve: ({ draftId, text }) => {
      const { talk, draft } = this.#draft(draftId);
      return this.#send(talk, 'owner', text ?? draft.text, draft.id);
    },
    draft_reject: ({ draftId }) => {
      const { talk } = this.#draft(draftId);
      talk.draft = null;
      talk.row = { ...talk.row, state: 'waiting', autoAt: null };
      this.#touch(talk.row.id);
      return null;
    },
    draft_regenerate: ({ conversationId }) => {
      const talk = this.#talk(conversationId);
      const old = talk.draft;
      const draft = this.propose(talk, old?.text ?? 'Hello! How can I help you?', { cites: old?.cites ?? [], reasons: [] });
      this.#touch(conversationId, 'ai');
      return draft;
    },
    draft_stop: ({ draftId }) => {
      const { talk, draft } = this.#draft(draftId);
      talk.draft = { ...draft, outcome: 'proposed', autoAt: null, reasons: ['stopped'] };
      talk.row = { ...talk.row, state: 'draft_ready', autoAt: null };
      this.#touch(talk.row.id);
      return talk.draft;
    },
    draft_why: ({ draftId }) => {
      const { draft } = this.#draft(draftId);
      return {
        draft,
        stages: [
          { stage: 'triage', detail: '{"answer":true,"lang":"tr"}', micros: 412, at: draft.createdAt },
          { stage: 'retrieval', detail: '{"best":0.81,"entries":["12","31"]}', micros: 9100, at: draft.createdAt },
          { stage: 'verify', detail: '{"checks":3,"failed":0}', micros: 730, at: draft.createdAt },
          { stage: 'decision', detail: '{"outcome":"propose"}', micros: 40, at: draft.createdAt },
        ],
      };
    },
    auto_reply_set: ({ conversationId, mode }) => {
      const talk = this.#talk(conversationId);
      talk.row = { ...talk.row, mode };
      this.#touch(conversationId);
      return talk.row;
    },
    ai_pause: ({ paused }) => (this.ai = { ...this.ai, paused }),
    ai_settings_get: () => this.ai,
    ai_settings_set: ({ settings }) => {
      const { apiKey, ...rest } = settings;
      this.ai = { ...this.ai, ...rest, hasKey: apiKey === undefined ? this.ai.hasKey : apiKey !== '' };
      return this.ai;
    },
    ai_presets: () => [
      { id: 'openai', name: 'OpenAI', baseUrl: 'https://api.openai.com/v1', model: 'gpt-4.1-mini', needsKey: true, local: false, keyPage: 'https://platform.openai.com/api-keys', priceInCents: 40, priceOutCents: 160 },
      { id: 'ollama', name: 'Ollama', baseUrl: 'http://localhost:11434/v1', model: '', needsKey: false, local: true, keyPage: '', priceInCents: 0, priceOutCents: 0 },
      { id: 'other', name: '', baseUrl: '', model: '', needsKey: false, local: false, keyPage: '', priceInCents: 0, priceOutCents: 0 },
    ],
    ai_probe: () => {
      this.ai = { ...this.ai, dialect: 'json_object' };
      return { dialect: 'json_object', millis: 420, tokensIn: 31, tokensOut: 6 };
    },
    knowledge_add: ({ more, ...args }) => {
      const { answers = [], expiresAt = null, topic = '' } = more ?? {};
      const entry: KnowledgeEntry = { id: this.id(), ...args, updatedAt: this.iso(), answers, expiresAt, topic, source: null, doubt: null };
      this.knowledge.push(entry);
      this.emit({ entity: 'entry', id: entry.id, change: 'upserted', source: 'owner' });
      return entry;
    },
    knowledge_change: ({ entry }) => {
      this.knowledge = this.knowledge.map((old) => (old.id === entry.id ? { ...entry, updatedAt: this.iso() } : old));
      this.emit({ entity: 'entry', id: entry.id, change: 'upserted', source: 'owner' });
      return entry;
    },
    knowledge_remove: ({ entryId }) => {
      this.knowledge = this.knowledge.filter((entry) => entry.id !== entryId);
      this.emit({ entity: 'entry', id: entryId, change: 'removed', source: 'owner' });
      return null;
    },
    knowledge_list: () => [...this.knowledge],
    unanswered_list: () => [],
    draft_revise: ({ draftId, how }) => {
      const { talk, draft } = this.#draft(draftId);
      const text = how === 'shorter' ? (draft.text.split(/(?<=[.!?])\s/)[0] ?? draft.text) : `${draft.text} 😊`;
      return this.propose(talk, text, { engine: 'endpoint', model: this.ai.model, cites: draft.cites });
    },
    why_export: ({ draftId }) => ({ fileName: `replydesk-why-${draftId}.json`, content: JSON.stringify(this.#draft(draftId).draft, null, 2) }),
    chips_get: ({ conversationId }) => {
      const asked = this.#talk(conversationId).messages.filter((m) => m.author === 'customer').at(-1)?.text.toLowerCase() ?? '';
      const fits = this.knowledge.filter((entry) => entry.questions.some((q) => q.toLowerCase().split(/\W+/).some((w) => w.length > 3 && asked.includes(w))));
      return fits.slice(0, 3).map((entry) => ({ entryId: entry.id, question: entry.questions[0] ?? '', text: entry.answer, lang: entry.lang, score: 0.5 }));
    },
    replay_run: () => ({ turns: 0, same: 0, differing: [], engine: 'embedded' }),
    knowledge_conflicts: () => [],
    knowledge_import: ({ path }) => {
      const name = path.split(/[\\/]/).at(-1) ?? path;
      const source: KnowledgeSource = { id: this.id(), path, name, kind: 'file', state: 'fresh', fault: null, entries: 0, problems: [], readAt: this.iso(), lookedAt: this.iso() };
      this.sources.push(source);
      this.emit({ entity: 'entry', id: `source-${source.id}`, change: 'upserted', source: 'owner' });
      return source;
    },
    knowledge_sources: () => [...this.sources],
    source_read: ({ sourceId }) => {
      const source = this.sources.find((one) => one.id === sourceId);
      if (!source) throw new CommandError({ code: 'not_found', message: 'no such source' });
      return source;
    },
    source_remove: ({ sourceId }) => {
      this.sources = this.sources.filter((one) => one.id !== sourceId);
      return null;
    },
    suggestion_list: () => [...this.suggestions],
    suggestion_accept: ({ suggestionId, question, answer }) => {
      const found = this.suggestions.find((one) => one.id === suggestionId);
      if (!found) throw new CommandError({ code: 'not_found', message: 'no such suggestion' });
      this.suggestions = this.suggestions.filter((one) => one !== found);
      return this.#handlers.knowledge_add({ questions: [question ?? found.question], answer: answer ?? found.answer, lang: found.lang, autoOk: false, internal: false });
    },
    suggestion_dismiss: ({ suggestionId }) => {
      this.suggestions = this.suggestions.filter((one) => one.id !== suggestionId);
      return null;
    },
    topic_list: () => [...this.topics],
    topic_mode_set: ({ key, mode }) => {
      this.topics = this.topics.map((topic) => (topic.key === key ? { ...topic, mode: mode ?? null } : topic));
      const topic = this.topics.find((one) => one.key === key);
      if (!topic) throw new CommandError({ code: 'not_found', message: 'no such topic' });
      return topic;
    },
    style_notes_get: () => this.style,
    style_notes_set: ({ notes }) => (this.style = { ...this.style, own: notes.own ?? this.style.own }),
    ai_today: () => ({ tally: this.#tally(), automaticLeft: 100, budgetLeftCents: null, quietNow: false, locked: [], suggestions: this.suggestions.length, entriesToCheck: 0 }),
    saved_reply_list: () => [...this.savedReplies],
    saved_reply_set: ({ reply }) => {
      const saved: SavedReply = { lang: null, shortcut: null, ...reply, id: reply.id ?? this.id(), updatedAt: this.iso() };
      this.savedReplies = [...this.savedReplies.filter((old) => old.id !== saved.id), saved];
      this.emit({ entity: 'saved_reply', id: saved.id, change: 'upserted', source: 'owner' });
      return saved;
    },
    saved_reply_remove: ({ savedReplyId }) => {
      this.savedReplies = this.savedReplies.filter((old) => old.id !== savedReplyId);
      this.emit({ entity: 'saved_reply', id: savedReplyId, change: 'removed', source: 'owner' });
      return null;
    },
    saved_reply_fill: ({ savedReplyId, conversationId }) => {
      const text = this.savedReplies.find((old) => old.id === savedReplyId)?.text ?? '';
      return { text: text.replaceAll('{name}', this.#talk(conversationId).row.name), missing: [] };
    },
    ai_usage: ({ month }) => ({ month: month ?? this.iso().slice(0, 7), total: this.#tally(), days: [] }),
  };
}

function inView(row: ConversationRow, view: InboxView): boolean {
  switch (view) {
    case 'needs_you':
      return row.state !== 'quiet' && row.place === 'open';
    case 'ai_ready':
      return ['draft_ready', 'countdown'].includes(row.state) && row.place === 'open';
    case 'done':
      return row.place === 'done';
    case 'snoozed':
      return row.place === 'snoozed';
    case 'all':
      return true;
  }
}
