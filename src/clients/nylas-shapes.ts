/**
 * What Nylas's replies must look like, and their translation (docs/vendors.md#nylas-connectors and
 * the sections after it).
 */
import { z } from 'zod';
import { inOneCase } from '../core/guid.ts';
import type { SeenApplication, SeenConnector, SeenRecord } from '../core/observed.ts';
import type { ConnectorBody } from '../reconcile/world.ts';
import { foreignId as id } from './foreign-id.ts';

const text = z.string().max(4_096);

/** Unix seconds, in epoch milliseconds. */
const seconds = z
  .number()
  .min(0)
  .max(100_000_000_000)
  .transform((value) => Math.round(value * 1_000));

/** `GET /v3/applications`. */
export const application = envelope(
  z.object({ application_id: id, region: text.nullish() }).transform((raw): SeenApplication => ({
    applicationId: raw.application_id,
    region: raw.region === 'us' || raw.region === 'eu' ? raw.region : 'unknown',
  })),
);

/** `GET /v3/connectors/microsoft`, without its records. Settings are thin: no secret, maybe no id. */
export const connector = envelope(
  z
    .object({
      name: text.nullish(),
      settings: z
        .object({
          client_id: text.transform(inOneCase).nullish(),
          tenant: text.transform(inOneCase).nullish(),
        })
        .nullish(),
      scope: z.array(text).max(1_000).nullish(),
      active_credential_id: id.nullish(),
    })
    .transform((raw): Omit<SeenConnector, 'records'> => ({
      ...optional('clientId', raw.settings?.client_id),
      ...optional('tenant', raw.settings?.tenant),
      ...optional('name', raw.name),
      ...optional('activeRecordId', raw.active_credential_id),
      // Left out, it says nothing; an empty list says that there are none.
      ...(raw.scope ? { scopes: shortScopes(raw.scope) } : {}),
    })),
);

/** `GET /v3/connectors/microsoft/creds/{id}`. */
export const record = envelope(
  z
    .object({ id, updated_at: seconds.nullish(), created_at: seconds.nullish() })
    .refine((raw) => typeof (raw.updated_at ?? raw.created_at) === 'number')
    .transform((raw): SeenRecord => ({
      id: raw.id,
      updatedAt: raw.updated_at ?? raw.created_at ?? 0,
    })),
);

/** `GET /v3/grants`. `updated_at` is the latest sign-in of the user. */
export const grants = envelope(
  z
    .array(
      z.object({
        id,
        grant_status: text.nullish(),
        updated_at: seconds.nullish(),
        created_at: seconds.nullish(),
      }),
    )
    .max(1_000),
);

/**
 * Scopes as short names, sorted, each once: Nylas takes `https://graph.microsoft.com/Mail.Read` and
 * `Mail.Read` alike, and gives back either.
 */
export function shortScopes(scopes: readonly string[]): readonly string[] {
  const short = scopes.map((scope) =>
    scope.startsWith('https://') ? scope.slice(scope.lastIndexOf('/') + 1) : scope,
  );
  return [...new Set(short)].toSorted();
}

/** The nested settings of a push: all three together are right whether Nylas merges or replaces. */
export function settingsOf({
  clientId,
  secret,
  tenant,
}: Pick<ConnectorBody, 'clientId' | 'secret' | 'tenant'>): Record<string, string> {
  return { client_id: clientId, client_secret: secret.reveal(), tenant };
}

function envelope<T>(data: z.ZodType<T>): z.ZodType<{ data: T }> {
  return z.object({ data });
}

function optional<K extends string>(
  key: K,
  value: string | null | undefined,
): { readonly [P in K]?: string } {
  return value === undefined || value === null || value === ''
    ? {}
    : ({ [key]: value } as { readonly [P in K]?: string });
}
