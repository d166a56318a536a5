/**
 * Role: what the workflow for plans runs does what it says, with an `npm` and a `gh` that only write
 * down how they were called and answer what they are told to.
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { parse } from 'yaml';
import { outside } from '../support/package-bench.ts';

// Each test starts a shell: a busy machine takes its time.
vi.setConfig({ testTimeout: 30_000 });

interface Workflow {
  readonly jobs: Readonly<
    Record<string, { readonly steps: readonly { readonly name?: string; readonly run?: string }[] }>
  >;
}

const { jobs } = parse(readFileSync('.github/workflows/plan.yml', 'utf8')) as Workflow;

let place: ReturnType<typeof outside>;

beforeEach(() => {
  place = outside();
});

afterEach(() => place[Symbol.dispose]());

/** Puts a program there that writes down its arguments and then does this. */
function stub(name: string, body: string): void {
  const path = join(place.path, name);
  writeFileSync(path, `#!/bin/sh\necho "${name} $*" >> calls\n${body}\n`);
  chmodSync(path, 0o755);
}

/** Runs a step as GitHub does, in a folder of its own. */
function run(job: string, step: string, variables: Readonly<Record<string, string>> = {}) {
  const script = jobs[job]?.steps.find(({ name }) => name === step)?.run ?? 'exit 99';
  const { status, stdout, stderr } = spawnSync('bash', ['-e', '-c', script], {
    cwd: place.path,
    encoding: 'utf8',
    env: {
      PATH: `${place.path}:/usr/bin:/bin`,
      GITHUB_OUTPUT: join(place.path, 'output'),
      GITHUB_STEP_SUMMARY: join(place.path, 'summary'),
      ...variables,
    },
  });
  return { status, output: stdout + stderr };
}

function textOf(name: string): string {
  const path = join(place.path, name);
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}

describe('the step that plans', () => {
  it.each([0, 2])('takes exit code %d for a plan, and keeps its text', (code) => {
    stub('npm', `echo "looked at mail" >&2; echo "mail: 1 change"; exit ${code}`);
    const { status, output } = run('plan', 'Plan');
    expect(status, output).toBe(0);
    expect(textOf('calls')).toBe(
      'npm run -s keeper -- plan --config proposed/keeper.yaml --out plan.json\n',
    );
    expect(textOf('output')).toBe(`code=${code}\n`);
    expect(textOf('plan.txt')).toBe('mail: 1 change\n');
    expect(run('plan', 'Fail where there is no plan', { CODE: String(code) }).status).toBe(0);
  });

  it('tells what was wrong when there is no plan, and then fails', () => {
    stub('npm', 'echo "keeper: 3:1 no such member" >&2; exit 1');
    expect(run('plan', 'Plan').status).toBe(0);
    expect(textOf('output')).toBe('code=1\n');
    expect(textOf('plan.txt')).toBe('keeper: 3:1 no such member\n');
    expect(run('plan', 'Fail where there is no plan', { CODE: '1' }).status).not.toBe(0);
  });
});

describe('the step that comments', () => {
  const variables = { NUMBER: '7', COMMIT: 'abc', CODE: '2', GITHUB_REPOSITORY: 'o/r' };

  it('writes a first comment', () => {
    writeFileSync(join(place.path, 'plan.txt'), 'mail: 1 change\n');
    stub('gh', 'true');
    const { status, output } = run('comment', 'Say it on the pull request', variables);
    expect(status, output).toBe(0);
    expect(textOf('calls').split('\n')[1]).toBe(
      'gh api --silent repos/o/r/issues/7/comments --field body=@comment.md',
    );
    expect(textOf('comment.md')).toBe(
      [
        '<!-- keeper plan -->',
        '**Changes pending** by `keeper.yaml` of abc',
        '',
        '~~~~~~~~~~text',
        'mail: 1 change',
        '',
        '~~~~~~~~~~',
        '',
      ].join('\n'),
    );
  });

  it('brings its own comment up to date', () => {
    writeFileSync(join(place.path, 'plan.txt'), 'nothing\n');
    stub('gh', 'case "$*" in *--paginate*) echo 42; echo 43 ;; esac');
    const { status, output } = run('comment', 'Say it on the pull request', {
      ...variables,
      CODE: '0',
    });
    expect(status, output).toBe(0);
    expect(textOf('calls').split('\n')[1]).toBe(
      'gh api --silent --method PATCH repos/o/r/issues/comments/42 --field body=@comment.md',
    );
    expect(textOf('comment.md')).toContain('**Nothing to do**');
  });

  it('cuts a plan that is longer than a comment may be', () => {
    writeFileSync(join(place.path, 'plan.txt'), 'x'.repeat(100_000));
    stub('gh', 'true');
    expect(run('comment', 'Say it on the pull request', variables).status).toBe(0);
    expect(textOf('comment.md').length).toBeLessThan(65_536);
    expect(textOf('comment.md')).toMatch(/\n~{10}\n$/u);
  });

  it('says so when no plan could be made', () => {
    writeFileSync(join(place.path, 'plan.txt'), 'keeper: no\n');
    stub('gh', 'true');
    run('comment', 'Say it on the pull request', { ...variables, CODE: '1' });
    expect(textOf('comment.md')).toContain('**No plan could be made**');
  });
});

describe('the step for forks', () => {
  it('says that there is no plan, and does not fail', () => {
    const { status, output } = run('fork', 'Say that there is no plan');
    expect(status).toBe(0);
    expect(output).toMatch(/^::notice title=No plan::This pull request comes from a fork/u);
    expect(textOf('summary')).toContain('there is no plan');
  });
});
