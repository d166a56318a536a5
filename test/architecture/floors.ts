/**
 * Role: the table of floors. An import goes down or stays in its own folder; it never goes up, and
 * never sideways to a neighbour of the same floor.
 */
import { type SourceModule, importsOf } from './source-module.ts';

/** The floors from the top; a name is a folder or a file of src. */
const floors: readonly (readonly string[])[] = [
  ['functions', 'cli'],
  ['live.ts'],
  ['clients', 'web'],
  ['foresight', 'doctor'],
  ['reconcile'],
  ['audit', 'config'],
  ['core'],
];

/** The embedded mode stands beside the building: it may import all, and nobody imports it. */
const beside = 'local';

/** The folder or file of src that a path belongs to; undefined outside src. */
function placeOf(path: string): string | undefined {
  const [root, place] = path.split('/');
  return root === 'src' ? place : undefined;
}

/** How many floors lie above a place; -1 for a place that the table does not know. */
function depthOf(place: string): number {
  return floors.findIndex((floor) => floor.includes(place));
}

/** What is wrong with an import from one place to another; undefined when nothing is. */
function fault(from: string, to: string | undefined): string | undefined {
  if (to === undefined) return 'leaves src';
  if (from === to) return undefined;
  if (to === beside) return 'imports local, which nobody may';
  if (depthOf(to) === -1) return `imports ${to}, which has no floor`;
  if (from === beside) return undefined;
  if (depthOf(to) < depthOf(from)) return `runs up from ${from} to ${to}`;
  if (depthOf(to) === depthOf(from)) return `runs sideways from ${from} to ${to}`;
  return undefined;
}

/** Each import that breaks the table, and each module that stands on no floor. */
export function floorBreaks(modules: readonly SourceModule[]): string[] {
  return modules.flatMap((module) => {
    const from = placeOf(module.path);
    if (from === undefined) return [];
    if (from !== beside && depthOf(from) === -1) return [`${module.path}: stands on no floor`];
    return importsOf(module)
      .filter(({ isRelative }) => isRelative)
      .flatMap(({ target, line }) => {
        const wrong = fault(from, placeOf(target));
        return wrong === undefined ? [] : [`${module.path}:${line}: ${wrong} (${target})`];
      });
  });
}
