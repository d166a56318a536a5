/** Role: a stage on which laws can be broken on purpose: what Keeper would write, written by hand. */
import { createHash } from 'node:crypto';
import { dayMs, hourMs } from '../../../src/core/limits.ts';
import { fortune } from '../fortune.ts';
import { modesNamed } from '../modes.ts';
import { stage, type Stage } from '../stage.ts';
import { calm } from '../weather.ts';

/** A run of one registration that has come to rest, with its first rotation still ahead. */
export async function settledStage(hours = 12): Promise<Stage> {
  const made = stage({
    fortune: fortune(3),
    registrations: 1,
    modes: modesNamed('active-merge-follow-shown') ?? [],
    instances: 1,
    switchesPerHour: 2,
    skewMs: 0,
    weather: () => calm,
    record: () => undefined,
    passed: () => undefined,
    poisoned: () => undefined,
  });
  for (let hour = 0; hour < hours; hour += 1) {
    made.kernel.after(hour * hourMs, () => made.host.tick());
  }
  const untilAt = made.kernel.now() + (hours + 1) * hourMs;
  while ((made.kernel.nextAt() ?? Infinity) < untilAt) await made.step();
  return made;
}

/** Time passes in which nobody looks. */
export async function pass({ kernel, cloud }: Stage, ms: number): Promise<void> {
  const untilAt = kernel.now() + ms;
  kernel.at(untilAt, () => cloud.settle());
  while ((kernel.nextAt() ?? Infinity) <= untilAt) await kernel.step();
}

export function memberOf({ fleet }: Stage) {
  const [member] = fleet.members;
  if (!member) throw new Error('There is nobody');
  return member;
}

export function appIdOf({ cloud }: Stage): string {
  const [application] = cloud.directory.applications();
  if (!application) throw new Error('There is no registration');
  return application.appId;
}

/** A request as Keeper would send it. */
export function request(method: string, url: string, body: object) {
  return { method, url: new URL(url), authorization: 'Bearer t', body: JSON.stringify(body) };
}

/** JSON with sorted members; the entries here have no inner objects. */
function sorted(value: object): string {
  const members = Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1));
  return JSON.stringify(Object.fromEntries(members));
}

/** A line of a chain, by the description of the format. */
export function lineOf(seq: number, prev: string, more: object): { text: string; hash: string } {
  const entry = { at: '2026-01-05T08:00:00.000Z', prev, seq, v: 1, ...more };
  const hash = createHash('sha256').update(sorted(entry)).digest('hex');
  return { text: `${sorted({ ...entry, hash })}\n`, hash };
}

/** What an intent of the chain says, as the oracle needs it. */
export function intentLine(made: Stage, id: string, effect: object): string {
  const { seq, hash } = made.oracle.chains.chain(memberOf(made).key);
  const at = new Date(made.kernel.now()).toISOString();
  const deadlineAt = new Date(made.kernel.now() + 2 * 60_000).toISOString();
  const inner = sorted(effect);
  const outer = { because: 'due', deadlineAt, effect: '?', id, kind: 'intent' };
  const entry = { ...outer, at, prev: hash, seq: seq + 1, v: 1 };
  const own = createHash('sha256').update(sorted(entry).replace('"?"', inner)).digest('hex');
  return `${sorted({ ...entry, hash: own }).replace('"?"', inner)}\n`;
}

/** An order of a person that was taken in. */
export function orderLine(made: Stage, body: object, keyIds: readonly string[]): string {
  const { seq, hash } = made.oracle.chains.chain(memberOf(made).key);
  const at = new Date(made.kernel.now()).toISOString();
  const outer = { by: 'a-person', kind: 'order', orderId: 'an-order', body: '?', keyIds: '!' };
  const entry = { ...outer, at, prev: hash, seq: seq + 1, v: 1 };
  const filled = (text: string): string =>
    text.replace('"?"', sorted(body)).replace('"!"', JSON.stringify(keyIds));
  const own = createHash('sha256')
    .update(filled(sorted(entry)))
    .digest('hex');
  return `${filled(sorted({ ...entry, hash: own }))}\n`;
}

/** A line without inner objects that continues the chain. */
export function nextLine(made: Stage, more: object): string {
  const { seq, hash } = made.oracle.chains.chain(memberOf(made).key);
  return lineOf(seq + 1, hash, { at: new Date(made.kernel.now()).toISOString(), ...more }).text;
}

/** A write of Keeper's with its intent, and what it does. */
export function wrote(
  made: Stage,
  write: {
    readonly id: string;
    readonly effect: object;
    readonly request: ReturnType<typeof request>;
  },
  does: () => void = () => undefined,
): void {
  made.oracle.appended(memberOf(made).key, intentLine(made, write.id, write.effect));
  const witness = made.oracle.arrives(write.request);
  does();
  witness?.done();
}

/** A new credential of Keeper's under an intent; its key id. */
export function issued(made: Stage, id: string, endsInDays: number): Made {
  const [application] = made.cloud.directory.applications();
  const url = `https://graph.localhost/v1.0/applications/${application?.id ?? ''}/addPassword`;
  let added = { keyId: '', text: '' };
  wrote(made, { id, effect: { kind: 'add-credential' }, request: request('POST', url, {}) }, () => {
    added = made.cloud.directory.addPasswordByHand(appIdOf(made), {
      displayName: `keeper:${id}`,
      endAt: made.kernel.now() + endsInDays * dayMs,
    });
  });
  return added;
}

interface Made {
  readonly keyId: string;
  readonly text: string;
}

/** Entra gives so many tokens, and the chain tells of a proof. */
export function proved(made: Stage, { keyId, text }: Made, tokens = 5): void {
  for (let count = 0; count < tokens; count += 1) made.oracle.accepted(text);
  const line = nextLine(made, { kind: 'proof', keyId, result: 'proved' });
  made.oracle.appended(memberOf(made).key, line);
}

/** The text of a new credential of Keeper's that is proven. */
export function issuedAndProved(made: Stage, id: string, endsInDays: number): string {
  const one = issued(made, id, endsInDays);
  made.oracle.review();
  proved(made, one);
  return one.text;
}

/** A version of the vault secret that Keeper writes. */
export function promoted(made: Stage, id: string, text: string): void {
  const { secretName } = memberOf(made);
  const url = `https://demo.vault.localhost/secrets/${secretName}`;
  const effect = { kind: 'promote-credential' };
  wrote(made, { id, effect, request: request('PUT', url, { value: text }) }, () => {
    made.cloud.vault.putByHand(secretName, { value: text });
  });
}

/** What the connector is made to hold, by a push of Keeper's. */
export function pushed(made: Stage, id: string, text: string): void {
  const [one] = memberOf(made).connectors;
  if (!one) throw new Error('There is no connector');
  const { region, applicationId, apiKey } = one;
  const url = `https://api.${region}.nylas.localhost/v3/connectors/microsoft`;
  const connector = `${region}/${applicationId}`;
  const sent = { ...request('PATCH', url, {}), authorization: `Bearer ${apiKey}` };
  wrote(made, { id, effect: { kind: 'push-credential', connector }, request: sent }, () => {
    made.cloud.nylas[region].hand.connectorByHand(applicationId, {
      settings: { clientId: appIdOf(made), clientSecret: text, tenant: 'common' },
    });
  });
}

/** A registration at rest with room for more than two secrets. */
export async function roomyStage(): Promise<Stage> {
  const made = await settledStage();
  const appId = appIdOf(made);
  made.byHand('audience', () =>
    made.cloud.directory.changeByHand(appId, { signInAudience: 'AzureADMultipleOrgs' }),
  );
  return made;
}
