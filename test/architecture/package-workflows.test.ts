/**
 * Role: the workflows that deploy and that plan: what they run is pinned, nobody gets more rights than
 * needed, and no secret is stored anywhere.
 */
import { globSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { describeSettings } from '../../src/config/settings-table.ts';

interface Step {
  readonly name?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string>>;
}

interface Job {
  readonly if?: string;
  readonly needs?: string;
  readonly environment?: string;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly 'timeout-minutes'?: number;
  readonly steps: readonly Step[];
}

interface Workflow {
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, Job>>;
}

const paths = globSync('.github/workflows/*.{yml,yaml}').toSorted();
const texts = new Map(paths.map((path) => [basename(path, '.yml'), readFileSync(path, 'utf8')]));

function workflow(name: string): Workflow {
  return parse(texts.get(name) ?? '') as Workflow;
}

function stepsOf({ jobs }: Workflow): readonly Step[] {
  return Object.values(jobs).flatMap(({ steps }) => steps);
}

/** The lines that a job's steps run. */
function scriptOf(job: Job | undefined): string {
  return (job?.steps ?? []).map(({ run = '' }) => run).join('\n');
}

it('there are two workflows', () => {
  expect([...texts.keys()]).toEqual(['deploy', 'plan']);
});

describe.each(['deploy', 'plan'])('%s.yml', (name) => {
  const text = texts.get(name) ?? '';

  it('pins every action by its whole commit, and says which version that is', () => {
    const uses = stepsOf(workflow(name)).flatMap((step) => step.uses ?? []);
    expect(uses.length).toBeGreaterThan(4);
    expect(uses.filter((one) => !/^[\w-]+\/[\w-]+@[0-9a-f]{40}$/u.test(one))).toEqual([]);
    const lines = text.match(/uses: .*/gu) ?? [];
    expect(lines.filter((line) => !/ # v\d+\.\d+\.\d+$/u.test(line))).toEqual([]);
  });

  it('pins an action by one commit everywhere', () => {
    const all = [...texts.values()].join('\n').match(/uses: \S+/gu) ?? [];
    const actions = new Set(all.map((one) => one.split('@')[0]));
    expect(new Set(all).size).toBe(actions.size);
  });

  it('holds no secret, and runs nothing with the rights of another event', () => {
    expect(text).not.toMatch(/\bsecrets\./u);
    expect(text).not.toMatch(/secrets: inherit/u);
    expect(Object.keys(workflow(name).on)).not.toContain('pull_request_target');
    expect(Object.keys(workflow(name).on)).not.toContain('workflow_run');
  });

  it('leaves no token behind in a checkout', () => {
    const checkouts = stepsOf(workflow(name)).filter((one) =>
      one.uses?.startsWith('actions/checkout@'),
    );
    expect(checkouts.length).toBeGreaterThan(0);
    expect(checkouts.map((one) => one.with?.['persist-credentials'])).not.toContain(undefined);
    expect(checkouts.map((one) => one.with?.['persist-credentials'])).not.toContain(true);
  });

  it('puts nothing that others wrote into a script', () => {
    const scripts = stepsOf(workflow(name)).map(({ run = '' }) => run);
    expect(scripts.filter((script) => script.includes('${{'))).toEqual([]);
  });

  it('ends every job in time', () => {
    for (const [job, { 'timeout-minutes': minutes }] of Object.entries(workflow(name).jobs)) {
      expect(minutes, job).toBeGreaterThan(0);
    }
  });

  it('signs in with a federated identity whose names are variables', () => {
    const [login, ...more] = stepsOf(workflow(name)).filter((one) =>
      one.uses?.startsWith('Azure/login@'),
    );
    expect(more).toEqual([]);
    expect(login?.with).toEqual({
      'client-id': '${{ vars.AZURE_CLIENT_ID }}',
      'tenant-id': '${{ vars.AZURE_TENANT_ID }}',
      'subscription-id': '${{ vars.AZURE_SUBSCRIPTION_ID }}',
    });
  });
});

describe('deploy.yml', () => {
  const { jobs } = workflow('deploy');

  it('deploys the archive that it has made, described and attested', () => {
    const script = scriptOf(jobs['build']);
    const steps = ['npm run ok', 'npm sbom --sbom-format cyclonedx', 'npm run --silent package'];
    const places = steps.map((step) => script.indexOf(step));
    expect(places).not.toContain(-1);
    expect(places).toEqual(places.toSorted((one, other) => one - other));
    const attested = jobs['build']?.steps.find((one) => one.uses?.includes('attest'));
    expect(attested?.with?.['subject-path']).toBe('keeper.zip\nkeeper.cdx.json\n');
    const deploying = scriptOf(jobs['deploy']);
    expect(deploying.trimStart()).toMatch(/^gh attestation verify keeper\.zip /u);
    expect(deploying.match(/config-zip .*--src keeper\.zip/gu)).toHaveLength(2);
  });

  it('needs no program that makes archives', () => {
    expect(scriptOf(jobs['build'])).not.toMatch(/(?:^|[;&|(])\s*zip\s/mu);
  });
});

describe('plan.yml', () => {
  const { on, permissions, jobs } = workflow('plan');
  const { fork, plan, comment } = jobs;

  it('runs for pull requests on keeper.yaml', () => {
    expect(on).toEqual({ pull_request: { paths: ['keeper.yaml'] } });
  });

  it('gives no job more than it needs', () => {
    expect(permissions).toEqual({});
    const given = Object.entries(jobs).map(([name, job]) => [name, job.permissions ?? {}]);
    expect(Object.fromEntries(given)).toEqual({
      fork: {},
      plan: { contents: 'read', 'id-token': 'write' },
      comment: { 'pull-requests': 'write' },
    });
  });

  it('signs in only for branches of this repository, and tells a fork why there is no plan', () => {
    const [of, not] = [plan?.if ?? '', fork?.if ?? ''];
    expect(of).toBe('github.event.pull_request.head.repo.full_name == github.repository');
    expect(not).toBe(of.replace('==', '!='));
    expect(scriptOf(fork)).toContain('comes from a fork');
    expect(scriptOf(fork)).toContain('GITHUB_STEP_SUMMARY');
    expect(plan?.environment).toBe('plan');
    expect(comment?.needs).toBe('plan');
  });

  it('runs the code of the branch to be merged into, with the keeper.yaml of the pull request', () => {
    const checkouts = plan?.steps.filter((one) => one.uses?.startsWith('actions/checkout@')) ?? [];
    expect(checkouts.map((one) => one.with)).toMatchObject([
      { ref: '${{ github.event.pull_request.base.sha }}' },
      {
        ref: '${{ github.event.pull_request.head.sha }}',
        path: 'proposed',
        'sparse-checkout': 'keeper.yaml',
      },
    ]);
    expect(scriptOf(plan)).toContain('keeper -- plan --config proposed/keeper.yaml');
  });

  it('takes 0 and 2 for a plan, and everything else for an error', () => {
    const fails = plan?.steps.at(-1);
    expect(fails?.run).toBe('test "$CODE" = 0 || test "$CODE" = 2');
    expect(scriptOf(plan)).toMatch(/case "\$code" in\n\s+0 \| 2\) ;;/u);
  });

  it('says the plan in a job that runs nothing of the repository', () => {
    expect(comment?.if).toContain("needs.plan.outputs.code != ''");
    expect(comment?.steps.map(({ uses = 'run' }) => uses.split('@')[0])).toEqual([
      'actions/download-artifact',
      'run',
    ]);
    expect(scriptOf(comment)).not.toMatch(/\b(?:npm|node|npx)\b/u);
  });

  it('sets only settings that Keeper has', () => {
    const known = new Set(describeSettings().map(({ name }) => name));
    const set = (plan?.steps ?? []).flatMap(({ env = {} }) => Object.keys(env));
    const own = set.filter((name) => name.startsWith('KEEPER_'));
    expect(own.length).toBeGreaterThan(0);
    expect(own.filter((name) => !known.has(name))).toEqual([]);
  });
});
