// The seam between the screen and the engine. Everything above it works the same in the window,
// in a browser and in a test.

import type { Change, Code, Commands, IpcError } from './bindings';

export type CommandName = keyof Commands;
export type Args<K extends CommandName> = Parameters<Commands[K]>[0];
export type Result<K extends CommandName> = ReturnType<Commands[K]>;

/** What the screen can show words for: the engine's codes and the one fault it cannot report. */
export type FaultCode = Code | 'engine_unreachable';

export interface ChangesListener {
  changes(batch: Change[]): void;
  /** News may have been missed: read again whatever is on screen. */
  gap?(): void;
  /** The stream of news broke (`false`) or stands again (`true`). */
  connected?(up: boolean): void;
}

export interface Host {
  call<K extends CommandName>(name: K, args: Args<K>): Promise<Result<K>>;
  onChanges(listener: ChangesListener): () => void;
}

/** A command that failed, as the engine told it. */
export class CommandError extends Error {
  readonly code: FaultCode;
  readonly retryAfterMs: number | undefined;
  readonly correlationId: string;

  constructor(fault: { code: FaultCode; message: string; retryAfterMs?: number; correlationId?: string }) {
    super(fault.message);
    this.name = 'CommandError';
    this.code = fault.code;
    this.retryAfterMs = fault.retryAfterMs;
    this.correlationId = fault.correlationId ?? '';
  }

  /** Whatever was thrown, as a `CommandError`. */
  static from(thrown: unknown): CommandError {
    if (thrown instanceof CommandError) return thrown;
    if (isIpcError(thrown)) return new CommandError(thrown);
    return new CommandError({ code: 'internal', message: String(thrown) });
  }
}

function isIpcError(value: unknown): value is IpcError {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as IpcError).code === 'string' &&
    typeof (value as IpcError).message === 'string'
  );
}
