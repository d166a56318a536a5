/** Looks for secrets in texts, also for halves of them and in the forms that encodings give them. */

/** Where a secret was found; never the secret itself, which a test report would show. */
export interface Leak {
  readonly where: string;
  readonly secret: number;
}

/** All places in which any of the secrets appears. */
export function leaksIn(
  texts: Iterable<readonly [where: string, text: string]>,
  secrets: Iterable<string>,
): readonly Leak[] {
  const needles = [...secrets].map(formsOf);
  const leaks: Leak[] = [];
  for (const [where, text] of texts) {
    for (const [secret, forms] of needles.entries()) {
      if (forms.some((form) => text.includes(form))) leaks.push({ where, secret });
    }
  }
  return leaks;
}

/** The halves of a text, plain, percent-encoded, and as Base64 at each of the three offsets. */
function formsOf(secret: string): readonly string[] {
  const middle = Math.ceil(secret.length / 2);
  const halves = [secret.slice(0, middle), secret.slice(middle)];
  const encoded = halves.flatMap((half) => [
    encodeURIComponent(half),
    new URLSearchParams({ x: half }).toString().slice(2),
  ]);
  const base64 = [0, 1, 2].flatMap((offset) => {
    const text = Buffer.from(`${'-'.repeat(offset)}${secret}`).toString('base64');
    // The edges depend on the neighbours.
    const inner = text.slice(offset === 0 ? 0 : 4).replace(/.{0,3}=*$/, '');
    return [inner, inner.replaceAll('+', '-').replaceAll('/', '_')];
  });
  return [...new Set([...halves, ...encoded, ...base64])];
}
