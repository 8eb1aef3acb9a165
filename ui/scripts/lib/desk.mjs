// A `replydesk-serve` for a script: the demo, or an empty data folder.

import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PLACES = ['../../../target/release/replydesk-serve', '../../../target/debug/replydesk-serve'];

function program() {
  const wanted = process.env.REPLYDESK_SERVE;
  if (wanted) return wanted;
  const found = PLACES.map((place) => fileURLToPath(new URL(place, import.meta.url))).find(existsSync);
  if (!found) throw new Error('no replydesk-serve: run `cargo build -p desk-serve` first');
  return found;
}

export class DeskProcess {
  #child;
  #folder = mkdtempSync(join(tmpdir(), 'replydesk-look-'));

  static async start({ demo }) {
    const desk = new DeskProcess();
    const args = ['--port', '0', '--data-dir', desk.#folder, ...(demo ? ['--demo'] : [])];
    desk.#child = spawn(program(), args, {
      env: { ...process.env, REPLYDESK_SECRETS: 'memory', REPLYDESK_LOG: 'warn' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const line = await new Promise((resolve, reject) => {
      let text = '';
      desk.#child.stdout.setEncoding('utf8');
      desk.#child.stdout.on('data', (part) => {
        text += part;
        if (text.includes('\n')) resolve(text.split('\n')[0]);
      });
      desk.#child.once('exit', (code) => reject(new Error(`replydesk-serve ended with ${code}`)));
    });
    Object.assign(desk, JSON.parse(line));
    return desk;
  }

  /** The address that a browser is given, token and all. */
  get address() {
    return `${this.url}#token=${this.token}`;
  }

  async call(command, args = {}) {
    const response = await fetch(`${this.url}api/${command}`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${this.token}`, 'Content-Type': 'application/json' },
      body: JSON.stringify(args),
    });
    const body = await response.json();
    if (!response.ok) throw new Error(`${command}: ${body.code} ${body.message}`);
    return body;
  }

  async stop() {
    const gone = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.kill('SIGTERM');
    await gone;
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
