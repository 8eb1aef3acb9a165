import { render, screen } from '@testing-library/svelte';
import { tick } from 'svelte';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import App from '../../App.svelte';
// Loaded when it is wanted; here it is at hand at once.
import '$lib/components/welcome/Welcome.svelte';
import { FakeHost } from '$lib/ipc/fake';
import { i18n } from '$lib/i18n/index.svelte';
import en from '$lib/i18n/messages/en.json';
import { Desk } from './desk.svelte';
import { placeOf, STEP_COUNT, STEPS } from './welcome.svelte';

beforeEach(() => {
  location.hash = '';
});
afterEach(() => i18n.use('en', en));

/** A busy machine is no fault. */
function eventually<T>(look: () => T): Promise<T> {
  return vi.waitFor(look, { timeout: 15_000, interval: 20 });
}

async function begin(host = new FakeHost()) {
  host.app.demo = false;
  const desk = new Desk(host);
  await desk.start();
  render(App, { props: { desk } });
  await eventually(() => screen.getByTestId('welcome'));
  return { host, desk };
}

async function click(hook: string) {
  screen.getAllByTestId(hook)[0]?.click();
  await tick();
}

describe('the place in the set-up', () => {
  it.each([
    ['professional', 1, null],
    ['access', 2, null],
    ['app_create', 3, 1],
    ['app_publish', 3, 5],
    ['connect', 4, null],
    ['sync', 5, null],
    ['ai', 6, null],
  ] as const)('%s is step %d', (step, number, part) => expect(placeOf(step)).toMatchObject({ step: number, part }));

  it('ends with the last step', () => expect(placeOf(STEPS.at(-1) ?? 'ai').step).toBe(STEP_COUNT));
});

describe('the first run', () => {
  it('opens the demo shop in one click, and leads back', async () => {
    const { host, desk } = await begin();
    await click('welcome-demo');
    await eventually(() => screen.getByTestId('demo-leave'));
    expect(host.count('demo_start')).toBe(1);
    expect(desk.router.route.screen).toBe('inbox');
    await click('demo-leave');
    await eventually(() => screen.getByTestId('welcome'));
    expect(host.count('demo_end')).toBe(1);
  });

  it('goes on where it was left, in another window', async () => {
    const { host } = await begin();
    await click('welcome-begin');
    await click('welcome-next');
    await eventually(() => expect(screen.getByTestId('welcome').dataset['step']).toBe('access'));
    expect(screen.getByTestId('welcome-place').textContent?.trim()).toBe('Step 2 of 6');
    expect(host.app.preferences.welcome).toBe('access');

    document.body.replaceChildren();
    location.hash = '';
    await begin(host);
    await click('welcome-begin');
    await eventually(() => expect(screen.getByTestId('welcome').dataset['step']).toBe('access'));
  });

  it('always has a way back', async () => {
    const { desk } = await begin();
    for (const step of STEPS) {
      desk.router.go({ screen: 'welcome', step });
      await tick();
      expect(screen.getByTestId('welcome-back'), step).toBeTruthy();
    }
    for (let steps = STEPS.length; steps > 0; steps -= 1) await click('welcome-back');
    expect(screen.getByTestId('welcome').dataset['step']).toBe('start');
  });

  it('changes its language at once', async () => {
    await begin();
    screen.getByTestId('language-switch').querySelector<HTMLElement>('[data-value=ru]')?.click();
    await eventually(() => expect(document.documentElement.lang).toBe('ru'));
    expect(screen.getByTestId('welcome-begin').textContent).toContain('Настроить');
  });

  it('names what is wrong with what was pasted, and does not leave with it', async () => {
    const { host, desk } = await begin();
    desk.router.go({ screen: 'welcome', step: 'connect' });
    const field = await eventually(() => screen.getByTestId('connect-app-id') as HTMLInputElement);
    field.value = '0123456789abcdef0123456789abcdef';
    field.dispatchEvent(new Event('input', { bubbles: true }));
    await tick();
    expect(screen.getByTestId('connect-app-id-says').textContent).toContain('That is the secret');
    expect(field.getAttribute('aria-invalid')).toBe('true');
    field.closest('form')?.dispatchEvent(new SubmitEvent('submit', { bubbles: true, cancelable: true }));
    expect(host.count('account_connect_start')).toBe(0);
  });

  it('shows the counts of the first synchronisation and goes on to what the AI may do', async () => {
    const { host, desk } = await begin();
    host.addAccount({ synced: false });
    host.sync.accounts[0]!.conversations = 142;
    await desk.readAll();
    desk.router.go({ screen: 'welcome', step: 'sync' });
    await eventually(() => expect(screen.getByTestId('welcome-sync').textContent).toContain('142 conversations so far'));
    await click('welcome-next');
    await eventually(() => expect(screen.getByTestId('welcome').dataset['step']).toBe('ai'));
    expect(screen.getByRole<HTMLInputElement>('radio', { name: /Draft/ }).checked).toBe(true);
    await click('welcome-next');
    await eventually(() => expect(host.app.preferences.welcome).toBeNull());
    expect(desk.router.route.screen).toBe('inbox');
  });
});
