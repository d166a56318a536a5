/** What a command has to work with. */
import type { VisitOpeners } from './doctor-place.ts';
import type { LogOpeners } from './log-place.ts';
import type { Terminal } from './terminal.ts';
import type { WorldOpeners } from './world-place.ts';

export interface CommandLine {
  readonly terminal: Terminal;
  /** How logs are opened. */
  readonly openers: LogOpeners;
  readonly worlds: WorldOpeners;
  /** How doctor comes to what it looks at; without it only to the Keeper that settings name. */
  readonly visits?: VisitOpeners;
  /** What runs, for `keeper version`. */
  readonly build: () => Promise<string>;
  readonly now: () => number;
  /** Asks whoever sits there, and takes only yes for yes; nothing where nobody does. */
  readonly ask?: (question: string) => Promise<boolean>;
  /** A pause while something is waited for. */
  readonly pause: (ms: number) => Promise<void>;
  /** Milliseconds on a clock that is never set; the process's own where there is none. */
  readonly monotonic?: () => number;
}

/** A command: gives the exit code. @throws UsageError */
export type Command = (line: CommandLine, args: readonly string[]) => Promise<number>;
