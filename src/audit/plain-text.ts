/** Foreign text made fit to be shown. */

/**
 * Whoever wrote into a log must not move a terminal's cursor, hide lines, break them or reverse their
 * order: what does that is shown by its number.
 */
export function harmless(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cs}\u2028\u2029]/gu, (one) => {
    const code = one.codePointAt(0) ?? 0;
    return `\\u{${code.toString(16)}}`;
  });
}
