/** What a person wishes: the request that Keeper's API takes, and what comes of it in words. */
import type { RegistrationStatus } from '../core/status.ts';
import { dayText, relativeText } from '../web/page/words.ts';
import { harmless } from '../audit/plain-text.ts';
import type { RegistrationGlance } from '../web/page/model.ts';
import { statusOfGlance } from '../web/page/condition.ts';
import { counted } from './terminal.ts';

/** The body of one order, as `POST /api/orders` takes it. */
export type OrderWish =
  | { readonly kind: 'rotate'; readonly reason: string }
  | {
      readonly kind: 'compromised';
      readonly keyIds: readonly string[];
      readonly removeAt?: string;
      readonly endGrants: 'accept';
    }
  | { readonly kind: 'retire'; readonly keyId: string }
  | { readonly kind: 'freeze'; readonly until: string }
  | { readonly kind: 'thaw' };

export type Wish =
  | { readonly on: 'one'; readonly registration: string; readonly order: OrderWish }
  | {
      readonly on: 'resync';
      /** Nothing: all of them. */
      readonly registration: string | undefined;
      readonly mode: 'plan' | 'apply';
    };

/** Where the API takes a wish, and how it is written. */
export function requestOf(wish: Wish): { readonly path: string; readonly body: string } {
  if (wish.on === 'one') {
    const { registration, order } = wish;
    return { path: '/api/orders', body: JSON.stringify({ registration, order }) };
  }
  // What is undefined is left out: then it is about all of them.
  const { registration, mode } = wish;
  return { path: '/api/resync', body: JSON.stringify({ registration, mode }) };
}

/** True where users may have to sign in again. */
export function isGrave(wish: Wish): boolean {
  return wish.on === 'one' && wish.order.kind === 'compromised';
}

/** What will happen, one thing a line. `glance` is of the registration that it is about. */
export function consequencesOf(
  wish: Wish,
  glance: RegistrationGlance | undefined,
  now: number,
): readonly string[] {
  const status = glance === undefined ? undefined : statusOfGlance(glance);
  if (wish.on === 'resync') {
    const about =
      wish.registration === undefined ? 'every registration' : harmless(wish.registration);
    return wish.mode === 'plan'
      ? [`Keeper looks at ${about} in full and tells what it would do. It changes nothing.`]
      : [`Keeper forgets its back-off, looks at ${about} in full, and does what is to be done.`];
  }
  switch (wish.order.kind) {
    case 'rotate':
      return rotation(status, now);
    case 'compromised':
      return leak(wish.order, status, now);
    case 'retire':
      return [
        `Keeper removes credential ${harmless(wish.order.keyId)} in Entra; whoever still uses it is cut off.`,
        'One that connectors hold is not removed: the order is refused then.',
      ];
    case 'freeze':
      return [
        `Keeper looks and tells, but changes nothing until ${wish.order.until}, save where a connector is down or a secret leaked.`,
        'The freeze ends by itself 14 days before the secret does.',
      ];
    case 'thaw':
      return ['Keeper goes on with what it put off.'];
  }
}

function rotation(status: RegistrationStatus | undefined, now: number): readonly string[] {
  const connectors =
    status === undefined ? '' : ` ${counted(status.connectors.length, 'connector')}`;
  const serving = status?.credential;
  const stays =
    serving === undefined || serving === null
      ? ''
      : `Credential ${harmless(serving.keyId)}, in use now, stays valid until it ends, ${dayText(serving.expiresAt)} (${relativeText(serving.expiresAt, now)}). `;
  return [
    'Keeper adds a credential in Entra, proves that it works, and lets it rest for a day.',
    `Then it gives it to${connectors === '' ? ' the connectors' : connectors}, one after another.`,
    `${stays}Nobody has to sign in again.`,
    ...(slotsTaken(status) < 2
      ? []
      : [
          'Two credentials are there already, and a registration for personal accounts has room for no more: then Keeper waits until one has ended or is removed.',
        ]),
  ];
}

function slotsTaken(status: RegistrationStatus | undefined): number {
  return status?.credentials.filter((one) => one.place === 'application').length ?? 0;
}

function leak(
  { keyIds, removeAt }: Extract<OrderWish, { kind: 'compromised' }>,
  status: RegistrationStatus | undefined,
  now: number,
): readonly string[] {
  const named =
    keyIds.length === 0
      ? "all of Keeper's own credentials of it"
      : `${keyIds.length === 1 ? 'credential' : 'credentials'} ${keyIds.map(harmless).join(', ')}`;
  const at = removeAt === undefined ? now + 4 * 3_600_000 : Date.parse(removeAt);
  const serving = status?.credential?.keyId;
  const serves =
    serving !== undefined && (keyIds.length === 0 || keyIds.includes(serving))
      ? [
          'The one that serves now is among them: Keeper issues another one without the day of rest.',
        ]
      : [];
  return [
    `Connectors go to a credential that has not leaked; then Keeper removes ${named}.`,
    ...serves,
    `They are removed at ${new Date(at).toISOString()} (${relativeText(at, now)}) at the latest, even where a connector could not be moved: its users must sign in again then.`,
  ];
}
