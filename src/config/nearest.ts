/** Guesses what was meant by a misspelt word. */
import { permissionNames } from '../core/permissions.ts';

/**
 * The nearest of the words, letter case aside, if any is near enough to be what was meant: at most
 * one edit for every three characters, and two at least for words of four or more. An edit inserts,
 * drops or replaces a character, or swaps two neighbours. Of equally near words the first wins.
 */
export function nearest(word: string, words: readonly string[]): string | undefined {
  if (word.length > longestWord) return undefined;
  const wanted = word.toLowerCase();
  let best: string | undefined;
  let bestEdits = wanted.length < 4 ? 1 : Math.max(2, Math.floor(wanted.length / 3));
  for (const candidate of words) {
    const edits = editsBetween(wanted, candidate.toLowerCase());
    if (edits < bestEdits || (edits === bestEdits && best === undefined)) {
      best = candidate;
      bestEdits = edits;
    }
  }
  return best;
}

/** The permission that was meant, if one is near enough. */
export function nearestPermission(name: string): string | undefined {
  return nearest(name.replace(/^https:\/\/graph\.microsoft\.com\//i, ''), permissionNames);
}

// The work is quadratic in the length, and no word of the file's vocabulary is half as long.
const longestWord = 100;

/** Edits between two words (optimal string alignment), row by row. */
function editsBetween(a: string, b: string): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const same = a[row - 1] === b[column - 1];
      let edits = Math.min(
        last[column]! + 1,
        current[column - 1]! + 1,
        last[column - 1]! + (same ? 0 : 1),
      );
      const swapped = a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      if (row > 1 && column > 1 && swapped) edits = Math.min(edits, before[column - 2]! + 1);
      current.push(edits);
    }
    before = last;
    last = current;
  }
  return last[b.length]!;
}
