/** What an archive says about its files, read from its bytes: https://support.pkware.com, APPNOTE 4.3.12. */

/** One file's header in the archive's directory. */
export interface ZipHeader {
  readonly path: string;
  readonly madeBy: number;
  readonly time: number;
  readonly date: number;
  readonly extraBytes: number;
  readonly commentBytes: number;
  readonly attributes: number;
}

const directorySignature = 0x02_01_4b_50;
const fixedBytes = 46;

/** All headers, in the archive's order. */
export function zipHeaders(archive: Buffer): readonly ZipHeader[] {
  const mark = Buffer.alloc(4);
  mark.writeUInt32LE(directorySignature);
  const headers: ZipHeader[] = [];
  let at = archive.indexOf(mark, archive.readUInt32LE(archive.length - 6));
  while (at >= 0 && archive.readUInt32LE(at) === directorySignature) {
    const nameBytes = archive.readUInt16LE(at + 28);
    const extraBytes = archive.readUInt16LE(at + 30);
    const commentBytes = archive.readUInt16LE(at + 32);
    headers.push({
      path: archive.toString('utf8', at + fixedBytes, at + fixedBytes + nameBytes),
      madeBy: archive.readUInt16LE(at + 4),
      time: archive.readUInt16LE(at + 12),
      date: archive.readUInt16LE(at + 14),
      extraBytes,
      commentBytes,
      attributes: archive.readUInt32LE(at + 38),
    });
    at += fixedBytes + nameBytes + extraBytes + commentBytes;
  }
  return headers;
}
