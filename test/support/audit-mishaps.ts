/** What can befall one who makes checkpoints: a call that is not carried out, one whose answer is lost, a rival. */
import type { CheckpointParts } from '../../src/audit/checkpoint.ts';
import { checkpointFiles } from '../../src/audit/files.ts';
import { sha256 } from '../../src/audit/canonical.ts';
import { failure, type Result } from '../../src/core/fault.ts';

/** The calls that change something or need the vault, as they are made. */
export interface Step {
  readonly call: string;
  readonly nth: number;
}

/** Comes around a call: may do something first, leave the call out, or lose its answer. */
export type Around = <T>(step: Step, call: () => Promise<Result<T>>) => Promise<Result<T>>;

/** The same parts, with something around each call. */
export function around(parts: CheckpointParts, befall: Around): CheckpointParts {
  let nth = 0;
  const step = <T>(call: string, done: () => Promise<Result<T>>): Promise<Result<T>> => {
    nth += 1;
    return befall({ call, nth }, done);
  };
  const { store, signer } = parts;
  return {
    ...parts,
    store: { create: (name, text) => step(`create ${name}`, () => store.create(name, text)) },
    signer: {
      ...signer,
      currentKey: () => step('currentKey', () => signer.currentKey()),
      sign: (kid, bytes) => step('sign', () => signer.sign(kid, bytes)),
    },
  };
}

/** The nth call fails: before it is carried out, or after it, so that only its answer is lost. */
export function mishapAt(nth: number, when: 'before' | 'after'): Around {
  return async (step, call) => {
    if (step.nth !== nth) return call();
    if (when === 'after') await call();
    return failure({
      kind: 'timeout',
      vendor: step.call.startsWith('create') ? 'storage' : 'vault',
    });
  };
}

/** Before the nth call, somebody else does something. */
export function rivalAt(nth: number, rival: () => Promise<unknown>): Around {
  return async (step, call) => {
    if (step.nth === nth) await rival();
    return call();
  };
}

/** What a signing input says. */
export function payloadOf(input: string): { readonly number: number; readonly heads: string } {
  const [, payload = ''] = input.split('.');
  return JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as {
    number: number;
    heads: string;
  };
}

/** True when the heads that an input is over are there, byte for byte. */
export function isDurable(input: string, bytes: ReadonlyMap<string, Buffer>): boolean {
  const { number, heads } = payloadOf(input);
  const file = bytes.get(checkpointFiles(number).heads);
  return file !== undefined && sha256(file) === heads;
}
