// What the owner is told about a fault: how bad it is, and the one thing to press. The words are
// `error.CODE.what` and `error.CODE.do`; the engine's own English message is never shown.

import type { FaultCode } from '$lib/ipc/host';
import { t, type MessageKey } from '$lib/i18n/index.svelte';

type Severity = 'note' | 'warning' | 'error' | 'stop';
type FaultAction = 'retry' | 'reconnect' | 'ai_settings' | 'instagram' | null;

interface FaultEntry {
  severity: Severity;
  action: FaultAction;
}

export const FAULTS: Record<FaultCode, FaultEntry> = {
  bad_request: { severity: 'error', action: null },
  not_found: { severity: 'note', action: null },
  not_allowed: { severity: 'stop', action: null },

  wrong_app: { severity: 'error', action: null },
  redirect_mismatch: { severity: 'error', action: null },
  consent_denied: { severity: 'note', action: null },
  callback_unreadable: { severity: 'error', action: null },
  login_unknown: { severity: 'error', action: null },
  login_used: { severity: 'note', action: null },
  login_expired: { severity: 'note', action: null },
  login_code_refused: { severity: 'error', action: null },
  token_invalid: { severity: 'error', action: 'reconnect' },
  token_expired: { severity: 'error', action: 'reconnect' },
  not_a_tester: { severity: 'error', action: null },
  permission_missing: { severity: 'error', action: 'reconnect' },
  message_access_off: { severity: 'error', action: null },
  other_account: { severity: 'warning', action: null },
  page_needed: { severity: 'note', action: null },
  no_page: { severity: 'error', action: null },
  account_restricted: { severity: 'error', action: 'instagram' },

  instagram_unreachable: { severity: 'warning', action: 'retry' },
  instagram_unreadable: { severity: 'warning', action: 'retry' },
  instagram_fault: { severity: 'warning', action: 'retry' },
  instagram_throttled: { severity: 'warning', action: null },

  reply_empty: { severity: 'note', action: null },
  reply_too_long: { severity: 'error', action: null },
  window_closed: { severity: 'error', action: 'instagram' },
  schedule_outside_window: { severity: 'note', action: null },
  human_agent_off: { severity: 'error', action: 'instagram' },
  conversation_gone: { severity: 'error', action: 'instagram' },
  recipient_unavailable: { severity: 'error', action: 'instagram' },
  reply_refused: { severity: 'error', action: 'instagram' },
  reply_unconfirmed: { severity: 'warning', action: 'instagram' },
  reply_from_copy: { severity: 'warning', action: 'instagram' },
  draft_stale: { severity: 'note', action: null },
  draft_settled: { severity: 'note', action: null },
  too_late: { severity: 'note', action: null },

  media_gone: { severity: 'note', action: 'instagram' },
  media_refused: { severity: 'note', action: 'instagram' },
  media_too_large: { severity: 'note', action: 'instagram' },

  ai_unreachable: { severity: 'warning', action: 'ai_settings' },
  ai_slow: { severity: 'warning', action: 'retry' },
  ai_key_refused: { severity: 'error', action: 'ai_settings' },
  ai_model_unknown: { severity: 'error', action: 'ai_settings' },
  ai_address_unusable: { severity: 'error', action: 'ai_settings' },
  ai_address_unknown: { severity: 'error', action: 'ai_settings' },
  ai_quota: { severity: 'warning', action: 'ai_settings' },
  ai_nonsense: { severity: 'warning', action: 'retry' },
  entry_incomplete: { severity: 'error', action: null },
  ai_needed: { severity: 'note', action: null },
  ai_cap_reached: { severity: 'note', action: null },
  draft_unconfirmed: { severity: 'warning', action: null },
  file_missing: { severity: 'warning', action: null },
  file_too_large: { severity: 'error', action: null },
  file_unreadable: { severity: 'error', action: null },
  file_kind_unknown: { severity: 'error', action: null },
  file_empty: { severity: 'error', action: null },
  hours_unreadable: { severity: 'error', action: null },

  data_folder_unwritable: { severity: 'stop', action: 'retry' },
  data_on_network: { severity: 'warning', action: null },
  disk_full: { severity: 'stop', action: 'retry' },
  data_too_new: { severity: 'stop', action: null },
  data_locked: { severity: 'error', action: 'retry' },
  backup_unusable: { severity: 'error', action: null },
  file_exists: { severity: 'note', action: null },
  place_unwritable: { severity: 'error', action: null },
  confirm_mismatch: { severity: 'note', action: null },
  data_damaged: { severity: 'stop', action: null },
  already_running: { severity: 'stop', action: 'retry' },
  port_taken: { severity: 'stop', action: 'retry' },
  keyring_missing: { severity: 'error', action: null },
  keyring_locked: { severity: 'error', action: 'retry' },
  passphrase_wrong: { severity: 'stop', action: null },
  bad_setting: { severity: 'stop', action: null },
  internal: { severity: 'error', action: 'retry' },

  engine_unreachable: { severity: 'stop', action: 'retry' },
};

export function faultEntry(code: FaultCode): FaultEntry {
  return FAULTS[code] ?? FAULTS.internal;
}

/** What happened, in the owner's language. */
export function faultWhat(code: FaultCode): string {
  return t(`error.${code in FAULTS ? code : 'internal'}.what` satisfies MessageKey);
}

/** What to do about it. */
export function faultDo(code: FaultCode): string {
  return t(`error.${code in FAULTS ? code : 'internal'}.do` satisfies MessageKey);
}
