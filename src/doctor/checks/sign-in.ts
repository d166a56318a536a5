/** People can sign in to Keeper, and only those who have a role. */
import { fine, notSeen, risky, wrong, type Check, type Outcome } from '../check.ts';

const roles = ['Keeper.Read', 'Keeper.Operate'];
const register = 'infra/graph.sh register    # makes it, or puts it right';

export const signIn: Check = {
  id: 'sign-in',
  group: 'keeper',
  title: 'People can sign in to Keeper, and only those who may',
  runbook: 'one-minute',
  look({ evidence, settings }): readonly Outcome[] {
    const { audience } = settings;
    const { signIn: seen } = evidence;
    if (audience === undefined || seen === undefined) {
      return [
        wrong('KEEPER_AUDIENCE is not set, so nobody is let in', [
          register,
          'azd env set KEEPER_AUDIENCE <the client id that it prints>; azd provision',
        ]),
      ];
    }
    if (seen.kind === 'unknown') {
      return [
        notSeen('Microsoft Graph', seen.fault, { needs: 'the Entra role Directory Readers' }),
      ];
    }
    if (seen.kind === 'absent') {
      return [
        wrong(`KEEPER_AUDIENCE ${audience} names no registration of this directory`, [register]),
      ];
    }
    const { isAssignmentRequired, assigned } = seen.value;
    const missing = roles.filter((one) => !seen.value.roles.includes(one));
    if (missing.length > 0) {
      return [wrong(`its registration offers no role ${missing.join(', ')}`, [register])];
    }
    const sp = `az ad sp update --id ${audience} --set`;
    if (isAssignmentRequired !== true) {
      return [
        risky('everybody in the directory can sign in to it, also without a role', [
          `${sp} appRoleAssignmentRequired=true`,
        ]),
      ];
    }
    if (assigned > 0) return [fine(`${assigned} hold a role`)];
    return [
      wrong('nobody holds a role, so nobody is let in', [
        'azd env set KEEPER_OPERATORS <object id of a person or group>; infra/graph.sh grant',
        'Portal: Enterprise applications, Keeper (ENV), Users and groups, Add.',
      ]),
    ];
  },
};
