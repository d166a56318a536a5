/**
 * Role: the scripts of infra/ do what they say, with an `az` and an `azd` that only write down how
 * they were called and answer what they are told to.
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

// Many parses, or processes: a busy machine takes its time.
vi.setConfig({ testTimeout: 30_000 });

/** What `az` answers to a call that these words are in; the first that fits. */
type Answers = readonly (readonly [words: string, answer: string])[];

interface Ran {
  readonly status: number | null;
  readonly output: string;
  /** Calls of `az`, `azd` and `npm`, one a line. */
  readonly calls: readonly string[];
}

const node = dirname(process.execPath);
let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keeper-hooks-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** Runs a script with these variables and nothing else. */
function run(command: readonly string[], variables: Record<string, string>, answers: Answers): Ran {
  const log = join(folder, 'calls');
  writeFileSync(log, '');
  const cases = answers.map(
    ([words, answer]) => `*${words.replaceAll(/[^\w*/.-]/gu, '?')}*) printf '%s\\n' '${answer}' ;;`,
  );
  const stub = (name: string, body: string): void => {
    const path = join(folder, name);
    const words = '$(echo "$*" | tr "\\n" " ")';
    writeFileSync(path, `#!/bin/sh\necho "${name} ${words}" >> '${log}'\n${body}\n`);
    chmodSync(path, 0o755);
  };
  stub('az', `case "$*" in ${cases.join('\n')}\n*) ;; esac`);
  stub('azd', '');
  stub('npm', '');
  const [program = '', ...args] = command;
  const { status, stdout, stderr } = spawnSync(program, args, {
    encoding: 'utf8',
    env: { PATH: `${folder}:${node}:/usr/bin:/bin`, ...variables },
  });
  const lines = readFileSync(log, 'utf8').split('\n');
  const calls = lines.map((line) => line.trim()).filter(Boolean);
  return { status, output: stdout + stderr, calls };
}

const azd = {
  AZURE_ENV_NAME: 'test',
  AZURE_LOCATION: 'westeurope',
  AZURE_SUBSCRIPTION_ID: '11111111-1111-4111-8111-111111111111',
};
const outputs = {
  KEEPER_WORKER_PRINCIPAL_ID: 'worker-id',
  KEEPER_WEB_PRINCIPAL_ID: 'web-id',
  KEEPER_WEB_HOST: 'func-web.example',
  KEEPER_VAULT_NAME: 'contoso-kv',
  KEEPER_VAULT_GROUP: 'rg-keeper-test-kept',
};
const tenant = ['account show', 'tenant-id'] as const;
const publicCloud: Answers = [
  ['cloud show --query endpoints.microsoftGraphResourceId', 'https://graph.microsoft.com/'],
  ['cloud show --query name', 'AzureCloud'],
];
const china: Answers = [
  [
    'cloud show --query endpoints.microsoftGraphResourceId',
    'https://microsoftgraph.chinacloudapi.cn',
  ],
  ['cloud show --query name', 'AzureChinaCloud'],
];

describe('before-provision.sh', () => {
  it('deploys what stays, and hands its outputs on in upper case', () => {
    const { status, calls } = run(['./infra/hooks/before-provision.sh'], azd, [
      [
        'kept.bicep',
        '{"keepeR_VAULT_NAME":{"value":"kv-test"},"KEEPER_VAULT_GROUP":{"value":"g"}}',
      ],
      tenant,
      ['--query appId', 'client-id'],
    ]);
    expect(status).toBe(0);
    expect(calls[0]).toContain('--name keeper-kept-test ');
    expect(calls).toContain('azd env set KEEPER_VAULT_NAME kv-test');
    expect(calls).toContain('azd env set KEEPER_VAULT_GROUP g');
    expect(calls).toContain('azd env set KEEPER_AUDIENCE client-id');
  });

  it('sets the first day of the budget once', () => {
    const answers: Answers = [['kept.bicep', '{}'], tenant];
    const first = run(['./infra/hooks/before-provision.sh'], azd, answers);
    expect(
      first.calls.filter((call) => /KEEPER_BUDGET_START \d{4}-\d\d-01$/u.test(call)),
    ).toHaveLength(1);
    const set = { ...azd, KEEPER_BUDGET_START: '2026-11-01' };
    const again = run(['./infra/hooks/before-provision.sh'], set, answers);
    expect(again.calls.filter((call) => call.includes('KEEPER_BUDGET_START'))).toEqual([]);
  });

  it('stops when what stays cannot be deployed', () => {
    const { status, calls } = run(['./infra/hooks/before-provision.sh'], azd, [
      ['kept.bicep', 'no JSON'],
    ]);
    expect(calls.filter((call) => call.startsWith('azd'))).toEqual([]);
    expect(status).not.toBe(0);
  });

  it('leaves Microsoft Entra alone where a person does that', () => {
    const { output, calls } = run(
      ['./infra/hooks/before-provision.sh'],
      { ...azd, KEEPER_GRAPH: 'by-hand' },
      [['kept.bicep', '{}']],
    );
    expect(calls.filter((call) => call.startsWith('az rest'))).toEqual([]);
    expect(output).toContain('infra/graph.sh register');
  });
});

describe('after-provision.sh', () => {
  it('stops when the rights cannot be given', () => {
    const { status } = run(['./infra/hooks/after-provision.sh'], azd, []);
    expect(status).not.toBe(0);
  });
});

describe('graph.sh register', () => {
  it('upserts the sign-in and prints its client id and nothing else', () => {
    const { output, calls } = run(['./infra/graph.sh', 'register'], azd, [
      tenant,
      ['--query appId', 'client-id'],
    ]);
    expect(output).toBe('client-id\n');
    const [patch = ''] = calls.filter((call) => call.includes('--method patch'));
    expect(patch).toContain("applications(uniqueName='keeper-sign-in-test')");
    expect(patch).toContain('Prefer=create-if-missing');
    const body = JSON.parse(patch.slice(patch.indexOf('{'), patch.lastIndexOf('}') + 1)) as {
      appRoles: { value: string }[];
    };
    expect(body.appRoles.map(({ value }) => value)).toEqual(['Keeper.Read', 'Keeper.Operate']);
  });
});

describe('graph.sh grant', () => {
  const ids: Answers = [
    tenant,
    ...publicCloud,
    ["servicePrincipals(appId='00000003-0000-0000-c000-000000000000')", 'graph-principal'],
    ["servicePrincipals(appId='client-id')", 'sign-in-principal'],
    ['--query appId', 'client-id'],
    ['--query id', 'object-id'],
  ];
  const variables = { ...azd, ...outputs, KEEPER_OPERATORS: 'ann,bob' };

  it('gives each identity and person what it lacks', () => {
    const { status, calls } = run(['./infra/graph.sh', 'grant'], variables, [
      ['--query length(', '0'],
      ...ids,
    ]);
    expect(status).toBe(0);
    const posts = calls.filter((call) => call.includes('--method post'));
    const bodies = posts.map(
      (call) => JSON.parse(call.slice(call.indexOf('{'), call.lastIndexOf('}') + 1)) as object,
    );
    expect(bodies).toEqual([
      {
        name: 'web-identity',
        audiences: ['api://AzureADTokenExchange'],
        issuer: 'https://login.microsoftonline.com/tenant-id/v2.0',
        subject: 'web-id',
      },
      {
        principalId: 'worker-id',
        appRoleId: '18a4783c-866b-4cc7-a460-3d5e5662c884',
        resourceId: 'graph-principal',
      },
      ...['ann', 'bob'].map((principalId) => ({
        principalId,
        appRoleId: 'c2b7e9f4-1d38-4e65-a0b3-5f9a6d2c8e47',
        resourceId: 'sign-in-principal',
      })),
    ]);
  });

  it('takes addresses and the exchange of tokens from the cloud of the Azure CLI', () => {
    const { status, calls } = run(['./infra/graph.sh', 'grant'], variables, [
      ['--query length(', '0'],
      ...china,
      ...ids,
    ]);
    expect(status).toBe(0);
    const requests = calls.filter((call) => call.startsWith('az rest'));
    expect(
      requests.filter(
        (call) => !call.includes('--url https://microsoftgraph.chinacloudapi.cn/v1.0/'),
      ),
    ).toEqual([]);
    const [credential = ''] = requests.filter(
      (call) => call.includes('web-identity') && call.includes('post'),
    );
    expect(credential).toContain('"audiences": ["api://AzureADTokenExchangeChina"]');
    expect(credential).toContain(
      '"issuer": "https://login.partner.microsoftonline.cn/tenant-id/v2.0"',
    );
  });

  it('takes another Microsoft Graph where one is named', () => {
    const { calls } = run(
      ['./infra/graph.sh', 'register'],
      { ...azd, KEEPER_GRAPH_URL: 'https://dod-graph.microsoft.us/' },
      [tenant, ['--query appId', 'client-id']],
    );
    const requests = calls.filter((call) => call.startsWith('az rest'));
    expect(requests.length).toBeGreaterThan(2);
    expect(
      requests.filter((call) => !call.includes('--url https://dod-graph.microsoft.us/v1.0/')),
    ).toEqual([]);
  });

  it('sends people back to the app, and to its own domain where it has one', () => {
    const own = { ...variables, KEEPER_PUBLIC_URL: 'https://keeper.contoso.com' };
    const { calls } = run(['./infra/graph.sh', 'grant'], own, [['--query length(', '1'], ...ids]);
    const [patch = ''] = calls.filter((call) => call.includes('--method patch'));
    const body = JSON.parse(patch.slice(patch.indexOf('{'), patch.lastIndexOf('}') + 1)) as {
      web: { redirectUris: string[] };
    };
    expect(body.web.redirectUris).toEqual([
      'https://func-web.example/.auth/login/aad/callback',
      'https://keeper.contoso.com/.auth/login/aad/callback',
    ]);
  });

  it('repeats nothing that is there', () => {
    const { status, calls } = run(['./infra/graph.sh', 'grant'], variables, [
      ['--query length(', '1'],
      ...ids,
    ]);
    expect(status).toBe(0);
    expect(calls.filter((call) => call.includes('--method post'))).toEqual([]);
  });

  it('refuses to begin without the identities', () => {
    const { status, output } = run(['./infra/graph.sh', 'grant'], azd, [tenant]);
    expect(status).toBe(1);
    expect(output).toContain('KEEPER_WORKER_PRINCIPAL_ID is missing');
  });
});

describe('adopt.sh', () => {
  it('makes the worker an owner of the registration and of its service principal', () => {
    const { status, calls } = run(
      ['./infra/adopt.sh', 'client-a'],
      { KEEPER_WORKER_PRINCIPAL_ID: 'worker-id' },
      [...publicCloud, ['--query length(', '0'], ['--query id', 'object-id']],
    );
    expect(status).toBe(0);
    const posts = calls.filter((call) => call.includes('--method post'));
    expect(posts.map((call) => /v1\.0\/(\w+)\/object-id\/owners\/\$ref/u.exec(call)?.[1])).toEqual([
      'applications',
      'servicePrincipals',
    ]);
  });
});

describe('plan-identity.sh', () => {
  const variables = {
    ...azd,
    ...outputs,
    KEEPER_KEPT_GROUP: 'rg-keeper-test-kept',
    KEEPER_DATA_ACCOUNT: 'sttestdata',
    KEEPER_MORE_VAULTS: 'rg-other/other-kv',
  };
  const answers: Answers = [
    ...publicCloud,
    ['--query principalId', 'plan-principal'],
    ['--query clientId', 'plan-client'],
    ['storage account show', '/account'],
    ['keyvault show --name contoso-kv', '/contoso-kv'],
    ['keyvault show --name other-kv', '/other-kv'],
  ];
  const make = ['./infra/plan-identity.sh', 'make', 'contoso/keeper', 'plan'];

  it('trusts one environment of one repository', () => {
    const { status, calls, output } = run(make, variables, answers);
    expect(status).toBe(0);
    const [trust = '', ...more] = calls.filter((call) => call.includes('federated-credential'));
    expect(trust).toContain('--subject repo:contoso/keeper:environment:plan ');
    expect(trust).toContain('--audiences api://AzureADTokenExchange ');
    expect(more).toEqual([]);
    expect(output).toContain('AZURE_CLIENT_ID=plan-client\n');
  });

  it('gives rights to read, and no other', () => {
    const { calls } = run(make, variables, answers);
    const given = calls
      .filter((call) => call.startsWith('az role assignment create'))
      .map((call) => /--role (.+) --scope (\S+)/u.exec(call)?.slice(1).join(' | '));
    const reads = 'Storage Blob Data Reader | /account/blobServices/default/containers/';
    expect(given).toEqual([
      ...['audit', 'state', 'orders', 'switches'].map((container) => reads + container),
      'Key Vault Secrets User | /contoso-kv',
      'Key Vault Secrets User | /other-kv',
    ]);
  });

  it('asks Microsoft Graph for the right to read registrations, once', () => {
    const grant = ['./infra/plan-identity.sh', 'grant', 'plan-principal'];
    const rest: Answers = [...publicCloud, ['--query id', 'graph-principal']];
    const first = run(grant, azd, [['--query length(', '0'], ...rest]);
    const posts = first.calls.filter((call) => call.includes('--method post'));
    expect(posts).toHaveLength(1);
    expect(posts[0]).toContain(
      '{"principalId":"plan-principal","appRoleId":"9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30","resourceId":"graph-principal"}',
    );
    const again = run(grant, azd, [['--query length(', '1'], ...rest]);
    expect(again.calls.filter((call) => call.includes('--method post'))).toEqual([]);
  });

  it('takes no repository without an environment, which could be anybody’s branch', () => {
    const { status, calls } = run(make.slice(0, 3), variables, answers);
    expect(status).toBe(1);
    expect(calls).toEqual([]);
  });
});

describe('after-deploy.sh', () => {
  const variables = {
    ...azd,
    ...outputs,
    KEEPER_ACTION_GROUP_ID: 'group-id',
    KEEPER_URL: 'https://func-web.example',
  };

  it('makes a topic for a vault that has none, and uses the one that is there', () => {
    const { status, calls } = run(
      ['./infra/hooks/after-deploy.sh'],
      { ...variables, KEEPER_MORE_VAULTS: 'rg-other/other-kv' },
      [
        ['keyvault show --subscription * --name other-kv', 'other-id'],
        ['keyvault show', 'vault-id'],
        ["[?source=='other-id'", 'rg-topics/their-topic'],
      ],
    );
    expect(status).toBe(0);
    expect(calls.at(-1)).toContain(
      'vaults=rg-keeper-test-kept/contoso-kv,rg-other/other-kv/rg-topics/their-topic --parameters actionGroupId=group-id',
    );
  });

  it('tells of a vault in keeper.yaml that no event comes from', () => {
    const { status, output } = run(
      ['./infra/hooks/after-deploy.sh'],
      { ...variables, KEEPER_VAULT_NAME: 'another-kv' },
      [['keyvault show', 'vault-id']],
    );
    expect(status).toBe(0);
    expect(output).toContain('names the vault contoso-kv, which no event comes from');
  });
});

describe('package.sh', () => {
  it('has the package made and checked, in the folder that azd deploys', () => {
    const { status, calls } = run(['./infra/hooks/package.sh'], {}, []);
    expect(status).toBe(0);
    expect(calls).toEqual(['npm run --silent package -- --folder .cache/package']);
    expect(readFileSync('azure.yaml', 'utf8').match(/dist: .*/gu)).toEqual([
      'dist: .cache/package',
      'dist: .cache/package',
    ]);
  });
});
