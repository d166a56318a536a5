/** `GET /api/openapi.json`: the HTTP API in OpenAPI 3.1, made from the schemas that check requests and answers. */
import { z } from 'zod';
import {
  auditAnswer,
  healthAnswer,
  orderAccepted,
  problemAnswer,
  resultAnswer,
  resyncAccepted,
  statusAnswer,
} from './answers.ts';
import { auditBounds } from './audit.ts';
import { rates } from './door.ts';
import { orderRequest } from './order-request.ts';
import type { Bounds } from './paging.ts';
import { lasting, type Reply } from './reply.ts';
import { resyncRequest } from './resync.ts';
import { statusBounds } from './status.ts';

/** Answers one call. */
export function openApi(build: string): Reply {
  return lasting(document(build));
}

const { reads, orders } = rates;

function document(build: string): object {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Keeper',
      version: build,
      description: `Keeps Entra client secrets, Key Vault and Nylas connectors in order. No route calls a vendor: reads tell what the last pass saw, orders are carried out by the next one. Bearer tokens of Entra, with the role Keeper.Read or Keeper.Operate; Keeper.Operate may also read. A caller has ${reads.perSecond} reads and ${orders.perSecond} order a second at one instance, ${reads.burst} and ${orders.burst} at once; above that the answer is 429. Whatever may be read may be asked for by HEAD; OPTIONS tells what may be called; other methods get 405.`,
    },
    security: [{ entra: [] }],
    components: {
      securitySchemes: { entra: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
      schemas: { Problem: schemaOf(problemAnswer) },
    },
    paths: { ...readPaths(), ...orderPaths() },
  };
}

function readPaths(): object {
  return {
    '/api/health': {
      get: {
        summary: 'That the app answers',
        security: [],
        responses: { 200: answer('It does', healthAnswer) },
      },
    },
    '/api/status': {
      get: {
        summary: 'How all registrations are, or one, as the last passes saw them (Keeper.Read)',
        parameters: [
          query('registration', 'Only this one'),
          query('order', 'And the answer to this order'),
          ...paging(statusBounds),
          ifNoneMatch,
        ],
        responses: read(answer('In the order of their ids', statusAnswer), {
          400: problem(),
          404: problem(),
        }),
      },
    },
    '/api/audit/{registration}': {
      get: {
        summary: 'The audit log of one registration in words, newest first (Keeper.Read)',
        parameters: [
          path('registration', 'The id in keeper.yaml'),
          query('before', 'Only entries before this number; in place of a cursor', {
            type: 'integer',
            minimum: 1,
          }),
          ...paging(auditBounds),
          ifNoneMatch,
        ],
        responses: read(answer('Verified entry by entry', auditAnswer), {
          400: problem(),
          404: problem(),
        }),
      },
    },
    '/api/orders/{id}': {
      get: {
        summary: 'What came of an order (Keeper.Read)',
        parameters: [path('id', 'As the answer to the order named it'), ifNoneMatch],
        responses: read(
          answer('Done or refused, and the plan where one was asked for', resultAnswer),
          { 404: problem('No answer yet; ask again') },
        ),
      },
    },
    '/api/openapi.json': {
      get: {
        summary: 'This document (Keeper.Read)',
        parameters: [ifNoneMatch],
        responses: read(answer('OpenAPI 3.1', z.looseObject({ openapi: z.string() }))),
      },
    },
  };
}

function orderPaths(): object {
  const bodyProblems = { 400: problem(), 413: problem(), 415: problem() };
  const otherProblems = { 404: problem(), 422: problem('Another order was given under this key') };
  return {
    '/api/resync': {
      post: {
        summary: 'Have Keeper look at one registration or all of them now (Keeper.Operate)',
        parameters: [idempotencyKey],
        requestBody: body(resyncRequest, false),
        responses: guarded({ 202: accepted(resyncAccepted), ...bodyProblems, ...otherProblems }),
      },
    },
    '/api/orders': {
      post: {
        summary: 'Give an order for one registration (Keeper.Operate)',
        parameters: [idempotencyKey],
        requestBody: body(orderRequest, true),
        responses: guarded({ 202: accepted(orderAccepted), ...bodyProblems, ...otherProblems }),
      },
    },
  };
}

function schemaOf(schema: z.ZodType): object {
  const { $schema: _dialect, ...shape } = z.toJSONSchema(schema, { io: 'input' });
  return shape;
}

function body(schema: z.ZodType, required: boolean): object {
  return { required, content: { 'application/json': { schema: schemaOf(schema) } } };
}

interface Answer {
  readonly description: string;
  readonly content: object;
  readonly headers?: object;
}

function answer(description: string, schema: z.ZodType): Answer {
  return { description, content: { 'application/json': { schema: schemaOf(schema) } } };
}

function accepted(schema: z.ZodType): Answer {
  return {
    ...answer('Written; a pass carries it out within minutes', schema),
    headers: { Location: told('Where the answer will be') },
  };
}

function problem(description = 'What is wrong, and what to do'): Answer {
  const schema = { $ref: '#/components/schemas/Problem' };
  return { description, content: { 'application/problem+json': { schema } } };
}

/** Answers to a read that may be kept by its reader, and asked for again. */
function read(whole: Answer, others: object = {}): object {
  const ETag = told('Stands for what is told; send it back as If-None-Match');
  const link = told('With rel="next": the address of the rest (RFC 8288)');
  const isPaged = JSON.stringify(whole.content).includes('"next"');
  return guarded({
    200: { ...whole, headers: { ETag, ...(isPaged ? { Link: link } : {}) } },
    304: { description: 'It is as you have it; no body', headers: { ETag } },
    ...others,
  });
}

/** Answers that each route gives to those who may not, or not just now. */
function guarded(responses: object): object {
  const later = { 'Retry-After': told('Seconds after which to come again', { type: 'integer' }) };
  return {
    ...responses,
    401: problem('No token, or none that counts'),
    403: problem('The role is missing, or the request comes from another site'),
    405: problem('No such method here; Allow tells which there are'),
    429: { ...problem('Too many calls, of yours or of bad ones'), headers: later },
    431: problem('The token is longer than Keeper reads'),
    503: problem('Storage or Entra does not answer; try again'),
  };
}

function told(description: string, schema: object = { type: 'string' }): object {
  return { description, schema };
}

function path(name: string, description: string): object {
  return { name, in: 'path', required: true, description, schema: { type: 'string' } };
}

function query(name: string, description: string, schema: object = { type: 'string' }): object {
  return { name, in: 'query', description, schema };
}

function header(name: string, description: string, schema: object): object {
  return { name, in: 'header', description, schema };
}

function paging({ most, usual }: Bounds): readonly object[] {
  return [
    query('limit', 'How many', { type: 'integer', minimum: 1, maximum: most, default: usual }),
    query('cursor', 'Where the answer before this one ended, from its `next`'),
  ];
}

const idempotencyKey = header(
  'Idempotency-Key',
  'A UUID of version 7 that you make for this order. Sent again with the same key within an hour, it is the same order and not another one',
  { type: 'string', format: 'uuid' },
);

const ifNoneMatch = header('If-None-Match', 'The ETag of what you have', { type: 'string' });
