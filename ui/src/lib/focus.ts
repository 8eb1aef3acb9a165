// Where the keyboard can jump to. A component names its element; keys go there by the name.

type FocusName = 'composer' | 'search' | 'list' | 'draft-edit' | 'draft' | 'note' | 'find';

const targets = new Map<FocusName, HTMLElement>();

/** An attachment: `{@attach focusTarget('composer')}`. */
export function focusTarget(name: FocusName): (element: HTMLElement) => () => void {
  return (element) => {
    targets.set(name, element);
    return () => {
      if (targets.get(name) === element) targets.delete(name);
    };
  };
}

export function focusOn(name: FocusName): boolean {
  const element = targets.get(name);
  element?.focus();
  return element !== undefined;
}
