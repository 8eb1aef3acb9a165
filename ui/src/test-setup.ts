import { cleanup, configure } from '@testing-library/svelte';
import { afterEach } from 'vitest';
import { i18n } from '$lib/i18n/index.svelte';
import en from '$lib/i18n/messages/en.json';
import more from '$lib/i18n/messages/later/en.json';

// A busy machine compiles a part that is loaded later in more than the usual second.
configure({ asyncUtilTimeout: 5000 });

i18n.use('en', { ...en, ...more });

afterEach(() => {
  cleanup();
  sessionStorage.clear();
  localStorage.clear();
});
