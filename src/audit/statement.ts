/**
 * The second file of a checkpoint: a statement over the first one and over the statement before,
 * signed with a key that nobody can export. A JWS in compact form (RFC 7515) with ES256 (RFC 7518).
 */
import { verify } from 'node:crypto';
import { canonicalJson, sha256 } from './canonical.ts';
import type { Heading } from './heads.ts';
import { hasOnly, isCount, isHash, isInstantText, isObject } from './shapes.ts';
import { keyObject } from './key-file.ts';
import type { PublicKey } from './signer.ts';

/** What is signed. */
export interface Statement {
  readonly v: 1;
  readonly kind: 'keeper-checkpoint';
  readonly number: number;
  readonly at: string;
  readonly log: string;
  readonly build: string;
  readonly prev: string;
  /** SHA-256 of the file with the heads. */
  readonly heads: string;
  /** Merkle root over its lines of chains. */
  readonly root: string;
  readonly chains: number;
  /** Entries of all chains together. */
  readonly entries: number;
  /** Chains that were not what Keeper wrote, behind their head. */
  readonly broken: number;
}

/** A statement as it is published. */
export interface SignedStatement {
  readonly statement: Statement;
  readonly kid: string;
  /** SHA-256 of the signed payload: what the next statement names. */
  readonly id: string;
  /** What the signature is over, and the signature. */
  readonly input: Uint8Array;
  readonly signature: Uint8Array;
}

/** The statement that follows from the first file. */
export function statementOf(
  heading: Heading,
  summary: Pick<Statement, 'heads' | 'root' | 'chains' | 'entries' | 'broken'>,
): Statement {
  return { ...heading, ...summary, kind: 'keeper-checkpoint' };
}

/** The bytes to be signed under a key. */
export function signingInput(statement: Statement, kid: string): string {
  const header = canonicalJson({ alg: 'ES256', kid, typ: 'keeper-checkpoint+jws' });
  return `${base64url(header)}.${base64url(canonicalJson(statement))}`;
}

/** The file: the input, a dot, the signature, a newline. */
export function encodeJws(input: string, signature: Uint8Array): string {
  return `${input}.${Buffer.from(signature).toString('base64url')}\n`;
}

/** The file read back, its signature not yet verified. `undefined`: it is not one, byte for byte. */
export function decodeJws(text: string): SignedStatement | undefined {
  const parts = text.endsWith('\n') ? text.slice(0, -1).split('.') : [];
  const [header, payload, signature] = parts.map(decoded);
  if (!header || !payload || signature?.length !== 64 || parts.length !== 3) return undefined;
  const head = parsed(header);
  const statement = parsed(payload);
  if (!isObject(head) || typeof head['kid'] !== 'string' || !isStatement(statement)) {
    return undefined;
  }
  const input = signingInput(statement, head['kid']);
  // Byte for byte: no other header, no other algorithm, nothing unsaid in the payload.
  if (encodeJws(input, signature) !== text) return undefined;
  return {
    statement,
    kid: head['kid'],
    id: sha256(payload),
    input: Buffer.from(input, 'utf8'),
    signature,
  };
}

/** True when the key signed it. */
export function isSignedBy({ input, signature, kid }: SignedStatement, key: PublicKey): boolean {
  if (kid !== key.kid || signature.length !== 64) return false;
  const object = keyObject(key);
  return (
    object !== undefined &&
    verify('sha256', input, { key: object, dsaEncoding: 'ieee-p1363' }, signature)
  );
}

function decoded(part: string): Buffer | undefined {
  const bytes = Buffer.from(part, 'base64url');
  return bytes.toString('base64url') === part ? bytes : undefined;
}

function base64url(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64url');
}

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}

const members = [
  'v',
  'kind',
  'number',
  'at',
  'log',
  'build',
  'prev',
  'heads',
  'root',
  'chains',
  'entries',
  'broken',
];

function isStatement(value: unknown): value is Statement {
  return (
    isObject(value) &&
    hasOnly(value, members) &&
    value['v'] === 1 &&
    value['kind'] === 'keeper-checkpoint' &&
    isCount(value['number'], 1) &&
    isInstantText(value['at']) &&
    typeof value['log'] === 'string' &&
    typeof value['build'] === 'string' &&
    [value['prev'], value['heads'], value['root']].every(isHash) &&
    [value['chains'], value['entries'], value['broken']].every((one) => isCount(one, 0))
  );
}
