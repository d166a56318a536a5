/** Role: asks Nylas the eight questions one after the other, and leaves the connector with the good pair. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { NylasSurroundings } from '../../support/contract-nylas.ts';
import { ensureConnector } from '../../support/contract-nylas.ts';
import { contractHookMs, valueOf } from '../../support/contract-run.ts';
import { answer, answerTable, questions, type Answer, type Question } from './answer.ts';
import { probeGrantAndRecord, probeGrantAndSettings, type GrantState } from './grant-probes.ts';
import {
  probeClientId,
  probeMerge,
  probePut,
  probeReach,
  probeSecondConnector,
  probeWrongSecret,
} from './settings-probes.ts';

/** The order of asking: grants first, for the others write to the record that a grant lives on. */
export const askingOrder: readonly Question[] = [5, 7, 1, 6, 2, 3, 4, 8];

const settingsProbes = {
  1: probeClientId,
  2: probeMerge,
  3: probeSecondConnector,
  4: probeReach,
  6: probeWrongSecret,
  8: probePut,
} as const;

/** Asks one question after the other; what one leaves behind the next one may need. */
export interface Asker {
  readonly ask: (question: Question) => Promise<Answer>;
}

/** An asker before one application. */
export function asker(surroundings: NylasSurroundings): Asker {
  const { grant } = surroundings;
  const state: GrantState = { keyId: grant?.keyId ?? '' };
  let isGood = false;

  async function ask(question: Question): Promise<Answer> {
    if (question === 5 || question === 7) {
      if (grant === undefined) return answer(question, 'not answered', 'no grant was given');
      isGood = false;
      await openApplication(surroundings);
      const probe = question === 5 ? probeGrantAndSettings : probeGrantAndRecord;
      return probe({ ...surroundings, grant }, state);
    }
    if (!isGood) await ensureConnector(surroundings);
    try {
      return await settingsProbes[question](surroundings);
    } finally {
      await ensureConnector(surroundings);
      isGood = true;
    }
  }

  return { ask };
}

/** Nothing is written with a key that has not opened the application. */
async function openApplication({ connectors, connector }: NylasSurroundings): Promise<void> {
  valueOf(await connectors.readApplication(connector));
}

/** Which questions a run asks, and where its table goes. */
export interface ProbeRun {
  readonly asked: readonly number[];
  /** Questions 5 and 7 are not asked without one. */
  readonly hasGrant: boolean;
  readonly print: (table: string) => void;
}

/** A question about a grant waits two hours, and as long as Entra may take with a secret. */
const questionMs = 4 * 3_600_000;

/** One test a question. A question that stays open fails, and tells why. */
export function describeNylasProbes(
  surroundings: () => NylasSurroundings,
  { asked, hasGrant, print }: ProbeRun,
): void {
  describe('the questions about Nylas', () => {
    const answers: Answer[] = [];
    let nylas: Asker;

    beforeAll(() => {
      nylas = asker(surroundings());
    });

    afterAll(async () => {
      print(answerTable(answers));
      await ensureConnector(surroundings());
      await surroundings().run.cleanUp();
    }, contractHookMs);

    for (const question of askingOrder.filter((one) => asked.includes(one))) {
      const isOff = !hasGrant && (question === 5 || question === 7);
      const why = isOff ? ' (KEEPER_CONTRACT_NYLAS_GRANT_ID is not set)' : '';
      it.skipIf(isOff)(
        `${question}. ${questions[question]}${why}`,
        async () => {
          const found = await nylas.ask(question);
          answers.push(found);
          expect(found.reading, found.because).not.toBe('not answered');
        },
        questionMs,
      );
    }
  });
}
