/** What a data folder remembers of how its world was made: its seed at first, its file at the end. */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FaultLevel } from './fates.ts';

export interface Memento {
  readonly v: 1;
  readonly seed: number;
  readonly faults: FaultLevel;
  readonly startAt: number;
  readonly untilAt: number;
  /** The text of `keeper.yaml`. Absent before the world is complete. */
  readonly file?: string;
  readonly isDemo?: boolean;
}

/** What the folder remembers; undefined when it is new. */
export function recall(folder: string): Memento | 'unreadable' | undefined {
  const path = join(folder, 'world.json');
  if (!existsSync(path)) return undefined;
  try {
    const raw: unknown = JSON.parse(readFileSync(path, 'utf8'));
    return isMemento(raw) ? raw : 'unreadable';
  } catch {
    return 'unreadable';
  }
}

function isMemento(raw: unknown): raw is Memento {
  return typeof raw === 'object' && raw !== null && 'v' in raw && raw.v === 1;
}

/** Writes it in one step. */
export function remember(folder: string, memento: Memento): void {
  const path = join(folder, 'world.json');
  writeFileSync(`${path}.new`, JSON.stringify(memento));
  renameSync(`${path}.new`, path);
}
