/** Role: the grant in Bicep and the grant as a script are the same grant, and the narrow one. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { memberOf, namesOf, textOf } from '../support/bicep.ts';
import { fileOf, made, readTemplate } from '../support/bicep-template.ts';

const template = readTemplate();
const bicep = fileOf(template, 'infra/graph.bicep');
const script = readFileSync('infra/graph.sh', 'utf8');
const adoption = readFileSync('infra/adopt.sh', 'utf8');

/** `applicationReadWriteOwnedBy` in the one is `application_read_write_owned_by` in the other. */
const variables: Readonly<Record<string, string>> = {
  graphAppId: 'graph_app_id',
  applicationReadWriteOwnedBy: 'application_read_write_owned_by',
  policyReadAll: 'policy_read_all',
  keeperRead: 'keeper_read',
  keeperOperate: 'keeper_operate',
  userImpersonation: 'user_impersonation',
};

function idInScript(name: string): string | undefined {
  return new RegExp(`^${name}=([0-9a-f-]{36})$`, 'mu').exec(script)?.[1];
}

/** Words that must be the same in both, without what surrounds them. */
function wordsIn(text: string): string[] {
  const words = text.match(
    /Keeper\.(?:Read|Operate)|Application\.\w+|AzureADMyOrg|web-identity|user_impersonation(?=['"])|enableIdTokenIssuance\W+true|enableAccessTokenIssuance\W+false|requestedAccessTokenVersion\W+2|appRoleAssignmentRequired\W+true|\.auth\/login\/aad\/callback|keeper-sign-in-/gu,
  );
  return [
    ...new Set((words ?? []).map((word) => word.replace(/\W+(?=true|false|2$)/u, ' '))),
  ].toSorted();
}

describe('the grant', () => {
  it('has the same ids in both halves', () => {
    const ids = Object.keys(variables).map((name) => textOf(bicep.variables[name]));
    expect(ids).toEqual(Object.values(variables).map(idInScript));
  });

  it('names no further id in either half', () => {
    const known = new Set(Object.keys(variables).map((name) => textOf(bicep.variables[name])));
    const guid = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/gu;
    const found = [bicep.text, script, adoption].flatMap((text) => text.match(guid) ?? []);
    expect(found.filter((id) => !known.has(id))).toEqual([]);
  });

  it('gives the worker ownership of what it makes, and no right over all applications', () => {
    expect(textOf(bicep.variables['applicationReadWriteOwnedBy'])).toBe(
      '18a4783c-866b-4cc7-a460-3d5e5662c884',
    );
    const all = '1bfefb4e-e0b5-418b-a88f-73c46d2cc8e9';
    expect(`${bicep.text}${script}${adoption}`).not.toContain(all);
  });

  it('assigns the same roles to the same identities in both halves', () => {
    const inBicep = made(template, 'Microsoft.Graph/appRoleAssignedTo').map(({ body }) =>
      [
        textOf(memberOf(body, 'principalId')),
        variables[textOf(memberOf(body, 'appRoleId'))],
        textOf(memberOf(body, 'resourceId')),
      ].join(' '),
    );
    const inScript = [
      ...script.matchAll(/assign(?:_all)? "\$\{?(\w+)(?::-)?\}?" "\$([a-z]\w+)" "\$([a-z]\w+)"/gu),
    ].map(([, who = '', role = '', resource = '']) =>
      [
        who === 'KEEPER_WORKER_PRINCIPAL_ID' ? 'workerPrincipalId' : 'trim(one)',
        role,
        resource === 'graph_principal' ? 'graph.id' : 'signInPrincipal.id',
      ].join(' '),
    );
    expect(inScript).toHaveLength(4);
    expect(inScript.toSorted()).toEqual(inBicep.toSorted());
  });

  it('reads policies only where that is asked for, in both halves', () => {
    expect(bicep.text).toContain('= if (readPolicies && ');
    expect(script).toMatch(
      /KEEPER_READ_POLICIES:-false\}" != true \] \|\|\n\s+assign .*policy_read_all/u,
    );
  });

  it('makes the same sign-in in both halves', () => {
    expect(wordsIn(script)).toEqual(wordsIn(bicep.text));
    expect(wordsIn(script)).toHaveLength(11);
  });

  it('lets the web identity stand in for a secret in each cloud, in both halves', () => {
    const { variables: tables } = fileOf(template, 'infra/clouds.bicep');
    const { loginUrls, tokenExchanges } = tables;
    const inBicep = namesOf(tokenExchanges).map((cloud) =>
      [cloud, textOf(memberOf(loginUrls, cloud)), textOf(memberOf(tokenExchanges, cloud))].join(
        ' ',
      ),
    );
    const inScript = [
      ...script.matchAll(/^ +(\*|Azure\w+)\) login=(https:\S+) token_exchange=(api:\S+) ;;$/gmu),
    ].map(([, cloud = '', login = '', exchange = '']) =>
      [cloud === '*' ? 'AzureCloud' : cloud, login, exchange].join(' '),
    );
    expect(inScript.toSorted()).toEqual(inBicep.toSorted());
    expect(script).toContain('"issuer": "$login/$tenant/v2.0"');
    const plans = readFileSync('infra/plan-identity.sh', 'utf8');
    const exchanges = namesOf(tokenExchanges).map((cloud) =>
      textOf(memberOf(tokenExchanges, cloud)),
    );
    expect(plans.match(/(?<=token_exchange=)api:\S+/gu)?.toSorted()).toEqual(exchanges.toSorted());
    expect(script).toContain('"audiences": ["$token_exchange"]');
  });
});
