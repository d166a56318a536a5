/**
 * Role: bugs that are planted to see whether the oracle catches them. The product has no switch for
 * them: a planted bug is an edit to the source as it is loaded. An edit whose text is not found any
 * more is an error, so that the list keeps up with the code.
 */
import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';

interface Edit {
  /** Below src/. */
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

export interface Sabotage {
  readonly name: string;
  /** What the bug would be in plain words. */
  readonly tells: string;
  readonly edits: readonly Edit[];
}

export const sabotages: readonly Sabotage[] = [
  {
    name: 'remove-before-switch',
    tells: 'an old credential goes by order although connectors still hold it',
    edits: [
      {
        file: 'core/checks/removal.ts',
        find: 'return servesNoConnector(scene, one.keyId);',
        replace: 'return servesNoConnector(scene, one.keyId) || true;',
      },
    ],
  },
  {
    name: 'forbidden-is-absent',
    tells: 'what may not be read counts as what is not there',
    edits: [
      {
        file: 'reconcile/observe.ts',
        find: 'if (!result.ok) return unknown(result.fault);\n    if (result.value) {',
        replace:
          "if (!result.ok && result.fault.kind !== 'denied') return unknown(result.fault);\n    if (result.ok && result.value) {",
      },
      {
        file: 'reconcile/observe.ts',
        find: 'if (!result.ok) return unknown(result.fault);\n  return result.value === undefined',
        replace:
          "if (!result.ok) return result.fault.kind === 'denied' ? absent : unknown(result.fault);\n  return result.value === undefined",
      },
    ],
  },
  {
    name: 'forget-the-intent',
    tells: 'removals are sent before anything is written to the chain',
    edits: [
      {
        file: 'reconcile/session.ts',
        find: 'const intentId = session.world.newId();',
        replace:
          "const intentId = session.world.newId();\n  if (one.effect.kind === 'remove-credential') await one.send(intentId);",
      },
    ],
  },
  {
    name: 'repeat-add',
    tells: 'addPassword is sent again when its answer was lost',
    edits: [
      {
        file: 'reconcile/session.ts',
        find: 'const result = await session.world.within(untilMs, () => one.send(intentId));',
        replace:
          "const first = await session.world.within(untilMs, () => one.send(intentId));\n  const result = !first.ok && one.effect.kind === 'add-credential' && leavesDoubt(first.fault) ? await one.send(intentId) : first;",
      },
    ],
  },
  {
    name: 'remove-the-newest',
    tells: 'of two credentials the newer one is removed',
    edits: [
      {
        file: 'core/checks/removal.ts',
        find: 'const { keyId } = one;\n    return act(scene, `remove:${keyId}`',
        replace:
          'const keyId = scene.credentials.filter((other) => other.memory && other.listed).toSorted((a, b) => b.endAt - a.endAt)[0]?.keyId ?? one.keyId;\n    return act(scene, `remove:${keyId}`',
      },
    ],
  },
  {
    name: 'skip-the-proof',
    tells: 'a stored credential counts as proven',
    edits: [
      {
        file: 'core/scene.ts',
        find: 'return memory?.provedAt !== undefined && memory.refusedAt === undefined;',
        replace: 'return memory !== undefined && memory.refusedAt === undefined;',
      },
      {
        file: 'core/target.ts',
        find: 'return scene.now >= settledAt && (provedAt >= settledAt || promotedAt !== undefined);',
        replace: 'return scene.now >= settledAt;',
      },
    ],
  },
  {
    name: 'append-anywhere',
    tells: 'an entry is appended wherever the chain ends, not where it was read up to',
    edits: [
      {
        file: 'reconcile/session.ts',
        find: "session.stop = { kind: 'moved' };\n    return false;",
        replace:
          "const { readLog } = await import('../audit/log.ts');\n    const read = await readLog(world.chains, desired.key, head);\n    if (!read.ok) return false;\n    session.memory = remember(session.memory, read.value.entries);\n    session.head = read.value.head;\n    return append(session, body);",
      },
    ],
  },
  {
    name: 'name-proves-ownership',
    tells: 'a credential whose display name looks like one of Keeper’s counts as its own',
    edits: [
      {
        file: 'core/scene.ts',
        find: "const keyId = seen?.keyId ?? memory?.keyId ?? '';",
        replace:
          "if (seen && !memory && seen.displayName.startsWith('keeper:')) {\n    memory = { keyId: seen.keyId, hint: seen.hint, endAt: seen.endAt, addedAt: seen.startAt, origin: 'issued', intent: seen.displayName.slice(7), held: [], refusals: 0, pushed: false };\n  }\n  const keyId = seen?.keyId ?? memory?.keyId ?? '';",
      },
    ],
  },
  {
    name: 'first-of-two',
    tells: 'of two credentials that fit an add in doubt the first is taken',
    edits: [
      {
        file: 'core/checks/interrupted.ts',
        find: 'const [only, second] = fits;',
        replace:
          'const [only] = fits.toSorted((one, other) => one.keyId.localeCompare(other.keyId));\n  const second = undefined as typeof only;',
      },
    ],
  },
  {
    name: 'trust-the-event',
    tells: 'connectors get the version that an event of the vault names, proven or not',
    edits: [
      {
        file: 'functions/handlers.ts',
        find: "if (concerned.length === 0) world.log.info('event ignored', { why: 'not-ours' });",
        replace: 'for (const one of concerned) Object.assign(one, { named: raw.data?.Version });',
      },
      {
        file: 'core/target.ts',
        find: 'return lastResort ?? stayingCredential(scene, promoted)',
        replace:
          'const { named } = scene.desired;\n  const trusted = scene.credentials.find((one) => one.live && one.held?.version === named);\n  return trusted ?? lastResort ?? stayingCredential(scene, promoted)',
      },
    ],
  },
  {
    name: 'unchecked-application',
    tells: 'a secret is pushed with whatever API key there is',
    edits: [
      {
        file: 'clients/nylas-send.ts',
        find: 'keys.opened.isRight(addressee, key),',
        replace: 'true,',
      },
      {
        file: 'reconcile/apply-push.ts',
        find: 'if (application.value.applicationId === connector.applicationId) return true;',
        replace: 'return true;',
      },
      {
        file: 'reconcile/observe.ts',
        find: "application.kind === 'known' && application.value.applicationId === connector.applicationId;",
        replace: "application.kind === 'known';",
      },
      {
        file: 'core/checks/connector.ts',
        find: 'if (!isWrongApplication(scene, connector)) return undefined;',
        replace: 'return undefined;',
      },
    ],
  },
  {
    name: 'switch-to-shorter',
    tells: 'connectors are switched to a credential that ends earlier',
    edits: [
      {
        file: 'core/target.ts',
        find: '(promoted === undefined || one.endAt > promoted.endAt) &&\n      endsLast(scene, one),',
        replace: '(promoted?.memory?.addedAt ?? 0) < (one.memory?.addedAt ?? 0),',
      },
      {
        file: 'core/target.ts',
        find: 'return lastResort ?? stayingCredential(scene, promoted) ?? promoted',
        replace: 'return lastResort ?? promoted ?? stayingCredential(scene, promoted)',
      },
      {
        file: 'core/target.ts',
        find: '.toSorted((one, other) => other.endAt - one.endAt || one.keyId.localeCompare(other.keyId));\n}',
        replace:
          '.toSorted((one, other) => (other.memory?.addedAt ?? 0) - (one.memory?.addedAt ?? 0));\n}',
      },
      {
        file: 'core/checks/credential.ts',
        find: 'return isOrdered && !wouldEndTooEarly(scene);',
        replace: 'return isOrdered;',
      },
      {
        file: 'core/checks/removal.ts',
        find: 'const superseded = promoted !== undefined && one.endAt <= promoted.endAt;',
        replace: 'const superseded = promoted !== undefined && one.endAt < 0;',
      },
      {
        file: 'core/checks/orders.ts',
        find: "body.kind === 'rotate' && !hasNewerOnItsWay(scene, order.at) && wouldEndTooEarly(scene);",
        replace:
          "body.kind === 'rotate' && order.at < 0 && !hasNewerOnItsWay(scene, order.at) && wouldEndTooEarly(scene);",
      },
    ],
  },
  {
    name: 'keep-orphans',
    tells: 'a credential whose text was lost stays in its slot',
    edits: [
      {
        file: 'core/checks/removal.ts',
        find: "if (isOrphan(scene, one)) return 'orphan';",
        replace: '',
      },
    ],
  },
  {
    name: 'forget-the-deadline',
    tells: 'a worker that slept for an hour still sends',
    edits: [
      {
        file: 'clients/send-window.ts',
        find: 'if (untilMs !== undefined && clock.monotonic() >= untilMs) {',
        replace: 'if (untilMs !== undefined && clock.monotonic() < 0) {',
      },
    ],
  },
  {
    name: 'forget-the-parked',
    tells: 'an add whose end is unknown does not bar the next',
    edits: [
      {
        file: 'core/checks/credential.ts',
        find: 'if (memory.parked.length > 0) return []; // Told by `addInDoubt`.',
        replace: '',
      },
    ],
  },
  {
    name: 'lost-is-new',
    tells: 'a registration that was deleted is created again',
    edits: [
      {
        file: 'core/checks/registration.ts',
        find: "if (observed.deletedRegistration.kind === 'known') {",
        replace: 'if (memory.seq < 0) {',
      },
      {
        file: 'core/checks/registration.ts',
        find: "if (memory.registration) return stands('registration-lost', now + hourMs);",
        replace: '',
      },
      {
        file: 'core/checks/registration.ts',
        find: "if (namedElsewhere(scene)) return stands('registration-lost', now + hourMs);",
        replace: '',
      },
      {
        file: 'core/checks/registration.ts',
        find: 'if (connectors.length > 0) return connectors;',
        replace: '',
      },
    ],
  },
  {
    name: 'no-counter',
    tells: 'nobody counts the switches of an hour',
    edits: [
      {
        file: 'reconcile/apply-push.ts',
        find: 'if (taken.ok && taken.value) return true;',
        replace: 'return true;',
      },
    ],
  },
  {
    name: 'log-the-secret',
    tells: 'a log line carries the text of a credential',
    edits: [
      {
        file: 'reconcile/apply-credential.ts',
        find: 'if (!secret) return;\n  const { keyId, held, takeOver } = action;',
        replace:
          "if (!secret) return;\n  session.world.log.info('proving', { secret: secret.reveal() });\n  const { keyId, held, takeOver } = action;",
      },
    ],
  },
  {
    name: 'forget-the-doubt',
    tells: 'a push whose answer was lost counts as done',
    edits: [
      {
        file: 'reconcile/session.ts',
        find: "result: leavesDoubt(result.fault) ? 'doubtful' : 'refused',",
        replace:
          "result: one.effect.kind === 'push-credential' && leavesDoubt(result.fault) ? 'done' : leavesDoubt(result.fault) ? 'doubtful' : 'refused',",
      },
    ],
  },
  {
    name: 'never-renew',
    tells: 'a credential that is due is not renewed',
    edits: [
      {
        file: 'core/checks/credential.ts',
        find: 'if (scene.now < due) return due;',
        replace: 'if (scene.now < due + 400 * dayMs) return due + 400 * dayMs;',
      },
    ],
  },
  {
    name: 'say-slots-full',
    tells: 'a registration for personal accounts is never rotated, for want of a slot that is free',
    edits: [
      {
        file: 'core/checks/credential.ts',
        find: 'if (scene.personal && takenSlots(scene) >= personalSlots) return slotsFull(scene);',
        replace: 'if (scene.personal && takenSlots(scene) >= 1) return slotsFull(scene);',
      },
    ],
  },
  {
    name: 'forget-the-leak',
    tells: 'an order about a leak is answered at once, and the leaked credential stays',
    edits: [
      {
        file: 'core/checks/orders.ts',
        find: "case 'compromised':\n      return (",
        replace: "case 'compromised':\n      return scene.now > 0 || (",
      },
      {
        file: 'core/checks/removal.ts',
        find: "if (one.compromised && mayLeave(scene, one)) return 'compromised';",
        replace: '',
      },
    ],
  },
  {
    name: 'forget-the-order',
    tells: 'nobody carries an order to rotate out',
    edits: [
      {
        file: 'core/checks/credential.ts',
        find: "order.body.kind === 'rotate'",
        replace: "order.body.kind === 'thaw'",
      },
    ],
  },
  {
    name: 'prove-unasked',
    tells: 'a credential is called proven without a single request to Entra',
    edits: [
      {
        file: 'core/limits.ts',
        find: 'export const proofAttempts = 5;',
        replace: 'export const proofAttempts = 0;',
      },
    ],
  },
  {
    name: 'forget-the-vault',
    tells: 'what people do to the vault’s current version is not noticed',
    edits: [
      {
        file: 'core/checks/vault.ts',
        find: 'if (promoted?.version === newest.version && newest.enabled) return [];',
        replace: 'if (promoted) return [];',
      },
    ],
  },
  {
    name: 'look-once-a-season',
    tells: 'the daily look comes every two months',
    edits: [
      {
        file: 'core/schedule.ts',
        find: 'return (today + 1) * fullLookMs + offsetMs;',
        replace: 'return (today + 60) * fullLookMs + offsetMs;',
      },
    ],
  },
  {
    name: 'renew-late',
    tells: 'a credential is renewed three days before its end, not sixty',
    edits: [
      {
        file: 'core/schedule.ts',
        find: 'return credential.endAt - marginMs - jitterMs;',
        replace: 'return credential.endAt - (marginMs - jitterMs) / 20;',
      },
    ],
  },
  {
    name: 'never-rest',
    tells: 'each pass calls for another',
    edits: [
      {
        file: 'functions/handlers.ts',
        find: 'const report = await pass(surroundings, registration, message.cause);',
        replace:
          "const report = await pass(surroundings, registration, message.cause);\n  await world.queue.send({ v: 1, registration: registration.key, cause: 'event' });",
      },
    ],
  },
  {
    name: 'forget-the-freeze',
    tells: 'a freeze holds nothing back',
    edits: [
      {
        file: 'core/plan.ts',
        find: 'scene.now >= untilAt || isBroken(scene)) return findings;',
        replace: 'scene.now >= 0) return findings;',
      },
    ],
  },
  {
    name: 'leave-the-registration',
    tells: 'what people change in a registration is not repaired',
    edits: [
      {
        file: 'core/checks/registration.ts',
        find: 'if (changes.length === 0) return [];',
        replace: 'if (changes.length >= 0) return [];',
      },
    ],
  },
  {
    name: 'forget-the-connector',
    tells: 'what people write over a connector is not noticed',
    edits: [
      {
        file: 'core/checks/connector.ts',
        find: 'const isMet = before ? before.keyId === undefined : id !== seen.activeRecordId;',
        replace: 'const isMet = before !== undefined || id !== seen.activeRecordId;',
      },
    ],
  },
  {
    name: 'leave-the-scopes',
    tells: 'a connector may ask users for other permissions than the file has',
    edits: [
      {
        file: 'core/checks/connector.ts',
        find: "(seen.scopes !== undefined && seen.scopes.join(' ') !== connector.scopes.join(' '))",
        replace: 'false',
      },
    ],
  },
];

/** Names for the command line. */
export const sabotageNames: readonly string[] = sabotages.map((one) => one.name);

const source = new URL('../../src/', import.meta.url);

/**
 * Plants a bug into what is loaded from now on.
 * @throws Error for an unknown name, or when a text is not found exactly once.
 */
export function plant(name: string): void {
  const sabotage = sabotages.find((one) => one.name === name);
  if (!sabotage) throw new Error(`No planted bug is called ${name}`);
  registerHooks({
    load(url, context, nextLoad) {
      const loaded = nextLoad(url, context);
      const edits = sabotage.edits.filter((one) => url === new URL(one.file, source).href);
      if (edits.length === 0 || loaded.source === undefined || loaded.source === null)
        return loaded;
      const text =
        typeof loaded.source === 'string' ? loaded.source : new TextDecoder().decode(loaded.source);
      return { ...loaded, source: edits.reduce((all, edit) => edited(all, edit), text) };
    },
  });
}

/** @throws Error when the text is not there exactly once. */
export function edited(text: string, { file, find, replace }: Edit): string {
  const parts = text.split(find);
  if (parts.length !== 2) {
    throw new Error(
      `${fileURLToPath(new URL(file, source))}: found ${parts.length - 1} times: ${find}`,
    );
  }
  return parts.join(replace);
}

/** Where an edit goes. */
export function pathOf({ file }: Edit): string {
  return fileURLToPath(new URL(file, source));
}
