// Makes the pictures of the README from the demo, in Chromium over replydesk-serve:
//
//   npm run pictures                  into docs/images
//
// The demo's customers write by the clock, so each picture waits for what it is to show.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Browser } from './lib/browser.mjs';
import { DeskProcess } from './lib/desk.mjs';
import { dress } from './lib/views.mjs';

const OUT = fileURLToPath(new URL('../../docs/images/', import.meta.url));
const DRAFTS = 6;
const [WIDTH, HEIGHT] = [1240, 800];

const row = (name) => `[...document.querySelectorAll('[data-testid=conversation-row]')].find((one) => one.textContent.includes(${JSON.stringify(name)}))`;
const drafted = `document.querySelector('[data-testid=draft-card][data-outcome=proposed] [data-testid=draft-text]')`;

async function open(page, name) {
  await page.run(`location.hash = '#/inbox'`);
  await page.until(row(name), `the row of ${name}`);
  await page.run(`${row(name)}.click()`);
  await page.until(`document.querySelector('[data-testid=thread] [data-testid=message]') && ${drafted}`, `the draft for ${name}`);
}

async function take(page, name) {
  // Two frames, and what fades in has come.
  await page.run('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 400))))');
  const { data } = await page.send('Page.captureScreenshot', { format: 'webp', quality: 82 });
  const bytes = Buffer.from(data, 'base64');
  mkdirSync(OUT, { recursive: true });
  writeFileSync(join(OUT, `${name}.webp`), bytes);
  console.log(`${name}.webp ${(bytes.length / 1024).toFixed(0)} KB`);
}

const desk = await DeskProcess.start({ demo: true });
const browser = new Browser();
try {
  for (let i = 0; ; i += 1) {
    const { total } = await desk.call('inbox_list', { view: 'ai_ready', limit: 1 });
    if (total >= DRAFTS) break;
    if (i > 240) throw new Error('the AI has drafted too little');
    await new Promise((done) => setTimeout(done, 500));
  }
  const page = await browser.page();
  await page.size(WIDTH, HEIGHT);
  await page.go(desk.address);
  await page.until(`document.querySelector('[data-testid=app][data-ready=true]')`, 'the screen');

  await dress(desk, page, 'en', 'light');
  await open(page, 'Nora Lindqvist');
  await take(page, 'inbox');

  await page.run(`document.querySelector('[data-testid=draft-why]').click()`);
  await page.until(`document.querySelector('[data-testid=why-panel]')`, 'the reasons');
  await take(page, 'why');

  await dress(desk, page, 'tr', 'dark');
  await open(page, 'Ayşe Korkut');
  await take(page, 'dark');

  await dress(desk, page, 'ru', 'light');
  await page.run(`location.hash = '#/settings/sync'`);
  await page.until(`document.querySelector('[data-testid=sync-log-entry]') && document.querySelector('[data-testid=egress-host]')`, 'the page of checks');
  await take(page, 'checks');
} finally {
  await browser.close();
  await desk.stop();
}
