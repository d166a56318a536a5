/** Role: the probes of Nylas find out in which mode the simulator is, and say nothing that is not so. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  allNylasModes,
  coveringNylasModes,
  type NylasMode,
} from '../../src/local/simulators/nylas-modes.ts';
import {
  startContractCloud,
  type ContractCloud,
  type DecideFate,
} from '../support/contract-cloud.ts';
import { ensureConnector } from '../support/contract-nylas.ts';
import { contractHookMs, contractPrefix } from '../support/contract-run.ts';
import { simulatedApplication, tenantIn } from '../support/contract-simulated.ts';
import { answerTable, modesOf, type Answer, type Question } from './probes/answer.ts';
import { asker, askingOrder, describeNylasProbes } from './probes/nylas-probes.ts';

let cloud: ContractCloud;

beforeAll(async () => {
  cloud = await startContractCloud();
}, contractHookMs);

afterAll(() => cloud.stop());
afterEach(() => cloud.decide());

const covering = coveringNylasModes().map((mode) => JSON.stringify(mode));
const [anyMode] = allNylasModes();
if (anyMode === undefined) throw new Error('no mode');
const plain = anyMode;

/** An application whose connector got a secret of the probes', under which a test user signed in. */
function signedIn(mode: NylasMode, near: ContractCloud = cloud) {
  const made = simulatedApplication(near, mode);
  const { applicationId } = made.connector;
  const { hand } = cloud.nylas;

  /** What a person does before a run. */
  function signIn(): { id: string; keyId: string } {
    const displayName = `${contractPrefix}by-hand`;
    const { keyId, text } = cloud.directory.addPasswordByHand(made.appId, { displayName });
    hand.connectorByHand(applicationId, {
      settings: { clientId: made.appId, clientSecret: text, tenant: made.good.tenant },
    });
    return { ...hand.addGrant(applicationId, 'test@example.com'), keyId };
  }

  const ready = () => ({ ...made, grant: { ...signIn(), tenant: tenantIn(near) } });
  const passwords = () =>
    cloud.directory.application(made.appId)?.passwords.map((one) => one.displayName);
  return { made, ready, passwords };
}

async function askAll(
  surroundings: Parameters<typeof asker>[0],
  asked: readonly Question[] = askingOrder,
): Promise<Answer[]> {
  const { ask } = asker(surroundings);
  const answers: Answer[] = [];
  for (const question of asked) answers.push(await ask(question));
  return answers;
}

function readingOf(answers: readonly Answer[], question: Question): string | undefined {
  return answers.find((one) => one.question === question)?.reading;
}

describe.each(allNylasModes().map((mode, index) => [index, mode] as const))(
  'the probes before mode %i',
  (_, mode) => {
    const answers: Answer[] = [];
    const prefixes: string[] = [];
    let application: ReturnType<typeof signedIn>;

    async function run(asked: readonly Question[]): Promise<void> {
      const surroundings = application.ready();
      prefixes.push(surroundings.run.prefix);
      answers.push(...(await askAll(surroundings, asked)));
      await ensureConnector(surroundings);
      await surroundings.run.cleanUp();
    }

    beforeAll(async () => {
      // Over HTTPS in the modes that cover every pair of choices; in the others without sockets.
      const isCovering = covering.includes(JSON.stringify(mode));
      const near = isCovering ? cloud : { ...cloud, transport: cloud.inProcess };
      application = signedIn(mode, near);
      await run(askingOrder);
      // As the runbook says: the user signs in again, and question 7 is asked alone.
      if (readingOf(answers, 7) === 'not answered') await run([7]);
    }, contractHookMs);

    it('find that mode, and no other', () => {
      expect(modesOf(answers)).toEqual([mode]);
    });

    it('leave one question open at the most, where grants stay behind', () => {
      const open = answers.filter((one) => one.reading === 'not answered');
      expect(open.map(({ question }) => question)).toEqual(mode.grantsFollow ? [] : [7]);
    });

    it('leave the good pair in the connector, and none of their secrets or records', () => {
      const { made, passwords } = application;
      const { connector } = cloud.nylas.hand.application(made.connector.applicationId);
      const active = cloud.nylas.hand.activeRecord(made.connector.applicationId);
      expect(active?.data.clientSecret).toBe(made.good.secret.reveal());
      expect(passwords()).toEqual([`${contractPrefix}good`]);
      const names = [...(connector?.records.values() ?? [])].map(({ name }) => name);
      const own = names.filter((name) => prefixes.some((prefix) => name.startsWith(prefix)));
      expect(own).toEqual([]);
    });
  },
);

/** Answers some requests in place of the simulator, by what their body holds. */
function replying(
  [method, path, holds]: readonly [string, RegExp, string],
  reply: () => Response,
): DecideFate {
  return async (request) => {
    const isIt = request.method === method && path.test(new URL(request.url).pathname);
    return isIt && (await request.text()).includes(holds) ? reply() : undefined;
  };
}

const connectorPath = /^\/v3\/connectors\/microsoft$/;
const done = () => Response.json({ data: {} });
const refused = () => Response.json({ error: { type: 'invalid_request_error' } }, { status: 400 });
const failed = () => Response.json({}, { status: 503 });
const masked = () => Response.json({ data: { settings: { client_secret: '***' } } });
const timeless = () => Response.json({ data: [{ id: 'x', updated_at: 1, created_at: 1 }] });
const tenantAlone = '{"settings":{"tenant":"common"}}';

describe('the probes before a Nylas that is like no mode', () => {
  it.each<[string, Question, DecideFate]>([
    ['secret-shown', 1, replying(['GET', connectorPath, ''], masked)],
    ['refused', 2, replying(['PATCH', connectorPath, tenantAlone], refused)],
    ['accepted', 3, replying(['POST', /^\/v3\/connectors$/, ''], done)],
    ['no-trace', 4, replying(['GET', /\/creds$/, ''], timeless)],
    ['refused', 6, replying(['PATCH', connectorPath, 'keeper-contract-wrong'], refused)],
    ['accepted', 8, replying(['PUT', connectorPath, ''], done)],
  ])('say %s to question %i, and that no mode agrees', async (reading, question, decide) => {
    const { made } = signedIn(plain);
    await ensureConnector(made);
    cloud.decide(decide);
    const answers = await askAll(made, [question]);
    expect(readingOf(answers, question)).toBe(reading);
    expect(modesOf(answers)).toEqual([]);
    expect(answerTable(answers)).toContain('Nylas does what no mode does');
  });

  it('do not answer question 2 where nothing tells a wrong secret from a good one', async () => {
    const hidden = allNylasModes().find((mode) => !mode.clientIdReturned) ?? plain;
    const { made } = signedIn(hidden);
    cloud.decide(replying(['POST', /^\/v3\/connect\/custom$/, ''], refused));
    expect(readingOf(await askAll(made, [2]), 2)).toBe('not answered');
  });

  it.each<[Question, DecideFate]>([
    [3, replying(['POST', /^\/v3\/connectors$/, ''], failed)],
    [6, replying(['PATCH', connectorPath, 'keeper-contract-wrong'], failed)],
    [8, replying(['PUT', connectorPath, ''], failed)],
  ])('do not take a failure for an answer to question %i', async (question, decide) => {
    const { made } = signedIn(plain);
    await ensureConnector(made);
    cloud.decide(decide);
    expect(readingOf(await askAll(made, [question]), question)).toBe('not answered');
  });
});

describe('the probes that need a grant', () => {
  it('say so where none is given', async () => {
    const { made } = signedIn(plain);
    const answers = await askAll(made, [5, 7]);
    expect(answers.map(({ reading }) => reading)).toEqual(['not answered', 'not answered']);
  });

  it('remove no secret that is not named as theirs', async () => {
    const { ready, made } = signedIn(plain);
    const { keyId } = cloud.directory.addPasswordByHand(made.appId, { displayName: 'a person' });
    const surroundings = ready();
    const asked = askAll({ ...surroundings, grant: { ...surroundings.grant, keyId } }, [5]);
    await expect(asked).rejects.toThrow(`begins with ${contractPrefix}`);
    await surroundings.run.cleanUp();
    const left = cloud.directory.application(made.appId)?.passwords.map((one) => one.keyId);
    expect(left).toContain(keyId);
  });

  it('do not answer when the record was written after the user signed in', async () => {
    const { ready } = signedIn(plain);
    const surroundings = ready();
    cloud.clock.advance(5_000);
    await ensureConnector(surroundings);
    const [found] = await askAll(surroundings, [5]);
    expect(found).toMatchObject({
      reading: 'not answered',
      because: expect.stringContaining('signed in'),
    });
  });

  it('do not answer when the user signed in while they waited', async () => {
    const { ready, made } = signedIn(plain);
    const surroundings = ready();
    const { applicationId } = made.connector;
    let calls = 0;
    cloud.decide((request) => {
      if (!request.url.includes('/calendars')) return undefined;
      calls += 1;
      if (calls === 2) cloud.nylas.hand.reauthenticate(applicationId, surroundings.grant.id);
      return undefined;
    });
    const [found] = await askAll(surroundings, [5]);
    expect(found).toMatchObject({
      reading: 'not answered',
      because: expect.stringContaining('meanwhile'),
    });
  });
});

describe('a run of the probes', () => {
  const tables: string[] = [];
  describeNylasProbes(() => run, {
    asked: [5, 1, 3],
    hasGrant: true,
    print: (table) => void tables.push(table),
  });

  let run: ReturnType<ReturnType<typeof signedIn>['ready']>;
  beforeAll(() => {
    run = signedIn(plain).ready();
  });

  it('has printed one table, with the questions that were asked', () => {
    expect(tables).toHaveLength(1);
    expect(tables[0]?.match(/^\d/gm)).toEqual(['1', '3', '5']);
  });
});

describe('the table of answers', () => {
  it('lists questions in their order, with what was seen and the modes that agree', async () => {
    const { made } = signedIn(plain);
    const lines = answerTable(await askAll(made, [8, 1])).split('\n');
    expect(lines[0]).toMatch(/^1\. Does GET of a connector show the client id\? +shown +200; /);
    expect(lines[1]).toMatch(/^8\. Is PUT of a connector taken\? +refused +405/);
    expect(lines.at(-1)).toBe('Modes of the simulator that agree: 12 of 24');
  });

  it('names the mode when all answers leave one, and holds no secret', async () => {
    const { made, ready } = signedIn(plain);
    const table = answerTable(await askAll(ready()));
    expect(table).toContain(`Modes of the simulator that agree: ${JSON.stringify(plain)}`);
    const texts = cloud.directory.application(made.appId)?.passwords.map(({ text }) => text) ?? [];
    expect(texts.length).toBeGreaterThan(1);
    for (const text of texts) expect(table).not.toContain(text);
  });
});
