/**
 * A file of which the wrong parts were taken out, so that the rules can still judge the rest and
 * all errors are told at once.
 */
import type { Path } from './finding.ts';
import type { ConnectorShape, FileShape, RegistrationShape } from './schema.ts';

/** A value of which anything may be missing. A list keeps its positions. */
type Draft<T> = T extends readonly (infer Item)[]
  ? readonly (Draft<Item> | undefined)[]
  : T extends object
    ? { readonly [Key in keyof T]?: Draft<T[Key]> | undefined }
    : T;

export type FileDraft = Draft<FileShape>;
export type RegistrationDraft = Draft<RegistrationShape>;
export type ConnectorDraft = Draft<ConnectorShape>;

/** Takes out what stands at the paths, in place. What remains has the types of the schema. */
export function prune(value: unknown, paths: readonly Path[]): FileDraft {
  if (paths.some((path) => path.length === 0)) return {};
  for (const path of paths) {
    const parent = valueAt(value, path.slice(0, -1));
    const last = path.at(-1)!;
    if (Array.isArray(parent)) parent[Number(last)] = undefined;
    else if (isRecord(parent)) delete parent[last];
  }
  return value as FileDraft;
}

/** What stands at a path, if anything. Own properties only. */
export function valueAt(value: unknown, path: Path): unknown {
  let current = value;
  for (const part of path) {
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, part)) {
      return undefined;
    }
    current = (current as Record<string | number, unknown>)[part];
  }
  return current;
}

/** True for a map of the file. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The registrations with their ids, in the order of the file. */
export function registrationsOf(file: FileDraft): [id: string, RegistrationDraft][] {
  return Object.entries(file.registrations ?? {}).flatMap(([id, draft]) =>
    draft === undefined ? [] : [[id, draft]],
  );
}

/** The connectors with their paths. */
export function connectorsOf(
  id: string,
  registration: RegistrationDraft,
): [Path, ConnectorDraft][] {
  return (registration.connectors ?? []).flatMap((connector, index) =>
    connector === undefined ? [] : [[['registrations', id, 'connectors', index], connector]],
  );
}

/** The items that stand in a list, with their paths. */
export function itemsOf<T>(path: Path, list: readonly (T | undefined)[] | undefined): [Path, T][] {
  return (list ?? []).flatMap((item, index) =>
    item === undefined ? [] : [[[...path, index], item]],
  );
}
