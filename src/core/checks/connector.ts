/** The connectors: do they exist, are they ours to change, do they hold what they should? */
import type { Action } from '../action.ts';
import type { DesiredConnector } from '../desired.ts';
import { pushStep, type Cause } from '../entry.ts';
import { act, note, stands, unseen, type Finding } from '../finding.ts';
import { dayMs, hourMs, lastResortMs, pushDoubtMs } from '../limits.ts';
import { connectorMemoryOf, type CleanPush, type ConnectorMemory } from '../memory.ts';
import type { ConnectorView, SeenConnector } from '../observed.ts';
import {
  credentialsBeforeKeeper,
  doubtEndsAt,
  holdingOf,
  isDead,
  isWrongApplication,
  ownedRecords,
  works,
  type Credential,
  type Scene,
} from '../scene.ts';
import { targetCredential } from '../target.ts';
import { earliestServingEndAt } from '../urgency.ts';

/** Every connector of the file that is not as it should be. */
export function connectorDiffers(scene: Scene): readonly Finding[] {
  return scene.desired.connectors.flatMap((connector) => {
    const view = scene.observed.connectors[connector.id];
    if (!view) return [];
    return strangerBehindKey(scene, connector, view) ?? connectorFindings(scene, connector, view);
  });
}

/** The API key must belong to the application and region of the file: a secret goes nowhere else. */
function strangerBehindKey(
  scene: Scene,
  connector: DesiredConnector,
  view: ConnectorView,
): readonly Finding[] | undefined {
  const { application } = view;
  if (application.kind === 'unknown') return unseen(scene, application.fault, connector.id);
  if (!isWrongApplication(scene, connector)) return undefined;
  return stands('wrong-application', scene.now + hourMs, connector.id);
}

function connectorFindings(
  scene: Scene,
  connector: DesiredConnector,
  view: ConnectorView,
): readonly Finding[] {
  const seen = view.connector;
  const remembered = scene.memory.connectors[connector.id];
  if (seen.kind === 'unknown') return unseen(scene, seen.fault, connector.id);
  if (seen.kind === 'absent') return missingConnector(scene, connector, remembered);
  const foreign = foreignClient(scene, connector, seen.value, remembered);
  if (foreign) return foreign;
  const findings: Finding[] = [];
  if (remembered?.known !== true)
    findings.push(note({ what: 'connector-known', connector: connector.id }));
  findings.push(...changedRecords(connector, seen.value, remembered));
  findings.push(...missingRecords(scene, connector, seen.value));
  findings.push(...differsAgain(scene, connector, seen.value));
  findings.push(...pushes(scene, connector, seen.value));
  return findings;
}

/** Never made, or lost? Lost is never new (law 2). */
function missingConnector(
  scene: Scene,
  connector: DesiredConnector,
  remembered: ConnectorMemory | undefined,
): readonly Finding[] {
  const wasThere = remembered !== undefined && !isOnlyDoubtfulCreate(remembered);
  if (wasThere) return stands('connector-lost', scene.now + hourMs, connector.id);
  const target = targetCredential(scene);
  if (!target) return [];
  return pushWhenClear(scene, connector, target, {
    creates: true,
    because: 'missing',
    records: [],
  });
}

/** Remembered only from creations that did not certainly succeed. */
function isOnlyDoubtfulCreate(remembered: ConnectorMemory): boolean {
  return remembered.clean === undefined && remembered.known !== true;
}

/** Another client id on a live connector is changed with consent only (law 8). */
function foreignClient(
  scene: Scene,
  connector: DesiredConnector,
  seen: SeenConnector,
  remembered: ConnectorMemory | undefined,
): readonly Finding[] | undefined {
  if (connector.takeOver || scene.appId === undefined) return undefined;
  if (seen.clientId !== undefined) {
    if (seen.clientId === scene.appId) return undefined;
    return stands('connector-foreign', scene.now + hourMs, connector.id);
  }
  if (remembered && (remembered.clean || remembered.doubtful.length > 0)) return undefined;
  return stands('connector-unconfirmed', scene.now + hourMs, connector.id);
}

/**
 * A credential record changed after Keeper's last write: by hand, or by a write that landed late. Or it
 * is active and nobody has met it: what it holds may serve grants, also after another has become active.
 */
function changedRecords(
  connector: DesiredConnector,
  seen: SeenConnector,
  remembered: ConnectorMemory | undefined,
): readonly Finding[] {
  return seen.records.flatMap((record): readonly Finding[] => {
    const { id, updatedAt } = record;
    const before = remembered?.records[id];
    const isMet = before ? before.keyId === undefined : id !== seen.activeRecordId;
    if (isMet || updatedAt === before?.updatedAt) return [];
    return [note({ what: 'record-changed', connector: connector.id, record: id, updatedAt })];
  });
}

/** A record that Keeper wrote is gone, or the file names one that does not exist. */
function missingRecords(
  scene: Scene,
  connector: DesiredConnector,
  seen: SeenConnector,
): readonly Finding[] {
  const isThere = (id: string): boolean => seen.records.some((one) => one.id === id);
  const remembered = connectorMemoryOf(scene.memory, connector.id).records;
  return [
    ...Object.keys(remembered)
      .filter((record) => !isThere(record))
      .map((record) => note({ what: 'record-gone', connector: connector.id, record })),
    ...connector.records
      .filter((record) => !isThere(record))
      .flatMap((record) => stands('record-missing', scene.now + hourMs, record)),
  ];
}

/** The pushes that bring settings and records to the target. */
function pushes(
  scene: Scene,
  connector: DesiredConnector,
  seen: SeenConnector,
): readonly Finding[] {
  const target = targetCredential(scene);
  if (!target) return [];
  const because = causeToPush(scene, connector, seen, target);
  const active = seen.activeRecordId;
  const owned = ownedRecords(scene, connector.id).filter((id) =>
    seen.records.some((one) => one.id === id),
  );
  const records = [...new Set([...owned, ...(active ? [active] : [])])];
  if (because) {
    return pushWhenClear(scene, connector, target, { creates: false, because, records });
  }
  const remembered = connectorMemoryOf(scene.memory, connector.id);
  return records
    .filter(
      (record) =>
        remembered.records[record]?.keyId !== target.keyId ||
        // A doubt is ended by a clean push of the record itself, and by nothing else.
        remembered.doubtful.some((push) => push.record === record),
    )
    .flatMap((record) =>
      pushWhenClear(scene, connector, target, {
        creates: false,
        because: 'drift',
        records: [],
        record,
      }),
    );
}

function causeToPush(
  scene: Scene,
  connector: DesiredConnector,
  seen: SeenConnector,
  target: Credential,
): Cause | undefined {
  const holding = holdingOf(scene.memory, connector.id);
  if (holding.kind === 'unknown') return 'first';
  if (holding.kind === 'doubtful') return 'doubt';
  if (isDead(scene, connector)) return 'dead';
  if (holding.keyId !== target.keyId) return 'rotation';
  const { clean } = connectorMemoryOf(scene.memory, connector.id);
  if (clean?.appId !== scene.appId) return 'drift';
  if (seen.clientId !== undefined && seen.clientId !== scene.appId) return 'drift';
  return differs(connector, seen) && clearOfDriftAt(clean) <= scene.now ? 'drift' : undefined;
}

/** What serves nobody better or worse, but is not as the file says. */
function differs(connector: DesiredConnector, seen: SeenConnector): boolean {
  return (
    (seen.tenant !== undefined && seen.tenant !== connector.tenant) ||
    (connector.name !== undefined && seen.name !== undefined && seen.name !== connector.name) ||
    (seen.scopes !== undefined && seen.scopes.join(' ') !== connector.scopes.join(' '))
  );
}

/** A push for such a difference is made once a day at the most. */
function clearOfDriftAt(clean: CleanPush | undefined): number {
  return clean?.drift ? clean.doneAt + dayMs : 0;
}

/** It was pushed, and differs all the same: Nylas does not take it, or somebody else writes there. */
function differsAgain(
  scene: Scene,
  connector: DesiredConnector,
  seen: SeenConnector,
): readonly Finding[] {
  const { clean } = connectorMemoryOf(scene.memory, connector.id);
  const clearAt = clearOfDriftAt(clean);
  if (!clean || scene.now >= clearAt || !differs(connector, seen)) return [];
  // Nylas may show its old settings for a moment.
  const shownAt = clean.doneAt + pushDoubtMs;
  if (scene.now < shownAt) return [{ kind: 'look', at: shownAt }];
  return stands('connector-differs', clearAt, connector.id);
}

interface Push {
  readonly creates: boolean;
  readonly because: Cause;
  readonly records: readonly string[];
  readonly record?: string;
}

/** Sends once no earlier push can land any more (law 6), and never to what ends sooner (law 1). */
function pushWhenClear(
  scene: Scene,
  connector: DesiredConnector,
  target: Credential,
  push: Push,
): readonly Finding[] {
  const { appId, now } = scene;
  const { keyId, hint, held } = target;
  if (appId === undefined) return [];
  const remembered = connectorMemoryOf(scene.memory, connector.id);
  const clearAt = Math.max(
    0,
    ...remembered.doubtful.filter((one) => one.record === push.record).map(doubtEndsAt),
  );
  if (now < clearAt) return stands('push-in-doubt', clearAt, connector.id);
  if (!held) return heldUnread(scene);
  const action: Action = {
    kind: 'push',
    connector: connector.id,
    keyId,
    appId,
    hint,
    held,
    creates: push.creates,
    counted: isCounted(scene, connector, keyId),
    records: push.records,
    because: push.because,
    ...(push.record === undefined ? {} : { record: push.record }),
  };
  return act(scene, pushStep(connector.id, push.record), action);
}

/** The target's text cannot be read just now. */
function heldUnread(scene: Scene): readonly Finding[] {
  const { current } = scene.observed;
  return current.kind === 'unknown' ? unseen(scene, current.fault) : [];
}

/** A connector that works gets something other than it holds; an adopted one too. */
function isSwitch(scene: Scene, connector: DesiredConnector, keyId: string): boolean {
  const holding = holdingOf(scene.memory, connector.id);
  if (holding.kind === 'certain') return holding.keyId !== keyId && works(scene, holding.keyId);
  if (holding.kind === 'doubtful') return false; // Counted when it was first sent.
  if (scene.observed.connectors[connector.id]?.connector.kind !== 'known') return false;
  const before = credentialsBeforeKeeper(scene);
  return before.length > 0 && before.every((one) => one.keyId !== keyId);
}

/** A planned switch of a working connector counts; orders and the last 72 hours do not (law 12). */
function isCounted(scene: Scene, connector: DesiredConnector, keyId: string): boolean {
  if (!isSwitch(scene, connector, keyId)) return false;
  const ordered = scene.memory.orders.some(
    (order) => order.body.kind === 'rotate' || order.body.kind === 'compromised',
  );
  const endAt = earliestServingEndAt(scene);
  return !ordered && (endAt === undefined || scene.now < endAt - lastResortMs);
}
