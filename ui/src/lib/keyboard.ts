// The keyboard map. Letters are matched by what the key types where it types a Latin letter, and
// by where the key is otherwise: on a Russian layout the J key types "о".

export type Action =
  | 'next'
  | 'previous'
  | 'open'
  | 'back'
  | 'approve'
  | 'edit'
  | 'regenerate'
  | 'reject'
  | 'why'
  | 'reply'
  | 'search'
  | 'help';

/** The parts of a KeyboardEvent that matter. */
export interface KeyPress {
  key: string;
  code: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  shiftKey: boolean;
  isComposing: boolean;
  target?: EventTarget | null;
}

const LETTERS: Record<string, Action> = {
  j: 'next',
  k: 'previous',
  e: 'edit',
  g: 'regenerate',
  x: 'reject',
  w: 'why',
  r: 'reply',
};

const NAMED: Record<string, Action> = {
  ArrowDown: 'next',
  ArrowUp: 'previous',
  Enter: 'open',
  Escape: 'back',
};

/** What the help sheet lists; the keys are shown as written here. */
export const HELP: readonly { action: Action; keys: readonly string[] }[] = [
  { action: 'next', keys: ['J', '↓'] },
  { action: 'previous', keys: ['K', '↑'] },
  { action: 'open', keys: ['Enter'] },
  { action: 'back', keys: ['Esc'] },
  { action: 'approve', keys: ['Ctrl', 'Enter'] },
  { action: 'edit', keys: ['E'] },
  { action: 'regenerate', keys: ['G'] },
  { action: 'reject', keys: ['X'] },
  { action: 'why', keys: ['W'] },
  { action: 'reply', keys: ['R'] },
  { action: 'search', keys: ['/'] },
  { action: 'help', keys: ['?'] },
];

/**
 * What a key press asks for, or `null`.
 *
 * `singleKeys` is the owner's switch for keys without Ctrl (WCAG 2.1.4).
 */
export function actionOf(press: KeyPress, singleKeys = true): Action | null {
  // Keys of an input method are not ours; 229 is how WebKit tells the last one.
  if (press.isComposing || press.key === 'Process' || press.key === 'Dead') return null;
  if (press.altKey) return null;
  const typing = isTyping(press.target);
  if ((press.ctrlKey || press.metaKey) && !press.shiftKey) {
    return press.key === 'Enter' && !typing ? 'approve' : null;
  }
  if (press.ctrlKey || press.metaKey) return null;
  if (press.key === 'Escape') return 'back';
  if (typing) return null;
  const named = NAMED[press.key];
  if (named) return press.shiftKey ? null : named;
  if (!singleKeys) return null;
  if (press.key === '?') return 'help';
  if (press.key === '/') return 'search';
  if (press.code === 'Slash' && !isLatin(press.key)) return press.shiftKey ? 'help' : 'search';
  if (press.shiftKey) return null;
  const letter = isLatin(press.key) ? press.key.toLowerCase() : letterOf(press.code);
  return (letter && LETTERS[letter]) || null;
}

function isLatin(key: string): boolean {
  return /^[a-zA-Z]$/.test(key);
}

function letterOf(code: string): string | null {
  return /^Key([A-Z])$/.exec(code)?.[1]?.toLowerCase() ?? null;
}

/** Whether the press lands where text is written or a choice is made. */
export function isTyping(target: EventTarget | null | undefined): boolean {
  if (typeof HTMLElement === 'undefined' || !(target instanceof HTMLElement)) return false;
  if (target.isContentEditable) return true;
  if (target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement) return true;
  return target instanceof HTMLInputElement && !['button', 'checkbox', 'radio', 'submit'].includes(target.type);
}
