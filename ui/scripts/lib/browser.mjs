// A Chromium, spoken to over a pipe: no port, no further package. Without a window, unless an
// address is given that it shall show in one.

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--no-first-run', '--force-color-profile=srgb', '--remote-debugging-pipe'];

export class Browser {
  #child;
  #profile = mkdtempSync(join(tmpdir(), 'replydesk-browser-'));
  #next = 1;
  #answers = new Map();
  #rest = '';

  constructor({ program = process.env.CHROMIUM ?? 'chromium', window } = {}) {
    const shown = window ? ['--window-size=1180,760', `--app=${window}`] : ['--headless=new', '--hide-scrollbars', 'about:blank'];
    this.startedMs = Date.now();
    this.#child = spawn(program, [...FLAGS, `--user-data-dir=${this.#profile}`, ...shown], {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
    });
    this.#child.stdio[4].setEncoding('utf8');
    this.#child.stdio[4].on('data', (text) => this.#read(text));
  }

  /** One command of the DevTools protocol. */
  send(method, params = {}, sessionId) {
    const id = this.#next++;
    this.#child.stdio[3].write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
    return new Promise((resolve, reject) => this.#answers.set(id, { resolve, reject, method }));
  }

  /** The process. */
  get id() {
    return this.#child.pid;
  }

  /** The page of the window. */
  async first() {
    for (;;) {
      const { targetInfos } = await this.send('Target.getTargets');
      const page = targetInfos.find((one) => one.type === 'page');
      if (page) {
        const { sessionId } = await this.send('Target.attachToTarget', { targetId: page.targetId, flatten: true });
        return new Page(this, sessionId);
      }
      await new Promise((done) => setTimeout(done, 20));
    }
  }

  async page() {
    const { targetId } = await this.send('Target.createTarget', { url: 'about:blank' });
    const { sessionId } = await this.send('Target.attachToTarget', { targetId, flatten: true });
    return new Page(this, sessionId);
  }

  async close() {
    const gone = new Promise((resolve) => this.#child.once('exit', resolve));
    this.send('Browser.close').catch(() => {});
    await gone;
    rmSync(this.#profile, { recursive: true, force: true, maxRetries: 5 });
  }

  #read(text) {
    const parts = (this.#rest + text).split('\0');
    this.#rest = parts.pop() ?? '';
    for (const part of parts) {
      const { id, result, error } = JSON.parse(part);
      const answer = this.#answers.get(id);
      if (!answer) continue;
      this.#answers.delete(id);
      if (error) answer.reject(new Error(`${answer.method}: ${error.message}`));
      else answer.resolve(result);
    }
  }
}

export class Page {
  constructor(browser, session) {
    this.browser = browser;
    this.session = session;
  }

  send(method, params) {
    return this.browser.send(method, params, this.session);
  }

  async go(url) {
    await this.send('Page.enable');
    await this.send('Page.navigate', { url });
  }

  /** The page as if shown in a window of this size; `scale` is the zoom. */
  async size(width, height, scale = 1) {
    await this.send('Emulation.setDeviceMetricsOverride', {
      width: Math.round(width / scale),
      height: Math.round(height / scale),
      deviceScaleFactor: scale,
      mobile: false,
    });
  }

  /** `{ 'prefers-color-scheme': 'dark' }` and the like. */
  async media(features) {
    await this.send('Emulation.setEmulatedMedia', {
      features: Object.entries(features).map(([name, value]) => ({ name, value })),
    });
  }

  /** What an expression, awaited, comes to. */
  async run(expression) {
    const { result, exceptionDetails } = await this.send('Runtime.evaluate', {
      expression,
      awaitPromise: true,
      returnByValue: true,
    });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  }

  /** Waits until an expression is true. */
  async until(expression, what = expression, patienceMs = 20_000) {
    const end = Date.now() + patienceMs;
    for (;;) {
      if (await this.run(`Boolean(${expression})`).catch(() => false)) return;
      if (Date.now() > end) throw new Error(`never: ${what}`);
      await new Promise((done) => setTimeout(done, 60));
    }
  }

  /** A key, as from a keyboard: "Tab", "Enter", "a", "Control+Enter". */
  async press(keys) {
    const parts = keys.split('+');
    const key = parts.pop() || '+';
    const modifiers = parts.reduce((sum, name) => sum + ({ Alt: 1, Control: 2, Meta: 4, Shift: 8 }[name] ?? 0), 0);
    const code = CODES[key] ?? (/^[a-z]$/i.test(key) ? `Key${key.toUpperCase()}` : /^\d$/.test(key) ? `Digit${key}` : key);
    const number = NUMBERS[key] ?? key.toUpperCase().charCodeAt(0);
    const text = modifiers & 7 ? undefined : key === 'Enter' ? '\r' : key.length === 1 ? key : undefined;
    const event = { key, code, modifiers, windowsVirtualKeyCode: number, nativeVirtualKeyCode: number };
    await this.send('Input.dispatchKeyEvent', { ...event, type: text ? 'keyDown' : 'rawKeyDown', text });
    await this.send('Input.dispatchKeyEvent', { ...event, type: 'keyUp' });
  }

  async type(text) {
    for (const letter of text) {
      if (/^[a-z0-9 ]$/i.test(letter)) await this.press(letter === ' ' ? ' ' : letter);
      else await this.send('Input.insertText', { text: letter });
    }
  }

  async picture() {
    const { data } = await this.send('Page.captureScreenshot', { format: 'png' });
    return Buffer.from(data, 'base64');
  }
}

const CODES = { '/': 'Slash', '?': 'Slash', ' ': 'Space', ',': 'Comma' };
const NUMBERS = { Tab: 9, Enter: 13, Escape: 27, ' ': 32, ArrowUp: 38, ArrowDown: 40, ArrowLeft: 37, ArrowRight: 39, '/': 191, '?': 191 };
