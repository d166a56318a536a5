/** What Azure Resource Manager's replies must look like, and their translation. */
import { z } from 'zod';
import type { Assignment, AzureVault, EventSubscription, Retention } from '../doctor/ports.ts';

/** The path of a resource. It goes into further addresses, so it holds nothing that could lead away. */
const resourceId = z.string().regex(/^\/[\w./()@ -]{1,1000}$/);
const name = z.string().max(1_024);
const names = z.array(name).max(5_000).nullish();

export const subscription = z.object({ subscriptionId: z.guid() });

export const resource = z.object({ id: resourceId });

export const vault = z
  .object({
    id: resourceId,
    properties: z.object({
      enablePurgeProtection: z.boolean().nullish(),
      enableRbacAuthorization: z.boolean().nullish(),
    }),
  })
  .transform((raw): AzureVault => ({
    id: raw.id,
    hasPurgeProtection: raw.properties.enablePurgeProtection === true,
    usesRoles: raw.properties.enableRbacAuthorization === true,
  }));

export const topic = z
  .object({ id: resourceId, properties: z.object({ source: name.nullish() }) })
  .transform((raw) => ({ id: raw.id, source: raw.properties.source }));

const destination = z.object({
  endpointType: name.nullish(),
  properties: z.object({ resourceId: name.nullish() }).nullish(),
});

export const eventSubscription = z
  .object({
    name,
    properties: z.object({
      provisioningState: name.nullish(),
      destination: destination.nullish(),
      // Delivered with an identity, the destination stands one level deeper.
      deliveryWithResourceIdentity: z.object({ destination: destination.nullish() }).nullish(),
      filter: z.object({ includedEventTypes: names }).nullish(),
    }),
  })
  .transform(({ name: called, properties }): EventSubscription => {
    const to = properties.destination ?? properties.deliveryWithResourceIdentity?.destination;
    const id = to?.properties?.resourceId;
    return {
      name: called,
      state: properties.provisioningState ?? 'unknown',
      ...(typeof id === 'string' ? { destination: id } : {}),
      eventTypes: properties.filter?.includedEventTypes ?? [],
    };
  });

/** Totals by the metric's name. */
export const metrics = z
  .object({
    value: z
      .array(
        z.object({
          name: z.object({ value: name }),
          timeseries: z
            .array(
              z.object({ data: z.array(z.object({ total: z.number().nullish() })).max(5_000) }),
            )
            .max(100),
        }),
      )
      .max(20),
  })
  .transform(
    ({ value }): ReadonlyMap<string, number> =>
      new Map(
        value.map((one) => [
          one.name.value,
          one.timeseries
            .flatMap(({ data }) => data)
            .reduce((sum, { total }) => sum + (total ?? 0), 0),
        ]),
      ),
  );

export const assignment = z
  .object({
    id: name,
    properties: z.object({ roleDefinitionId: resourceId, scope: z.string().max(1_024) }),
  })
  .transform((raw) => ({
    id: raw.id,
    roleId: raw.properties.roleDefinitionId,
    scope: raw.properties.scope,
  }));

export const roleDefinition = z
  .object({
    properties: z.object({
      roleName: name,
      permissions: z
        .array(
          z.object({
            actions: names,
            notActions: names,
            dataActions: names,
            notDataActions: names,
          }),
        )
        .max(100),
    }),
  })
  .transform(({ properties: { roleName, permissions } }): Omit<Assignment, 'scope'> => ({
    role: roleName,
    actions: permissions.flatMap((one) => one.actions ?? []),
    notActions: permissions.flatMap((one) => one.notActions ?? []),
    dataActions: permissions.flatMap((one) => one.dataActions ?? []),
    notDataActions: permissions.flatMap((one) => one.notDataActions ?? []),
  }));

export const container = z
  .object({
    properties: z.object({
      immutabilityPolicy: z
        .object({
          properties: z.object({
            state: name.nullish(),
            immutabilityPeriodSinceCreationInDays: z.number().nullish(),
            allowProtectedAppendWrites: z.boolean().nullish(),
            allowProtectedAppendWritesAll: z.boolean().nullish(),
          }),
        })
        .nullish(),
    }),
  })
  .transform(({ properties }): { readonly retention?: Retention } => {
    const policy = properties.immutabilityPolicy?.properties;
    if (policy === undefined) return {};
    return {
      retention: {
        isLocked: policy.state?.toLowerCase() === 'locked',
        days: policy.immutabilityPeriodSinceCreationInDays ?? 0,
        allowsAppends:
          policy.allowProtectedAppendWrites === true ||
          policy.allowProtectedAppendWritesAll === true,
      },
    };
  });
