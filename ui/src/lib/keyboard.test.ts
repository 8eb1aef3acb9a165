import { describe, expect, it } from 'vitest';
import { ACTIONS, actionOf, caps, DEFAULT_KEYS, type KeyPress } from './keyboard';

function key(key: string, code: string, more: Partial<KeyPress> = {}): KeyPress {
  return { key, code, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, isComposing: false, ...more };
}

describe('the keyboard map', () => {
  it.each([
    ['US', 'j', 'KeyJ', 'next'],
    ['US', 'k', 'KeyK', 'previous'],
    ['US', 'e', 'KeyE', 'done'],
    ['US', 'd', 'KeyD', 'edit'],
    ['US', '/', 'Slash', 'search'],
    ['TR-Q', 'j', 'KeyJ', 'next'],
    ['TR-Q', 'w', 'KeyW', 'why'],
    ['TR-Q', 'x', 'KeyX', 'reject'],
    ['RU', 'о', 'KeyJ', 'next'],
    ['RU', 'л', 'KeyK', 'previous'],
    ['RU', 'у', 'KeyE', 'done'],
    ['TR-Q', 'ı', 'KeyI', 'context'],
    ['RU', 'п', 'KeyG', 'regenerate'],
    ['RU', 'ч', 'KeyX', 'reject'],
    ['RU', 'ц', 'KeyW', 'why'],
    ['RU', 'к', 'KeyR', 'reply'],
    ['RU', '.', 'Slash', 'search'],
    ['Dvorak', 'j', 'KeyC', 'next'],
    ['Dvorak', 'h', 'KeyJ', 'react'],
    ['any', 'ArrowDown', 'ArrowDown', 'next'],
    ['any', 'Enter', 'Enter', 'open'],
    ['any', 'Enter', 'NumpadEnter', 'open'],
    ['any', 'Escape', 'Escape', 'back'],
  ])('%s: %s (%s) is %s', (_layout, typed, code, expected) => {
    expect(actionOf(key(typed, code))).toBe(expected);
  });

  it.each([
    ['US', '?', 'Slash', 'help'],
    ['TR-Q', '/', 'Digit7', 'search'],
    ['TR-Q', '?', 'Minus', 'help'],
    ['RU', '?', 'Digit7', 'help'],
    ['RU', ',', 'Slash', 'help'],
  ])('%s with Shift: %s (%s) is %s', (_layout, typed, code, expected) => {
    expect(actionOf(key(typed, code, { shiftKey: true }))).toBe(expected);
  });

  it('approves with Ctrl or Cmd and Enter, and with nothing more', () => {
    expect(actionOf(key('Enter', 'Enter', { ctrlKey: true }))).toBe('approve');
    expect(actionOf(key('Enter', 'Enter', { metaKey: true }))).toBe('approve');
    expect(actionOf(key('Enter', 'Enter', { ctrlKey: true, shiftKey: true }))).toBe('schedule');
    expect(actionOf(key('Enter', 'Enter', { altKey: true }))).toBeNull();
  });

  it('leaves the shortcuts of the system alone', () => {
    expect(actionOf(key('r', 'KeyR', { ctrlKey: true }))).toBeNull();
    expect(actionOf(key('w', 'KeyW', { metaKey: true }))).toBeNull();
    expect(actionOf(key('X', 'KeyX', { shiftKey: true }))).toBeNull();
  });

  it('never acts while something is written', () => {
    for (const target of [document.createElement('textarea'), document.createElement('input'), document.createElement('select')]) {
      expect(actionOf(key('j', 'KeyJ', { target }))).toBeNull();
      expect(actionOf(key('Enter', 'Enter', { target, ctrlKey: true }))).toBeNull();
      expect(actionOf(key('Escape', 'Escape', { target }))).toBe('back');
    }
    expect(actionOf(key('j', 'KeyJ', { target: document.createElement('button') }))).toBe('next');
  });

  it('never acts inside a composition', () => {
    expect(actionOf(key('j', 'KeyJ', { isComposing: true }))).toBeNull();
    expect(actionOf(key('Process', 'KeyJ'))).toBeNull();
    expect(actionOf(key('Dead', 'KeyE'))).toBeNull();
  });

  it('can be told to leave single letters alone', () => {
    expect(actionOf(key('j', 'KeyJ'), false)).toBeNull();
    expect(actionOf(key('/', 'Slash'), false)).toBeNull();
    expect(actionOf(key('ArrowDown', 'ArrowDown'), false)).toBe('next');
    expect(actionOf(key('Enter', 'Enter', { ctrlKey: true }), false)).toBe('approve');
  });
});

describe('chords', () => {
  it.each([
    [key('k', 'KeyK', { ctrlKey: true }), 'palette'],
    [key('л', 'KeyK', { ctrlKey: true }), 'palette'],
    [key('я', 'KeyZ', { ctrlKey: true }), 'undo'],
    [key('J', 'KeyJ', { shiftKey: true }), 'mark_next'],
    [key('О', 'KeyJ', { shiftKey: true }), 'mark_next'],
    [key(',', 'Comma', { ctrlKey: true }), 'settings'],
  ])('are told by their place where the letter is foreign (%#)', (press, expected) => {
    expect(actionOf(press)).toBe(expected);
  });

  it('open the palette also while something is written', () => {
    const target = document.createElement('textarea');
    expect(actionOf(key('k', 'KeyK', { ctrlKey: true, target }))).toBe('palette');
    expect(actionOf(key('z', 'KeyZ', { ctrlKey: true, target }))).toBeNull();
  });

  it('are one to an action: nothing has two meanings', () => {
    const all = ACTIONS.flatMap((action) => DEFAULT_KEYS[action] ?? []);
    expect(new Set(all).size).toBe(all.length);
    expect(ACTIONS.filter((action) => !DEFAULT_KEYS[action]?.length)).toEqual([]);
  });

  it('are shown as caps', () => {
    expect(caps('Ctrl+K')).toEqual(['Ctrl', 'K']);
    expect(caps('Ctrl+Enter')).toEqual(['Ctrl', '⏎']);
    expect(caps('j')).toEqual(['J']);
    expect(caps('+')).toEqual(['+']);
  });
});
