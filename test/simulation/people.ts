/**
 * Role: what people and administrators do while Keeper works, and how they put it right again. Each
 * deed may fail in the portal as a person's deed may; then nothing happened.
 */
import { dayMs, hourMs, minuteMs } from '../../src/core/limits.ts';
import type { OrderBody } from '../../src/core/order.ts';
import { basePermissions } from '../../src/core/permissions.ts';
import { cloudHosts, keeperIdentity } from '../../src/local/cloud.ts';
import { HEAVY_LAG, TYPICAL_LAG } from '../../src/local/simulators/directory-replicas.ts';
import type { Random } from '../../src/local/simulators/random.ts';
import type { Member, MemberConnector } from './fleet.ts';
import { truthAbout } from './oracle/truth.ts';
import type { Work } from './obstacles.ts';
import type { Stage } from './stage.ts';

/** What a deed works on. */
export interface Scene {
  readonly stage: Stage;
  readonly member: Member;
  readonly random: Random;
}

/** How it is put right, and after how long at the earliest; absent: it needs no putting right. */
export interface Remedy {
  readonly afterMs: number;
  readonly undo: () => void;
}

export interface Deed {
  readonly kind: string;
  /** Share among the deeds. */
  readonly share: number;
  /** Undefined: it could not be done, or needs no remedy. */
  readonly act: (scene: Scene) => Remedy | undefined;
}

function appIdOf({ stage, member }: Scene): string | undefined {
  return stage.cloud.directory
    .applications()
    .find((one) => one.uniqueName === `keeper-${member.key}` || one.appId === member.appId)?.appId;
}

function within(random: Random, fromMs: number, toMs: number): number {
  return Math.round(fromMs + random.next() * (toMs - fromMs));
}

/** Mostly some hours, now and then many days. */
function lasting(random: Random, longestMs: number): number {
  return within(random, hourMs, random.chance(0.12) ? longestMs : 10 * hourMs);
}

function connectorOf({ member, random }: Scene): MemberConnector {
  return random.pick(member.connectors);
}

/** A vendor that answers nothing for a while. */
function vendorDown(hosts: readonly string[], blocks: readonly Work[]): Deed['act'] {
  return ({ stage, random }) => {
    const over = stage.obstacles.begin(`down ${hosts.join()}`, blocks);
    for (const host of hosts) stage.down.add(host);
    return {
      afterMs: random.chance(0.08)
        ? within(random, dayMs, 3 * dayMs)
        : within(random, 10 * minuteMs, 5 * hourMs),
      undo() {
        for (const host of hosts) stage.down.delete(host);
        over();
      },
    };
  };
}

/** An obstacle with a deed and its undoing. */
function hindered(
  scene: Scene,
  told: { readonly kind: string; readonly blocks: readonly Work[]; readonly all?: boolean },
  deeds: { readonly act: () => void; readonly undo: () => void; readonly afterMs: number },
): Remedy {
  const { stage, member } = scene;
  const over = stage.obstacles.begin(told.kind, told.blocks, told.all ? undefined : [member.key]);
  stage.byHand(`${told.kind} ${member.key}`, deeds.act);
  return {
    afterMs: deeds.afterMs,
    undo() {
      stage.byHand(`end of ${told.kind} ${member.key}`, deeds.undo);
      over();
    },
  };
}

function ordered(body: (scene: Scene) => OrderBody | undefined): Deed['act'] {
  return (scene) => {
    const { stage, member, random } = scene;
    const order = body(scene);
    if (!order) return undefined;
    const at = stage.kernel.now();
    const id = `${new Date(at).toISOString().replaceAll(':', '-')}-${random.uuid()}`;
    stage.record(`order ${order.kind} ${member.key}`);
    void stage.stores.orders.write({
      id,
      registration: member.key,
      body: order,
      by: 'a-person',
      at,
    });
    stage.host.send({ v: 1, registration: member.key, cause: 'order' });
    return undefined;
  };
}

/** Key id of a listed credential of Keeper's. */
function listedKeyId(scene: Scene): string | undefined {
  const appId = appIdOf(scene);
  const passwords =
    appId === undefined ? [] : (scene.stage.cloud.directory.application(appId)?.passwords ?? []);
  return passwords.length === 0 ? undefined : scene.random.pick(passwords).keyId;
}

export const deeds: readonly Deed[] = [
  { kind: 'graph-down', share: 3, act: vendorDown([cloudHosts.graph], ['issue', 'see']) },
  { kind: 'entra-down', share: 2, act: vendorDown([cloudHosts.login], ['issue', 'push']) },
  {
    kind: 'vault-down',
    share: 3,
    act: vendorDown([`demo.${cloudHosts.vaultSuffix}`], ['issue', 'push']),
  },
  {
    kind: 'nylas-down',
    share: 3,
    act: vendorDown([cloudHosts.us, cloudHosts.eu], ['push', 'issue']),
  },
  {
    kind: 'lagging-replicas',
    share: 4,
    act({ stage, random }) {
      const { directory } = stage.cloud;
      directory.setTenant({ lag: HEAVY_LAG, acceptanceLag: HEAVY_LAG, removalLag: HEAVY_LAG });
      return {
        afterMs: lasting(random, 3 * dayMs),
        undo: () =>
          directory.setTenant({
            lag: TYPICAL_LAG,
            acceptanceLag: TYPICAL_LAG,
            removalLag: TYPICAL_LAG,
          }),
      };
    },
  },
  {
    kind: 'api-key-revoked',
    share: 3,
    act(scene) {
      const { stage, random } = scene;
      const one = connectorOf(scene);
      const { hand } = stage.cloud.nylas[one.region];
      return hindered(
        scene,
        { kind: 'api-key-revoked', blocks: ['push', 'issue'] },
        {
          act: () => hand.revokeKey(one.apiKey),
          undo() {
            one.apiKey = hand.addKey(one.applicationId);
            stage.cloud.vault.putByHand(one.apiKeySecret, { value: one.apiKey });
          },
          afterMs: lasting(random, 4 * dayMs),
        },
      );
    },
  },
  {
    kind: 'api-key-of-a-stranger',
    share: 2,
    act(scene) {
      const { stage, random, member } = scene;
      const one = connectorOf(scene);
      const stranger = stage.fleet.members
        .filter((other) => other.key !== member.key)
        .flatMap((other) => other.connectors)
        .find((other) => other.region === one.region);
      if (!stranger) return undefined;
      return hindered(
        scene,
        { kind: 'api-key-of-a-stranger', blocks: ['push', 'issue'] },
        {
          act: () => void stage.cloud.vault.putByHand(one.apiKeySecret, { value: stranger.apiKey }),
          undo: () => void stage.cloud.vault.putByHand(one.apiKeySecret, { value: one.apiKey }),
          afterMs: lasting(random, 2 * dayMs),
        },
      );
    },
  },
  {
    kind: 'graph-role-removed',
    share: 3,
    act(scene) {
      const { directory } = scene.stage.cloud;
      return hindered(
        scene,
        { kind: 'graph-role-removed', blocks: ['issue', 'see'], all: true },
        {
          act: () => directory.setCallerRoles(keeperIdentity.principalId, []),
          undo: () =>
            directory.setCallerRoles(keeperIdentity.principalId, ['Application.ReadWrite.OwnedBy']),
          afterMs: lasting(scene.random, 4 * dayMs),
        },
      );
    },
  },
  {
    kind: 'ownership-removed',
    share: 3,
    act(scene) {
      const { directory } = scene.stage.cloud;
      const appId = appIdOf(scene);
      if (appId === undefined) return undefined;
      return hindered(
        scene,
        { kind: 'ownership-removed', blocks: ['issue', 'see'] },
        {
          act: () => directory.removeOwnerByHand(appId, keeperIdentity.principalId),
          undo: () => directory.addOwnerByHand(appId, keeperIdentity.principalId),
          afterMs: lasting(scene.random, 4 * dayMs),
        },
      );
    },
  },
  {
    kind: 'vault-role-removed',
    share: 3,
    act(scene) {
      const { access } = scene.stage.cloud.vault;
      return hindered(
        scene,
        { kind: 'vault-role-removed', blocks: ['push', 'issue'], all: true },
        {
          act: () => access.forbid(keeperIdentity.principalId),
          undo: () => access.allow(keeperIdentity.principalId),
          afterMs: lasting(scene.random, 3 * dayMs),
        },
      );
    },
  },
  {
    kind: 'policy-forbids-secrets',
    share: 2,
    act(scene) {
      const { directory } = scene.stage.cloud;
      return hindered(
        scene,
        { kind: 'policy-forbids-secrets', blocks: ['issue'], all: true },
        {
          act: () =>
            directory.setPolicy({
              applicationRestrictions: {
                passwordCredentials: [{ restrictionType: 'passwordAddition' }],
                keyCredentials: [],
              },
            }),
          undo: () => directory.setPolicy(undefined),
          afterMs: lasting(scene.random, 6 * dayMs),
        },
      );
    },
  },
  {
    kind: 'policy-shortens-lifetimes',
    share: 2,
    act({ stage, random }) {
      const { directory } = stage.cloud;
      const maxLifetime = random.pick(['P180D', 'P90D', 'P45D']);
      stage.byHand(`policy ${maxLifetime}`, () =>
        directory.setPolicy({
          applicationRestrictions: {
            passwordCredentials: [{ restrictionType: 'passwordLifetime', maxLifetime }],
            keyCredentials: [],
          },
        }),
      );
      return {
        afterMs: within(random, 10 * dayMs, 200 * dayMs),
        undo: () => stage.byHand('end of policy', () => directory.setPolicy(undefined)),
      };
    },
  },
  {
    kind: 'registration-changed',
    share: 5,
    act(scene) {
      const appId = appIdOf(scene);
      if (appId === undefined) return undefined;
      const { stage, random } = scene;
      const patch = random.pick([
        { web: { redirectUris: ['https://example.com/callback'] } },
        { requiredResourceAccess: [] },
        { displayName: 'Renamed by hand' },
        { tags: [] },
      ]);
      stage.byHand(`registration ${scene.member.key} changed`, () =>
        stage.cloud.directory.changeByHand(appId, patch),
      );
      return undefined;
    },
  },
  {
    kind: 'credential-removed',
    share: 4,
    act(scene) {
      const appId = appIdOf(scene);
      const keyId = listedKeyId(scene);
      if (appId === undefined || keyId === undefined) return undefined;
      scene.stage.byHand(`credential of ${scene.member.key} removed`, () =>
        scene.stage.cloud.directory.removePasswordByHand(appId, keyId),
      );
      return undefined;
    },
  },
  {
    kind: 'credential-added',
    share: 4,
    act(scene) {
      const { stage, random } = scene;
      const appId = appIdOf(scene);
      if (appId === undefined) return undefined;
      const { directory } = stage.cloud;
      let keyId = '';
      return hindered(
        scene,
        { kind: 'credential-added', blocks: ['issue'] },
        {
          act() {
            const endAt = stage.kernel.now() + within(random, dayMs, 700 * dayMs);
            keyId = directory.addPasswordByHand(appId, { displayName: 'a test', endAt }).keyId;
          },
          undo() {
            const listed = directory.application(appId)?.passwords ?? [];
            if (listed.some((one) => one.keyId === keyId))
              directory.removePasswordByHand(appId, keyId);
          },
          afterMs: lasting(random, 9 * dayMs),
        },
      );
    },
  },
  {
    // Anyone can write a display name; it proves nothing.
    kind: 'credential-forged',
    share: 2,
    act(scene) {
      const { stage, random } = scene;
      const appId = appIdOf(scene);
      if (appId === undefined) return undefined;
      const { directory } = stage.cloud;
      let keyId = '';
      return hindered(
        scene,
        { kind: 'credential-forged', blocks: ['issue'] },
        {
          act() {
            const endAt = stage.kernel.now() + within(random, dayMs, 700 * dayMs);
            const displayName = `keeper:${random.uuid()}`;
            keyId = directory.addPasswordByHand(appId, { displayName, endAt }).keyId;
          },
          undo() {
            const listed = directory.application(appId)?.passwords ?? [];
            if (listed.some((one) => one.keyId === keyId))
              directory.removePasswordByHand(appId, keyId);
          },
          afterMs: lasting(random, 9 * dayMs),
        },
      );
    },
  },
  {
    kind: 'registration-deleted',
    share: 2,
    act(scene) {
      const appId = appIdOf(scene);
      if (appId === undefined) return undefined;
      const { directory } = scene.stage.cloud;
      return hindered(
        scene,
        { kind: 'registration-deleted', blocks: ['push', 'issue'] },
        {
          act: () => directory.deleteApplicationByHand(appId),
          undo: () => directory.restore(appId),
          afterMs: lasting(scene.random, 10 * dayMs),
        },
      );
    },
  },
  {
    kind: 'version-put-by-hand',
    share: 3,
    act(scene) {
      const { stage, member, random } = scene;
      const appId = appIdOf(scene);
      stage.byHand(`version of ${member.secretName}`, () => {
        const { directory, vault } = stage.cloud;
        const isGood = appId !== undefined && random.chance(0.4);
        const value = isGood
          ? directory.addPasswordByHand(appId, {
              displayName: 'by hand',
              endAt: stage.kernel.now() + 600 * dayMs,
            }).text
          : `abc8Q~garbage-${random.hex(24)}`;
        vault.putByHand(member.secretName, { value });
      });
      return undefined;
    },
  },
  {
    kind: 'version-disabled',
    share: 3,
    act({ stage, member, random }) {
      const name = random.chance(0.6) ? member.secretName : `${member.secretName}-pending`;
      stage.byHand(`${name} disabled`, () => stage.cloud.vault.disableByHand(name));
      return undefined;
    },
  },
  {
    kind: 'vault-secret-deleted',
    share: 3,
    act(scene) {
      const { stage, member, random } = scene;
      const name = random.chance(0.6) ? member.secretName : `${member.secretName}-pending`;
      return hindered(
        scene,
        { kind: `deleted ${name}`, blocks: ['push', 'issue'] },
        {
          act: () => stage.cloud.vault.deleteByHand(name),
          undo: () => stage.cloud.vault.recoverByHand(name),
          afterMs: lasting(random, 4 * dayMs),
        },
      );
    },
  },
  {
    kind: 'connector-overwritten',
    share: 4,
    act(scene) {
      const { stage, random } = scene;
      const one = connectorOf(scene);
      const { hand } = stage.cloud.nylas[one.region];
      const held = hand.activeRecord(one.applicationId)?.data;
      if (!held) return undefined;
      stage.byHand(`connector ${one.applicationId} overwritten`, () =>
        hand.connectorByHand(one.applicationId, {
          settings: random.pick([
            {
              clientId: held.clientId,
              clientSecret: `abc8Q~garbage-${random.hex(24)}`,
              tenant: 'common',
            },
            { clientId: held.clientId, clientSecret: held.clientSecret, tenant: 'organizations' },
          ]),
          ...(random.chance(0.5) ? { scope: ['User.Read'] } : {}),
        }),
      );
      return undefined;
    },
  },
  {
    kind: 'connector-deleted',
    share: 2,
    act(scene) {
      const { stage, member, random } = scene;
      const one = connectorOf(scene);
      const { hand } = stage.cloud.nylas[one.region];
      const held = hand.activeRecord(one.applicationId)?.data;
      if (!held) return undefined;
      return hindered(
        scene,
        { kind: 'connector-deleted', blocks: ['push', 'issue'] },
        {
          act: () => hand.deleteConnectorByHand(one.applicationId),
          undo() {
            const current = stage.cloud.vault.state.current(member.secretName)?.value;
            hand.connectorByHand(one.applicationId, {
              name: 'Contoso',
              settings: {
                clientId: held.clientId,
                clientSecret: current ?? held.clientSecret,
                tenant: 'common',
              },
              scope: [...basePermissions, 'Calendars.ReadWrite'],
            });
          },
          afterMs: lasting(random, 3 * dayMs),
        },
      );
    },
  },
  {
    kind: 'state-lost',
    share: 4,
    act({ stage, member }) {
      stage.record(`state of ${member.key} lost`);
      stage.stores.states.bodies.delete(member.key);
      stage.stores.states.heads.delete(member.key);
      return undefined;
    },
  },
  {
    kind: 'deployment',
    share: 4,
    act({ stage }) {
      stage.record('deployment');
      stage.host.restart();
      return undefined;
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
      return undefined;
    },
  },
];

/** One of the deeds, by share. */
export function drawDeed(random: Random): Deed {
  let drawn = random.next() * deeds.reduce((sum, one) => sum + one.share, 0);
  for (const deed of deeds) {
    drawn -= deed.share;
    if (drawn < 0) return deed;
  }
  return deeds[0]!;
}

/**
 * What the person does whom Keeper asks for a slot: removes what neither Keeper made nor a connector
 * holds; else orders that Keeper retires its own that no connector holds.
 */
export function clearSlots(stage: Stage, member: Member, random: Random): void {
  const { cloud, oracle } = stage;
  const truth = truthAbout(cloud, member);
  const { claimed } = oracle.chains.chain(member.key);
  const [application] = truth.applications;
  if (!application) return;
  const idle = truth.listed.filter(
    (one) =>
      one.place === 'application' &&
      !truth.held.some((held) => held.isActive && held.text === one.text),
  );
  const foreign = idle.filter((one) => !claimed.has(one.keyId));
  stage.byHand(`slots of ${member.key} cleared of ${foreign.length}`, () => {
    for (const { keyId } of foreign) cloud.directory.removePasswordByHand(application.appId, keyId);
  });
  const [old] = idle
    .filter((one) => claimed.has(one.keyId))
    .toSorted((one, other) => one.endAt - other.endAt);
  if (foreign.length > 0 || !old) return;
  ordered(() => ({ kind: 'retire', keyId: old.keyId }))({ stage, member, random });
}
