import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Router } from './router.svelte';

beforeEach(() => {
  vi.useFakeTimers();
  location.hash = '';
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const conversation = (id: number) => ({ screen: 'inbox', conversation: String(id) }) as const;

describe('the address', () => {
  it('is written once when a held key has walked the list', async () => {
    const router = new Router();
    const stop = router.start();
    const writes = vi.spyOn(history, 'replaceState');
    for (let id = 0; id < 300; id += 1) {
      router.go(conversation(id));
      expect(router.route).toEqual(conversation(id));
      await vi.advanceTimersByTimeAsync(33);
    }
    expect(writes).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(200);
    expect(writes).toHaveBeenCalledTimes(1);
    expect(location.hash).toBe('#/inbox/299');
    stop();
  });

  it('has what was left last when another screen is gone to', () => {
    const router = new Router();
    const stop = router.start();
    router.go(conversation(7));
    const writes = vi.spyOn(history, 'replaceState');
    router.go({ screen: 'settings', section: 'ai' });
    expect(writes).toHaveBeenCalledWith(null, '', '#/inbox/7');
    expect(location.hash).toBe('#/settings/ai');
    stop();
  });
});
