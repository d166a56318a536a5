/**
 * Role: keys of a simulated vault over HTTP, in front of {@link VaultKeys}: GET of a key or a
 * version, and signing with a version. Anything else wants a right that no caller has.
 */
import type { Context, Hono } from 'hono';
import type { KeyRight } from './vault-access.ts';
import { attributesOf, type BodyContext } from './vault-bodies.ts';
import type { NamedKeyVersion, VaultKeys } from './vault-keys.ts';
import { usualRefusal } from './vault-refusal.ts';
import { jsonOf, signedDigestOf } from './vault-requests.ts';

/** What the routes of keys share with those of secrets. */
export interface KeyRouteParts {
  readonly keys: VaultKeys;
  /** The vault's own name; a key's address holds no port, since it names the key for ever. */
  readonly host: string;
  /** Checks who asks and how often; gives the address that was called. */
  readonly admit: (c: Context, right: KeyRight) => URL;
  readonly contextOf: (url: URL) => BodyContext;
}

/** Adds the routes. */
export function keyRoutes(app: Hono, { keys, host, admit, contextOf }: KeyRouteParts): void {
  function kidOf({ name, version }: NamedKeyVersion): string {
    return `https://${host}/keys/${name}/${version.version}`;
  }

  function bundleOf(url: URL, key: NamedKeyVersion): object {
    const { version } = key;
    return {
      key: {
        kid: kidOf(key),
        kty: 'EC',
        key_ops: ['sign', 'verify'],
        crv: 'P-256',
        x: version.x,
        y: version.y,
      },
      attributes: { ...attributesOf(contextOf(url), version), exportable: false },
    };
  }

  app.on('GET', ['/keys/:name', '/keys/:name/'], (c) => {
    const url = admit(c, 'keys/get');
    return c.json(bundleOf(url, keys.read(c.req.param('name'))));
  });

  app.get('/keys/:name/:version', (c) => {
    const url = admit(c, 'keys/get');
    const { name, version } = c.req.param();
    return c.json(bundleOf(url, keys.read(name, version)));
  });

  app.post('/keys/:name/:version/sign', async (c) => {
    admit(c, 'keys/sign');
    const { name, version } = c.req.param();
    const kid = kidOf(keys.read(name, version));
    const digest = signedDigestOf(jsonOf(await c.req.text()));
    return c.json({ kid, value: keys.sign(name, version, digest).toString('base64url') });
  });

  for (const path of ['/keys/*', '/deletedkeys/*']) {
    app.all(path, (c) => {
      admit(c, 'keys/manage');
      throw usualRefusal(405);
    });
  }
}
