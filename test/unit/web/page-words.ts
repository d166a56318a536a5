/** What a reader gets of a page: its words, without markup. */

const entities: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
  '&#96;': '`',
};

/** All words of the body, one blank between. Elements that stand side by side stay apart. */
export function wordsOf(page: string): string {
  const body = page.slice(page.indexOf('<body>'));
  return body
    .replaceAll(/<\/?(?:bdi|time|span|code|strong|b|a)\b[^>]*>/g, '')
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/&[^;]+;/g, (entity) => entities[entity] ?? entity)
    .replaceAll(/\s+/g, ' ')
    .trim();
}

/** The text of the one first heading. */
export function headingOf(page: string): string {
  const headings = [...page.matchAll(/<h1>(.*?)<\/h1>/gs)].map(([, text]) => text ?? '');
  if (headings.length !== 1) throw new Error(`${headings.length} first headings`);
  return wordsOf(`<body>${headings[0]}`);
}
