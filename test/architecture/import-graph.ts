/**
 * Role: the modules as a graph: what one reaches, and where imports run in a circle. Type imports
 * count as well, since a circle of types is a circle of ideas.
 */
import { type SourceModule, importsOf } from './source-module.ts';

/** From each module's path to the paths that it imports. */
export type ImportGraph = ReadonlyMap<string, readonly string[]>;

/** Draws the graph; packages are left out. */
export function importGraph(modules: readonly SourceModule[]): ImportGraph {
  return new Map(
    modules.map((module) => [
      module.path,
      importsOf(module)
        .filter(({ isRelative }) => isRelative)
        .map(({ target }) => target),
    ]),
  );
}

/** All paths that `start` imports, directly or through others, itself included. */
export function reachedFrom(start: string, graph: ImportGraph): Set<string> {
  const reached = new Set([start]);
  for (const path of reached) {
    for (const target of graph.get(path) ?? []) reached.add(target);
  }
  return reached;
}

/** The circles of the graph, each as `a -> b -> a`; at least one for each knot of modules. */
export function circles(graph: ImportGraph): string[] {
  const found: string[] = [];
  const done = new Set<string>();
  const walk = (path: string, trail: readonly string[]): void => {
    const seenAt = trail.indexOf(path);
    if (seenAt !== -1) found.push([...trail.slice(seenAt), path].join(' -> '));
    if (seenAt !== -1 || done.has(path)) return;
    for (const target of graph.get(path) ?? []) walk(target, [...trail, path]);
    done.add(path);
  };
  for (const path of graph.keys()) walk(path, []);
  return found;
}
