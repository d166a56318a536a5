/**
 * Role: makes a bundle's source map small enough to be deployed. Only places in this repository's own
 * sources stay mapped: a stack trace names those by file and line, and a library's frames by the name
 * of the function.
 */
import { relative, resolve, sep } from 'node:path';
import { decode, encode, type SourceMapSegment } from '@jridgewell/sourcemap-codec';

/** What of a source map is used here. */
interface SourceMap {
  readonly version: 3;
  readonly sources: readonly string[];
  readonly mappings: string;
}

/** Where a map and its sources are. */
interface Place {
  /** The repository. */
  readonly root: string;
  /** The folder that the map's paths start from. */
  readonly folder: string;
}

/**
 * The map without what leads into libraries and without texts of sources. Paths are told as seen from
 * `dist`, wherever the map is, so that the same sources give the same bytes.
 */
export function ownSourceMap(text: string, { root, folder }: Place): string {
  const { sources, mappings } = JSON.parse(text) as SourceMap;
  const paths = sources.map((source) =>
    relative(root, resolve(folder, source)).replaceAll(sep, '/'),
  );
  const own = paths.filter(isOwn);
  const places = new Map(paths.map((path, index) => [index, own.indexOf(path)]));
  const lines = decode(mappings).map((segments) => ownSegments(segments, places));
  return `${JSON.stringify({
    version: 3,
    sources: own.map((path) => `../${path}`),
    names: [],
    mappings: encode(lines),
  })}\n`;
}

function isOwn(path: string): boolean {
  return path.startsWith('src/');
}

/** Where a library's code begins, one segment says that from here on nothing is mapped. */
function ownSegments(
  segments: readonly SourceMapSegment[],
  places: ReadonlyMap<number, number>,
): SourceMapSegment[] {
  const kept: SourceMapSegment[] = [];
  for (const segment of segments) {
    const place = segment.length === 1 ? -1 : (places.get(segment[1]) ?? -1);
    if (segment.length > 1 && place >= 0) {
      kept.push([segment[0], place, segment[2] ?? 0, segment[3] ?? 0]);
    } else if (kept.at(-1)?.length === 4) {
      kept.push([segment[0]]);
    }
  }
  return kept;
}
