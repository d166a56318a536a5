/** `keeper config check`: is the file one that Keeper would run on? */
import { readFile } from 'node:fs/promises';
import { sha256 } from '../audit/canonical.ts';
import type { Cloud } from '../config/cloud.ts';
import { parseDesired } from '../config/desired-file.ts';
import { describeErrors } from '../config/finding.ts';
import { counted, exit, json, UsageError, type Terminal } from './terminal.ts';

export interface ConfigCheckOptions {
  readonly file: string;
  readonly json: boolean;
  /** Where it will run, if that is known: not every cloud has everything. */
  readonly cloud?: Cloud | undefined;
}

/** Gives the exit code. @throws UsageError when there is no such file. */
export async function configCheck(
  terminal: Terminal,
  { file, json: wantsJson, cloud }: ConfigCheckOptions,
): Promise<number> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) throw new UsageError(`${file}: cannot be read.`);
  const read = parseDesired(text, sha256(text), cloud);
  if (!read.ok) {
    if (wantsJson) terminal.out(json({ ok: false, file, errors: read.errors }));
    else terminal.out(`${describeErrors(file, read.errors)}\n`);
    return exit.wrong;
  }
  const { registrations } = read.desired;
  const connectors = registrations.reduce((sum, one) => sum + one.connectors.length, 0);
  if (wantsJson)
    terminal.out(json({ ok: true, file, registrations: registrations.map(({ id }) => id) }));
  else
    terminal.out(
      `${file}: ${counted(registrations.length, 'registration')}, ${counted(connectors, 'connector')}, no errors\n`,
    );
  return exit.fine;
}
