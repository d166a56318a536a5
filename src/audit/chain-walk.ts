/** One chain read from its files, part by part, entry by entry: what verification and checkpoints share. */
import type { Entry } from '../core/entry.ts';
import { success, type Result } from '../core/fault.ts';
import { chainBlocks } from '../core/limits.ts';
import { decodeLine, genesis, type ChainDefect, type Link } from './chain.ts';
import { bytesOf, type AuditFiles, type ListedChain } from './files.ts';
import { eachLine } from './lines.ts';

/** Where a reader stands in the files of a chain. */
export interface Place extends Link {
  readonly blob: number;
  readonly bytes: number;
  /** Bytes of the parts before that one. */
  readonly bytesBefore: number;
}

/** Before the first byte. */
export const beginning: Place = { ...genesis, blob: 1, bytes: 0, bytesBefore: 0 };

/** What can be wrong with parts, whatever stands in their lines. */
export interface PartDefect {
  readonly seq: number;
  readonly defect:
    | 'missing'
    | 'shorter'
    /** Lines in a part though those before are not full: the loop goes on in an earlier one. */
    | 'early-part'
    /** A part that was full has more bytes than were read of it. */
    | 'grown';
}

/** How a walk ended. */
export interface Walk {
  readonly place: Place;
  readonly defect?: ChainDefect | PartDefect;
}

/** Sees a good entry and the link behind it; `false` ends the walk there. */
export type Visit = (entry: Entry, link: Link) => boolean | void;

/**
 * Walks from a place to the end, or to the first defect. `visit` sees each good entry and the link
 * behind it. A part that is shorter than where the walk begins is a defect: acknowledged bytes are gone.
 * So is what no pass would read: a part begun too early, or more lines in one that was full.
 */
export async function walkChain(
  files: AuditFiles,
  chain: ListedChain,
  from: Place,
  visit: Visit = () => true,
): Promise<Result<Walk>> {
  let place = from;
  const partLines = files.partLines ?? chainBlocks;
  const known = defectOfParts(chain, from, partLines);
  if (known) return success({ place, defect: { seq: from.seq + 1, defect: known } });
  for (let blob = from.blob; blob <= chain.parts.length; blob += 1) {
    const part = chain.parts[blob - 1];
    const offset = blob === from.blob ? from.bytes : 0;
    if (!part || part.bytes <= offset) continue;
    if (isEarly(place, blob, partLines)) {
      return success({ place, defect: { seq: place.seq + 1, defect: 'early-part' } });
    }
    const bytesBefore = blob === place.blob ? place.bytesBefore : place.bytesBefore + place.bytes;
    let defect: ChainDefect | undefined;
    const read = await eachLine(files.read(part.name, offset), offset, (text, endsAt) => {
      const line = typeof text === 'string' ? decodeLine(text, place) : noLine(place, text);
      if ('defect' in line) {
        defect = line;
        return false;
      }
      place = { ...line.link, blob, bytes: endsAt, bytesBefore };
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

/** What is wrong with the parts that were read before, up to where a walk begins. */
function defectOfParts(
  { parts }: ListedChain,
  from: Place,
  partLines: number,
): PartDefect['defect'] | undefined {
  const part = parts[from.blob - 1];
  if (!part) return from.seq > 0 ? 'missing' : undefined;
  const before = bytesOf(parts.slice(0, from.blob - 1));
  if (part.bytes < from.bytes || before < from.bytesBefore) return 'shorter';
  if (from.blob > 1 && isEarly(from, from.blob, partLines)) return 'early-part';
  return before > from.bytesBefore ? 'grown' : undefined;
}

/** True when the parts before one are not full: a pass would not read it. */
function isEarly({ seq }: Link, blob: number, partLines: number): boolean {
  return seq < (blob - 1) * partLines;
}

function noLine({ seq }: Link, text: null | undefined): ChainDefect {
  return { seq: seq + 1, defect: text === null ? 'too-long' : 'not-json' };
}
