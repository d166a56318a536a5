/**
 * Role: the runbook has a section for each reason and for none that does not exist, leads to it from
 * its first table, and names no file, heading, alert, command or option that is not there.
 */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { CommandLine } from '../../src/cli/command-line.ts';
import { auditHelp, help } from '../../src/cli/help.ts';
import { runCommand } from '../../src/cli/main.ts';
import { exit } from '../../src/cli/terminal.ts';
import { reasons, type Reason, type State } from '../../src/core/reason.ts';

const labels = ['Means', 'Keeper', 'You', 'Over when'];
const mostLines = 520;

interface Section {
  readonly reason: string;
  readonly labels: readonly string[];
}

/** Sections whose heading is a reason, with the labels in them that something follows. */
function sectionsOf(text: string): Section[] {
  return text.split(/^(?=#{1,3} )/m).flatMap((part) => {
    const reason = /^### `(?<name>[^`]+)`\n/.exec(part)?.groups?.['name'];
    if (reason === undefined) return [];
    const found = [...part.matchAll(/\*\*(?<label>[A-Z][a-z ]+)\*\*:? \S/g)];
    return [{ reason, labels: found.map((match) => match.groups?.['label'] ?? '') }];
  });
}

/** Under which state the first table leads to which section. */
function ledTo(text: string): Map<string, string> {
  const rows = text.matchAll(/^\| (?<state>needs-person|waiting|healthy) \|.*$/gm);
  return new Map(
    [...rows].flatMap((row) =>
      [...row[0].matchAll(/\[`(?<name>[^`]+)`\]\(#\k<name>\)/g)].map((link): [string, string] => [
        link.groups?.['name'] ?? '',
        row.groups?.['state'] ?? '',
      ]),
    ),
  );
}

/** A heading's anchor, as the usual hosts make it. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');
}

function anchorsOf(text: string): Set<string> {
  return new Set([...text.matchAll(/^#{1,6} (.+)$/gm)].map((match) => anchorOf(match[1] ?? '')));
}

/** Links within the project that lead nowhere. `read` gives a page, as seen from docs. */
function deadLinks(text: string, read: (path: string) => string | undefined): string[] {
  const links = [...text.matchAll(/\]\((?!https?:)([^)\s]+)\)/g)].map((match) => match[1] ?? '');
  return links.filter((link) => {
    const [path = '', anchor] = link.split('#');
    const page = path === '' ? text : read(path);
    return page === undefined || (anchor !== undefined && !anchorsOf(page).has(anchor));
  });
}

/** Commands of `keeper` that begin a code span or a line of code, without their arguments. */
function commandsOf(text: string): string[] {
  const found = text.matchAll(/(?:^|[`;&|] ?)(keeper(?: [a-z][a-z-]*){1,2})(?=[ `]|$)/gm);
  return [...new Set([...found].map((match) => match[1] ?? ''))];
}

/** Commands of `keeper` with their arguments, where placeholders are given values. */
function linesOf(text: string): string[] {
  const found = text.matchAll(/(?:^|[`;&|] ?)(keeper [a-z][^`\n#&|;]*)/gm);
  const values: Readonly<Record<string, string>> = { day: '2026-11-25', today: '2026-11-25' };
  const lines = [...found].map((match) => match[1] ?? '');
  return [
    ...new Set(
      lines.map((line) =>
        line
          .trim()
          .replaceAll(
            /<([a-z ]+)>/g,
            (_, name: string) => values[name] ?? name.replaceAll(' ', '-'),
          ),
      ),
    ),
  ];
}

/** What every opener throws here: the arguments were understood. */
class Understood extends Error {}

async function understood(): Promise<never> {
  throw new Understood();
}

/** Why a command line is not understood; nothing where it is, with the tables of options that it has. */
async function complaintAbout(text: string): Promise<string | undefined> {
  let said = '';
  const line: CommandLine = {
    terminal: { out: () => undefined, err: (more) => void (said += more), hasColour: false },
    openers: { live: understood, local: understood },
    worlds: { live: understood, local: understood },
    visits: { live: understood, local: understood },
    build: async () => 'a build',
    now: () => 0,
    pause: understood,
  };
  try {
    const code = await runCommand(line, text.split(' ').slice(1));
    // Files that a page speaks of are not here.
    const isAboutFile = /: (?:there is no such folder|cannot be read)\.\n$/.test(said);
    return code === exit.usage && !isAboutFile ? `${text}: ${said.trim()}` : undefined;
  } catch (error) {
    if (error instanceof Understood) return undefined;
    throw error;
  }
}

function readFromDocs(path: string): string | undefined {
  const url = new URL(`../../docs/${path}`, import.meta.url);
  return existsSync(url) ? readFileSync(url, 'utf8') : undefined;
}

/** One page, for planted links. */
function readPlanted(path: string): string | undefined {
  return path === 'x.md' ? '## 1. Two' : undefined;
}

const runbook = readFromDocs('runbook.md') ?? '';
const sections = sectionsOf(runbook);

describe('docs/runbook.md', () => {
  it('has one section for each reason, and none for anything else', () => {
    expect(sections.map(({ reason }) => reason).toSorted()).toEqual(
      Object.keys(reasons).toSorted(),
    );
  });

  it('says in each what it means, what Keeper does, what you do and when it is over', () => {
    expect(sections.filter((one) => one.labels.join() !== labels.join())).toEqual([]);
  });

  it('leads to each reason from the table, under its state', () => {
    const states = Object.keys(reasons).map((name): [string, State] => [
      name,
      reasons[name as Reason].state,
    ]);
    expect(Object.fromEntries(ledTo(runbook))).toEqual(Object.fromEntries(states));
  });

  it('has no link to a file or heading that is not there', () => {
    expect(deadLinks(runbook, readFromDocs)).toEqual([]);
  });

  it('names only commands that the help knows', () => {
    const commands = commandsOf(runbook);
    expect(commands).toContain('keeper audit verify');
    expect(commands.filter((one) => !`${help}${auditHelp}`.includes(one))).toEqual([]);
  });

  it('gives each command arguments that it takes', async () => {
    const lines = linesOf(runbook);
    expect(lines).toContain('keeper audit verify --folder log --registration id');
    const complaints = await Promise.all(lines.map(complaintAbout));
    expect(complaints.filter((one) => one !== undefined)).toEqual([]);
  });

  it('tells of each alert', () => {
    const alerts = readFromDocs('../infra/watch/alerts.bicep') ?? '';
    const names = [...alerts.matchAll(/^ {4}name: '([a-z-]+)'$/gm)].map((match) => match[1] ?? '');
    expect(names).toContain('silence');
    expect(names.filter((name) => !runbook.includes(`| \`${name}\` |`))).toEqual([]);
  });

  it('can be read at night', () => {
    expect(runbook.split('\n').length).toBeLessThan(mostLines);
  });
});

describe('the checks of the runbook', () => {
  it('see a section that lacks a label, has an empty one, or one twice', () => {
    const planted =
      '### `working`\n- **Means**: a.\n- **Means**: b.\n- **You**:\n## End\n**Keeper** c.';
    expect(sectionsOf(planted)).toEqual([{ reason: 'working', labels: ['Means', 'Means'] }]);
  });

  it('see under which state a link stands', () => {
    const planted = '| waiting | x | [`a`](#a) [`b`](#c) |\n| other | x | [`d`](#d) |';
    expect([...ledTo(planted)]).toEqual([['a', 'waiting']]);
  });

  it('see links to missing files and headings', () => {
    const planted = '# A b\n[1](#a-b) [2](#c) [3](x.md) [4](y.md) [5](x.md#1-two) [6](x.md#no)';
    expect(deadLinks(planted, readPlanted)).toEqual(['#c', 'y.md', 'x.md#no']);
  });

  it('see arguments that a command does not take', async () => {
    const planted =
      '`keeper audit verify <id> --folder log`; `keeper audit show <id> --since <day>`, `keeper audit receipt`\nkeeper audit export --to x && keeper audit checkpoint # y';
    const lines = linesOf(planted);
    expect(lines).toEqual([
      'keeper audit verify id --folder log',
      'keeper audit show id --since 2026-11-25',
      'keeper audit receipt',
      'keeper audit export --to x',
      'keeper audit checkpoint',
    ]);
    const complaints = await Promise.all(lines.map(complaintAbout));
    expect(complaints.map((one) => one?.split(': keeper: ')[0])).toEqual([
      lines[0],
      undefined,
      lines[2],
      lines[3],
      undefined,
    ]);
  });

  it('see commands in prose and in blocks', () => {
    const planted =
      'a `keeper audit verify --x`, `keeper fly` and keeper of\nkeeper audit dig <id>';
    expect(commandsOf(planted)).toEqual(['keeper audit verify', 'keeper fly', 'keeper audit dig']);
  });
});
