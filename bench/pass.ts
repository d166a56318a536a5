/** What a pass costs, and what the state cache and the hash chain cost and save. */
import { decodeLines, encodeEntry, genesis, type Link } from '../src/audit/chain.ts';
import { coveringNylasModes } from '../src/local/simulators/nylas-modes.ts';
import { nylasApplication, scenario } from '../test/support/scenario.ts';
import { compare } from './measure.ts';

const dayMs = 86_400_000;

/** A registration with two connectors, settled. */
async function settledScenario() {
  const one = scenario();
  const [mode, other] = coveringNylasModes();
  if (!mode || !other) throw new RangeError('Cannot measure without modes');
  const us = nylasApplication(one, 'us', mode);
  const eu = nylasApplication(one, 'eu', other);
  const desired = one.desired(`registrations:
  calendar:
    displayName: Contoso Calendar
    audience: organizations-and-personal
    redirectUris: [hosted-us, hosted-eu]
    permissions: [Calendars.ReadWrite]
    secret: { vault: demo, name: nylas-calendar }
    connectors:
      - { region: us, applicationId: ${us.id}, apiKeySecret: ${us.apiKeySecret} }
      - { region: eu, applicationId: ${eu.id}, apiKeySecret: ${eu.apiKeySecret} }
`);
  const [registration] = desired.registrations;
  if (!registration) throw new RangeError('Cannot measure without a registration');
  await one.live(registration, { untilAt: one.clock.now() + 3 * dayMs });
  return { one, registration };
}

/** Makes the chain long, as years of orders and back-offs would. */
function lengthen(
  one: Awaited<ReturnType<typeof settledScenario>>['one'],
  key: string,
  count: number,
): void {
  const text = one.stores.chains.texts.get(key) ?? '';
  let link: Link = decodeLines(text, genesis).link;
  const lines: string[] = [];
  for (let index = 0; index < count; index += 1) {
    const seen = { what: 'foreign-version', version: `bench-${index}` } as const;
    const encoded = encodeEntry({ kind: 'observation', seen }, one.clock.now(), link);
    lines.push(encoded.line);
    ({ link } = encoded);
  }
  one.stores.chains.texts.set(key, text + lines.join(''));
}

/** Prints medians beside their alternatives. */
export async function benchPass(): Promise<void> {
  const { one, registration } = await settledScenario();
  const before = { ...one.cloud.counts };
  await one.pass(registration);
  const requests = Object.entries(one.cloud.counts).map(
    ([vendor, count]) => `${vendor} ${count - before[vendor as keyof typeof before]}`,
  );
  console.log(`requests of a quiet pass, two connectors: ${requests.join(', ')}`);

  await compare('a quiet pass, short chain', 30, [
    { name: 'with the state cache', run: async () => void (await one.pass(registration)) },
    {
      name: 'alternative: folding the chain from its start',
      async run() {
        one.stores.states.bodies.clear();
        await one.pass(registration);
      },
    },
  ]);

  lengthen(one, registration.key, 5_000);
  await one.pass(registration);
  await compare('a quiet pass, chain of 5,000 entries', 10, [
    { name: 'with the state cache', run: async () => void (await one.pass(registration)) },
    {
      name: 'alternative: folding the chain from its start',
      async run() {
        one.stores.states.bodies.clear();
        await one.pass(registration);
      },
    },
  ]);

  const text = one.stores.chains.texts.get(registration.key) ?? '';
  await compare('reading a chain of 5,000 entries', 10, [
    { name: 'with hashes and shapes checked', run: () => void decodeLines(text, genesis) },
    {
      name: 'alternative: JSON.parse alone, trusting storage',
      run: () =>
        void text
          .trimEnd()
          .split('\n')
          .map((line) => JSON.parse(line) as unknown),
    },
  ]);
}
