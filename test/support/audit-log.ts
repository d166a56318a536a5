/**
 * What tests of the audit log stand on: a log in memory, a key that signs, and a pen that writes
 * chains as Keeper does.
 */
import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { canonicalJson, sha256 } from '../../src/audit/canonical.ts';
import { encodeEntry, genesis, type Link } from '../../src/audit/chain.ts';
import type { CheckpointParts } from '../../src/audit/checkpoint.ts';
import { chainFile, type AuditFiles, type CheckpointStore } from '../../src/audit/files.ts';
import type { PublicKey, Signer } from '../../src/audit/signer.ts';
import type { EntryBody } from '../../src/core/entry.ts';
import { success } from '../../src/core/fault.ts';

export const logStartAt = Date.parse('2026-11-01T08:00:00.000Z');
export const hourMs = 3_600_000;
export const dayMs = 24 * hourMs;

/** A log as bytes by name. */
export interface MemoryLog extends AuditFiles, CheckpointStore {
  readonly bytes: Map<string, Buffer>;
  /** What was asked for, in order: `list <folder>` or `list <folder>/<within>`, `read <name> <offset>`. */
  readonly asked: string[];
  /** The text of a file; empty where there is none. */
  text(name: string): string;
  /** Writes a file, whatever was there. */
  put(name: string, text: string | Buffer): void;
}

/**
 * A log in memory that hands out its bytes in pieces of a size, and whose parts are full with so many
 * lines: any number, where a test is not about that.
 */
export function memoryLog(pieceBytes = 1_000_000, partLines = 0): MemoryLog {
  const bytes = new Map<string, Buffer>();
  const asked: string[] = [];
  return {
    partLines,
    bytes,
    asked,
    text: (name) => bytes.get(name)?.toString('utf8') ?? '',
    put: (name, text) => void bytes.set(name, Buffer.from(text)),
    async list(folder, within) {
      const place = within === undefined ? folder : `${folder}/${within}`;
      asked.push(`list ${place}`);
      const names = [...bytes.keys()].filter((name) => name.startsWith(`${place}/`)).toSorted();
      return success(names.map((name) => ({ name, bytes: bytes.get(name)?.length ?? 0 })));
    },
    async *read(name, offset) {
      asked.push(`read ${name} ${offset}`);
      const whole = bytes.get(name) ?? Buffer.alloc(0);
      for (let from = offset; from < whole.length; from += pieceBytes) {
        yield success(whole.subarray(from, from + pieceBytes));
      }
    },
    async create(name, text) {
      if (bytes.has(name)) return success('exists');
      bytes.set(name, Buffer.from(text));
      return success('created');
    },
  };
}

/** A key in a vault that makes new versions. */
export interface TestSigner extends Signer {
  /** Makes a new version, and tells its public half. */
  rotate(): PublicKey;
  /** The public half of the newest version. */
  readonly key: PublicKey;
  /** What was signed, in order. */
  readonly signed: string[];
}

/** A signer with real P-256 keys that live as long as the test. */
export function testSigner(name = 'keeper-checkpoint'): TestSigner {
  const versions: { readonly key: PublicKey; readonly secret: KeyObject }[] = [];
  const signed: string[] = [];
  const newest = (): (typeof versions)[number] => {
    const last = versions.at(-1);
    if (!last) throw new Error('Cannot sign without a key');
    return last;
  };
  const rotate = (): PublicKey => {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
    const version = sha256(`${name} ${versions.length}`).slice(0, 32);
    const kid = `https://keeper-example.vault.azure.net/keys/${name}/${version}`;
    const key = { kid, x, y };
    versions.push({ key, secret: privateKey });
    return key;
  };
  rotate();
  return {
    rotate,
    signed,
    get key() {
      return newest().key;
    },
    currentKey: async () => success(newest().key),
    readKey: async (kid) => success(versions.find((one) => one.key.kid === kid)?.key),
    async sign(kid, bytes) {
      const version = versions.find((one) => one.key.kid === kid);
      if (!version) return { ok: false, fault: { kind: 'absent', vendor: 'vault' } };
      signed.push(Buffer.from(bytes).toString('utf8'));
      const key = { key: version.secret, dsaEncoding: 'ieee-p1363' } as const;
      return success(sign('sha256', bytes, key));
    },
  };
}

/** What makes checkpoints of a log in memory. */
export function partsOf(
  log: MemoryLog,
  signer: Signer,
  changes: Partial<CheckpointParts> = {},
): CheckpointParts {
  const build = '0.1.0+4f1c2a9';
  return { files: log, store: log, signer, log: 'keeperlog.example', build, ...changes };
}

/** Writes one chain, a minute between entries. */
export interface ChainPen {
  readonly link: Link;
  /** Appends entries to the part at hand. */
  write(...bodies: readonly EntryBody[]): void;
  /** Appends a line whose hash is right, whatever it says. */
  forge(members: Readonly<Record<string, unknown>>): void;
  /** Goes on in the next part. */
  nextPart(): void;
}

/** A pen at the beginning of a chain. */
export function chainPen(log: MemoryLog, registration: string, startAt = logStartAt): ChainPen {
  let link: Link = genesis;
  let part = 1;
  const append = (line: string, after: Link): void => {
    const name = chainFile(registration, part);
    log.put(name, log.text(name) + line);
    link = after;
  };
  const nextAt = (): number => startAt + link.seq * 60_000;
  return {
    get link() {
      return link;
    },
    write(...bodies) {
      for (const body of bodies) {
        const made = encodeEntry(body, nextAt(), link);
        append(made.line, made.link);
      }
    },
    forge(members) {
      const seq = link.seq + 1;
      const at = new Date(nextAt()).toISOString();
      const line = forgedLine({ v: 1, seq, at, prev: link.hash, ...members });
      append(line, { seq, hash: (JSON.parse(line) as { hash: string }).hash });
    },
    nextPart() {
      part += 1;
    },
  };
}

/** A line whose hash is right, whatever it says, with its newline. */
export function forgedLine(unsigned: Readonly<Record<string, unknown>>): string {
  return `${canonicalJson({ ...unsigned, hash: sha256(canonicalJson(unsigned)) })}\n`;
}

/** An intent and how it came out. */
export function deed(
  intent: Omit<Extract<EntryBody, { kind: 'intent' }>, 'kind' | 'deadlineAt' | 'worker'>,
  outcome: Omit<Extract<EntryBody, { kind: 'outcome' }>, 'kind' | 'intent'> = { result: 'done' },
): readonly EntryBody[] {
  const deadlineAt = logStartAt + dayMs;
  return [
    { kind: 'intent', deadlineAt, worker: 'worker-1', ...intent },
    { kind: 'outcome', intent: intent.id, ...outcome },
  ];
}

/** All that is written when a credential comes in the place of another: ten entries, twelve with a removal. */
export function rotation(keyId: string, replaced?: string): readonly EntryBody[] {
  const endAt = logStartAt + 180 * dayMs;
  const held = { secret: 'pending', version: `p-${keyId}` } as const;
  const push = {
    kind: 'push-credential',
    connector: 'us/one',
    keyId,
    appId: 'app-1',
    creates: false,
  } as const;
  return [
    ...deed(
      {
        id: `add-${keyId}`,
        effect: { kind: 'add-credential', objectId: 'object-1', endAt },
        because: 'due',
      },
      { result: 'done', facts: { keyId, hint: 'abc', endAt }, requestId: `request-of-${keyId}` },
    ),
    ...deed({
      id: `store-${keyId}`,
      effect: { kind: 'store-credential', keyId },
      because: 'rotation',
    }),
    { kind: 'proof', keyId, held, result: 'proved' },
    ...deed({
      id: `promote-${keyId}`,
      effect: { kind: 'promote-credential', keyId },
      because: 'rotation',
    }),
    ...deed(
      { id: `push-${keyId}`, effect: push, because: 'rotation' },
      { result: 'done', facts: { grants: { total: 12, invalid: 0 } } },
    ),
    { kind: 'proof', keyId, held: { secret: 'current', version: `c-${keyId}` }, result: 'proved' },
    ...(replaced === undefined
      ? []
      : deed({
          id: `remove-${replaced}`,
          effect: {
            kind: 'remove-credential',
            objectId: 'object-1',
            keyId: replaced,
            why: 'superseded',
          },
          because: 'cleanup',
        })),
  ];
}
