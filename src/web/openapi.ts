/** `GET /api/openapi.json`: the HTTP API in OpenAPI 3.1, made from the schemas that check requests. */
import { z } from 'zod';
import { orderRequest } from './order-request.ts';
import { json, type Reply } from './reply.ts';

const resyncRequest = z.strictObject({
  registration: z
    .string()
    .optional()
    .meta({ description: 'The id in keeper.yaml; left out: all.' }),
  mode: z.enum(['plan', 'apply']).default('apply').meta({
    description: '`plan` writes nothing to any vendor; its answer tells what would be done.',
  }),
});

/** Answers one call. */
export function openApi(build: string): Reply {
  return json(200, document(build));
}

function document(build: string): object {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Keeper',
      version: build,
      description:
        'Keeps Entra client secrets, Key Vault and Nylas connectors in order. No route calls a vendor: reads tell what the last pass saw, orders are carried out by the next one. Bearer tokens of Entra, with the role Keeper.Read or Keeper.Operate; Keeper.Operate may also read.',
    },
    security: [{ entra: [] }],
    components: {
      securitySchemes: { entra: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
      schemas: {
        Problem: {
          type: 'object',
          description: 'RFC 9457.',
          required: ['type', 'title', 'status', 'detail'],
          properties: {
            type: { type: 'string' },
            title: { type: 'string' },
            status: { type: 'integer' },
            detail: { type: 'string' },
          },
        },
      },
    },
    paths: {
      '/api/health': {
        get: {
          summary: 'That the app answers',
          security: [],
          responses: { 200: answer('It does') },
        },
      },
      '/api/status': {
        get: {
          summary: 'How all registrations are, or one, as the last passes saw them (Keeper.Read)',
          parameters: [
            query('registration', 'Only this one'),
            query('order', 'And the answer to this order'),
          ],
          responses: refusals({
            200: answer('`ok` is false when somebody must do something'),
            404: problem(),
          }),
        },
      },
      '/api/audit/{registration}': {
        get: {
          summary: 'The audit log of one registration in words, newest first (Keeper.Read)',
          parameters: [
            path('registration', 'The id in keeper.yaml'),
            query('before', 'Only entries before this number', { type: 'integer', minimum: 1 }),
            query('limit', 'How many', { type: 'integer', minimum: 1, maximum: 200, default: 50 }),
          ],
          responses: refusals({
            200: answer('`next` leads to older ones'),
            400: problem(),
            404: problem(),
          }),
        },
      },
      '/api/resync': {
        post: {
          summary: 'Have Keeper look at one registration or all of them now (Keeper.Operate)',
          requestBody: body(resyncRequest, false),
          responses: refusals({ 202: accepted(), ...bodyProblems(), 404: problem() }),
        },
      },
      '/api/orders': {
        post: {
          summary: 'Give an order for one registration (Keeper.Operate)',
          requestBody: body(orderRequest, true),
          responses: refusals({ 202: accepted(), ...bodyProblems(), 404: problem() }),
        },
      },
      '/api/orders/{id}': {
        get: {
          summary: 'What came of an order (Keeper.Read)',
          parameters: [path('id', 'As the answer to the order named it')],
          responses: refusals({
            200: answer('Done or refused, and the plan where one was asked for'),
            404: problem('No answer yet; ask again'),
          }),
        },
      },
      '/api/openapi.json': {
        get: {
          summary: 'This document (Keeper.Read)',
          responses: refusals({ 200: answer('OpenAPI 3.1') }),
        },
      },
    },
  };
}

function body(schema: z.ZodType, required: boolean): object {
  const { $schema: _dialect, ...shape } = z.toJSONSchema(schema, { io: 'input' });
  return { required, content: { 'application/json': { schema: shape } } };
}

function answer(description: string): object {
  return { description, content: { 'application/json': { schema: { type: 'object' } } } };
}

function accepted(): object {
  return {
    ...answer('Written; a pass carries it out within minutes'),
    headers: { location: { description: 'Where the answer will be', schema: { type: 'string' } } },
  };
}

function problem(description = 'What is wrong, and what to do'): object {
  const schema = { $ref: '#/components/schemas/Problem' };
  return { description, content: { 'application/problem+json': { schema } } };
}

function bodyProblems(): object {
  return { 400: problem(), 413: problem(), 415: problem() };
}

function refusals(responses: object): object {
  return {
    ...responses,
    401: problem('No token, or none that counts'),
    403: problem('The role is missing, or the request comes from another site'),
    503: problem('Storage or Entra does not answer; try again'),
  };
}

function path(name: string, description: string): object {
  return { name, in: 'path', required: true, description, schema: { type: 'string' } };
}

function query(name: string, description: string, schema: object = { type: 'string' }): object {
  return { name, in: 'query', description, schema };
}
