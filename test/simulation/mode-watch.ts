/**
 * Role: hears what a mode of Nylas is asked in a run, and so tells for which other modes the run
 * stands: all that would have answered the same. Nothing that was not asked can have mattered.
 */
import { says, type ModeQuestion, type NylasMode } from '../../src/local/simulators/nylas-modes.ts';

/** A question, and what was answered. */
export type Heard = readonly [question: ModeQuestion, answer: boolean];

export interface ModeWatch {
  /** To be given to the simulators. Can be asked, and nothing else: it throws when it is read. */
  readonly mode: NylasMode;
  /** What was asked so far. */
  readonly heard: () => readonly Heard[];
  /** Would the run have been the same in this mode? */
  readonly standsFor: (other: NylasMode) => boolean;
}

/** Watches one mode. Modes with a field beyond the 24 combinations are not meant. */
export function modeWatch(mode: NylasMode): ModeWatch {
  const heard = new Map<ModeQuestion, boolean>();
  return {
    mode: {
      get clientIdReturned() {
        return unreadable('clientIdReturned');
      },
      get settings() {
        return unreadable('settings');
      },
      get grantsFollow() {
        return unreadable('grantsFollow');
      },
      get updateReaches() {
        return unreadable('updateReaches');
      },
      answer(question) {
        const answer = says(mode, question);
        heard.set(question, answer);
        return answer;
      },
    },
    heard: () => [...heard],
    standsFor: (other) =>
      [...heard].every(([question, answer]) => says(other, question) === answer),
  };
}

function unreadable(name: string): never {
  throw new Error(`A simulator reads ${name} of a mode, where it has to ask by says()`);
}
