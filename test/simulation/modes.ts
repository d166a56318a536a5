/** Role: names for the readings of Nylas, for the command line. */
import {
  allNylasModes,
  coveringNylasModes,
  type NylasMode,
} from '../../src/local/simulators/nylas-modes.ts';

/** For example `active-merge-follow-shown`. */
export function modeName(mode: NylasMode): string {
  const { updateReaches, settings, grantsFollow, clientIdReturned } = mode;
  return [
    updateReaches,
    settings,
    grantsFollow ? 'follow' : 'bound',
    clientIdReturned ? 'shown' : 'hidden',
  ].join('-');
}

/** The modes that a word names: `all`, `covering`, or names separated by commas. Undefined: unknown. */
export function modesNamed(word: string): readonly NylasMode[] | undefined {
  if (word === 'all') return allNylasModes();
  if (word === 'covering') return coveringNylasModes();
  const found = word
    .split(',')
    .map((name) => allNylasModes().find((one) => modeName(one) === name));
  return found.every((one) => one !== undefined) ? found : undefined;
}
