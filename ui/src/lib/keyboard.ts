// The keyboard map. Letters are matched by what the key types where it types a Latin letter, and
// by where the key is otherwise: on a Russian layout the J key types "о".
//
// A chord is written as `j`, `Shift+J`, `Ctrl+K`, `Space`, `ArrowDown`; Ctrl stands for Cmd too.

export const ACTIONS = [
  'next',
  'previous',
  'open',
  'back',
  'mark',
  'mark_next',
  'mark_previous',
  'mark_all',
  'done',
  'snooze',
  'unread',
  'label',
  'undo',
  'approve',
  'edit',
  'regenerate',
  'reject',
  'shorter',
  'warmer',
  'why',
  'reply',
  'emoji',
  'schedule',
  'react',
  'note',
  'context',
  'mode',
  'instagram',
  'search',
  'find',
  'view_1',
  'view_2',
  'view_3',
  'view_4',
  'view_5',
  'palette',
  'settings',
  'pause',
  'check',
  'help',
] as const;

export type Action = (typeof ACTIONS)[number];
export type Keys = Readonly<Partial<Record<Action, readonly string[]>>>;

/** The keys as they come; the owner can change those that are single letters. */
export const DEFAULT_KEYS: Keys = {
  next: ['j', 'ArrowDown'],
  previous: ['k', 'ArrowUp'],
  open: ['Enter'],
  back: ['Escape'],
  mark: ['v'],
  mark_next: ['Shift+J', 'Shift+ArrowDown'],
  mark_previous: ['Shift+K', 'Shift+ArrowUp'],
  mark_all: ['Shift+A'],
  done: ['e'],
  snooze: ['s'],
  unread: ['u'],
  label: ['l'],
  undo: ['z', 'Ctrl+Z'],
  approve: ['Ctrl+Enter'],
  edit: ['d'],
  regenerate: ['g'],
  reject: ['x'],
  shorter: ['Shift+S'],
  warmer: ['Shift+W'],
  why: ['w'],
  reply: ['r'],
  emoji: ['Ctrl+E'],
  schedule: ['Ctrl+Shift+Enter'],
  react: ['h'],
  note: ['n'],
  context: ['i'],
  mode: ['m'],
  instagram: ['o'],
  search: ['/', 'Ctrl+Shift+F'],
  find: ['Ctrl+F'],
  view_1: ['1'],
  view_2: ['2'],
  view_3: ['3'],
  view_4: ['4'],
  view_5: ['5'],
  palette: ['Ctrl+K'],
  settings: ['Ctrl+,'],
  pause: ['Shift+P'],
  check: ['Shift+R'],
  help: ['?'],
};

/** Chords that also work while something is written. */
const WHILE_TYPING: ReadonlySet<Action> = new Set(['palette', 'settings', 'find', 'search', 'emoji', 'schedule', 'back']);
/** What may be repeated by holding the key. */
export const REPEATABLE: ReadonlySet<Action> = new Set(['next', 'previous', 'mark_next', 'mark_previous']);
/** Keys without Ctrl that are no characters: WCAG 2.1.4 does not mean them. */
const NAMED = /^(?:Shift\+)?(?:Arrow(?:Up|Down|Left|Right)|Enter|Escape)$/;

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

/** Whether a chord is a character alone, which speech input may "type" by accident. */
export function isSingle(chord: string): boolean {
  return !chord.startsWith('Ctrl+') && !NAMED.test(chord);
}

/** The map with the owner's own keys put in the place of the default ones. */
export function keysWith(own: Keys): Keys {
  return { ...DEFAULT_KEYS, ...own };
}

/** What a key press is called, or `null` for one that can be no shortcut. */
export function chordOf(press: KeyPress): string | null {
  if (press.isComposing || press.altKey) return null;
  if (['Process', 'Dead', 'Unidentified', 'Control', 'Shift', 'Alt', 'Meta', 'AltGraph'].includes(press.key)) return null;
  const ctrl = press.ctrlKey || press.metaKey ? 'Ctrl+' : '';
  const named = press.key.length > 1;
  if (named) return `${ctrl}${press.shiftKey ? 'Shift+' : ''}${press.key}`;
  if (press.key === ' ') return `${ctrl}${press.shiftKey ? 'Shift+' : ''}Space`;
  const letter = isLatin(press.key) ? press.key : letterOf(press.code);
  if (letter !== null) {
    if (ctrl || press.shiftKey) return `${ctrl}${press.shiftKey ? 'Shift+' : ''}${letter.toUpperCase()}`;
    return letter.toLowerCase();
  }
  // A sign is what was typed, whatever it took to type it; the slash key is known by its place too.
  if (press.code === 'Slash' && !['/', '?'].includes(press.key)) return ctrl + (press.shiftKey ? '?' : '/');
  return ctrl + press.key;
}

/**
 * What a key press asks for, or `null`.
 *
 * `singleKeys` is the owner's switch for keys without Ctrl (WCAG 2.1.4).
 */
export function actionOf(press: KeyPress, singleKeys = true, keys: Keys = DEFAULT_KEYS): Action | null {
  const chord = chordOf(press);
  if (chord === null) return null;
  if (!singleKeys && isSingle(chord)) return null;
  const action = ACTIONS.find((one) => keys[one]?.includes(chord)) ?? null;
  if (action === null || !isTyping(press.target)) return action;
  return WHILE_TYPING.has(action) && !isSingle(chord) ? action : null;
}

/** Which action has a chord already. */
export function holderOf(chord: string, keys: Keys): Action | null {
  return ACTIONS.find((one) => keys[one]?.includes(chord)) ?? null;
}

const SHOWN: Record<string, string> = {
  ArrowDown: '↓',
  ArrowUp: '↑',
  ArrowLeft: '←',
  ArrowRight: '→',
  Enter: '⏎',
  Escape: 'Esc',
};

/** The caps of a chord, to be shown as keys. */
export function caps(chord: string): string[] {
  const parts = chord === '+' || chord.endsWith('++') ? [...chord.split('+').filter(Boolean), '+'] : chord.split('+');
  return parts.map((part) => SHOWN[part] ?? (part.length === 1 ? part.toUpperCase() : part));
}

function isLatin(key: string): boolean {
  return /^[a-zA-Z]$/.test(key);
}

function letterOf(code: string): string | null {
  return /^Key([A-Z])$/.exec(code)?.[1]?.toLowerCase() ?? null;
}

/** Whether the press lands where text is written or a choice is made. */
function isTyping(target: EventTarget | null | undefined): boolean {
  if (typeof HTMLElement === 'undefined' || !(target instanceof HTMLElement)) return false;
  if (target.isContentEditable) return true;
  if (target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement) return true;
  return target instanceof HTMLInputElement && !['button', 'checkbox', 'radio', 'submit'].includes(target.type);
}
