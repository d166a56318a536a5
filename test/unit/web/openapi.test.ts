import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  auditAnswer,
  healthAnswer,
  orderAccepted,
  problemAnswer,
  resultAnswer,
  resyncAccepted,
  statusAnswer,
} from '../../../src/web/answers.ts';
import { openApi } from '../../../src/web/openapi.ts';
import { allRoutes, webParts, webServer } from './door-bench.ts';

const operation = z.object({
  responses: z.record(z.string(), z.object({ description: z.string() }).loose()),
  parameters: z.array(z.object({ name: z.string(), in: z.string() }).loose()).optional(),
  requestBody: z.object({}).loose().optional(),
  security: z.array(z.unknown()).optional(),
});
const document = z
  .object({
    openapi: z.literal('3.1.0'),
    paths: z.record(z.string(), z.record(z.string(), operation)),
  })
  .loose()
  .parse(JSON.parse(openApi('tests').body));
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, one]) => ({ path, method, ...one })),
);

describe('openApi()', () => {
  it('describes each route for programs, and nothing else', () => {
    const described = operations.map(({ path, method }) => `${method.toUpperCase()} ${path}`);
    const there = Object.values(allRoutes)
      .filter(({ path }) => path.startsWith('api/'))
      .map(({ method, path }) => `${method} /${path}`);
    expect(described.toSorted()).toEqual(there.toSorted());
  });

  it.each(operations.filter(({ path }) => path !== '/api/health'))(
    'tells of $method $path who is refused, and that there are bounds',
    ({ responses, security }) => {
      expect(Object.keys(responses)).toEqual(
        expect.arrayContaining(['401', '403', '405', '429', '431', '503']),
      );
      expect(responses['429']).toHaveProperty('headers.Retry-After');
      expect(security).toBeUndefined();
    },
  );

  it.each(operations.filter(({ path, method }) => method === 'get' && path !== '/api/health'))(
    'tells of $method $path that it may be asked for again',
    ({ responses, parameters }) => {
      expect(responses['200']).toHaveProperty('headers.ETag');
      expect(responses['304']).not.toHaveProperty('content');
      expect(parameters?.map(({ name }) => name)).toContain('If-None-Match');
    },
  );

  it.each(operations.filter(({ method }) => method === 'post'))(
    'tells of $method $path how it is sent twice and given once',
    ({ responses, parameters }) => {
      expect(parameters?.map(({ name }) => name)).toContain('Idempotency-Key');
      expect(responses).toHaveProperty('422');
    },
  );

  it.each(['/api/status', '/api/audit/{registration}'])('tells of %s how it is paged', (path) => {
    const one = document.paths[path]?.['get'];
    const names = one?.parameters?.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['limit', 'cursor']));
    expect(one?.responses['200']).toHaveProperty('headers.Link');
    expect(one?.responses).toHaveProperty('400');
  });

  it.each(operations.filter(({ path }) => path.includes('{')))(
    'names what stands in the address of $path',
    ({ path, parameters }) => {
      const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      const told = parameters?.filter((one) => one.in === 'path').map(({ name }) => name);
      expect(told).toEqual(named);
    },
  );
});

describe('what routes answer', () => {
  it('is what the schemas of the description say', async () => {
    const { api, parts } = webParts();
    const server = await webServer(parts);
    const headers = {
      authorization: `Bearer ${api.token()}`,
      'content-type': 'application/json',
    };
    const thaw = JSON.stringify({ registration: 'calendar', order: { kind: 'thaw' } });
    const answers: readonly (readonly [schema: z.ZodType, path: string, body?: string])[] = [
      [healthAnswer, '/api/health'],
      [statusAnswer, '/api/status?order=an-order'],
      [statusAnswer, '/api/status?registration=internal'],
      [statusAnswer, '/api/status?limit=1'],
      [auditAnswer, '/api/audit/calendar?limit=5'],
      [auditAnswer, '/api/audit/internal'],
      [resultAnswer, '/api/orders/an-order'],
      [orderAccepted, '/api/orders', thaw],
      [resyncAccepted, '/api/resync', '{"mode":"plan"}'],
      [problemAnswer, '/api/orders/none'],
      [problemAnswer, '/api/status?limit=0'],
      [problemAnswer, '/api/orders', '{}'],
    ];
    for (const [schema, path, body] of answers) {
      const asked = body === undefined ? { headers } : { headers, body, method: 'POST' };
      const told = await server.ask(path, asked);
      expect(schema.safeParse(JSON.parse(told.body)).error, path).toBeUndefined();
    }
    await server.stop();
  });
});
