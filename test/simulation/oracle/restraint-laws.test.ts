/** Role: what a person told Keeper to leave alone: the law `restraint` sees when it is not left alone. */
import { describe, expect, it } from 'vitest';
import { dayMs, hourMs } from '../../../src/core/limits.ts';
import type { Stage } from '../stage.ts';
import { appIdOf, intentLine, memberOf, orderLine, pass, settledStage } from './oracle-bench.ts';

/** Two days of calm, then a freeze of thirty days. */
async function frozenStage(days = 30): Promise<Stage> {
  const made = await settledStage(48);
  const untilAt = new Date(made.kernel.now() + days * dayMs).toISOString();
  made.oracle.appended(memberOf(made).key, orderLine(made, { kind: 'freeze', untilAt }, []));
  return made;
}

function announced(made: Stage): void {
  const line = intentLine(made, 'an-add', { kind: 'add-credential' });
  made.oracle.appended(memberOf(made).key, line);
}

const [frozen, strayed] = [
  /^restraint: an intent during a freeze/,
  /^restraint: .* not in the file/,
];

describe('the law restraint', () => {
  it('is broken by an intent during a freeze', async () => {
    expect(announced.bind(undefined, await frozenStage())).toThrow(frozen);
  });

  it('is kept by an intent after the end of the freeze, and after a thaw', async () => {
    const over = await frozenStage(1);
    await pass(over, dayMs);
    expect(() => announced(over)).not.toThrow();
    const thawed = await frozenStage();
    thawed.oracle.appended(memberOf(thawed).key, orderLine(thawed, { kind: 'thaw' }, []));
    expect(() => announced(thawed)).not.toThrow();
  });

  it('is kept where a connector is down', async () => {
    const made = await frozenStage();
    const [one] = memberOf(made).connectors;
    made.cloud.nylas[one?.region ?? 'us'].hand.connectorByHand(one?.applicationId ?? '', {
      settings: { clientId: appIdOf(made), clientSecret: 'garbage', tenant: 'common' },
    });
    expect(() => announced(made)).not.toThrow();
  });

  it('is kept where a credential leaked', async () => {
    const made = await frozenStage();
    const { key } = memberOf(made);
    const [leaked] = made.cloud.directory.applications()[0]?.passwords ?? [];
    const removeAt = new Date(made.kernel.now() + 4 * hourMs).toISOString();
    const order = orderLine(made, { kind: 'compromised', removeAt }, [leaked?.keyId ?? '']);
    made.oracle.appended(key, order);
    expect(() => announced(made)).not.toThrow();
  });

  it('is kept for a day after somebody changed something', async () => {
    const made = await frozenStage();
    made.byHand('something', () => undefined);
    expect(() => announced(made)).not.toThrow();
  });

  it('is broken by an intent for what has long been taken out of the file', async () => {
    const made = await settledStage(24);
    memberOf(made).isInFile = false;
    made.judge();
    await pass(made, 11 * hourMs);
    expect(() => announced(made)).not.toThrow();
    await pass(made, 2 * hourMs);
    const line = intentLine(made, 'another', { kind: 'add-credential' });
    expect(() => made.oracle.appended(memberOf(made).key, line)).toThrow(strayed);
  });
});
