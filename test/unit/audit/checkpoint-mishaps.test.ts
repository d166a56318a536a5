/** Making checkpoints: calls that fail, answers that are lost, rivals. */
import { beforeEach, describe, expect, it } from 'vitest';
import { makeCheckpoint } from '../../../src/audit/checkpoint.ts';
import { checkpointFiles } from '../../../src/audit/files.ts';
import { keyFileName } from '../../../src/audit/key-file.ts';
import { partsOf, rotation, type MemoryLog } from '../../support/audit-log.ts';
import { around, isDurable, mishapAt, payloadOf, rivalAt } from '../../support/audit-mishaps.ts';
import { verdictOn } from '../../vectors/make-audit.ts';
import { day, make, newDesk, type Desk } from './desk.ts';
import { copyOf, fault, partsBehind, withEachFault } from './faults.ts';

let desk: Desk;

beforeEach(() => {
  desk = newDesk();
});

describe('a checkpoint that something befalls', () => {
  const calls = ['create heads', 'currentKey', 'sign', 'create key', 'create jws'];
  const mishaps = calls.flatMap((call, index) =>
    (['before', 'after'] as const).map((when) => [call, when, index + 1] as const),
  );

  it('makes its calls in the order that lets the next try finish', async () => {
    const steps: string[] = [];
    await make(
      desk,
      1,
      around(partsOf(desk.log, desk.signer), (step, call) => {
        steps.push(step.call);
        return call();
      }),
    );
    expect(steps).toEqual([
      'create checkpoints/00000001.heads.jsonl',
      'currentKey',
      'sign',
      `create ${keyFileName(desk.signer.key.kid)}`,
      'create checkpoints/00000001.jws',
    ]);
  });

  it.each(mishaps)('is finished by the next try when %s fails %s it is done', async (...mishap) => {
    const [, when, nth] = mishap;
    await make(desk, 1);
    desk.signer.signed.length = 0;
    desk.calendar.write(...rotation('k2'));
    const parts = around(partsOf(desk.log, desk.signer), mishapAt(nth, when));
    expect(await makeCheckpoint(parts, day(2))).toMatchObject({
      ok: false,
      fault: { kind: 'timeout' },
    });
    const before = desk.log.text(checkpointFiles(2).heads);
    const published = desk.log.text(checkpointFiles(2).jws);
    // The chain goes on meanwhile: what was begun stays as it was begun.
    desk.calendar.write(...rotation('k3'));
    const again = await make(desk, 2.5);
    expect(again.number).toBe(2);
    expect(desk.log.bytes.has(checkpointFiles(3).heads)).toBe(false);
    if (before !== '') expect(desk.log.text(checkpointFiles(2).heads)).toBe(before);
    if (published !== '') expect(desk.log.text(checkpointFiles(2).jws)).toBe(published);
    expect(new Set(desk.signer.signed.map((one) => payloadOf(one).number))).toEqual(new Set([2]));
    expect(new Set(desk.signer.signed).size).toBe(1);
    expect(await make(desk, 4)).toMatchObject({ kind: 'made', number: 3 });
    expect(await verdictOn(desk.log)).toMatchObject({
      ok: true,
      statements: { good: 3, faults: [] },
    });
  });

  it('never signs what is not durable', async () => {
    const seen: boolean[] = [];
    const parts = around(partsOf(desk.log, desk.signer), async ({ call }, done) => {
      const result = await done();
      if (call === 'sign') seen.push(isDurable(desk.signer.signed.at(-1) ?? '', desk.log.bytes));
      return result;
    });
    await make(desk, 1, parts);
    desk.calendar.write(...rotation('k2'));
    await make(desk, 2, parts);
    expect(seen).toEqual([true, true]);
  });

  it.each([1, 2, 3, 4, 5])('is one and the same when a rival comes before call %d', async (nth) => {
    await make(desk, 1);
    desk.signer.signed.length = 0;
    desk.calendar.write(...rotation('k2'));
    const rival = async (): Promise<void> => {
      desk.calendar.write(...rotation('k3'));
      expect(await make(desk, 2.001)).toMatchObject({ kind: 'made', number: 2 });
    };
    const late = await make(desk, 2, around(partsOf(desk.log, desk.signer), rivalAt(nth, rival)));
    // The rival has told it; who comes second does not tell it again.
    expect(late).toMatchObject({ kind: 'not-due', number: 2 });
    expect(new Set(desk.signer.signed.map((one) => payloadOf(one).heads)).size).toBe(1);
    expect(await verdictOn(desk.log)).toMatchObject({
      ok: true,
      statements: { good: 2, faults: [] },
    });
  });

  it('is made once by many at once', async () => {
    const all = await Promise.all(
      Array.from({ length: 5 }, (_, index) => make(desk, 1 + index / 100)),
    );
    expect(all.filter((one) => one.kind === 'made')).toHaveLength(1);
    expect(new Set(desk.signer.signed).size).toBe(1);
    expect(await verdictOn(desk.log)).toMatchObject({
      ok: true,
      statements: { good: 1, faults: [] },
    });
  });

  it('is not published with a signature that does not verify', async () => {
    const parts = partsOf(desk.log, {
      ...desk.signer,
      currentKey: async () => ({ ok: true, value: desk.signer.key }),
      sign: async () => ({ ok: true, value: new Uint8Array(64) }),
    });
    expect(await makeCheckpoint(parts, day(1))).toEqual({
      ok: false,
      fault: { kind: 'malformed', vendor: 'vault', code: 'signature' },
    });
    expect([...desk.log.bytes.keys()].filter((name) => name.endsWith('.jws'))).toEqual([]);
    expect(await make(desk, 1)).toMatchObject({ kind: 'made', number: 1 });
  });
});

const statementsIn = (log: MemoryLog): readonly string[] =>
  [...log.bytes.keys()].filter((name) => name.endsWith('.jws'));

/** Leaves the heads of the second one behind, unsigned. */
async function begun(): Promise<void> {
  await make(desk, 1);
  desk.calendar.write(...rotation('k2'));
  const parts = around(partsOf(desk.log, desk.signer), mishapAt(2, 'before'));
  expect(await makeCheckpoint(parts, day(2))).toMatchObject({ ok: false });
  desk.calendar.write(...rotation('k3'));
}

describe('a question that is not answered', () => {
  const situations: Readonly<Record<string, () => Promise<unknown>>> = {
    'the first': async () => undefined,
    'a later one': () => make(desk, 1),
    'one that was begun': begun,
  };

  it.each(Object.entries(situations))(
    'is told as it is, whichever it is, in making %s, and nothing is published',
    async (_, prepare) => {
      await prepare();
      const logs: MemoryLog[] = [];
      const told = await withEachFault(async (gate) => {
        const log = copyOf(desk.log);
        logs.push(log);
        return makeCheckpoint(partsBehind(partsOf(log, desk.signer), gate), day(3));
      });
      expect(told.length).toBeGreaterThan(7);
      for (const one of told) expect(one).toEqual({ ok: false, fault });
      // The last of the logs is that of the try in which nothing failed.
      const whole = logs.pop();
      for (const log of logs) expect(statementsIn(log)).toEqual(statementsIn(desk.log));
      expect(whole && statementsIn(whole)).toHaveLength(statementsIn(desk.log).length + 1);
    },
  );

  it('hides nothing: the next try makes it', async () => {
    await begun();
    const again = await withEachFault(async (gate) => {
      const log = copyOf(desk.log);
      await makeCheckpoint(partsBehind(partsOf(log, desk.signer), gate), day(3));
      return { log, made: await make({ ...desk, log }, 3) };
    });
    for (const { log, made } of again) {
      expect(made).toMatchObject({ kind: 'made', number: 2 });
      expect(await verdictOn(log)).toMatchObject({ ok: true, statements: { good: 2, faults: [] } });
    }
  });
});
