/**
 * Role: key pairs on the curve P-256 that come out the same whenever a simulation is repeated, and
 * so do their signatures. For a simulator only: a real key must be drawn from the system's
 * randomness, and real arithmetic on it must not tell by its duration what the key is.
 */
import { createECDH, createHmac } from 'node:crypto';

/** Of the group that the curve's base point generates (FIPS 186-4, D.1.2.3). */
const order = 0xffffffff_00000000_ffffffff_ffffffff_bce6faad_a7179e84_f3b9cac2_fc632551n;

const scalarBytes = 32;

/** A pair; its private half stays inside. */
export interface KeyPair {
  /** Base64url, 32 bytes each. */
  readonly x: string;
  readonly y: string;
  /** ECDSA over a digest of 32 bytes: R then S, 32 bytes each. */
  sign(digest: Uint8Array): Buffer;
}

/** The pair that 64 drawn hexadecimal digits stand for. */
export function keyPair(drawn: string): KeyPair {
  const secret = scalarOf(integerOf(Buffer.from(drawn, 'hex')));
  const { x, y } = pointOf(secret);

  function sign(digest: Uint8Array): Buffer {
    for (let attempt = 0; ; attempt += 1) {
      // From the key and the digest, as RFC 6979 has it: two signatures with one nonce tell the key.
      const nonce = scalarOf(
        integerOf(
          createHmac('sha256', bytesOf(secret)).update(digest).update(Buffer.of(attempt)).digest(),
        ),
      );
      const r = integerOf(pointOf(nonce).x) % order;
      const s = (inverseOf(nonce) * (integerOf(digest) + r * secret)) % order;
      if (r !== 0n && s !== 0n) return Buffer.concat([bytesOf(r), bytesOf(s)]);
    }
  }

  return { x: x.toString('base64url'), y: y.toString('base64url'), sign };
}

/** Into 1 to order - 1. */
function scalarOf(drawn: bigint): bigint {
  return (drawn % (order - 1n)) + 1n;
}

/** So many times the base point. */
function pointOf(scalar: bigint): { readonly x: Buffer; readonly y: Buffer } {
  const curve = createECDH('prime256v1');
  curve.setPrivateKey(bytesOf(scalar));
  // An uncompressed point: one byte that says so, then x, then y.
  const point = curve.getPublicKey();
  return { x: point.subarray(1, 1 + scalarBytes), y: point.subarray(1 + scalarBytes) };
}

/** By Euclid's algorithm; the order is prime, so each scalar has one. */
function inverseOf(scalar: bigint): bigint {
  let [rest, divisor] = [order, scalar];
  let [before, factor] = [0n, 1n];
  while (divisor !== 0n) {
    const times = rest / divisor;
    [rest, divisor] = [divisor, rest - times * divisor];
    [before, factor] = [factor, before - times * factor];
  }
  return ((before % order) + order) % order;
}

function integerOf(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).toString('hex')}`);
}

function bytesOf(scalar: bigint): Buffer {
  return Buffer.from(scalar.toString(16).padStart(scalarBytes * 2, '0'), 'hex');
}
