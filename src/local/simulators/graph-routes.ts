/**
 * Role: what the route files of the simulated Graph share: the request's context and addressing.
 */
import type { Context } from 'hono';
import type { Call, Key } from './directory-objects.ts';
import { notFound, Refusal } from './directory-refusal.ts';
import type { SimulatedDirectory } from './directory-state.ts';
import type { Filterable } from './graph-filter.ts';
import { pageOf, readQuery } from './graph-query.ts';
import type { Reply } from './graph-reply.ts';
import { narrowed, type WireObject } from './graph-wire.ts';

/** What every handler finds on its request. */
export interface GraphEnv {
  Variables: { directory: SimulatedDirectory; call: Call; reply: Reply };
}

/** A handler's context. */
export type GraphContext = Context<GraphEnv>;

/**
 * The path by which routes are matched: `applications(appId='x')` becomes `applications/(appId='x')`,
 * so that both forms of addressing are one segment.
 */
export function routedPath(request: Request): string {
  return new URL(request.url).pathname.replace(
    /\/(applications|servicePrincipals)(\(|%28)/u,
    '/$1/$2',
  );
}

/** The object that the `:key` segment means. */
export function keyOf(context: GraphContext): Key | Refusal {
  return keyIn(context.req.param('key') ?? '');
}

/** The object that a decoded segment means: an object id, `(appId='…')` or `(uniqueName='…')`. */
export function keyIn(segment: string): Key | Refusal {
  if (!segment.startsWith('(')) return { by: 'id', value: segment };
  const match = /^\((appId|uniqueName)='((?:[^']|'')*)'\)$/u.exec(segment);
  if (match === null) return notFound(segment);
  const value = (match[2] ?? '').replaceAll("''", "'");
  return { by: match[1] === 'appId' ? 'appId' : 'uniqueName', value };
}

/** True for `Prefer: create-if-missing`. */
export function createsIfMissing(context: GraphContext): boolean {
  const preferences = (context.req.header('prefer') ?? '').toLowerCase().split(',');
  return preferences.some((preference) => preference.trim() === 'create-if-missing');
}

/** An answer that shows one object, narrowed by `$select`. */
export function showOne(context: GraphContext, set: string, object: WireObject): Response {
  const { reply } = context.var;
  const url = new URL(context.req.url);
  const query = readQuery(url, Object.keys(object));
  if (query instanceof Refusal) return reply.refused(query);
  const about = { '@odata.context': `${url.origin}/v1.0/$metadata#${set}/$entity` };
  return reply.json({ ...about, ...narrowed(object, query.select) });
}

/** One object of a list: its place, what filters see, and how it is shown. */
export interface Listed {
  sequence: number;
  subject: Filterable;
  item: WireObject;
}

/** An answer that shows one page of a list. `sample` tells which properties there are. */
export function showPage(
  context: GraphContext,
  set: string,
  { listed, sample }: { listed: readonly Listed[]; sample: readonly string[] },
): Response {
  const { reply } = context.var;
  const url = new URL(context.req.url);
  const query = readQuery(url, sample);
  if (query instanceof Refusal) return reply.refused(query);
  const { items, nextLink } = pageOf(url, query, listed);
  return reply.json({
    '@odata.context': `${url.origin}/v1.0/$metadata#${set}`,
    ...(nextLink === undefined ? {} : { '@odata.nextLink': nextLink }),
    value: items.map((item) => narrowed(item, query.select)),
  });
}

/** The answer that creates: 201 with the object. */
export function showCreated(context: GraphContext, set: string, object: WireObject): Response {
  const { origin } = new URL(context.req.url);
  const about = { '@odata.context': `${origin}/v1.0/$metadata#${set}/$entity` };
  return context.var.reply.json({ ...about, ...object }, 201);
}
