/** Role: orders, deployments, a changed file, and caches that get lost. */
import { dayMs, hourMs } from '../../../src/core/limits.ts';
import type { OrderBody } from '../../../src/core/order.ts';
import { giveOrder } from '../callers.ts';
import { addedSecret, hindered, lasting, listedKeyId, type Deed, type Scene } from './deed.ts';

/** A person orders something. */
export function ordered(body: (scene: Scene) => OrderBody | undefined): Deed['act'] {
  return (scene) => {
    const order = body(scene);
    if (!order) return 'impossible';
    giveOrder(scene, order);
    return 'done';
  };
}

export const operatorDeeds: readonly Deed[] = [
  {
    kind: 'state-lost',
    share: 4,
    act({ stage, member }) {
      stage.record(`state of ${member.key} lost`);
      stage.stores.states.bodies.delete(member.key);
      stage.stores.states.heads.delete(member.key);
      return 'done';
    },
  },
  {
    kind: 'deployment',
    share: 4,
    act({ stage }) {
      stage.record('deployment');
      stage.host.restart();
      return 'done';
    },
  },
  { kind: 'order-rotate', share: 5, act: ordered(() => ({ kind: 'rotate', reason: 'drill' })) },
  {
    kind: 'order-compromised',
    share: 4,
    act: ordered((scene) => ({
      kind: 'compromised',
      keyIds: [],
      removeAt: scene.stage.kernel.now() + 4 * hourMs,
      endGrants: 'accept',
    })),
  },
  {
    kind: 'order-compromised-named',
    share: 2,
    act: ordered((scene) => {
      const keyId = listedKeyId(scene);
      return keyId === undefined ? undefined : leaked(scene, keyId);
    }),
  },
  {
    // A foreign one is named, now and then one that nobody has ever seen.
    kind: 'order-compromised-foreign',
    share: 2,
    act(scene) {
      if (scene.random.chance(0.3)) return ordered(() => leaked(scene, scene.random.uuid()))(scene);
      return addedSecret(scene, {
        kind: 'order-compromised-foreign',
        displayName: 'found in a log',
        added: (keyId) => void ordered(() => leaked(scene, keyId))(scene),
      });
    },
  },
  {
    kind: 'order-retire',
    share: 3,
    act: ordered((scene) => {
      const keyId = listedKeyId(scene);
      return keyId === undefined ? undefined : { kind: 'retire', keyId };
    }),
  },
  {
    kind: 'order-freeze',
    share: 2,
    act(scene) {
      const { stage, member, random } = scene;
      const lastsMs = lasting(random, 5 * dayMs);
      const over = stage.obstacles.begin('freeze', ['push', 'issue'], [member.key]);
      ordered(() => ({ kind: 'freeze', untilAt: stage.kernel.now() + lastsMs }))(scene);
      return { afterMs: lastsMs, undo: over };
    },
  },
  {
    // Frozen for a month, until somebody thinks better of it.
    kind: 'order-thaw',
    share: 2,
    act(scene) {
      const { stage, member, random } = scene;
      const over = stage.obstacles.begin('freeze', ['push', 'issue'], [member.key]);
      ordered(() => ({ kind: 'freeze', untilAt: stage.kernel.now() + 30 * dayMs }))(scene);
      return {
        afterMs: lasting(random, 5 * dayMs),
        isMetLater: true,
        undo() {
          ordered(() => ({ kind: 'thaw' }))(scene);
          stage.fortune.met('order-thaw');
          over();
        },
      };
    },
  },
  {
    kind: 'order-resync',
    share: 3,
    act: ordered(({ random }) => ({ kind: 'resync', mode: random.chance(0.5) ? 'plan' : 'apply' })),
  },
  {
    kind: 'lifetime-changed',
    share: 2,
    act({ stage, member, random }) {
      member.lifetimeDays = random.pick([730, 365, 180, 90]);
      stage.record(`lifetime of ${member.key} becomes ${member.lifetimeDays}`);
      stage.fleet.deploy();
      return 'done';
    },
  },
  {
    kind: 'entry-taken-out',
    share: 2,
    act(scene) {
      const { stage, member, random } = scene;
      const isLast = stage.fleet.members.every((one) => one === member || !one.isInFile);
      if (isLast || !member.isInFile) return 'impossible';
      const turn = (isInFile: boolean) => (): void => {
        member.isInFile = isInFile;
        stage.fleet.deploy();
      };
      return hindered(
        scene,
        { kind: 'entry-taken-out', blocks: ['push', 'issue', 'see'] },
        { act: turn(false), undo: turn(true), afterMs: lasting(random, 6 * dayMs) },
      );
    },
  },
];

function leaked({ stage }: Scene, keyId: string): OrderBody {
  const removeAt = stage.kernel.now() + 4 * hourMs;
  return { kind: 'compromised', keyIds: [keyId], removeAt, endGrants: 'accept' };
}
