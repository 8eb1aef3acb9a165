// The whole job by keyboard alone, in Chromium over the demo: no click is made and no element is
// asked for its focus. Then a walk with Tab through every view: each stop can be seen, is not
// covered, is large enough, and the walk ends.
//
//   npm run keys

import { Browser } from './lib/browser.mjs';
import { DeskProcess } from './lib/desk.mjs';
import { enter, VIEWS } from './lib/views.mjs';

const MOST_STOPS = 160;
const faults = [];
let checks = 0;

function expect(truth, what) {
  checks += 1;
  if (!truth) faults.push(what);
  console.log(`${truth ? 'ok' : 'NOT'}  ${what}`);
}

/** Where the focus is, and whether a person can see it there. */
const FOCUS = `(() => {
  const one = document.activeElement;
  if (!one || one === document.body || one === document.documentElement) return null;
  const box = one.getBoundingClientRect();
  const points = [[0.5, 0.5], [0.1, 0.5], [0.9, 0.5], [0.5, 0.1], [0.5, 0.9]];
  const seen = points.some(([x, y]) => {
    const hit = document.elementFromPoint(box.left + box.width * x, box.top + box.height * y);
    return hit && (one.contains(hit) || hit.contains(one) && hit !== document.body && hit.tagName !== 'MAIN' || hit.closest('label')?.contains(one));
  });
  const style = getComputedStyle(one);
  const label = one.closest('label')?.getBoundingClientRect();
  const inside = style.display === 'inline' || one.matches('[tabindex="-1"], [role=log], main, dialog');
  return {
    name: one.tagName.toLowerCase() + (one.dataset.testid ? '#' + one.dataset.testid : '') + ' ' + (one.getAttribute('aria-label') ?? one.textContent ?? '').trim().slice(0, 30),
    seen,
    // A field may draw its ring on the box around it.
    ring: style.outlineStyle !== 'none' || one.matches('input, textarea') && [one.parentElement, one.parentElement?.parentElement].some((box) => box && getComputedStyle(box).boxShadow !== 'none') || style.boxShadow !== 'none' || one.matches('main, h1, [role=log]'),
    large: inside || Math.max(box.width, label?.width ?? 0) >= 24 && Math.max(box.height, label?.height ?? 0) >= 24,
    key: (window.__stops ??= new Map()).get(one) ?? (window.__stops.set(one, window.__stops.size), window.__stops.size - 1),
  };
})()`;

async function walk(page, view) {
  await page.run('window.__stops = new Map(); document.activeElement?.blur()');
  const stops = new Set();
  let round = false;
  for (let i = 0; i < MOST_STOPS && !round; i += 1) {
    await page.press('Tab');
    const stop = await page.run(FOCUS);
    if (!stop) {
      round = stops.size > 0;
      continue;
    }
    if (stops.has(stop.key)) round = true;
    stops.add(stop.key);
    for (const [fine, what] of [[stop.seen, 'is covered'], [stop.ring, 'shows no ring'], [stop.large, 'is under 24 px']]) {
      if (!fine) expect(false, `${view.name}: ${stop.name} ${what}`);
    }
  }
  expect(round && stops.size > 0, `${view.name}: Tab goes round in ${stops.size} stops`);
}

/** Presses Tab until the focus is on what is wanted. */
async function tabTo(page, selector) {
  for (let i = 0; i < MOST_STOPS; i += 1) {
    if (await page.run(`document.activeElement?.matches(${JSON.stringify(selector)}) ?? false`)) return true;
    await page.press('Tab');
  }
  return false;
}

/** Looks on from outside until the AI has drafted something. */
async function readyDraft(desk) {
  for (let i = 0; i < 120; i += 1) {
    const { total } = await desk.call('inbox_list', { view: 'ai_ready', limit: 1 });
    if (total > 0) return;
    await new Promise((done) => setTimeout(done, 500));
  }
  throw new Error('the AI has drafted nothing');
}

async function job(desk, page) {
  await page.press('j');
  await page.until(`document.querySelector('[data-testid=thread] [data-testid=message]')`, 'J opens a conversation');
  expect(true, 'J opens a conversation');
  await readyDraft(desk);
  await page.press('Escape');
  expect(await tabTo(page, '[data-testid=view-ai_ready]'), 'Tab reaches the view "AI ready"');
  await page.press('Enter');
  await page.until(`document.querySelector('[data-testid=view-ai_ready][aria-pressed=true]') && document.querySelector('[data-testid=conversation-row]')`, 'the view "AI ready"');
  await page.press('j');
  await page.until(`document.querySelector('[data-testid=draft-card][data-outcome=proposed] [data-testid=draft-approve]')`, 'J opens a conversation with a draft');
  const draft = await page.run(`document.querySelector('[data-testid=draft-card][data-outcome=proposed] [data-testid=draft-text]')?.textContent ?? ''`);
  expect(draft !== '', 'J opens a conversation with a draft');
  await page.press('w');
  await page.until(`document.querySelector('[data-testid=why-panel]')`, 'W says why');
  expect(true, 'W says why');
  await page.press('w');
  await page.press('Control+Enter');
  await page.until(`[...document.querySelectorAll('[data-testid=message][data-direction=out]')].some((one) => one.textContent.includes(${JSON.stringify(draft.slice(0, 40))}))`, 'Ctrl+Enter sends the draft');
  expect(true, 'Ctrl+Enter approves the draft, and it is in the conversation');
  await page.press('r');
  expect(await page.run(`document.activeElement?.matches('[data-testid=composer]')`), 'R goes to the composer');
  await page.type('one more thing');
  await page.press('Enter');
  await page.until(`[...document.querySelectorAll('[data-testid=message][data-direction=out]')].some((one) => one.textContent.includes('one more thing'))`, 'Enter sends');
  expect(true, 'Enter sends what was written');
  await page.press('Escape');
  await page.press('/');
  expect(await page.run(`document.activeElement?.matches('[data-testid=search]')`), '/ goes to the search');
  await page.type('one more');
  await page.until(`document.querySelector('mark')`, 'hits are marked');
  expect(true, 'hits are marked as one types');
  // Esc leaves the words first, then the field.
  for (let i = 0; i < 3 && (await page.run(`document.activeElement?.matches('input, textarea')`)); i += 1) await page.press('Escape');
  await page.press('?');
  await page.until(`document.querySelector('dialog[open]')`, '? shows all keys');
  await page.press('Escape');
  await page.until(`!document.querySelector('dialog[open]')`, 'Esc closes it');
  expect(true, '? shows all keys and Esc closes them');
  expect(await tabTo(page, '[data-testid=rail-settings]'), 'Tab reaches the settings');
  await page.press('Enter');
  await page.until(`document.querySelector('[data-testid=settings-nav-knowledge]')`, 'Enter opens them');
  expect(await tabTo(page, '[data-testid=settings-nav-knowledge]'), 'Tab reaches the list of pages');
  await page.press('Enter');
  await page.until(`document.querySelector('[data-testid=knowledge-add]')`, 'the page of answers');
  expect(await tabTo(page, '[data-testid=knowledge-add]'), 'Tab reaches "Add an answer"');
  await page.press('Enter');
  await page.until(`document.activeElement?.matches('[data-testid=knowledge-questions]')`, 'the form has the focus');
  await page.type('do you gift wrap');
  await page.press('Tab');
  await page.type('yes we do');
  expect(await tabTo(page, '[data-testid=knowledge-save]'), 'Tab reaches "Save"');
  await page.press('Enter');
  await page.until(`!document.querySelector('[data-testid=knowledge-form]')`, 'the answer is kept');
  expect(true, 'an answer is taught');
  expect(await tabTo(page, '[data-testid=pause-ai]'), 'Tab reaches "Pause AI"');
  await page.press(' ');
  await page.until(`document.querySelector('[data-testid=pause-ai]').getAttribute('aria-pressed') === 'true'`, 'Space pauses the AI');
  await page.press(' ');
  await page.until(`document.querySelector('[data-testid=pause-ai]').getAttribute('aria-pressed') === 'false'`, 'Space lets it go on');
  expect(true, 'Space pauses the AI and lets it go on');
}

const browser = new Browser();
try {
  for (const demo of [false, true]) {
    const desk = await DeskProcess.start({ demo });
    try {
      const page = await browser.page();
      await page.size(1180, 760);
      await page.go(desk.address);
      await page.until(`document.querySelector('[data-testid=app][data-ready=true]')`, 'the screen');
      if (demo) {
        await page.until(`document.querySelectorAll('[data-testid=conversation-row]').length > 3`, 'the demo’s conversations');
        await job(desk, page);
      } else {
        expect(await tabTo(page, '[data-testid=welcome-begin]'), 'Tab reaches the set-up');
        await page.press('Enter');
        await page.until(`document.querySelector('[data-testid=welcome-next]')`, 'the first step');
        expect(await tabTo(page, '[data-testid=welcome-next]'), 'Tab reaches the next step');
        await page.press('Enter');
        await page.until(`document.querySelector('[data-testid=welcome][data-step=access]')`, 'the second step');
        expect(true, 'Enter goes on to the second step');
      }
      for (const view of (demo ? VIEWS.views : VIEWS.first).filter((one) => one.name !== 'help')) {
        await enter(page, view);
        await walk(page, view);
      }
    } finally {
      await desk.stop();
    }
  }
} finally {
  await browser.close();
}
console.log(`${checks} checks, ${faults.length} faults`);
process.exitCode = faults.length === 0 ? 0 : 1;
