/** Role: logs whose files cannot be asked at one moment, for tests of what is told then. */
import type { CheckpointParts } from '../../../src/audit/checkpoint.ts';
import type { AuditFiles } from '../../../src/audit/files.ts';
import { failure, type Result } from '../../../src/core/fault.ts';
import { memoryLog, type MemoryLog } from '../../support/audit-log.ts';

/** What every question fails with here. */
export const fault = { kind: 'unavailable', vendor: 'storage', code: 'test' } as const;

/** Counts questions and says of one that it fails. */
export interface Gate {
  /** True for the one question that fails. */
  fails(): boolean;
  /** Whether that question was asked. */
  readonly isReached: boolean;
}

function gateAt(nth: number): Gate {
  let asked = 0;
  return {
    fails() {
      asked += 1;
      return asked === nth;
    },
    get isReached() {
      return asked >= nth;
    },
  };
}

/** The same files, with a gate before each list and each read. */
export function filesBehind(files: AuditFiles, gate: Gate): AuditFiles {
  return {
    list: async (folder, within) => (gate.fails() ? failure(fault) : files.list(folder, within)),
    async *read(name, offset) {
      if (gate.fails()) yield failure(fault);
      else yield* files.read(name, offset);
    },
  };
}

/** The same parts, with a gate before each question to storage and to the vault. */
export function partsBehind(parts: CheckpointParts, gate: Gate): CheckpointParts {
  const { files, store, signer } = parts;
  const ask = async <T>(call: () => Promise<Result<T>>): Promise<Result<T>> =>
    gate.fails() ? failure(fault) : call();
  return {
    ...parts,
    files: filesBehind(files, gate),
    store: { create: (name, text) => ask(() => store.create(name, text)) },
    signer: {
      currentKey: () => ask(() => signer.currentKey()),
      readKey: (kid) => ask(() => signer.readKey(kid)),
      sign: (kid, bytes) => ask(() => signer.sign(kid, bytes)),
    },
  };
}

/** Does something once for each question that it asks, which then fails. Gives what came of each. */
export async function withEachFault<T>(act: (gate: Gate) => Promise<T>): Promise<readonly T[]> {
  const all: T[] = [];
  for (let nth = 1; ; nth += 1) {
    const gate = gateAt(nth);
    const result = await act(gate);
    if (!gate.isReached) return all;
    all.push(result);
  }
}

/** The same bytes in another log. */
export function copyOf(log: MemoryLog, pieceBytes?: number): MemoryLog {
  const copy = memoryLog(pieceBytes);
  for (const [name, bytes] of log.bytes) copy.bytes.set(name, bytes);
  return copy;
}

/** The same log, but one file in it never ends. */
export function withEndless(log: MemoryLog, name: string): AuditFiles {
  const piece = Buffer.alloc(1_024 * 1_024, 'x');
  return {
    list: (folder, within) => log.list(folder, within),
    async *read(read, offset) {
      if (read !== name) yield* log.read(read, offset);
      else for (let megabytes = 0; megabytes < 80; megabytes += 1) yield { ok: true, value: piece };
    },
  };
}
