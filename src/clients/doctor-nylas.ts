/** What doctor asks Nylas: whose application a key opens, in either region. Reads only. */
import { z } from 'zod';
import { success } from '../core/fault.ts';
import type { NylasProbes } from '../doctor/ports.ts';
import { apiKeys } from './api-keys.ts';
import { foreignId as id } from './foreign-id.ts';
import type { NylasOptions } from './nylas.ts';
import { nylasSender } from './nylas-send.ts';
import { readBody } from './read-body.ts';

const application = z.object({
  data: z.object({
    application_id: id,
    region: z.string().max(100).nullish(),
    callback_uris: z
      .array(z.object({ url: z.string().max(4_096).nullish() }))
      .max(1_000)
      .nullish(),
  }),
});

/** The probes of both regions. */
export function nylasProbes(options: NylasOptions): NylasProbes {
  const sender = nylasSender(options, apiKeys(options));
  return {
    async readApplication(account) {
      const reply = await sender.read(account, '/applications');
      if (!reply.ok) return reply;
      const body = readBody('nylas', reply.value, application);
      if (!body.ok) return body;
      const { application_id: applicationId, region, callback_uris: uris } = body.value.data;
      return success({
        applicationId,
        region: region === 'us' || region === 'eu' ? region : 'unknown',
        callbackUris: (uris ?? []).flatMap((one) => one.url ?? []),
      });
    },
  };
}
