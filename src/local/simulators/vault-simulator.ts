/**
 * Role: Azure Key Vault over HTTP, in front of {@link vaultState} and {@link vaultKeys}. Behaves as
 * Microsoft's REST reference and the real SDK's traffic show it, awkward parts included.
 */
import { type Context, Hono } from 'hono';
import type { Simulator, Surroundings } from './simulator.ts';
import {
  type VaultAccess,
  type VaultAccessSettings,
  type VaultRight,
  vaultAccess,
} from './vault-access.ts';
import { type BodyContext, bundle, deletedBody, secretItem, versionItem } from './vault-bodies.ts';
import { keyRoutes } from './vault-key-routes.ts';
import { type KeyHand, vaultKeys } from './vault-keys.ts';
import { vaultPage } from './vault-lists.ts';
import { rateWindow } from './vault-rate.ts';
import { VaultRefusal, badParameter, refusalBody, usualRefusal } from './vault-refusal.ts';
import { type SecretWrite, jsonOf, secretWriteOf, versionPatchOf } from './vault-requests.ts';
import {
  type SecretVersion,
  type VaultSettings,
  type VaultState,
  vaultState,
} from './vault-state.ts';

/** How a simulated vault is made. */
export interface SimulatedVaultOptions extends VaultAccessSettings, VaultSettings {
  readonly vaultName: string;
  /** Its host, without a scheme, e.g. `demo.vault.localhost`; ids in events name it. */
  readonly host: string;
  /** How often a 429 carries Retry-After: 0 never, 1 always. Default 0.7. */
  readonly retryAfterChance?: number;
}

/** What people do to a vault behind Keeper's back. None of it is throttled or authenticated. */
interface VaultHand {
  putByHand(name: string, write: SecretWrite): SecretVersion;
  /** Disables a version; by default the current one. */
  disableByHand(name: string, version?: string): void;
  deleteByHand(name: string): void;
  /** Throws while a deletion is still settling, as the vault does. */
  recoverByHand(name: string): void;
  purge(name: string): void;
}

/** A simulated vault: the vendor's front, the hand operations, and the truth. */
export interface SimulatedVault extends Simulator, VaultHand, KeyHand {
  readonly vaultName: string;
  readonly host: string;
  readonly access: Pick<VaultAccess, 'forbid' | 'allow'>;
  readonly state: VaultState;
}

const apiVersions: ReadonlySet<string> = new Set([
  '7.0',
  '7.1',
  '7.2',
  '7.3',
  '7.4',
  '7.5',
  '7.6',
  '2025-07-01',
  '2026-04-01',
]);
const createsPerWindow = 300;
const requestsPerWindow = 4000;
const windowMs = 10_000;

/** A simulated vault. Times are those of `surroundings`; randomness is a fork of its generator. */
export function simulatedVault(
  surroundings: Surroundings,
  options: SimulatedVaultOptions,
): SimulatedVault {
  const random = surroundings.random.fork(`vault/${options.vaultName}`);
  const state = vaultState(
    { now: () => surroundings.now(), random: random.fork('state') },
    options,
  );
  // A fork: making a key moves no other draw.
  const keys = vaultKeys({ now: () => surroundings.now(), random: random.fork('keys') });
  const access = vaultAccess(options);
  const creates = rateWindow(createsPerWindow, windowMs);
  const requests = rateWindow(requestsPerWindow, windowMs);

  function throttle(method: string): void {
    const at = surroundings.now();
    const waitMs = (method === 'PUT' ? creates.admit(at) : undefined) ?? requests.admit(at);
    if (waitMs === undefined) return;
    throw usualRefusal(
      429,
      random.chance(options.retryAfterChance ?? 0.7) ? Math.ceil(waitMs / 1000) : undefined,
    );
  }

  /** The order of the checks: who asks, then whether too often, then what is asked. */
  function admit(c: Context, right: VaultRight): URL {
    access.check(c.req.header('authorization'), right);
    throttle(c.req.method);
    const url = new URL(c.req.url);
    const apiVersion = url.searchParams.get('api-version');
    if (apiVersion === null) throw badParameter('api-version must be specified.');
    if (!apiVersions.has(apiVersion)) {
      throw badParameter(`The specified version (${apiVersion}) is not recognized.`);
    }
    return url;
  }

  function contextOf({ origin }: URL): BodyContext {
    return {
      origin,
      recoverableDays: options.retentionDays ?? 90,
      recoveryLevel: options.purgeProtection === true ? 'Recoverable' : 'Recoverable+Purgeable',
    };
  }

  function refuse(refusal: VaultRefusal): Response {
    return Response.json(refusalBody(refusal), {
      status: refusal.status,
      headers: {
        'x-ms-request-id': random.uuid(),
        ...(refusal.status === 401 && { 'www-authenticate': access.challenge }),
        ...(refusal.retryAfterSeconds !== undefined && {
          'retry-after': String(refusal.retryAfterSeconds),
        }),
      },
    });
  }

  const app = new Hono();

  app.use(async (c, next) => {
    await next();
    if (!c.res.headers.has('x-ms-request-id')) c.res.headers.set('x-ms-request-id', random.uuid());
    const clientId = c.req.header('x-ms-client-request-id');
    if (clientId !== undefined) c.res.headers.set('x-ms-client-request-id', clientId);
  });

  app.onError((error) => {
    if (error instanceof VaultRefusal) return refuse(error);
    throw error;
  });

  app.get('/secrets', (c) => {
    const url = admit(c, 'list');
    const page = vaultPage(state.secrets(), ({ name }) => name, { url, random });
    return c.json({
      ...page,
      value: page.value.map((secret) => secretItem(contextOf(url), secret)),
    });
  });

  app.put('/secrets/:name', async (c) => {
    const url = admit(c, 'set');
    const { name, versions } = state.put(
      c.req.param('name'),
      secretWriteOf(jsonOf(await c.req.text())),
    );
    return c.json(bundle(contextOf(url), name, versions.at(-1)!));
  });

  app.on('GET', ['/secrets/:name', '/secrets/:name/'], (c) => {
    const url = admit(c, 'get');
    const { secret, version } = state.read(c.req.param('name'));
    return c.json(bundle(contextOf(url), secret.name, version));
  });

  app.get('/secrets/:name/versions', (c) => {
    const url = admit(c, 'list');
    const name = c.req.param('name');
    const page = vaultPage(state.versions(name), ({ version }) => version, { url, random });
    const value = page.value.map((version) => versionItem(contextOf(url), name, version));
    return c.json({ ...page, value });
  });

  app.get('/secrets/:name/:version', (c) => {
    const url = admit(c, 'get');
    const { secret, version } = state.read(c.req.param('name'), c.req.param('version'));
    return c.json(bundle(contextOf(url), secret.name, version));
  });

  app.patch('/secrets/:name/:version', async (c) => {
    const url = admit(c, 'set');
    const { name, version } = c.req.param();
    const changed = state.edit(name, version, versionPatchOf(jsonOf(await c.req.text())));
    return c.json(versionItem(contextOf(url), name, changed));
  });

  app.delete('/secrets/:name', (c) => {
    const url = admit(c, 'delete');
    return c.json(deletedBody(contextOf(url), state.remove(c.req.param('name')), 'with-version'));
  });

  app.get('/deletedsecrets', (c) => {
    const url = admit(c, 'list');
    const page = vaultPage(state.deletedSecrets(), ({ name }) => name, { url, random });
    const value = page.value.map((secret) => deletedBody(contextOf(url), secret, 'item'));
    return c.json({ ...page, value });
  });

  app.get('/deletedsecrets/:name', (c) => {
    const url = admit(c, 'get');
    const secret = state.deletedSecret(c.req.param('name'));
    return c.json(deletedBody(contextOf(url), secret, 'with-version'));
  });

  app.post('/deletedsecrets/:name/recover', (c) => {
    const url = admit(c, 'recover');
    const { name, versions } = state.recover(c.req.param('name'));
    return c.json(versionItem(contextOf(url), name, versions.at(-1)!));
  });

  app.delete('/deletedsecrets/:name', (c) => {
    admit(c, 'purge');
    state.purge(c.req.param('name'));
    return c.body(null, 204);
  });

  keyRoutes(app, { keys, host: options.host, admit, contextOf });

  app.notFound((c) => {
    access.check(c.req.header('authorization'), 'get');
    return refuse(usualRefusal(405));
  });

  return {
    vendor: 'vault',
    vaultName: options.vaultName,
    host: options.host,
    access,
    state,
    fetch: async (request) => app.fetch(request),
    refusal: (status, retryAfterSeconds) => refuse(usualRefusal(status, retryAfterSeconds)),
    putByHand: (name, write) => state.put(name, write).versions.at(-1)!,
    disableByHand: (name, version = state.current(name)?.version ?? '') =>
      void state.edit(name, version, { enabled: false }),
    deleteByHand: (name) => void state.remove(name),
    recoverByHand: (name) => void state.recover(name),
    purge: (name) => state.purge(name),
    createKeyByHand: (name) => keys.createKeyByHand(name),
    rotateKeyByHand: (name) => keys.rotateKeyByHand(name),
    setKeyEnabledByHand: (name, isEnabled, version) =>
      keys.setKeyEnabledByHand(name, isEnabled, version),
    deleteKeyByHand: (name) => keys.deleteKeyByHand(name),
    recoverKeyByHand: (name) => keys.recoverKeyByHand(name),
  };
}
