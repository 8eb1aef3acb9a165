import { cleanup } from '@testing-library/svelte';
import { afterEach } from 'vitest';
import { i18n } from '$lib/i18n/index.svelte';
import en from '$lib/i18n/messages/en.json';
import more from '$lib/i18n/messages/later/en.json';

i18n.use('en', { ...en, ...more });

afterEach(() => {
  cleanup();
  sessionStorage.clear();
  localStorage.clear();
});
