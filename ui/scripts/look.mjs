// Looks at every view of views.json in every language and theme, in Chromium over replydesk-serve:
//
//   npm run look                      axe on every view × theme × language, and the page at 320 px,
//                                     at 200 % zoom, in forced colours, with reduced motion
//   npm run look -- --pictures DIR    the same, and a picture of each view
//   npm run look -- --only NAME       one view, or those that begin so
//   npm run look -- --langs en,tr     fewer languages
//
// Fails when there is a violation.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Browser } from './lib/browser.mjs';
import { DeskProcess } from './lib/desk.mjs';
import { dress, enter as lead, VIEWS } from './lib/views.mjs';

const { values: options } = parseArgs({
  options: { pictures: { type: 'string' }, only: { type: 'string' }, langs: { type: 'string' }, themes: { type: 'string' } },
});
const languages = options.langs?.split(',') ?? VIEWS.languages;
const themes = options.themes?.split(',') ?? VIEWS.themes;
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const run = readFileSync(new URL('./a11y/run.js', import.meta.url), 'utf8');
const found = [];
let looked = 0;

/** A view that cannot be reached is a fault of its own, and not the end of the walk. */
async function enter(page, view) {
  await lead(page, view).catch((thrown) => found.push({ view: view.name, how: 'on the way', id: 'not-reached', help: String(thrown), nodes: [] }));
}

function wanted(views) {
  return views.filter((view) => !options.only || view.name.startsWith(options.only));
}

function note(view, how, violations) {
  looked += 1;
  for (const violation of violations) found.push({ view: view.name, how, ...violation });
  if (violations.length > 0) console.error(`${view.name} (${how}): ${violations.map((one) => one.id).join(', ')}`);
}

async function axeOn(page, extra = {}) {
  if (!(await page.run('Boolean(window.axe)'))) await page.run(`${axe};0`);
  return JSON.parse(await page.run(`new Promise((done) => (function () { ${run} })(${JSON.stringify(extra)}, done))`));
}

/** What sticks out sideways: the page has to be read without scrolling in two directions. */
const STICKS_OUT = `(() => {
  const wide = innerWidth + 1;
  const out = document.documentElement.scrollWidth > wide ? [document.documentElement] : [];
  for (const one of document.querySelectorAll('main *, dialog[open] *, footer *')) {
    const box = one.getBoundingClientRect();
    if (box.width === 0 || (box.right <= wide && box.left >= -1)) continue;
    // What scrolls by itself, such as a row of tabs, may be wider; so may what nobody sees.
    let inside = one.parentElement;
    while (inside && !/auto|scroll|hidden|clip/.test(getComputedStyle(inside).overflowX)) inside = inside.parentElement;
    if (!inside || inside === document.body || inside === document.documentElement || inside.tagName === 'MAIN') out.push(one);
  }
  return out.slice(0, 3).map((one) => one.tagName.toLowerCase() + '.' + String(one.className).split(' ')[0] + ' ' + (one.textContent ?? '').trim().slice(0, 40));
})()`;

async function reflow(page, view, how) {
  const out = await page.run(STICKS_OUT);
  note(view, how, out.length === 0 ? [] : [{ id: 'sticks-out', impact: 'serious', help: 'wider than the window', nodes: out }]);
}

async function picture(page, name) {
  if (!options.pictures) return;
  mkdirSync(options.pictures, { recursive: true });
  writeFileSync(join(options.pictures, `${name}.png`), await page.picture());
}

async function look(desk, page, views) {
  for (const language of languages) {
    for (const theme of themes) {
      await page.size(1180, 760);
      await dress(desk, page, language, theme);
      for (const view of views) {
        await enter(page, view);
        note(view, `${language} ${theme}`, await axeOn(page));
        await picture(page, `${view.name}-${language}-${theme}`);
      }
    }
    // The longest words decide: each language is looked at narrow and large.
    for (const [how, width, height, scale] of [['320 px', 320, 640, 1], ['200 % zoom', 1180, 760, 2]]) {
      await page.size(width, height, scale);
      for (const view of views) {
        await enter(page, view);
        await reflow(page, view, `${language} ${how}`);
        await picture(page, `${view.name}-${language}-${how.replaceAll(/\W+/g, '')}`);
      }
    }
  }
  await page.size(1180, 760);
  for (const [how, features] of [
    ['forced colours', { 'forced-colors': 'active' }],
    ['reduced motion', { 'prefers-reduced-motion': 'reduce' }],
  ]) {
    await page.media(features);
    for (const view of views) {
      await enter(page, view);
      // The colours are then the owner's own palette, which no page may judge.
      note(view, how, await axeOn(page, how === 'forced colours' ? { rules: { 'color-contrast': { enabled: false } } } : {}));
      if (how === 'forced colours') await picture(page, `${view.name}-forced`);
      else {
        const moving = await page.run(`document.getAnimations().filter((one) => one.playState === 'running' && (one.effect?.getComputedTiming().activeDuration ?? 0) > 20).length`);
        note(view, how, moving === 0 ? [] : [{ id: 'moves', impact: 'moderate', help: `${moving} animations`, nodes: [] }]);
      }
    }
  }
  await page.media({ 'forced-colors': 'none', 'prefers-reduced-motion': 'no-preference' });
}

const browser = new Browser();
try {
  for (const demo of [false, true]) {
    const views = wanted(demo ? VIEWS.views : VIEWS.first);
    if (views.length === 0) continue;
    const desk = await DeskProcess.start({ demo });
    try {
      const page = await browser.page();
      await page.size(1180, 760);
      await page.go(desk.address);
      await page.until(`document.querySelector('[data-testid=app][data-ready=true]')`, 'the screen');
      if (demo) await page.until(`document.querySelectorAll('[data-testid=conversation-row]').length > 3`, 'the demo’s conversations');
      await look(desk, page, views);
    } finally {
      await desk.stop();
    }
  }
} finally {
  await browser.close();
}

const kinds = new Map();
for (const { id, help, view, how, nodes } of found) {
  const kind = kinds.get(id) ?? { help, where: [], example: nodes[0] };
  kind.where.push(`${view} (${how})`);
  kinds.set(id, kind);
}
for (const [id, { help, where, example }] of kinds) {
  console.error(`\n${id}: ${help}\n  ${where.length} times: ${where.slice(0, 6).join(', ')}\n  ${JSON.stringify(example, null, 1)?.slice(0, 700)}`);
}
console.log(`${looked} looks, ${found.length} violations`);
process.exitCode = found.length === 0 ? 0 : 1;
