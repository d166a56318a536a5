/** The `keeper.yaml` that a command takes for what is wanted. */
import { readFile } from 'node:fs/promises';
import { sha256 } from '../audit/canonical.ts';
import type { Cloud } from '../config/cloud.ts';
import { parseDesired } from '../config/desired-file.ts';
import { describeErrors } from '../config/finding.ts';
import type { Desired } from '../core/desired.ts';
import { UsageError } from './terminal.ts';

/** Reads it. @throws UsageError that lists all that is wrong with it */
export async function wantedFile(path: string, cloud?: Cloud): Promise<Desired> {
  return (await readWanted(path, cloud)).desired;
}

/** Reads it, and gives the text as well. @throws UsageError that lists all that is wrong with it */
export async function readWanted(
  path: string,
  cloud?: Cloud,
): Promise<{ text: string; desired: Desired }> {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined) {
    throw new UsageError(`${path}: cannot be read. Name your keeper.yaml with --config FILE.`);
  }
  return { text, desired: wantedText(path, text, cloud) };
}

/** Takes a text for it. @throws UsageError that lists all that is wrong with it */
export function wantedText(path: string, text: string, cloud?: Cloud): Desired {
  const read = parseDesired(text, sha256(text), cloud);
  if (read.ok) return read.desired;
  throw new UsageError(`${path} cannot be used:\n${describeErrors(path, read.errors)}`);
}
