/**
 * Role: how another process finds an embedded run: a file in its `--data` folder, only for the user who
 * started it, there while it runs. One that a killed run left behind is known by nobody answering.
 */
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';

const shape = z.object({
  v: z.literal(1),
  pid: z.int().positive(),
  /** Where Keeper answers, and a token of the demonstration's operator. */
  api: z.object({ url: z.url(), token: z.string().min(1) }),
  /** Where the run itself answers; see run-clock.ts. */
  run: z.url(),
  /** Path of the certificate that vouches for the simulated vendors and for `run`, PEM. */
  ca: z.string().min(1),
  /** What the host was told. */
  settings: z.record(z.string(), z.string()),
});

export type RunFile = z.output<typeof shape>;

/** What a run tells of itself; the rest is of the file. */
export interface RunTold extends Pick<RunFile, 'api' | 'run' | 'settings'> {
  /** PEM. */
  readonly ca: string;
}

/** Writes it in one step. Returns what removes it. */
export function writeRunFile(data: string, { ca, ...told }: RunTold): () => void {
  const folder = resolve(data);
  const authority = join(folder, 'run-ca.pem');
  const path = pathIn(folder);
  const file: RunFile = { v: 1, pid: process.pid, ...told, ca: authority };
  writeFileSync(authority, ca, { mode: 0o600 });
  // Of an earlier run that was killed; its mode would stay.
  rmSync(`${path}.new`, { force: true });
  writeFileSync(`${path}.new`, `${JSON.stringify(file, undefined, 2)}\n`, { mode: 0o600 });
  renameSync(`${path}.new`, path);
  return () => {
    rmSync(path, { force: true });
    rmSync(authority, { force: true });
  };
}

/** A run that the folder names, with its certificate. It may be over; ask it. */
export function readRunFile(data: string): (RunFile & { readonly authority: string }) | undefined {
  try {
    const file = shape.parse(JSON.parse(readFileSync(pathIn(resolve(data)), 'utf8')));
    return { ...file, authority: readFileSync(file.ca, 'utf8') };
  } catch {
    return undefined;
  }
}

function pathIn(folder: string): string {
  return join(folder, 'run.json');
}
