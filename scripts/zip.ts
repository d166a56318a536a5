/**
 * Role: archives whose bytes follow from their files alone. The compression is the library's own, not
 * that of the Node at hand, so another machine makes the same bytes.
 */
import { unzipSync, zipSync } from 'fflate';

/** Files by path, with `/` between folders. */
export type Files = Readonly<Record<string, Uint8Array>>;

/** What an archive says about one of its files. */
export interface Listed {
  readonly path: string;
  /** Unpacked. */
  readonly bytes: number;
  readonly packedBytes: number;
}

/**
 * The first day that the format knows, by the clock on the wall: the format has no time zones, and the
 * library writes down local time.
 */
const packedAt = new Date(1980, 0, 1, 12);

/** Packs files, sorted, with one date and no attributes. */
export function zip(files: Files): Uint8Array {
  const sorted = Object.entries(files).toSorted(([one], [other]) => (one < other ? -1 : 1));
  return zipSync(Object.fromEntries(sorted), { level: 9, mtime: packedAt, os: 0, attrs: 0 });
}

/** Unpacks an archive. */
export function unzip(archive: Uint8Array): Files {
  return unzipSync(archive);
}

/** What is in an archive, in its own order, without unpacking it. */
export function listZip(archive: Uint8Array): readonly Listed[] {
  const listed: Listed[] = [];
  unzipSync(archive, {
    filter({ name, size, originalSize }) {
      listed.push({ path: name, bytes: originalSize, packedBytes: size });
      return false;
    },
  });
  return listed;
}
