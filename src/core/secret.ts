/**
 * The one type that may hold secret text (law 13). It says nothing of itself in strings, JSON or
 * inspection; only the code that builds a vendor's request body calls {@link Secret.reveal}.
 */
export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** The text itself. Call it where the request body is built, and nowhere else. */
  reveal(): string {
    return this.#text;
  }

  /** The first three characters, which Microsoft Graph publishes as a credential's `hint`. */
  get hint(): string {
    return this.#text.slice(0, 3);
  }

  /** True when both hold the same text. */
  equals(other: Secret): boolean {
    return this.#text === other.#text;
  }

  toString(): string {
    return '[secret]';
  }

  toJSON(): string {
    return '[secret]';
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return '[secret]';
  }
}
