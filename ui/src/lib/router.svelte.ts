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

/** WebKit allows a hundred writes of the address in ten seconds, and a held key walks faster than that. */
const ADDRESS_AFTER_MS = 150;

export class Router {
  route = $state.raw<Route>({ screen: 'inbox', conversation: null });

  #unwritten: ReturnType<typeof setTimeout> | undefined;

  /** Follows the address bar, and tells when it was changed from outside; returns how to stop. */
  start(changed?: (route: Route) => void): () => void {
    this.route = readRoute(location.hash);
    const read = () => {
      clearTimeout(this.#unwritten);
      this.route = readRoute(location.hash);
      changed?.(this.route);
    };
    window.addEventListener('hashchange', read);
    return () => {
      clearTimeout(this.#unwritten);
      window.removeEventListener('hashchange', read);
    };
  }

  go(route: Route): void {
    const walks = route.screen === 'inbox' && this.route.screen === 'inbox';
    if (!walks) this.#write();
    this.route = route;
    clearTimeout(this.#unwritten);
    if (walks) this.#unwritten = setTimeout(() => this.#write(), ADDRESS_AFTER_MS);
    else if (location.hash !== writeRoute(route)) location.hash = writeRoute(route);
  }

  /** Puts the route into the address; walking down the list must not fill the history. */
  #write(): void {
    const hash = writeRoute(this.route);
    if (location.hash !== hash) history.replaceState(null, '', hash);
  }
}
