/** One chain read from its files, part by part, entry by entry: what verification and checkpoints share. */
import type { Entry } from '../core/entry.ts';
import { success, type Result } from '../core/fault.ts';
import { decodeLine, genesis, type ChainDefect, type Link } from './chain.ts';
import type { AuditFiles, ListedChain } from './files.ts';
import { eachLine } from './lines.ts';

/** Where a reader stands in the files of a chain. */
export interface Place extends Link {
  readonly blob: number;
  readonly bytes: number;
}

/** Before the first byte. */
export const beginning: Place = { ...genesis, blob: 1, bytes: 0 };

/** How a walk ended. */
export interface Walk {
  readonly place: Place;
  readonly defect?: ChainDefect | { readonly seq: number; readonly defect: 'missing' | 'shorter' };
}

/** Sees a good entry and the link behind it; `false` ends the walk there. */
export type Visit = (entry: Entry, link: Link) => boolean | void;

/**
 * Walks from a place to the end, or to the first defect. `visit` sees each good entry and the link
 * behind it. A part that is shorter than where the walk begins is a defect: acknowledged bytes are gone.
 */
export async function walkChain(
  files: AuditFiles,
  chain: ListedChain,
  from: Place,
  visit: Visit = () => true,
): Promise<Result<Walk>> {
  let place = from;
  const next = from.seq + 1;
  const known = chain.parts[from.blob - 1];
  if (!known && from.seq > 0) return success({ place, defect: { seq: next, defect: 'missing' } });
  if (known && known.bytes < from.bytes) {
    return success({ place, defect: { seq: next, defect: 'shorter' } });
  }
  for (let blob = from.blob; blob <= chain.parts.length; blob += 1) {
    const part = chain.parts[blob - 1];
    const offset = blob === from.blob ? from.bytes : 0;
    if (!part || part.bytes <= offset) continue;
    let defect: ChainDefect | undefined;
    const read = await eachLine(files.read(part.name, offset), offset, (text, endsAt) => {
      const line = typeof text === 'string' ? decodeLine(text, place) : noLine(place, text);
      if ('defect' in line) {
        defect = line;
        return false;
      }
      place = { ...line.link, blob, bytes: endsAt };
      return visit(line.entry, line.link) !== false;
    });
    if (!read.ok) return read;
    if (!defect && read.value.ended) return success({ place });
    if (!defect && read.value.rest > 0) defect = { seq: place.seq + 1, defect: 'cut-off' };
    if (defect) return success({ place, defect });
  }
  if (chain.hasGap) return success({ place, defect: { seq: place.seq + 1, defect: 'missing' } });
  return success({ place });
}

function noLine({ seq }: Link, text: null | undefined): ChainDefect {
  return { seq: seq + 1, defect: text === null ? 'too-long' : 'not-json' };
}
