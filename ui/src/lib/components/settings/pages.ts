// The pages of the settings: in which group each stands, and how it is loaded.

import type { MessageKey } from '$lib/i18n/index.svelte';
import type { SettingsSection } from '$lib/router.svelte';

export const GROUPS: readonly { key: MessageKey | null; sections: readonly SettingsSection[] }[] = [
  { key: 'settings.group.accounts', sections: ['account', 'sync', 'sending', 'webhooks'] },
  { key: 'settings.group.ai', sections: ['ai', 'auto', 'topics', 'knowledge', 'sources', 'learning', 'saved_replies', 'replay', 'report'] },
  { key: 'settings.group.computer', sections: ['notifications', 'privacy', 'backup', 'language', 'keys', 'diagnostics'] },
];

export const PAGES: Record<SettingsSection, () => Promise<{ default: unknown }>> = {
  account: () => import('./AccountSettings.svelte'),
  sync: () => import('./SyncSettings.svelte'),
  sending: () => import('./SendingSettings.svelte'),
  webhooks: () => import('./WebhookSettings.svelte'),
  ai: () => import('./AiSettings.svelte'),
  auto: () => import('./AutoSettings.svelte'),
  topics: () => import('./TopicSettings.svelte'),
  knowledge: () => import('./KnowledgeSettings.svelte'),
  sources: () => import('./SourceSettings.svelte'),
  learning: () => import('./LearningSettings.svelte'),
  saved_replies: () => import('./SavedReplies.svelte'),
  replay: () => import('./ReplaySettings.svelte'),
  report: () => import('./AiReport.svelte'),
  notifications: () => import('./NotificationSettings.svelte'),
  privacy: () => import('./PrivacySettings.svelte'),
  backup: () => import('./BackupSettings.svelte'),
  language: () => import('./LookSettings.svelte'),
  keys: () => import('./KeySettings.svelte'),
  diagnostics: () => import('./DiagnosticsSettings.svelte'),
};
