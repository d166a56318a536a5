/** Role: the person who operates the demonstration, and the tokens that the simulated Entra gives them. */
import type { Cloud } from './cloud.ts';

/** Client id of the sign-in registration of the demonstration. */
export const demoAudience = '6f3b8f0e-4d1c-4a55-9a0b-5c2f1f6d7e21';

/** Object id of the operator. */
export const operatorId = '0c5f7a1e-93d2-4b1f-8f5e-2b8a6f0d4c11';

/** The demonstration's clock jumps over months; a token for as long outlives them. */
const lifetimeMs = 30 * 365 * 86_400_000;

/** A token of somebody who may do everything. `loginUrl` is where the simulated Entra answers. */
export function operatorToken({ entra }: Pick<Cloud, 'entra'>, loginUrl: string): string {
  return entra.hand.operatorToken(loginUrl, {
    objectId: operatorId,
    roles: ['Keeper.Operate'],
    audience: demoAudience,
    lifetimeMs,
  });
}
