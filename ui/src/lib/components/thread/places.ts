// Where each conversation was scrolled to: a message and how far into it. A conversation that is
// not here was at its end.

export const places = new Map<string, { messageId: string; offset: number }>();
