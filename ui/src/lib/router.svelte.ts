// Which screen the window shows. The address carries it (`#/settings/ai`), so that the mouse's
// back button works and a reload stays where one was.

import { knownStep, type WelcomeStep } from './state/welcome.svelte';

/** The pages of the settings, in the order of their list. */
export const SECTIONS = [
  'account',
  'sync',
  'sending',
  'webhooks',
  'ai',
  'auto',
  'topics',
  'knowledge',
  'sources',
  'learning',
  'saved_replies',
  'replay',
  'report',
  'notifications',
  'privacy',
  'backup',
  'language',
  'keys',
  'diagnostics',
] as const;
export type SettingsSection = (typeof SECTIONS)[number];
export type Route =
  | { screen: 'inbox'; conversation: string | null }
  | { screen: 'settings'; section: SettingsSection }
  /** With the account that is to be connected again; without one, a further account. */
  | { screen: 'connect'; account?: string }
  | { screen: 'welcome'; step: WelcomeStep | null };

function readRoute(hash: string): Route {
  const [screen, rest] = hash.replace(/^#\/?/, '').split('/');
  if (screen === 'settings') {
    // Language and theme are one page.
    const wanted = rest === 'theme' ? 'language' : rest;
    return { screen: 'settings', section: SECTIONS.find((known) => known === wanted) ?? 'account' };
  }
  if (screen === 'connect') return rest ? { screen: 'connect', account: decodeURIComponent(rest) } : { screen: 'connect' };
  if (screen === 'welcome') return { screen: 'welcome', step: knownStep(rest) };
  return { screen: 'inbox', conversation: rest ? decodeURIComponent(rest) : null };
}

function writeRoute(route: Route): string {
  if (route.screen === 'settings') return `#/settings/${route.section}`;
  if (route.screen === 'connect') return route.account ? `#/connect/${encodeURIComponent(route.account)}` : '#/connect';
  if (route.screen === 'welcome') return route.step ? `#/welcome/${route.step}` : '#/welcome';
  return route.conversation ? `#/inbox/${encodeURIComponent(route.conversation)}` : '#/inbox';
}

export class Router {
  route = $state.raw<Route>({ screen: 'inbox', conversation: null });

  /** Follows the address bar, and tells when it was changed from outside; returns how to stop. */
  start(changed?: (route: Route) => void): () => void {
    this.route = readRoute(location.hash);
    const read = () => {
      this.route = readRoute(location.hash);
      changed?.(this.route);
    };
    window.addEventListener('hashchange', read);
    return () => window.removeEventListener('hashchange', read);
  }

  go(route: Route): void {
    this.route = route;
    const hash = writeRoute(route);
    if (location.hash === hash) return;
    // Walking down the list must not fill the history.
    if (route.screen === 'inbox' && readRoute(location.hash).screen === 'inbox') {
      history.replaceState(null, '', hash);
    } else {
      location.hash = hash;
    }
  }
}
