/**
 * Role: the part of Azure's control plane that doctor reads: vaults, system topics with their
 * subscriptions and counts, the immutability of containers, roles. People change it by hand. Nothing in
 * it draws from the cloud's randomness, and Keeper never speaks to it.
 */
import { Hono } from 'hono';

/** Who may do what, somewhere. */
export interface SimulatedAssignment {
  readonly scope: string;
  readonly role: string;
  readonly actions?: readonly string[];
  readonly dataActions?: readonly string[];
}

/** A vault as an administrator set it up. */
interface SimulatedAzureVault {
  hasPurgeProtection: boolean;
  usesRoles: boolean;
  /** Whether its events have a subscription, and whether those are delivered. */
  events: 'delivered' | 'undelivered' | 'unsubscribed';
}

export interface SimulatedAzureOptions {
  /** The principal whose roles are kept. */
  readonly principalId: string;
  readonly storageAccount: string;
  /** Whose token it is; anybody else is refused. */
  accepts(token: string): boolean;
  /** When versions were written in a vault: what its topic counts. */
  versionsIn(vault: string): readonly number[];
}

/** What people do to it. */
export interface AzureHand {
  addVault(name: string): void;
  changeVault(name: string, change: Partial<SimulatedAzureVault>): void;
  assign(assignment: SimulatedAssignment): void;
  /** Takes all assignments of this role away. */
  unassign(role: string): void;
  /** `undefined`: the container has no policy. */
  setImmutability(container: string, state: 'Locked' | 'Unlocked' | undefined): void;
  hasImmutability(container: string): boolean;
}

export interface SimulatedAzure {
  readonly hand: AzureHand;
  readonly vaultNames: () => readonly string[];
  vaultId(name: string): string;
  readonly storageId: string;
  fetch(request: Request): Promise<Response>;
}

const subscriptionId = '00000000-0000-4000-8000-000000000001';
const group = `/subscriptions/${subscriptionId}/resourceGroups/demo`;
const functionId = `${group}/providers/Microsoft.Web/sites/demo-worker/functions/vaultEvent`;

const eventTypes = ['SecretNewVersionCreated', 'SecretNearExpiry', 'SecretExpired'].map(
  (one) => `Microsoft.KeyVault.${one}`,
);

/** Makes one. */
export function simulatedAzure(options: SimulatedAzureOptions): SimulatedAzure {
  const { principalId, storageAccount } = options;
  const vaults = new Map<string, SimulatedAzureVault>();
  const immutable = new Map<string, 'Locked' | 'Unlocked'>();
  let assignments: readonly SimulatedAssignment[] = [];
  const storageId = `${group}/providers/Microsoft.Storage/storageAccounts/${storageAccount}`;
  const vaultId = (name: string): string => `${group}/providers/Microsoft.KeyVault/vaults/${name}`;
  const topicId = (name: string): string =>
    `${group}/providers/Microsoft.EventGrid/systemTopics/evgt-${name}`;

  const app = new Hono();
  app.use(async (c, next) => {
    const token = /^Bearer (\S+)$/u.exec(c.req.header('authorization') ?? '')?.[1];
    if (token === undefined || !options.accepts(token)) return refused(401, 'InvalidToken');
    return next();
  });

  app.get('/subscriptions', (c) => c.json({ value: [{ subscriptionId }] }));

  app.get('/subscriptions/:id/resources', (c) => {
    const [, type, name] = /^resourceType eq '([^']+)' and name eq '([^']+)'$/.exec(
      c.req.query('$filter') ?? '',
    ) ?? ['', '', ''];
    const isVault = type === 'Microsoft.KeyVault/vaults' && vaults.has(name ?? '');
    const isStorage = type === 'Microsoft.Storage/storageAccounts' && name === storageAccount;
    const id = isVault ? vaultId(name ?? '') : isStorage ? storageId : undefined;
    return c.json({ value: id === undefined ? [] : [{ id, name, type }] });
  });

  app.get(`${group}/providers/Microsoft.KeyVault/vaults/:name`, (c) => {
    const name = c.req.param('name');
    const vault = vaults.get(name);
    if (!vault) return refused(404, 'ResourceNotFound');
    return c.json({
      id: vaultId(name),
      name,
      properties: {
        enableRbacAuthorization: vault.usesRoles,
        // As Azure has it: never false, absent instead.
        ...(vault.hasPurgeProtection ? { enablePurgeProtection: true } : {}),
      },
    });
  });

  app.get('/subscriptions/:id/providers/Microsoft.EventGrid/systemTopics', (c) =>
    c.json({
      value: [...vaults.keys()].map((name) => ({
        id: topicId(name),
        properties: { source: vaultId(name), topicType: 'Microsoft.KeyVault.vaults' },
      })),
    }),
  );

  app.get(`${group}/providers/Microsoft.EventGrid/systemTopics/:topic/eventSubscriptions`, (c) => {
    const vault = vaults.get(c.req.param('topic').replace(/^evgt-/, ''));
    if (!vault) return refused(404, 'ResourceNotFound');
    const subscription = {
      name: 'keeper',
      properties: {
        provisioningState: 'Succeeded',
        destination: { endpointType: 'AzureFunction', properties: { resourceId: functionId } },
        filter: { includedEventTypes: eventTypes },
      },
    };
    return c.json({ value: vault.events === 'unsubscribed' ? [] : [subscription] });
  });

  app.get(
    `${group}/providers/Microsoft.EventGrid/systemTopics/:topic/providers/Microsoft.Insights/metrics`,
    (c) => {
      const name = c.req.param('topic').replace(/^evgt-/, '');
      const [from = '', to = ''] = (c.req.query('timespan') ?? '').split('/');
      const matched = options
        .versionsIn(name)
        .filter((at) => at >= Date.parse(from) && at <= Date.parse(to)).length;
      const delivered = vaults.get(name)?.events === 'delivered' ? matched : 0;
      const totals = { MatchedEventCount: matched, DeliverySuccessCount: delivered };
      const value = (c.req.query('metricnames') ?? '').split(',').map((metric) => ({
        name: { value: metric },
        timeseries: [{ data: [{ total: { ...totals }[metric] ?? 0 }] }],
      }));
      return c.json({ value });
    },
  );

  app.get('/subscriptions/:id/providers/Microsoft.Authorization/roleAssignments', (c) => {
    const isOurs = c.req.query('$filter') === `principalId eq '${principalId}'`;
    return c.json({
      value: (isOurs ? assignments : []).map(({ scope, role }, index) => ({
        id: `${scope}/providers/Microsoft.Authorization/roleAssignments/${index}`,
        properties: { scope, principalId, roleDefinitionId: definitionId(role) },
      })),
    });
  });

  app.get('/subscriptions/:id/providers/Microsoft.Authorization/roleDefinitions/:role', (c) => {
    const role = decodeURIComponent(c.req.param('role')).replaceAll('-', ' ');
    const held = assignments.find((one) => one.role === role);
    if (!held) return refused(404, 'RoleDefinitionDoesNotExist');
    const { actions = [], dataActions = [] } = held;
    const permissions = [{ actions, notActions: [], dataActions, notDataActions: [] }];
    return c.json({ properties: { roleName: role, permissions } });
  });

  app.get(`${storageId}/blobServices/default/containers/:name`, (c) => {
    const state = immutable.get(c.req.param('name'));
    const policy = {
      properties: {
        state,
        immutabilityPeriodSinceCreationInDays: 730,
        allowProtectedAppendWrites: true,
      },
    };
    return c.json({ properties: state === undefined ? {} : { immutabilityPolicy: policy } });
  });

  app.onError((error) => {
    throw error;
  });
  app.notFound(() => refused(404, 'InvalidResourceType'));

  return {
    storageId,
    vaultId,
    vaultNames: () => [...vaults.keys()],
    fetch: async (request) => app.fetch(request),
    hand: {
      addVault: (name) =>
        void vaults.set(name, { hasPurgeProtection: true, usesRoles: true, events: 'delivered' }),
      changeVault: (name, change) => {
        const vault = vaults.get(name);
        if (!vault) throw new Error(`Azure has no vault ${name}`);
        Object.assign(vault, change);
      },
      assign: (assignment) => {
        assignments = [...assignments, assignment];
      },
      unassign: (role) => {
        assignments = assignments.filter((one) => one.role !== role);
      },
      setImmutability: (container, state) => {
        if (state === undefined) immutable.delete(container);
        else immutable.set(container, state);
      },
      hasImmutability: (container) => immutable.has(container),
    },
  };
}

/** A name stands for the guid that a definition has. */
function definitionId(role: string): string {
  return `/subscriptions/${subscriptionId}/providers/Microsoft.Authorization/roleDefinitions/${role.replaceAll(' ', '-')}`;
}

function refused(status: number, code: string): Response {
  return Response.json({ error: { code, message: 'Refused by the simulated Azure.' } }, { status });
}
