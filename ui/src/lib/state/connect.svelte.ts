// Connecting an account, by any of the three ways.

import type { Account, Code, ConnectMethod, ConnectQuestion } from '$lib/ipc/bindings';
import { CommandError, type FaultCode, type Host } from '$lib/ipc/host';

export type ConnectWay = 'login' | 'facebook' | 'address' | 'token';
export const WAYS: readonly ConnectWay[] = ['login', 'facebook', 'address', 'token'];
/** Not faults: the engine asks the owner something before the login can end. */
const QUESTIONS: readonly FaultCode[] = ['page_needed', 'other_account'];

export class Connect {
  way = $state<ConnectWay>('login');
  appId = $state('');
  appSecret = $state('');
  redirectUri = $state('');
  callbackUrl = $state('');
  token = $state('');
  authorizeUrl = $state<string | null>(null);
  busy = $state(false);
  fault = $state.raw<CommandError | null>(null);
  done = $state(false);
  question = $state.raw<ConnectQuestion | null>(null);

  #before: string;

  constructor(
    private readonly host: Host,
    accounts: readonly Account[],
    redirectUri: string,
    /** The account that is to be connected again; `null` for a further one. */
    private readonly expected: string | null = null,
  ) {
    this.redirectUri = redirectUri;
    this.#before = fingerprint(accounts);
  }

  ready = $derived(this.appId.trim() !== '' && this.appSecret.trim() !== '' && this.redirectUri.trim() !== '');

  choose(way: ConnectWay): void {
    if (way !== this.way) this.startOver();
    this.way = way;
    this.fault = null;
  }

  async start(): Promise<void> {
    if (!this.ready) return;
    await this.#try(async () => {
      const { authorizeUrl } = await this.host.call('account_connect_start', {
        method: this.way === 'facebook' ? ('facebook_login' satisfies ConnectMethod) : 'instagram_login',
        appId: this.appId.trim(),
        appSecret: this.appSecret.trim(),
        redirectUri: this.redirectUri.trim(),
        accountId: this.expected,
      });
      // The engine has it now; it need not stay on the screen.
      this.appSecret = '';
      this.authorizeUrl = authorizeUrl;
      await this.openBrowser();
    });
  }

  async openBrowser(): Promise<void> {
    if (this.authorizeUrl === null) return;
    try {
      await this.host.call('link_open', { url: this.authorizeUrl });
    } catch {
      // The address is on screen with a copy button.
    }
  }

  async finish(): Promise<void> {
    const callbackUrl = this.callbackUrl.trim();
    if (callbackUrl === '') return;
    await this.#try(async () => {
      await this.host.call('account_connect_finish', { callbackUrl });
      this.done = true;
    });
  }

  async saveToken(): Promise<void> {
    const token = this.token.trim();
    if (token === '') return;
    await this.#try(async () => {
      await this.host.call('account_add_token', { token, accountId: this.expected });
      this.token = '';
      this.done = true;
    });
  }

  /** The accounts were read again: a login that ended in the browser shows here. */
  follow(accounts: readonly Account[]): void {
    const now = fingerprint(accounts);
    if (this.authorizeUrl !== null && accounts.length > 0 && now !== this.#before) this.done = true;
    this.#before = now;
  }

  /** A login ended by a link into this window, or asks something. */
  ended(code: Code | null, question: ConnectQuestion | null = null): void {
    this.question = question;
    if (this.authorizeUrl === null || question !== null) return;
    if (code === null) this.done = true;
    else this.fault = new CommandError({ code, message: 'login by link' });
  }

  /** The owner chose a Page. */
  async choosePage(pageId: string): Promise<void> {
    await this.#try(async () => {
      await this.host.call('account_page_choose', { pageId });
      this.question = null;
      this.done = true;
    });
  }

  /** The owner wants the account that came, beside the one that was expected. */
  async acceptSwitch(): Promise<void> {
    await this.#try(async () => {
      await this.host.call('account_switch_accept', {});
      this.question = null;
      this.done = true;
    });
  }

  /** The owner wants neither. */
  async stop(): Promise<void> {
    this.startOver();
    this.question = null;
    await this.#try(async () => {
      await this.host.call('account_connect_stop', {});
    });
  }

  startOver(): void {
    this.authorizeUrl = null;
    this.callbackUrl = '';
    this.fault = null;
  }

  async #try(job: () => Promise<void>): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    this.fault = null;
    try {
      await job();
    } catch (thrown) {
      const fault = CommandError.from(thrown);
      if (QUESTIONS.includes(fault.code)) this.question = (await this.host.call('app_state', {})).connectQuestion;
      // After ten minutes, or a restart, the question is gone and only the sentence is left.
      if (this.question === null) this.fault = fault;
    } finally {
      this.busy = false;
    }
  }
}

/** What a login changes about the accounts, and a poll does not. */
function fingerprint(accounts: readonly Account[]): string {
  return accounts.map((one) => `${one.id} ${one.tokenExpiresAt} ${one.receiving === 'broken'}`).sort().join();
}
