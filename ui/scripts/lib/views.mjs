// Leads a page into a view of `views.json`.

import { readFileSync } from 'node:fs';

export const VIEWS = JSON.parse(readFileSync(new URL('../views.json', import.meta.url), 'utf8'));

export async function enter(page, view) {
  await page.run(`{
    document.querySelector('dialog[open]')?.close();
    document.activeElement?.blur();
    const search = document.querySelector('[data-testid=search]');
    if (search?.value) {
      search.value = '';
      search.dispatchEvent(new Event('input', { bubbles: true }));
    }
    location.hash = ${JSON.stringify(`#${view.route}`)};
  }`);
  if (view.route === '/inbox') await page.run(`document.querySelector('[data-testid=thread-back]')?.click()`);
  await page.until(`document.querySelector(${JSON.stringify(view.ready)})`, `${view.name}: ${view.ready}`);
  for (const hook of view.click ?? []) await page.run(`document.querySelector('[data-testid="${hook}"]').click()`);
  if (view.row !== undefined) {
    // In a narrow window an open conversation covers the list.
    await page.run(`document.querySelector('[data-testid=thread-back]')?.click()`);
    // Rows move while news comes in, and a click may hit one that is being replaced.
    const open = `document.querySelector('[data-testid=thread] ${view.then}')`;
    const row = `document.querySelectorAll('[data-testid=conversation-row]')[${view.row}]`;
    await page.until(`${open} || (document.querySelector('[data-testid=thread]') || ${row}?.click(), false)`, `${view.name}: ${view.then}`);
  }
  for (const key of view.press ?? []) await page.press(key);
  if (view.then) await page.until(`document.querySelector(${JSON.stringify(view.then)})`, `${view.name}: ${view.then}`);
  // Two frames: what was asked for last is then painted.
  await page.run('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
}

/** Language and theme by the engine, as the owner would choose them. */
export async function dress(desk, page, language, theme) {
  const { preferences } = await desk.call('app_state');
  await desk.call('preferences_set', { preferences: { ...preferences, language, theme } });
  await page.until(`document.documentElement.lang === '${language}' && document.documentElement.dataset.theme === '${theme}'`, `${language} ${theme}`);
}
