/** Role: what each party held at a moment, for a person who has to find out what went wrong. */
import { truthAbout } from './oracle/truth.ts';
import type { Stage } from './stage.ts';

const entriesShown = 12;

/** Lines about one registration, or about all. */
export function partyReport(
  { cloud, fleet, kernel, obstacles, oracle, stores }: Stage,
  key?: string,
): readonly string[] {
  const members = fleet.members.filter((one) => key === undefined || one.key === key);
  return [
    `at ${new Date(kernel.now()).toISOString()}; in the way: ${obstacles.open.join(', ') || 'nothing'}`,
    ...members.flatMap((member) => {
      const truth = truthAbout(cloud, member);
      const nameOf = (text: string): string =>
        truth.listed.find((one) => one.text === text)?.keyId ??
        (text === '' ? 'nothing' : 'an unlisted secret');
      const chain = oracle.chains.chain(member.key);
      return [
        `${member.key}: ${member.beginning}, ${member.audience}, ${member.lifetimeDays} days`,
        ...truth.listed.map(
          (one) =>
            `  Entra lists ${one.keyId} until ${new Date(one.endAt).toISOString()} (${one.displayName})`,
        ),
        `  vault: current ${truth.current ? `${nameOf(truth.current.text)}${truth.current.enabled ? '' : ' (disabled)'}` : 'none'}`,
        ...truth.held.map(
          (one) =>
            `  ${one.connector}#${one.record.slice(0, 8)}${one.isActive ? ' active' : ''} holds ${nameOf(one.text)}`,
        ),
        `  state: ${stores.states.heads.get(member.key)?.reason ?? 'none'}`,
        ...chain.lines.slice(-entriesShown).map((line) => `  ${withoutHashes(line)}`),
      ];
    }),
  ];
}

function withoutHashes(line: string): string {
  const { hash: _hash, prev: _prev, v: _v, ...told } = JSON.parse(line) as Record<string, unknown>;
  return JSON.stringify(told);
}
