/**
 * A parser that takes only the markup that Keeper's pages are made of, and no repair: every element
 * closed in order, every attribute in double quotes, every ampersand an entity that is known here.
 * What it returns is what a page consists of besides its text.
 */

/** One element as it begins: its name and attributes. */
export interface Tag {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
}

export interface Parsed {
  readonly tags: readonly Tag[];
  /** All text between tags, decoded. */
  readonly text: string;
}

const voids: ReadonlySet<string> = new Set(['meta', 'input', 'br']);
const entities: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
  '&#96;': '`',
};
const token =
  /<!doctype html>|<style>[^<]*<\/style>|<\/([a-z][a-z0-9]*)\s*>|<([a-zA-Z][a-zA-Z0-9]*)((?:\s+[a-zA-Z][\w-]*(?:="[^"<>]*")?)*)\s*(\/?)>|([^<>]+)/gy;

/** Parses a page, or says where it is not as it must be. */
export function parseStrictly(markup: string): Parsed {
  const tags: Tag[] = [];
  const open: string[] = [];
  let text = '';
  let at = 0;
  token.lastIndex = 0;
  while (at < markup.length) {
    const match = token.exec(markup);
    if (!match) throw new Error(`no markup at ${at}: ${JSON.stringify(markup.slice(at, at + 80))}`);
    const [whole, closed, opened, attributes = '', selfClosed, between] = match;
    at = token.lastIndex;
    if (between !== undefined) text += decoded(between);
    else if (closed !== undefined) {
      const last = open.pop();
      if (last !== closed) throw new Error(`</${closed}> closes <${String(last)}> at ${at}`);
    } else if (opened !== undefined) {
      tags.push({ name: opened, attributes: attributesOf(attributes) });
      if (selfClosed === '' && !voids.has(opened)) open.push(opened);
    } else if (whole.startsWith('<style>')) tags.push({ name: 'style', attributes: new Map() });
  }
  if (open.length > 0) throw new Error(`never closed: ${open.join(', ')}`);
  return { tags, text };
}

function attributesOf(text: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const [, name = '', value = ''] of text.matchAll(/([a-zA-Z][\w-]*)(?:="([^"]*)")?/g)) {
    if (found.has(name)) throw new Error(`twice: ${name}`);
    found.set(name, decoded(value));
  }
  return found;
}

function decoded(text: string): string {
  return text.replaceAll(/&[^;]{0,8};?/g, (entity) => {
    const character = entities[entity];
    if (character === undefined) throw new Error(`no entity of ours: ${JSON.stringify(entity)}`);
    return character;
  });
}

/** Holds when a page is whole, has nothing that acts by itself, and leads nowhere but to Keeper. */
export function expectOwnMarkup(page: string): void {
  const { tags } = parseStrictly(page);
  const acting = tags.filter(
    ({ name, attributes }) =>
      ['script', 'img', 'iframe', 'object', 'base'].includes(name) ||
      [...attributes.keys()].some((attribute) => attribute.startsWith('on')),
  );
  if (acting.length > 0) throw new Error(`acts by itself: ${JSON.stringify(acting)}`);
  const places = tags.flatMap(({ attributes }) => [
    attributes.get('href') ?? '/',
    attributes.get('action') ?? '/',
  ]);
  const strange = places.filter((place) => !/^(?:\/(?!\/)|#)/.test(place));
  if (strange.length > 0) throw new Error(`leads elsewhere: ${JSON.stringify(strange)}`);
}
