// What a key does, given what is on screen.

import { focusOn } from '$lib/focus';
import { actionOf, type Action } from '$lib/keyboard';
import type { Desk } from '$lib/state/desk.svelte';

export function press(desk: Desk, event: KeyboardEvent): void {
  if (event.defaultPrevented) return;
  const action = actionOf(event, desk.singleKeys);
  if (action === null) return;
  // A held key may walk the list; it must not approve one draft after the other.
  if (event.repeat && action !== 'next' && action !== 'previous') return;
  if (perform(desk, action, event)) event.preventDefault();
}

function perform(desk: Desk, action: Action, event: KeyboardEvent): boolean {
  if (action === 'help') {
    desk.helpOpen = !desk.helpOpen;
    return true;
  }
  if (desk.helpOpen || desk.router.route.screen !== 'inbox') return false;
  const { draft, inbox, thread } = desk;
  const target = event.target instanceof HTMLElement ? event.target : null;
  switch (action) {
    case 'next':
    case 'previous': {
      // Arrows scroll the thread when it has the focus; J and K always walk.
      if (event.key.startsWith('Arrow') && target?.closest('[role="log"]')) return false;
      const row = inbox.neighbour(action === 'next' ? 1 : -1);
      if (row) void desk.open(row.id, row);
      return row !== null;
    }
    case 'open':
      // Enter on a button is that button's.
      if (target?.closest('button, a, summary')) return false;
      if (thread.id === null) {
        const row = inbox.rows[Math.max(0, inbox.selectedIndex)];
        if (row) void desk.open(row.id, row);
        return row !== undefined;
      }
      return focusOn('composer');
    case 'back':
      return back(desk, target);
    case 'approve':
      void draft.approve();
      return draft.draft !== null;
    case 'edit':
      draft.edit();
      return draft.draft !== null;
    case 'regenerate':
      void draft.regenerate();
      return true;
    case 'reject':
      void draft.reject();
      return true;
    case 'why':
      void draft.toggleWhy();
      return true;
    case 'reply':
      return focusOn('composer');
    case 'search':
      return focusOn('search');
    default:
      return false;
  }
}

function back(desk: Desk, target: HTMLElement | null): boolean {
  const { draft } = desk;
  if (draft.draft?.outcome === 'countdown' && draft.draft.autoAt !== null) {
    void draft.stop();
  } else if (draft.whyOpen) {
    draft.whyOpen = false;
  } else if (target && target !== document.body && !target.closest('[role="listbox"]')) {
    focusOn('list');
  } else if (desk.thread.id !== null) {
    desk.closeThread();
    focusOn('list');
  } else {
    return false;
  }
  return true;
}
