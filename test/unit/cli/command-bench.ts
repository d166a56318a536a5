/** Role: where commands are tried: a log in memory or in a folder, and a terminal that keeps what was written. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CheckpointParts } from '../../../src/audit/checkpoint.ts';
import type { AuditFiles } from '../../../src/audit/files.ts';
import type { Listing } from '../../../src/cli/audit-world.ts';
import type { OpenLog } from '../../../src/cli/log-place.ts';
import type { CommandLine } from '../../../src/cli/command-line.ts';
import { runCommand } from '../../../src/cli/main.ts';
import { UsageError } from '../../../src/cli/terminal.ts';
import type { WorldOpeners } from '../../../src/cli/world-place.ts';
import type { Fault } from '../../../src/core/fault.ts';
import { logStartAt } from '../../support/audit-log.ts';

/** What a command did. */
export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface Bench {
  /** A folder of the test, removed at its end. */
  readonly folder: string;
  /** How often a log was closed. */
  readonly closed: () => number;
  run(...args: readonly string[]): Promise<Ran>;
  remove(): void;
}

export interface BenchOptions {
  readonly files?: AuditFiles;
  readonly checkpoints?: CheckpointParts;
  /** Entra, for comparisons. */
  readonly listing?: Listing;
  readonly hasColour?: boolean;
  readonly local?: (data: string) => Promise<OpenLog>;
  readonly worlds?: WorldOpeners;
  /** Who sits there; without it nobody does. */
  readonly ask?: (question: string) => Promise<boolean>;
  /** A clock of its own; else pauses alone take time. */
  readonly monotonic?: () => number;
}

/** A bench with a log that the settings would name; without one they name none. */
export function bench({
  files,
  checkpoints,
  listing,
  hasColour = false,
  local,
  worlds = noWorlds,
  ask,
  monotonic,
}: BenchOptions = {}): Bench {
  const folder = mkdtempSync(join(tmpdir(), 'keeper-commands-'));
  let closed = 0;
  let paused = 0;
  const close = async (): Promise<void> => void (closed += 1);
  const live = async (): Promise<OpenLog> => {
    if (!files) throw new UsageError('no log is named.');
    return {
      where: 'keeperlog.example',
      files,
      close,
      ...(checkpoints ? { checkpoints } : {}),
      ...(listing ? { listing } : {}),
    };
  };
  return {
    folder,
    closed: () => closed,
    remove: () => rmSync(folder, { recursive: true, force: true }),
    async run(...args) {
      let out = '';
      let err = '';
      const line: CommandLine = {
        terminal: {
          out: (text) => void (out += text),
          err: (text) => void (err += text),
          hasColour,
        },
        openers: { live, ...(local ? { local } : {}) },
        worlds,
        build: async () => '0.1.0+test',
        now: () => logStartAt + 86_400_000,
        pause: async (ms) => void (paused += ms),
        monotonic: monotonic ?? (() => paused),
        ...(ask ? { ask } : {}),
      };
      const code = await runCommand(line, args);
      return { code, out, err };
    },
  };
}

/** Settings that name no world. */
const noWorlds: WorldOpeners = {
  live: async () => {
    throw new UsageError('no Keeper is named.');
  },
};

/** Files that answer nothing but a fault. */
export function brokenFiles(fault: Fault): AuditFiles {
  return {
    list: async () => ({ ok: false, fault }),
    async *read() {
      yield { ok: false, fault };
    },
  };
}
