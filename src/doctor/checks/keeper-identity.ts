/** Keeper's identity: the settings name it, and the directory has it. */
import { fine, notChecked, notSeen, wrong, type Check } from '../check.ts';
import { workerApp } from '../names.ts';

export const keeperIdentity: Check = {
  id: 'keeper-identity',
  group: 'entra',
  title: "Keeper's identity is in the directory",
  runbook: 'graph-denied',
  look(examination) {
    const { identity } = examination.evidence;
    const { clientId } = examination.settings;
    if (clientId === undefined) {
      const why = 'KEEPER_CLIENT_ID names no identity, so nobody can tell which rights Keeper has';
      const find = `az functionapp identity show ${workerApp(examination)} --query "userAssignedIdentities.*.clientId"`;
      return [notChecked(why, [find, 'Set KEEPER_CLIENT_ID to what it prints.'])];
    }
    switch (identity.kind) {
      case 'known':
        return [fine(`${identity.value.displayName}, object id ${identity.value.objectId}`)];
      case 'absent':
        return [
          wrong(`no service principal of this directory has the client id ${clientId}`, [
            `az identity list --query "[?clientId=='${clientId}']"`,
            'Correct KEEPER_CLIENT_ID of the worker, or deploy infra/kept.bicep again.',
          ]),
        ];
      case 'unknown':
        return [
          notSeen('Microsoft Graph', identity.fault, { needs: 'the Entra role Directory Readers' }),
        ];
    }
  },
};
