/** The pages: gathers what they tell from storage, and takes the orders of their forms. No vendor is called. */
import type { AuditFiles } from '../audit/files.ts';
import type { Desired, DesiredRegistration } from '../core/desired.ts';
import type { FileError } from '../config/finding.ts';
import { unmanagedRegistrations } from '../reconcile/unmanaged.ts';
import type { World } from '../reconcile/world.ts';
import { toldLog } from './audit.ts';
import { briefStatuses, fullStatus, headsByKey, type BriefStatus, type Told } from './fleet.ts';
import { forecastOf } from './forecast.ts';
import { livesFromLog } from './lives.ts';
import { bodyOf, faultOf, orderRequest } from './order-request.ts';
import { writeOrder } from './order-writing.ts';
import { orderAddress, registrationAddress } from './page/addresses.ts';
import { confirmPage } from './page/confirm.ts';
import { messagePage } from './page/message.ts';
import type { ConfirmedOrder, RegistrationGlance } from './page/model.ts';
import { overviewPage } from './page/overview.ts';
import { registrationPage } from './page/registration.ts';
import { contentSecurityPolicy } from './page/style.ts';
import { guarded, type Reply } from './reply.ts';

/** What a page needs of the world, and who looks at it. */
export interface PageCall {
  readonly world: Pick<World, 'states' | 'orders' | 'queue' | 'clock' | 'newId'>;
  readonly files: AuditFiles;
  readonly desired: Desired;
  readonly fileErrors: readonly FileError[];
  readonly mayOperate: boolean;
}

/** Bytes of a form. */
export const formBytes = 8_192;

/** A page: guarded as all answers are, with its one style let in, and forms that come from somewhere. */
export function page(status: number, body: string): Reply {
  return {
    status,
    headers: {
      ...guarded,
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': contentSecurityPolicy,
      // Not `no-referrer`: forms would then come from nowhere, and be refused as from elsewhere.
      'referrer-policy': 'same-origin',
    },
    body,
  };
}

/** A page that only says something. */
export function message(status: number, title: string, text: string, remedy?: string): Reply {
  return page(status, messagePage({ title, text, ...(remedy === undefined ? {} : { remedy }) }));
}

/** `GET /`: from one listing, however many there are. */
export async function overview(call: PageCall, pageNumber: string | null): Promise<Reply> {
  const { world, desired } = call;
  const now = world.clock.now();
  const heads = await world.states.list();
  // Not an empty list: somebody may still live on a registration that left the file.
  if (!heads.ok) return unreadable();
  const known = headsByKey(heads.value);
  const statuses = await briefStatuses(world.states, desired.registrations, known);
  const registrations = desired.registrations.map((one, index) =>
    glanceOf(one, statuses[index] ?? 'unreadable'),
  );
  const unmanaged = await unmanagedRegistrations(world.states, desired, {
    heads: heads.value,
    now,
  });
  const number = /^\d{1,6}$/.test(pageNumber ?? '') ? Number(pageNumber) : 1;
  return page(
    200,
    overviewPage({ ...circumstances(call), registrations, unmanaged, page: number }),
  );
}

/** `GET /registrations/{id}`. `done`: the order that was just taken. */
export async function registration(
  call: PageCall,
  id: string,
  done: string | null,
): Promise<Reply> {
  const found = call.desired.registrations.find((one) => one.id === id);
  if (!found) return noSuch();
  const lives = livesFromLog();
  const [told, log] = await Promise.all([
    fullStatus(call.world.states, found.key),
    toldLog(call.files, found.key, { limit: 12, also: lives.take }),
  ]);
  const glance = glanceOf(found, told);
  const { status } = glance;
  const notice = noticeOf(done);
  return page(
    200,
    registrationPage({
      ...circumstances(call),
      ...(notice === undefined ? {} : { notice }),
      registration: glance,
      frozenUntilAt: typeof status === 'string' ? null : (status.frozenUntilAt ?? null),
      lives: lives.byKeyId,
      plan: typeof status === 'string' ? null : forecastOf(status, call.world.clock.now()),
      entries: log.ok ? log.value.entries : null,
    }),
  );
}

/** `GET /registrations/{id}/confirm?kind=…`. */
export async function confirm(
  call: PageCall,
  id: string,
  { kind, keyId }: { readonly kind: string | null; readonly keyId: string | null },
): Promise<Reply> {
  const found = call.desired.registrations.find((one) => one.id === id);
  if (!found) return noSuch();
  const order = confirmedOrder(kind, keyId);
  if (!order) return message(400, 'No such order', 'There is no order of that kind to confirm.');
  return confirmation(call, found, { order });
}

async function confirmation(
  call: PageCall,
  found: DesiredRegistration,
  { order, fault }: { readonly order: ConfirmedOrder; readonly fault?: string },
): Promise<Reply> {
  const { fileErrors: _errors, ...around } = circumstances(call);
  const glance = glanceOf(found, await fullStatus(call.world.states, found.key));
  const wrong = fault === undefined ? {} : { fault };
  return page(
    fault === undefined ? 200 : 400,
    confirmPage({ ...around, registration: glance, order, ...wrong }),
  );
}

/** `POST /registrations/{id}/orders` of a form: writes the order, and goes back to the registration. */
export async function takeForm(
  call: PageCall,
  id: string,
  { body, by }: { readonly body: string; readonly by: string },
): Promise<Reply> {
  const found = call.desired.registrations.find((one) => one.id === id);
  if (!found) return noSuch();
  if (body.length > formBytes)
    return message(413, 'Too much', 'The form is larger than it can be.');
  const form = new URLSearchParams(body);
  const read = orderRequest.safeParse({ registration: id, order: orderIn(form) });
  const order = read.success
    ? bodyOf(read.data, call.world.clock.now())
    : { wrong: faultOf(read.error) };
  if ('wrong' in order) {
    const asked = confirmedOrder(form.get('kind'), form.get('keyId'));
    return asked
      ? confirmation(call, found, { order: asked, fault: order.wrong })
      : message(400, 'Not taken', order.wrong);
  }
  const written = await writeOrder(call.world, found.key, { body: order, by });
  if (!written.ok) {
    return message(
      503,
      'Not taken',
      'Storage does not answer.',
      'Go back and try again in a minute.',
    );
  }
  // Back by GET: a reload must not give the order again.
  const isPlan = order.kind === 'resync' && order.mode === 'plan';
  const location = isPlan
    ? orderAddress(id, written.value)
    : `${registrationAddress(id)}?done=${order.kind}`;
  return { ...page(303, ''), headers: { ...page(303, '').headers, location } };
}

/** A form has texts only; what its schema wants as lists and instants is made here. */
function orderIn(form: URLSearchParams): object {
  const kind = form.get('kind');
  switch (kind) {
    case 'resync':
      return { kind, mode: form.get('mode') ?? 'apply' };
    case 'rotate':
      return { kind, reason: form.get('reason') };
    case 'retire':
      return { kind, keyId: form.get('keyId') };
    case 'freeze':
      return { kind, until: instantIn(form.get('until') ?? '') };
    case 'compromised':
      return { kind, keyIds: form.getAll('keyIds'), endGrants: form.get('endGrants') };
    default:
      return { kind };
  }
}

/** What browsers send for a time has no zone and often no seconds; the page says that it is UTC. */
function instantIn(text: string): string {
  if (/^\d{4}-\d\d-\d\d$/.test(text)) return `${text}T00:00:00Z`;
  if (/^\d{4}-\d\d-\d\dT\d\d:\d\d$/.test(text)) return `${text}:00Z`;
  return /T[\d:.]+$/.test(text) ? `${text}Z` : text;
}

function confirmedOrder(kind: string | null, keyId: string | null): ConfirmedOrder | undefined {
  if (kind === 'rotate' || kind === 'freeze' || kind === 'compromised') return { kind };
  return kind === 'retire' && keyId !== null ? { kind, keyId } : undefined;
}

function circumstances({ world, mayOperate, fileErrors }: PageCall) {
  return {
    now: world.clock.now(),
    mayOperate,
    fileErrors: fileErrors.map(
      ({ line, column, message: text }) => `line ${line}, column ${column}: ${text}`,
    ),
  };
}

function glanceOf<Status extends BriefStatus>(
  { id, displayName }: DesiredRegistration,
  status: Told<Status>,
): RegistrationGlance<Status> {
  const { sinceAt, credential } = typeof status === 'object' ? status : unseen;
  const renewalAt = credential?.renewsAt ?? null;
  return { id, displayName, status, sinceAt: sinceAt ?? null, renewalAt };
}

const unseen: Pick<BriefStatus, 'sinceAt' | 'credential'> = { credential: null };

const notices: Readonly<Record<string, string>> = {
  resync: 'Keeper will look at this registration within minutes.',
  rotate: 'A new credential is ordered. The next pass, within minutes, begins.',
  retire: 'The retirement is ordered. The next pass, within minutes, carries it out.',
  freeze: 'From the next pass on, within minutes, Keeper changes nothing here.',
  thaw: 'From the next pass on, within minutes, Keeper goes on here.',
  compromised: 'The leak is known. The next pass, within minutes, begins to move the connectors.',
};

function noticeOf(done: string | null): string | undefined {
  return done !== null && Object.hasOwn(notices, done) ? notices[done] : undefined;
}

function unreadable(): Reply {
  return message(
    503,
    'Keeper cannot be seen just now',
    'Its storage does not answer, so this page does not know how things are. Keeper itself may well be at work.',
    'Try again in a minute. If it stays so, look at the storage account.',
  );
}

function noSuch(): Reply {
  return message(
    404,
    'No such registration',
    'keeper.yaml has no registration of that name.',
    'Go to the overview; it lists all there are.',
  );
}
