/** Carries out one action of a plan. Decides nothing: what to do was decided by the planner. */
import type { Action } from '../core/action.ts';
import { success } from '../core/fault.ts';
import { applyPush } from './apply-push.ts';
import {
  applyDisableVersion,
  applyDisprove,
  applyIssue,
  applyPromote,
  applyProve,
} from './apply-credential.ts';
import type { Part } from './observe.ts';
import { append, write, type Session } from './session.ts';

/** Carries out an action, and names the parts of the world to look at again. */
export async function apply(session: Session, action: Action): Promise<readonly Part[]> {
  switch (action.kind) {
    case 'note':
      for (const entry of action.entries) {
        if (!(await append(session, entry))) break;
      }
      return [];
    case 'create-registration':
      await applyCreate(session, action);
      return ['registration'];
    case 'update-registration':
      await applyUpdate(session, action);
      return ['registration'];
    case 'create-service-principal': {
      const { appId } = action;
      await write(session, {
        effect: { kind: 'create-service-principal', appId },
        because: 'missing',
        send: () => session.world.directory.createServicePrincipal(appId),
      });
      return ['registration'];
    }
    case 'issue':
      await applyIssue(session, action);
      return ['registration', 'vault'];
    case 'prove':
      await applyProve(session, action);
      return [];
    case 'promote':
      await applyPromote(session, action);
      return ['vault'];
    case 'push':
      await applyPush(session, action);
      return [`connector:${action.connector}`];
    case 'remove':
      await applyRemove(session, action);
      return ['registration'];
    case 'disprove':
      await applyDisprove(session, action);
      return [];
    case 'disable-version':
      await applyDisableVersion(session, action.keyId, action.held);
      return ['vault'];
  }
}

async function applyCreate(
  session: Session,
  action: Extract<Action, { kind: 'create-registration' }>,
): Promise<void> {
  const { directory } = session.world;
  await write(session, {
    effect: { kind: 'create-registration', uniqueName: action.uniqueName },
    because: 'missing',
    send: () => directory.createRegistration(action.uniqueName, action.body),
    facts: ({ objectId, appId }) => ({
      ...(objectId === undefined ? {} : { objectId }),
      ...(appId === undefined ? {} : { appId }),
    }),
  });
}

async function applyUpdate(
  session: Session,
  action: Extract<Action, { kind: 'update-registration' }>,
): Promise<void> {
  const { objectId, changes, patch, fingerprint } = action;
  await write(session, {
    effect: { kind: 'update-registration', objectId, changes, patch: fingerprint },
    because: 'drift',
    send: () => session.world.directory.updateRegistration(objectId, patch),
  });
}

async function applyRemove(
  session: Session,
  action: Extract<Action, { kind: 'remove' }>,
): Promise<void> {
  const { objectId, keyId, why, because } = action;
  await write(session, {
    effect: { kind: 'remove-credential', objectId, keyId, why },
    because,
    send: async () => {
      const result = await session.world.directory.removeCredential(objectId, keyId);
      return result.ok ? success(result.value) : result;
    },
    facts: ({ found }) => ({ found }),
  });
}
