// What an owner pastes into the set-up, looked at while it is typed. A fault is named exactly, so
// that "wrong app" after a trip through the browser is the last resort and not the first answer.

import type { MessageKey } from '$lib/i18n/index.svelte';

export interface FieldCheck {
  /** Whether it may be used. */
  usable: boolean;
  /** What is wrong, or odd; `null` when there is nothing to say. */
  says: MessageKey | null;
  count?: number;
}

const GOOD: FieldCheck = { usable: true, says: null };
const EMPTY: FieldCheck = { usable: false, says: null };
const SECRET_LENGTH = 32;

function wrong(says: MessageKey, count?: number): FieldCheck {
  return { usable: false, says, count };
}

/** An Instagram app id: digits alone. */
export function checkAppId(text: string): FieldCheck {
  const value = text.trim();
  if (value === '') return EMPTY;
  if (/^[0-9a-f]{32}$/i.test(value) && /[a-f]/i.test(value)) return wrong('field.id_is_secret');
  if (/\s/.test(value)) return wrong('field.has_space');
  if (!/^[0-9]+$/.test(value)) return wrong('field.id_not_digits');
  if (value.length < 10) return { usable: true, says: 'field.id_short' };
  return GOOD;
}

/** An Instagram app secret: 32 characters, 0 to 9 and a to f. Meta may change that: it is said, not forbidden. */
export function checkAppSecret(text: string): FieldCheck {
  const value = text.trim();
  if (value === '') return EMPTY;
  if (/\s/.test(value)) return wrong('field.has_space');
  if (/^[*•●·]+$/.test(value)) return wrong('field.secret_hidden');
  if (/^(IG|EA)A/.test(value) && value.length > 60) return wrong('field.secret_is_token');
  if (!/^[0-9a-f]+$/i.test(value)) return { usable: true, says: 'field.secret_not_hex' };
  if (value.length !== SECRET_LENGTH) return { usable: true, says: 'field.secret_length', count: value.length };
  return GOOD;
}

/** A redirect address: https, whole, and not on this computer. */
export function checkRedirect(text: string): FieldCheck {
  const value = text.trim();
  if (value === '') return EMPTY;
  if (/\s/.test(value)) return wrong('field.has_space');
  let url: URL;
  try {
    url = new URL(value);
  } catch {
    return wrong('field.redirect_no_address');
  }
  const local = /^(localhost|127\.|\[::1\])/.test(url.hostname);
  if (url.protocol === 'http:' && local) return GOOD; // the simulator; Meta itself refuses it
  if (url.protocol !== 'https:') return wrong('field.redirect_not_https');
  if (local) return { usable: true, says: 'field.redirect_local' };
  if (url.hash !== '') return wrong('field.redirect_hash');
  return GOOD;
}

/** A token from Meta's dashboard. */
export function checkToken(text: string): FieldCheck {
  const value = text.trim();
  if (value === '') return EMPTY;
  if (/\s/.test(value)) return wrong('field.has_space');
  if (/^EAA/.test(value)) return { usable: true, says: 'field.token_facebook' };
  if (/^[0-9a-f]{32}$/i.test(value)) return wrong('field.token_is_secret');
  if (value.length < 20) return { usable: true, says: 'field.token_short' };
  return GOOD;
}

/** The address that the browser ended on. */
export function checkCallback(text: string): FieldCheck {
  const value = text.trim();
  if (value === '') return EMPTY;
  if (/[?&]error=/.test(value)) return GOOD; // a denial: the engine says so in its own words
  if (/\/oauth\/authorize/.test(value)) return wrong('field.callback_too_early');
  if (!/(^|[?&])code=/.test(value)) return { usable: true, says: 'field.callback_no_code' };
  return GOOD;
}
