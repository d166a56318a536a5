/** Whatever Entra answers to a trial of a secret: no exception, no second try, nothing quoted. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { entraTokens } from '../../../src/clients/entra.ts';
import { Secret } from '../../../src/core/secret.ts';
import {
  expectOnlyTo,
  expectPrecise,
  expectStatusKept,
  hostileReply,
} from '../../support/hostile-replies.ts';
import { cases, patience } from '../../support/hostile-runs.ts';
import { canary, expectSilent } from '../../unit/clients/canary.ts';
import { scripted } from '../../unit/clients/scripted.ts';

const authority = 'https://login.microsoftonline.com';

const refused = {
  error: 'invalid_client',
  error_description: canary,
  error_codes: [7_000_215],
  trace_id: 'b31c83fd-944c-4663-aa50-5d9ceb367e19',
  access_token: canary,
};

describe('tryCredential()', () => {
  it(
    'is precise for any reply, and sends once',
    async () => {
      await fc.assert(
        fc.asyncProperty(hostileReply(refused), async (reply) => {
          const { transport, requests } = scripted(reply);
          const tokens = entraTokens({ authority, tenant: 'tenant-1', transport });
          const trial = await tokens.tryCredential('app-1', new Secret(canary));
          expectPrecise(trial);
          expectStatusKept(reply, trial);
          expectSilent(trial);
          expectOnlyTo([authority], requests);
          expect(requests).toHaveLength(1);
        }),
        cases(150),
      );
    },
    patience(),
  );

  it(
    'takes nothing but a token with 200 for an acceptance, for any reply',
    async () => {
      await fc.assert(
        fc.asyncProperty(hostileReply(refused), async (reply) => {
          const { transport } = scripted(reply);
          const tokens = entraTokens({ authority, tenant: 'tenant-1', transport });
          const trial = await tokens.tryCredential('app-1', new Secret(canary));
          if (!trial.ok || trial.value.kind !== 'accepted') return;
          expect(reply).toMatchObject({
            status: 200,
            body: expect.stringMatching(/"access_token":"./),
          });
        }),
        cases(150),
      );
    },
    patience(),
  );

  it(
    'takes nothing but 400 or 401 with a number for a refusal, for any reply',
    async () => {
      await fc.assert(
        fc.asyncProperty(hostileReply(refused), async (reply) => {
          const { transport } = scripted(reply);
          const tokens = entraTokens({ authority, tenant: 'tenant-1', transport });
          const trial = await tokens.tryCredential('app-1', new Secret(canary));
          if (!trial.ok || trial.value.kind !== 'refused') return;
          expect([400, 401]).toContain('status' in reply ? reply.status : undefined);
          expect(Number.isSafeInteger(trial.value.code) && trial.value.code > 0).toBe(true);
        }),
        cases(150),
      );
    },
    patience(),
  );
});
