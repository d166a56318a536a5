/**
 * State and log of other versions: what an older Keeper left is read; where a newer one has been, a
 * pass does nothing for that registration and says why.
 */
import { describe, expect, it } from 'vitest';
import { canonicalJson, sha256 } from '../../../src/audit/canonical.ts';
import { decodeLines, encodeEntry, genesis } from '../../../src/audit/chain.ts';
import type { EntryBody } from '../../../src/core/entry.ts';
import { stateFormat, type SavedState } from '../../../src/reconcile/chain-session.ts';
import { runPass, type PassReport } from '../../../src/reconcile/pass.ts';
import { interposedWorld } from '../../support/interposed-world.ts';
import { dayMs, plainMode, tenant, type Tenant } from '../../support/tenant.ts';

interface Settled {
  readonly customer: Tenant;
  readonly wish: ReturnType<Tenant['wish']>;
}

/** A registration that all is well with. */
async function settled(): Promise<Settled> {
  const customer = tenant({ modes: [plainMode] });
  const wish = customer.wish();
  await customer.settle(wish);
  return { customer, wish };
}

function savedIn({ customer, wish }: Settled): SavedState {
  return JSON.parse(customer.stores.states.bodies.get(wish.key) ?? '') as SavedState;
}

/** Puts a state there as an older or newer Keeper might have written it; its sum is right. */
function save({ customer, wish }: Settled, state: object): void {
  const { head, memory } = state as Partial<SavedState>;
  const sum = sha256(JSON.stringify([head, memory]));
  customer.stores.states.bodies.set(wish.key, JSON.stringify({ ...state, sum }));
}

/** Puts an entry behind the last, in a line whose hash is right. Returns its number. */
function append({ customer, wish }: Settled, body: object, format: number): number {
  const { texts } = customer.stores.chains;
  const text = texts.get(wish.key) ?? '';
  const { link } = decodeLines(text, genesis);
  const { line } = encodeEntry(body as EntryBody, customer.clock.now(), link);
  const { hash: _hash, ...made } = JSON.parse(line) as Record<string, unknown>;
  const unsigned = { ...made, v: format };
  const hash = sha256(canonicalJson(unsigned));
  texts.set(wish.key, `${text}${canonicalJson({ ...unsigned, hash })}\n`);
  return link.seq + 1;
}

interface Looked {
  readonly report: PassReport;
  readonly writes: readonly string[];
  /** Calls of vendors, reads among them. */
  readonly asked: number;
  /** From which byte on the chain was read. */
  readonly offsets: readonly number[];
}

/** One pass, a day later so that there is something to look at, with all of its calls. */
async function passOver({ customer, wish }: Settled): Promise<Looked> {
  customer.leap(dayMs);
  const writes: string[] = [];
  const offsets: number[] = [];
  let asked = 0;
  const { chains } = customer.world;
  const reading = {
    ...customer.world,
    chains: {
      ...chains,
      readTail: (...given: Parameters<typeof chains.readTail>) => {
        offsets.push(given[1].offset);
        return chains.readTail(...given);
      },
    },
  };
  const world = interposedWorld(reading, async ({ port, method, isWrite }, go) => {
    if (isWrite) writes.push(`${port}.${method}`);
    if (['directory', 'tokens', 'vault', 'connectors'].includes(port)) asked += 1;
    return go();
  });
  return { report: await runPass(world, wish), writes, asked, offsets };
}

/** Nothing was asked of a vendor, nothing written anywhere, and the log says why. */
function expectRefusal({ customer, wish }: Settled, looked: Looked, what: string): void {
  expect(looked).toMatchObject({ writes: [], asked: 0 });
  expect(looked.report).toEqual({
    kind: 'unreadable',
    fault: { kind: 'rejected', vendor: 'storage', code: 'newer-format' },
  });
  expect(customer.logged.map((line) => JSON.parse(line) as object)).toContainEqual({
    level: 'error',
    message: 'written by a newer Keeper; this build does nothing for the registration',
    registration: wish.id,
    what,
    build: 'test',
  });
}

describe('a state', () => {
  it('of an older Keeper, without members that came later, is gone on from', async () => {
    const one = await settled();
    const { memory, ...rest } = savedIn(one);
    const { build: _build, identity: _identity, ...older } = memory;
    expect(memory).toHaveProperty('build', 'test');
    save(one, { ...rest, memory: older });
    const { report, offsets } = await passOver(one);
    expect(report).toMatchObject({ kind: 'looked', status: { state: 'healthy' } });
    expect(offsets).toEqual([rest.head.position.offset]);
  });

  it('of an older Keeper, without a member that this one needs, is folded anew from the log', async () => {
    const one = await settled();
    const { memory, ...rest } = savedIn(one);
    const { orderEnds: _ends, ...older } = memory;
    save(one, { ...rest, memory: older });
    const { report, offsets } = await passOver(one);
    expect(report).toMatchObject({ kind: 'looked', status: { state: 'healthy' } });
    expect(offsets).toEqual([0]);
    expect(savedIn(one).memory.credentials).toEqual(memory.credentials);
  });

  it('of a newer Keeper is left as it is, with the registration', async () => {
    const one = await settled();
    save(one, { ...savedIn(one), v: stateFormat + 1 });
    const body = one.customer.stores.states.bodies.get(one.wish.key);
    expectRefusal(one, await passOver(one), 'state');
    expect(one.customer.stores.states.bodies.get(one.wish.key)).toBe(body);
  });

  it('of a newer Keeper is known by its number, whatever else has become of it', async () => {
    const one = await settled();
    one.customer.stores.states.bodies.set(one.wish.key, JSON.stringify({ v: 7, chain: 'gone' }));
    expectRefusal(one, await passOver(one), 'state');
  });
});

describe('a worker whose clock is wrong', () => {
  it.each([-301, 301])('by %i s does nothing, and says so', async (seconds) => {
    const one = await settled();
    const { chains } = one.customer.world;
    const world = {
      ...one.customer.world,
      chains: {
        ...chains,
        readTail: async (...given: Parameters<typeof chains.readTail>) => {
          const read = await chains.readTail(...given);
          if (!read.ok) return read;
          const storageAt = one.customer.clock.now() + seconds * 1000;
          return { ok: true as const, value: { ...read.value, storageAt } };
        },
      },
    };
    const writes: string[] = [];
    const watched = interposedWorld(world, async ({ port, method, isWrite }, go) => {
      if (isWrite) writes.push(`${port}.${method}`);
      return go();
    });
    const fault = { kind: 'rejected', vendor: 'storage', code: 'wrong-clock' };
    expect(await runPass(watched, one.wish)).toEqual({ kind: 'unreadable', fault });
    expect(writes).toEqual([]);
    expect(one.customer.logged.map((line) => JSON.parse(line) as object)).toContainEqual({
      level: 'error',
      message: "this worker's clock is wrong; it does nothing for the registration",
      registration: one.wish.id,
      storageAheadSeconds: seconds,
    });
  });
});

describe('an entry', () => {
  const configuration = { kind: 'configuration', configuration: 'c0ffee' };

  it('of an older Keeper, without members that came later, is folded in', async () => {
    const one = await settled();
    append(one, configuration, 1);
    const { report } = await passOver(one);
    expect(report).toMatchObject({ kind: 'looked', status: { state: 'healthy' } });
  });

  it.each(['with', 'without'])('of a newer format stops the pass, %s a state', async (how) => {
    const one = await settled();
    const seq = append(one, { ...configuration, kind: 'something-new' }, 2);
    if (how === 'without') one.customer.stores.states.bodies.clear();
    const text = one.customer.stores.chains.texts.get(one.wish.key);
    expectRefusal(one, await passOver(one), `entry ${seq}`);
    expect(one.customer.stores.chains.texts.get(one.wish.key)).toBe(text);
  });

  it.each([
    { kind: 'something-new', configuration: 'c0ffee' },
    { kind: 'observation', seen: { what: 'something-new' } },
    {
      kind: 'intent',
      id: 'an-intent',
      effect: { kind: 'something-new' },
      deadlineAt: 0,
      because: 'first',
      worker: 'other',
    },
  ])('of a kind that this build does not know stops the pass: $kind', async (body) => {
    const one = await settled();
    const seq = append(one, body, 1);
    const looked = await passOver(one);
    expect(looked).toMatchObject({ writes: [], asked: 0 });
    expect(looked.report).toEqual({
      kind: 'broken',
      defect: { seq, defect: 'wrong-shape' },
    });
  });
});
