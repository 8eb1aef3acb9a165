// Moments that are measured from outside: `cargo xtask bench window` reads their marks.

import type { Attachment } from 'svelte/attachments';

/** Marks, once in the life of the page, when what this element holds of `css` was first painted. */
export function marksPaint(name: string, css: string): Attachment<HTMLElement> {
  return (element) => {
    if (performance.getEntriesByName(name).length > 0) return;
    let frame = 0;
    const look = () => {
      frame = requestAnimationFrame(element.querySelector(css) === null ? look : () => (frame = requestAnimationFrame(() => performance.mark(name))));
    };
    look();
    return () => cancelAnimationFrame(frame);
  };
}
