// The pages of the settings: in which group each stands, and how it is loaded.

import type { MessageKey } from '$lib/i18n/index.svelte';
import type { SettingsSection } from '$lib/router.svelte';

export const GROUPS: readonly { key: MessageKey | null; sections: readonly SettingsSection[] }[] = [
  { key: 'settings.group.accounts', sections: ['account'] },
  { key: 'settings.group.ai', sections: ['ai', 'auto', 'knowledge', 'saved_replies', 'report'] },
  { key: 'settings.group.computer', sections: ['notifications', 'backup', 'language', 'keys'] },
];

export const PAGES: Record<SettingsSection, () => Promise<{ default: unknown }>> = {
  account: () => import('./AccountSettings.svelte'),
  ai: () => import('./AiSettings.svelte'),
  auto: () => import('./AutoSettings.svelte'),
  knowledge: () => import('./KnowledgeSettings.svelte'),
  saved_replies: () => import('./SavedReplies.svelte'),
  report: () => import('./AiReport.svelte'),
  notifications: () => import('./NotificationSettings.svelte'),
  backup: () => import('./BackupSettings.svelte'),
  language: () => import('./LookSettings.svelte'),
  keys: () => import('./KeySettings.svelte'),
};
