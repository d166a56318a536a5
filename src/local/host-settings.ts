/** Role: what the host takes from settings and from host.json, and `%NAME%` in bindings. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';

/** Settings by name. */
export type Settings = Readonly<Record<string, string>>;

/** What of host.json matters here; defaults are those of Azure. */
export interface HostFile {
  readonly routePrefix: string;
  readonly maxDequeueCount: number;
  readonly messageEncoding: 'base64' | 'none';
}

const hostFileShape = z.object({
  version: z.literal('2.0'),
  extensions: z
    .object({
      http: z.object({ routePrefix: z.string().default('api') }).prefault({}),
      queues: z
        .object({
          maxDequeueCount: z.int().min(1).default(5),
          messageEncoding: z.enum(['base64', 'none']).default('base64'),
        })
        .prefault({}),
    })
    .prefault({}),
});

/** Reads host.json. @throws Error when it is missing or not one. */
export function readHostFile(url: URL): HostFile {
  const { http, queues } = hostFileShape.parse(JSON.parse(readFileSync(url, 'utf8'))).extensions;
  return { ...queues, routePrefix: http.routePrefix };
}

/**
 * Puts settings in place of `%NAME%`.
 * @throws Error that names a setting which is missing; never a value.
 */
export function resolveNames(text: string, settings: Settings): string {
  return text.replaceAll(/%([^%]+)%/g, (_whole, name: string) => {
    const value = settings[name];
    if (!value)
      throw new Error(`'%${name}%' does not resolve to a value: setting ${name} is empty`);
    return value;
  });
}

/** Makes settings environment variables; tells how to undo it. */
export function applySettings(settings: Settings): () => void {
  const before = new Map(Object.keys(settings).map((name) => [name, process.env[name]]));
  Object.assign(process.env, settings);
  return () => {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  };
}
