/**
 * Markup that can hold foreign text. Every interpolation is escaped unless it is markup made here,
 * so forgetting to escape is not possible; templates quote their attributes. What cannot be seen,
 * or would turn the order of what can be seen, is written out: `[U+202E]`.
 */

import assert from 'node:assert/strict';

/** A piece of markup that is safe as it is. Only `html` makes one. */
export class Markup {
  readonly #text: string;

  private constructor(text: string) {
    this.#text = text;
  }

  /** For `html` alone: the strings of a template are ours, its values are not. */
  static of(strings: TemplateStringsArray, values: readonly Content[]): Markup {
    const ours = unindented(strings);
    let text = ours[0] ?? '';
    for (const [index, value] of values.entries()) {
      text += written(value) + (ours[index + 1] ?? '');
    }
    return new Markup(text);
  }

  /** A style of ours as an element. Its text is hashed, so nothing in it may be escaped. */
  static style(text: string): Markup {
    assert(!text.includes('<'), 'a style holds no markup');
    return new Markup(`<style>${text}</style>`);
  }

  toString(): string {
    return this.#text;
  }
}

/** What may stand in a template. `null`, `undefined` and `false` are nothing. */
export type Content =
  | Markup
  | string
  | number
  | null
  | undefined
  | false
  | readonly (Markup | string)[];

/** Markup with its values escaped: for the text of elements and for quoted attributes. */
export function html(strings: TemplateStringsArray, ...values: readonly Content[]): Markup {
  return Markup.of(strings, values);
}

/** Foreign text on its own: cut to a bound, and without a say in the direction of its surroundings. */
export function foreign(text: string, limit = 120): Markup {
  return html`<bdi>${cut(text, limit)}</bdi>`;
}

/** At most `limit` units of text; an ellipsis tells that there was more. No character is halved. */
export function cut(text: string, limit: number): string {
  if (text.length <= limit) return text;
  return `${text.slice(0, limit - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}

const unindentedStrings = new WeakMap<TemplateStringsArray, readonly string[]>();

/** The strings of a template without their indentation, which no browser shows. */
function unindented(strings: TemplateStringsArray): readonly string[] {
  const known = unindentedStrings.get(strings);
  if (known) return known;
  const short = strings.map((text) => text.replaceAll(/\s*\n\s*/g, '\n'));
  unindentedStrings.set(strings, short);
  return short;
}

function written(value: Content): string {
  if (value === null || value === undefined || value === false) return '';
  if (value instanceof Markup) return value.toString();
  if (typeof value === 'object') return value.map(written).join('');
  return escaped(String(value));
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
};

function escaped(text: string): string {
  return text
    .replaceAll(/[&<>"'`]/g, (character) => entities[character] ?? '')
    .replaceAll(unseen, (character) => {
      const code = character.codePointAt(0) ?? 0;
      return `[U+${code.toString(16).toUpperCase().padStart(4, '0')}]`;
    });
}

/**
 * Control and format characters, lone surrogates, separators of lines, and what no standard assigns.
 * Line feeds and tabs may stay, and so may the two joiners that some scripts cannot be written without.
 */
const unseen = /(?![\n\t\u200c\u200d])[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/gu;
