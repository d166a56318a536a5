/** Reads `keeper.yaml`: all that is wrong with it at once, or what Keeper shall bring about. */
import type { Desired } from '../core/desired.ts';
import { checkClaims } from './claim-rules.ts';
import { checkCloud } from './cloud-rules.ts';
import type { Cloud } from './cloud.ts';
import { checkConnectors } from './connector-rules.ts';
import { readDocument } from './document.ts';
import { registrationsOf } from './draft.ts';
import { type FileError, type FileNote, type Finding, byPosition, pathText } from './finding.ts';
import { noteFile } from './note-rules.ts';
import { checkRegistration } from './registration-rules.ts';
import { resolveFile } from './resolve.ts';
import { checkShape } from './shape.ts';

/** A file as understood, or everything that is wrong with it. */
export type ParsedFile =
  | { readonly ok: true; readonly desired: Desired; readonly notes: readonly FileNote[] }
  | { readonly ok: false; readonly errors: readonly FileError[] };

/**
 * Reads a text; the hash is that of the file's bytes. Never throws, whatever the text. What only some
 * clouds have is checked where the cloud is known.
 */
export function parseDesired(text: string, hash: string, cloud?: Cloud): ParsedFile {
  const { errors, value, locate } = readDocument(text);
  if (value === undefined) return { ok: false, errors: errors.toSorted(byPosition) };

  function place({ path, at, message, instead }: Finding): FileError {
    return { ...locate(path, at), path: pathText(path), message, instead };
  }
  const { findings, draft, file } = checkShape(value.json);
  const registrations = registrationsOf(draft);
  const all = [
    ...errors,
    ...[
      ...findings,
      ...registrations.flatMap(([id, registration]) => checkRegistration(id, registration)),
      ...registrations.flatMap(([id, registration]) => checkConnectors(id, registration)),
      ...registrations.flatMap(([id, registration]) => checkCloud(id, registration, cloud)),
      ...checkClaims(draft),
    ].map(place),
  ];
  if (all.length > 0 || file === undefined) return { ok: false, errors: all.toSorted(byPosition) };
  const notes = noteFile(file).map(place).toSorted(byPosition);
  return { ok: true, desired: resolveFile(file, hash), notes };
}
