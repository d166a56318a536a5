/** After the demonstration: the host keeps running, time flows, and waiting is jumped over. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { beat, isSettled } from './conductor.ts';
import type { Controls } from './controls.ts';
import type { Over } from './signal.ts';
import type { Stage } from './stage.ts';

/** Between two looks at queues and events. */
const beatMs = 250;

/** Runs until the end is asked for. */
export async function interact(stage: Stage, controls: Controls, over: Over): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'keeper-operator-'));
  try {
    const headers = join(folder, 'headers');
    writeFileSync(
      headers,
      `authorization: Bearer ${stage.token}\ncontent-type: application/json\n`,
      {
        mode: 0o600,
      },
    );
    process.stderr.write(`${invitation(stage, controls, headers)}\n`);
    await keepGoing(stage, over);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function keepGoing(stage: Stage, over: Over): Promise<void> {
  const { host, clock, door } = stage;
  clock.flow();
  let tickAt = host.nextTickAt(clock.now());
  while (!over.isOver()) {
    await door.between(() => clock.sync());
    const heads = await beat(stage);
    if (!isSettled(stage, heads)) {
      // Settling takes a day: the demonstration's clock jumps over it.
      const dueAt = Math.min(...heads.map((head) => head.nextLookAt));
      const tick = host.nextTickAt(Math.max(clock.now(), dueAt - 1));
      await door.between(() => clock.jumpTo(tick));
    }
    if (clock.now() >= tickAt) {
      await host.tick();
      tickAt = host.nextTickAt(clock.now());
      continue;
    }
    await Promise.race([pause(beatMs), over.asked]);
  }
}

/** `headers` is a file with the token of the demonstration's operator: it is too long to read. */
function invitation({ host }: Stage, controls: Controls, headers: string): string {
  const key = `-H @${headers}`;
  const event = JSON.stringify([
    {
      id: '1',
      topic: '/subscriptions/s/resourceGroups/g/providers/Microsoft.KeyVault/vaults/demo',
      subject: 'nylas-calendar',
      eventType: 'Microsoft.KeyVault.SecretNearExpiry',
      eventTime: '2026-01-01T00:00:00Z',
      data: { VaultName: 'demo', ObjectType: 'Secret', ObjectName: 'nylas-calendar' },
      dataVersion: '1',
    },
  ]);
  return `
Keeper runs at ${host.url} until Ctrl-C. Try, in another terminal:

  the page            ${host.url}/
  all states          curl ${key} ${host.url}/api/status
  a re-sync           curl -X POST ${key} -d '{"registration":"mail"}' ${host.url}/api/resync
  a new secret        curl -X POST ${key} -d '{"registration":"mail","order":{"kind":"rotate","reason":"to see it"}}' ${host.url}/api/orders
  a plan only         curl -X POST ${key} -d '{"mode":"plan"}' ${host.url}/api/resync
  age a secret        curl -X POST '${controls.url}/age?registration=calendar&days=20'
  then its event      curl -X POST -H 'content-type: application/json' -d '${event}' '${host.url}/runtime/webhooks/eventgrid?functionName=vaultEvent&code=${host.systemKey}'
`;
}
