/**
 * Role: one Key Vault event as Event Grid writes it, in either schema and with the quirks of the
 * documentation's samples: `EXP` a number or a string, a stray blank in a key or a value.
 * Source: Microsoft's "Azure Key Vault as Event Grid source".
 */
import type { Random } from './random.ts';

/** The kinds of event about secrets. */
type SecretEventKind = 'SecretNewVersionCreated' | 'SecretNearExpiry' | 'SecretExpired';

/** The two schemas a subscription can deliver. */
export type EventSchema = 'event-grid' | 'cloud-events';

/** What an event is about. Instants `expSeconds` and `nbfSeconds` are epoch seconds. */
export interface SecretEvent {
  readonly kind: SecretEventKind;
  /** When it happened, epoch milliseconds. */
  readonly at: number;
  readonly name: string;
  readonly version: string;
  readonly expSeconds?: number | undefined;
  readonly nbfSeconds?: number | undefined;
}

/** Where events come from. */
export interface EventSource {
  /** The vault's resource id; its last segment is the vault's name. */
  readonly topic: string;
  /** The vault's host, for the `Id` in the data. */
  readonly host: string;
  /** How often a key or a value carries a stray blank. */
  readonly strayBlankChance: number;
}

/** The event object as delivered: one element, not an array. */
export function eventBody(
  source: EventSource,
  event: SecretEvent,
  { schema, random }: { readonly schema: EventSchema; readonly random: Random },
): Record<string, unknown> {
  const id = random.uuid();
  const data = eventData(source, event, random);
  const type = `Microsoft.KeyVault.${event.kind}`;
  const time = new Date(event.at).toISOString();
  if (schema === 'cloud-events') {
    return { id, source: source.topic, subject: event.name, type, time, specversion: '1.0', data };
  }
  return {
    id,
    topic: source.topic,
    subject: event.name,
    eventType: type,
    eventTime: time,
    data,
    dataVersion: '1',
    metadataVersion: '1',
  };
}

function eventData(
  source: EventSource,
  event: SecretEvent,
  random: Random,
): Record<string, unknown> {
  const instantsAreText = random.chance(0.5);
  const nameKey = random.chance(source.strayBlankChance) ? 'ObjectName ' : 'ObjectName';
  const blank = random.chance(source.strayBlankChance) ? ' ' : '';
  return {
    Id: `https://${source.host}/secrets/${event.name}/${event.version}`,
    VaultName: source.topic.split('/').at(-1),
    ObjectType: 'Secret',
    [nameKey]: event.name,
    Version: `${blank}${event.version}`,
    NBF: instant(event.nbfSeconds, instantsAreText),
    EXP: instant(event.expSeconds, instantsAreText),
  };
}

function instant(seconds: number | undefined, asText: boolean): number | string | null {
  if (seconds === undefined) return null;
  return asText ? String(seconds) : seconds;
}
