// Everything the window knows, and the one place where news is handed round.

import { createContext } from 'svelte';
import type { Account, AiSettings, AppState, Change, ConversationRow, Preferences, SyncStatus } from '$lib/ipc/bindings';
import { CommandError, type Host } from '$lib/ipc/host';
import { chooseLanguage, i18n, t } from '$lib/i18n/index.svelte';
import { afterPaint } from '$lib/paint';
import { Router, type Route } from '$lib/router.svelte';
import { Announcer } from './announcer.svelte';
import { coalesce } from './coalesce';
import { Composer } from './composer.svelte';
import { DraftDesk } from './draft.svelte';
import { Find } from './find.svelte';
import { Inbox } from './inbox.svelte';
import { KeyMap } from './keys.svelte';
import { Labels } from './labels.svelte';
import { Layout } from './layout.svelte';
import { Meanwhile } from './meanwhile.svelte';
import { Notes } from './notes.svelte';
import { Search } from './search.svelte';
import { Setup } from './setup.svelte';
import { Thread, type ShownMessage } from './thread.svelte';
import { Triage } from './triage.svelte';
import { Undo } from './undo.svelte';
import { Views } from './views';
import { Watch } from './watch';

/** A check of Instagram that found nothing is no news; its time is asked for. */
const SYNC_EVERY_MS = 15_000;
/** So long the first picture waits for its rows. */
const ROWS_ARE_LATE_MS = 300;
/** News is taken in at most this often: twenty messages a second must not redraw twenty times. */
const NEWS_EVERY_MS = 120;
/** What may be opened next is read once the owner stays where they are for so long. */
const AHEAD_AFTER_MS = 150;

export class Desk {
  readonly router = new Router();
  readonly announcer = new Announcer();
  readonly inbox: Inbox;
  readonly thread: Thread;
  readonly composer: Composer;
  readonly draft: DraftDesk;
  readonly search: Search;
  readonly find: Find;
  readonly keys = new KeyMap();
  readonly labels: Labels;
  readonly layout = new Layout();
  readonly meanwhile: Meanwhile;
  readonly notes: Notes;
  readonly triage: Triage;
  readonly undo = new Undo();

  app = $state.raw<AppState | null>(null);
  accounts = $state.raw<readonly Account[] | null>(null);
  ai = $state.raw<AiSettings | null>(null);
  sync = $state.raw<SyncStatus | null>(null);
  /** Why the engine could not start. */
  startFault = $state.raw<CommandError | null>(null);
  /** A fault of something that has no place of its own on screen. */
  fault = $state.raw<CommandError | null>(null);
  engineGone = $state(false);
  pausing = $state(false);
  helpOpen = $state(false);
  /** Questions that the owner wants to answer, for the knowledge's form. */
  teach = $state('');
  paletteOpen = $state(false);
  emojiOpen = $state(false);
  scheduleOpen = $state(false);
  /** What was entered in the set-up so far and is no secret. */
  readonly setup = new Setup();
  /** The first picture is on screen: what it can do without may come. */
  settled = $state(false);
  /** Counts changes of knowledge, for the screen that lists it. */
  knowledgeVersion = $state(0);
  /** Counts logins that ended by a link; how they ended is `app.connectFault`. */
  loginVersion = $state(0);

  /** Fulfilled as soon as there is something to show: words, and the first rows unless they are late. */
  readonly readyToShow: Promise<void>;
  #canShow: () => void = () => {};
  #stop: (() => void)[] = [];

  readonly #watch: Watch;
  readonly #views: Views;

  constructor(readonly host: Host) {
    this.#watch = new Watch(host, () => this.thread.id);
    this.inbox = new Inbox(host, this.announcer);
    this.#views = new Views(host);
    this.thread = new Thread(host, this.announcer, this.#views);
    this.composer = new Composer(this.thread, host);
    this.draft = new DraftDesk(host, this.thread, this.composer);
    this.search = new Search(host);
    this.find = new Find(host, this.thread);
    this.labels = new Labels(host);
    this.meanwhile = new Meanwhile(host, (job) => this.#keep(job));
    this.notes = new Notes(host);
    this.triage = new Triage(this);
    this.readyToShow = new Promise((resolve) => {
      this.#canShow = resolve;
    });
  }

  async start(): Promise<void> {
    this.startFault = null;
    try {
      this.app = await this.host.call('app_state', {});
    } catch (thrown) {
      this.startFault = CommandError.from(thrown);
      await this.#speak(null);
      this.#canShow();
      return;
    }
    // The first rows are on their way while the words to show them with are.
    const first = this.#readFirst();
    await this.#speak(this.app.preferences);
    void Promise.race([first, new Promise((late) => setTimeout(late, ROWS_ARE_LATE_MS))]).then(this.#canShow);
    this.#stop.push(
      this.router.start((route) => this.#follow(route)),
      this.#watch.start(),
      this.host.onChanges({
        changes: (batch) => this.apply(batch),
        gap: () => void this.readAll(),
        connected: (up) => {
          this.engineGone = !up;
        },
      }),
    );
    // What came while the window was out of sight is read once it is looked at.
    const looked = () => {
      if (document.hidden) void this.composer.flush();
      else if (this.thread.id !== null) void this.thread.refresh();
    };
    const leaving = () => void this.composer.flush();
    window.addEventListener('pagehide', leaving);
    document.addEventListener('visibilitychange', looked);
    const timer = setInterval(() => {
      if (!document.hidden) void this.readSync();
    }, SYNC_EVERY_MS);
    this.#stop.push(
      () => document.removeEventListener('visibilitychange', looked),
      () => window.removeEventListener('pagehide', leaving),
      () => clearInterval(timer),
    );
    await first;
    const route = this.router.route;
    if (route.screen === 'inbox' && route.conversation) void this.open(route.conversation);
    await this.#readRest();
    this.#lookAhead();
    afterPaint(() => {
      this.settled = true;
    });
  }

  /** The address was changed from outside, as by a click on a notification. */
  #follow(route: Route): void {
    if (route.screen === 'inbox' && route.conversation && route.conversation !== this.thread.id) {
      void this.open(route.conversation);
    }
  }

  stop(): void {
    clearTimeout(this.#aheadTimer);
    for (const stop of this.#stop.splice(0)) stop();
  }

  /** Reads again whatever is on screen. */
  async readAll(): Promise<void> {
    this.#views.forget('');
    await Promise.all([
      this.#readFirst(),
      this.#readRest(),
      this.thread.id === null ? null : this.thread.refresh(),
    ]);
    this.knowledgeVersion += 1;
  }

  /** What the first picture of the window shows. */
  async #readFirst(): Promise<void> {
    await Promise.all([this.inbox.refresh(), this.readAccounts()]);
  }

  async #readRest(): Promise<void> {
    await Promise.all([this.readAi(), this.readSync(), this.labels.refresh(), this.meanwhile.read()]);
  }

  /** One batch of news: each thing on screen is read again once, whatever the batch's size. */
  apply(batch: readonly Change[]): void {
    let list = false;
    let open = false;
    let accounts = false;
    let login = false;
    let sync = false;
    let settings = false;
    let knowledge = false;
    for (const { entity, id } of batch) {
      switch (entity) {
        case 'conversation':
        case 'message':
        case 'draft':
        case 'outbox':
          this.#views.forget(id);
          list = true;
          open ||= id === this.thread.id || id === '';
          break;
        case 'writing':
          this.#views.forget(id);
          if (id === this.thread.id) void this.thread.readDraft();
          break;
        case 'account':
          this.#views.forget('');
          accounts = true;
          login ||= id === '';
          sync = true;
          list = true;
          break;
        case 'sync':
          // Without an id: news was lost on the way, anything may be different.
          if (id === '') {
            void this.readAll();
            return;
          }
          sync = true;
          break;
        case 'settings':
          this.#views.forget('');
          settings = true;
          break;
        case 'entry':
          knowledge = true;
          break;
        case 'label':
          this.#views.forget('');
          void this.labels.refresh();
          list = true;
          break;
        case 'note':
          if (id === this.thread.id && this.layout.contextOpen) void this.notes.read(id);
          break;
      }
    }
    if (list || open) this.#soon(list, open);
    if (accounts) void this.readAccounts();
    if (login) void this.#loginEnded();
    if (sync) {
      void this.readSync();
      void this.meanwhile.readOn();
    }
    if (settings) {
      void this.readAi();
      void this.#readPreferences();
    }
    if (knowledge) this.knowledgeVersion += 1;
  }

  #news = { list: false, open: false };
  #newsTimer: ReturnType<typeof setTimeout> | null = null;

  /** The first news at once, what follows together a moment later. */
  #soon(list: boolean, open: boolean): void {
    this.#news.list ||= list;
    this.#news.open ||= open;
    if (this.#newsTimer) return;
    this.#takeIn();
    this.#newsTimer = setTimeout(() => {
      this.#newsTimer = null;
      if (this.#news.list || this.#news.open) this.#soon(false, false);
    }, NEWS_EVERY_MS);
  }

  #takeIn(): void {
    const { list, open } = this.#news;
    this.#news = { list: false, open: false };
    if (list) void this.inbox.refresh().then(() => this.#lookAhead());
    if (open && this.thread.id !== null) void this.thread.refresh();
  }

  #walking: ConversationRow | null = null;

  /**
   * Selects a row at once and opens it after the next paint: when a key is held, rows are walked
   * past at its speed, and only the last one is opened.
   */
  walk(row: ConversationRow): void {
    this.inbox.select(row.id);
    const under = this.#walking !== null;
    this.#walking = row;
    if (under) return;
    afterPaint(() => {
      const last = this.#walking;
      this.#walking = null;
      if (last && this.inbox.selectedId === last.id) void this.open(last.id, last);
    });
  }

  async open(id: string, row?: ConversationRow | null): Promise<void> {
    if (this.thread.id !== id) {
      this.draft.leave();
      this.find.close();
      this.emojiOpen = false;
      this.scheduleOpen = false;
      void this.composer.flush();
    }
    this.inbox.select(id);
    this.router.go({ screen: 'inbox', conversation: id });
    const opened = this.thread.open(id, row ?? this.inbox.rows.find((one) => one.id === id));
    afterPaint(() => this.#watch.look());
    await opened;
    this.#lookAhead();
  }

  closeThread(): void {
    this.draft.leave();
    this.thread.close();
    this.#watch.look();
    this.router.go({ screen: 'inbox', conversation: null });
    this.#lookAhead();
  }

  #aheadTimer: ReturnType<typeof setTimeout> | undefined;

  /** Reads where the next key may lead. */
  #lookAhead(): void {
    clearTimeout(this.#aheadTimer);
    this.#aheadTimer = setTimeout(() => {
      if (document.hidden) return;
      const { rows, selectedIndex } = this.inbox;
      const near = [rows[Math.max(selectedIndex, 0)], this.inbox.neighbour(1), this.inbox.neighbour(-1)];
      void this.#views.readAhead(near.filter((row) => row !== undefined && row !== null));
    }, AHEAD_AFTER_MS);
  }

  async setPaused(paused: boolean): Promise<void> {
    if (this.pausing) return;
    this.pausing = true;
    try {
      this.ai = await this.host.call('ai_pause', { paused });
    } catch (thrown) {
      this.fault = CommandError.from(thrown);
    } finally {
      this.pausing = false;
    }
  }

  async setPreferences(preferences: Preferences): Promise<void> {
    if (!this.app) return;
    const before = this.app;
    this.app = { ...before, preferences };
    await this.#speak(preferences);
    try {
      const kept = await this.host.call('preferences_set', { preferences });
      this.app = { ...before, preferences: kept };
    } catch (thrown) {
      this.fault = CommandError.from(thrown);
    }
  }

  /** The fictional shop opens in place of the owner's inbox. */
  async visitDemo(): Promise<void> {
    await this.#changeDesk('demo_start');
  }

  async leaveDemo(): Promise<void> {
    await this.#changeDesk('demo_end');
  }

  async #changeDesk(command: 'demo_start' | 'demo_end'): Promise<void> {
    try {
      await this.host.call(command, {});
    } catch (thrown) {
      this.fault = CommandError.from(thrown);
      return;
    }
    this.draft.leave();
    this.thread.close();
    this.router.go({ screen: 'inbox', conversation: null });
    await this.#readPreferences();
    await this.readAll();
  }

  /** Nothing is left: back to the beginning. */
  async leaveAfterErase(): Promise<void> {
    this.draft.leave();
    this.thread.close();
    this.router.go({ screen: 'welcome', step: null });
    await this.#readPreferences();
    await this.readAll();
  }

  /** Whether keys without Ctrl act (WCAG 2.1.4). */
  get singleKeys(): boolean {
    return this.keys.single;
  }

  setSingleKeys(on: boolean): void {
    this.keys.setSingle(on);
  }

  /** Sends what is written, and offers to take it back for as long as the engine holds it. */
  async sendWritten(): Promise<void> {
    const id = this.thread.id;
    const known = new Set(this.thread.messages.map((message) => message.id));
    if (!(await this.composer.send()) || id === null || this.thread.id !== id) return;
    const message = this.thread.messages.findLast((one) => !known.has(one.id) && one.direction === 'out');
    if (message) this.offerTakeBack(message.id);
  }

  /** Offers to take back a message that is still held on this computer. */
  offerTakeBack(messageId: string): void {
    const message = this.thread.shown.find((one) => one.id === messageId);
    if (!message?.outboxId || message.state !== 'queued' || message.nextTryAt === null) return;
    const left = Date.parse(message.nextTryAt) - Date.now();
    if (left > 500 && left <= 60_000) this.undo.offer(t('undo.sending'), () => this.takeBack(message), left, true);
  }

  /** Takes a message back before it went out; its words go back to where they were written. */
  async takeBack(message: ShownMessage): Promise<void> {
    // A long text is several messages; all that follow are taken back with this one.
    const from = this.thread.shown.findIndex((one) => one.id === message.id);
    const parts: ShownMessage[] = [];
    for (const one of this.thread.shown.slice(from + 1)) {
      if (!follows(parts.at(-1) ?? message, one)) break;
      parts.push(one);
    }
    if (!(await this.thread.discard(message))) return;
    const words = this.composer.unsentIn(message.conversationId) ?? '';
    const back = [message, ...parts].map((one) => one.text).join('\n\n');
    if (message.draftId === null && words.trim() === '') this.composer.write(message.conversationId, back);
  }

  async openLink(url: string): Promise<void> {
    try {
      await this.host.call('link_open', { url });
    } catch (thrown) {
      this.fault = CommandError.from(thrown);
    }
  }

  async checkNow(): Promise<void> {
    for (const account of this.accounts ?? []) {
      try {
        await this.host.call('sync_now', { accountId: account.id });
      } catch (thrown) {
        this.fault = CommandError.from(thrown);
      }
    }
  }

  readonly readAccounts = coalesce(() => this.#keep(async () => {
    this.accounts = await this.host.call('account_list', {});
  }));

  readonly readAi = coalesce(() => this.#keep(async () => {
    this.ai = await this.host.call('ai_settings_get', {});
  }));

  readonly readSync = coalesce(() => this.#keep(async () => {
    this.sync = await this.host.call('sync_status', {});
  }));

  async #loginEnded(): Promise<void> {
    await this.#readPreferences();
    this.loginVersion += 1;
    const code = this.app?.connectFault;
    const watched = this.router.route.screen === 'connect' || this.accounts?.length === 0;
    if (this.app?.connectQuestion && !watched) this.router.go({ screen: 'connect' });
    if (code && !watched) this.fault = new CommandError({ code, message: 'login by link' });
  }

  async #readPreferences(): Promise<void> {
    await this.#keep(async () => {
      this.app = await this.host.call('app_state', {});
      await this.#speak(this.app.preferences);
    });
  }

  async #keep(job: () => Promise<void>): Promise<void> {
    try {
      await job();
    } catch (thrown) {
      const fault = CommandError.from(thrown);
      if (fault.code === 'engine_unreachable') this.engineGone = true;
      else this.fault = fault;
    }
  }

  /** Language and theme as the owner wants them, else as the system has them. */
  async #speak(preferences: Preferences | null): Promise<void> {
    const language = chooseLanguage(preferences?.language, navigator.languages);
    if (i18n.language !== language || !i18n.ready) await i18n.load(language);
    const theme = preferences?.theme;
    if (theme === 'light' || theme === 'dark') document.documentElement.dataset['theme'] = theme;
    else delete document.documentElement.dataset['theme'];
  }
}

/** Whether a message is the next part of the text that the other one is a part of. */
function follows(before: ShownMessage, message: ShownMessage): boolean {
  const [a, b] = [before.sending, message.sending];
  return a !== null && b !== null && b.parts === a.parts && b.part === a.part + 1;
}

export const [useDesk, provideDesk] = createContext<Desk>();
