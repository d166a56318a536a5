/** Puts a credential into a connector, or into one of its credential records. */
import type { Action } from '../core/action.ts';
import type { DesiredConnector } from '../core/desired.ts';
import { pushStep, type Effect, type Facts } from '../core/entry.ts';
import { hourMs, minuteMs } from '../core/limits.ts';
import type { SeenConnector } from '../core/observed.ts';
import type { Secret } from '../core/secret.ts';
import { personReason } from '../core/finding.ts';
import { consequenceOf } from '../core/fault.ts';
import { readText } from './apply-credential.ts';
import { block, write, type Session } from './session.ts';

type Push = Extract<Action, { kind: 'push' }>;

/** Carries out one push. What stands in the way holds this step back, and nothing else. */
export async function applyPush(session: Session, action: Push): Promise<void> {
  const connector = session.desired.connectors.find((one) => one.id === action.connector);
  if (!connector) return;
  const step = pushStep(action.connector, action.record);
  if (!(await isRightApplication(session, connector, step))) return;
  if (action.counted && !(await takeSwitch(session, step))) return;
  const secret = await readText(session, step, action);
  if (!secret) return;
  if (action.record === undefined) {
    await pushSettings(session, connector, action, secret);
  } else {
    await pushRecord(session, connector, { ...action, record: action.record }, secret);
  }
}

/** Law 8: the key must still belong to the application of the file, looked at right before. */
async function isRightApplication(
  session: Session,
  connector: DesiredConnector,
  step: string,
): Promise<boolean> {
  const now = session.world.clock.now();
  const application = await session.world.connectors.readApplication(connector);
  if (!application.ok) {
    const isPerson = consequenceOf(application.fault).kind === 'person';
    block(
      session,
      step,
      isPerson ? personReason(application.fault) : 'unreachable',
      now + 5 * minuteMs,
    );
    return false;
  }
  if (application.value.applicationId === connector.applicationId) return true;
  block(session, step, 'wrong-application', now + hourMs);
  return false;
}

/** Takes one of the hour's switches of the whole fleet. */
async function takeSwitch(session: Session, step: string): Promise<boolean> {
  const { clock, switches, switchesPerHour } = session.world;
  const now = clock.now();
  const hourAt = Math.floor(now / hourMs) * hourMs;
  const taken = await switches.take(hourAt, switchesPerHour);
  if (taken.ok && taken.value) return true;
  block(session, step, taken.ok ? 'switch-limit' : 'unreachable', hourAt + hourMs);
  return false;
}

async function pushSettings(
  session: Session,
  connector: DesiredConnector,
  action: Push,
  secret: Secret,
): Promise<void> {
  const { connectors } = session.world;
  const before = action.creates ? undefined : await read(session, connector, action.records);
  const body = {
    clientId: action.appId,
    secret,
    tenant: connector.tenant,
    scopes: connector.scopes,
    ...(connector.name === undefined ? {} : { name: connector.name }),
  };
  await write(session, {
    effect: effectOf(action),
    because: action.because,
    send: () =>
      action.creates
        ? connectors.createConnector(connector, body)
        : connectors.updateConnector(connector, body),
    facts: async () => {
      const after = await read(session, connector, action.records);
      return { ...trace(before, after, action), ...(await grantsNow(session, connector)) };
    },
  });
}

/** One look at the connector and its records; failing to look is no fault of the push. */
async function read(
  session: Session,
  connector: DesiredConnector,
  records: readonly string[],
): Promise<SeenConnector | undefined> {
  const seen = await session.world.connectors.readConnector(connector, records);
  return seen.ok ? seen.value : undefined;
}

/** Which records the write reached: those whose `updated_at` rose, or that are new. */
function trace(
  before: SeenConnector | undefined,
  after: SeenConnector | undefined,
  action: Push,
): Facts {
  if (!after) return {};
  const wasActive = before?.activeRecordId;
  const kept = after.records.filter(
    (record) =>
      action.records.includes(record.id) ||
      record.id === after.activeRecordId ||
      record.id === wasActive,
  );
  const records = kept.map((record) => {
    const earlier = before?.records.find((one) => one.id === record.id);
    const isNew = before !== undefined && earlier === undefined;
    const rose = earlier !== undefined && record.updatedAt > earlier.updatedAt;
    return { id: record.id, updatedAt: record.updatedAt, reached: action.creates || isNew || rose };
  });
  return {
    records,
    ...(after.activeRecordId === undefined ? {} : { activeRecordId: after.activeRecordId }),
  };
}

async function grantsNow(session: Session, connector: DesiredConnector): Promise<Facts> {
  const grants = await session.world.connectors.readGrants(connector);
  if (!grants.ok) return {};
  return { grants: { total: grants.value.total, invalid: grants.value.invalid } };
}

async function pushRecord(
  session: Session,
  connector: DesiredConnector,
  action: Push & { readonly record: string },
  secret: Secret,
): Promise<void> {
  const { connectors } = session.world;
  const { record } = action;
  await write(session, {
    effect: effectOf(action),
    because: action.because,
    send: () =>
      connectors.updateRecord(connector, record, {
        clientId: action.appId,
        secret,
        tenant: connector.tenant,
      }),
    facts: async () => {
      const after = await connectors.readRecord(connector, record);
      if (!after.ok || !after.value) return {};
      return { records: [{ id: record, updatedAt: after.value.updatedAt, reached: true }] };
    },
  });
}

function effectOf(action: Push): Effect {
  const { connector, record, keyId, appId, creates } = action;
  return {
    kind: 'push-credential',
    connector,
    keyId,
    appId,
    creates,
    ...(record === undefined ? {} : { record }),
  };
}
