import { afterEach, expect, test, vi } from 'vitest';
import { FakeHost } from '$lib/ipc/fake';
import { Watch } from './watch';

afterEach(() => vi.restoreAllMocks());

test('the open conversation is watched while the window has the focus, and no longer', () => {
  const host = new FakeHost();
  const call = vi.spyOn(host, 'call');
  const focus = vi.spyOn(document, 'hasFocus').mockReturnValue(true);
  let open: string | null = null;
  const watch = new Watch(host, () => open);
  const stop = watch.start();
  expect(call.mock.calls).toEqual([['focus_set', { focused: true }]]);
  open = '7';
  watch.look();
  watch.look();
  focus.mockReturnValue(false);
  window.dispatchEvent(new Event('blur'));
  const told = call.mock.calls.filter(([name]) => name === 'conversation_watch').map(([, args]) => (args as { conversationId: string | null }).conversationId);
  expect(told).toEqual(['7', null]);
  expect(call.mock.calls.at(-2)).toEqual(['focus_set', { focused: false }]);
  const before = call.mock.calls.length;
  stop();
  focus.mockReturnValue(true);
  window.dispatchEvent(new Event('focus'));
  expect(call).toHaveBeenCalledTimes(before);
});
