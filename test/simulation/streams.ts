/** Role: seeded randomness that tells how much was drawn from each of its streams, and catches up with another. */
import { randomOf, seededSource, type Random } from '../../src/local/simulators/random.ts';

/** Draws from each stream so far, by its name. */
export type Positions = ReadonlyMap<string, number>;

export interface Streams {
  readonly random: Random;
  positions(): Positions;
  /**
   * Draws until each stream is where these are.
   * @throws Error when a stream is further already, or is not there.
   */
  catchUp(to: Positions): void;
}

interface Stream {
  drawn: number;
  readonly next: () => number;
}

/** The streams of one seed: the same numbers as `seededRandom` gives. */
export function streamsOf(seed: number | string): Streams {
  const streams = new Map<string, Stream>();

  function made(path: string): Random {
    const source = seededSource(path);
    const stream: Stream = {
      drawn: 0,
      next() {
        stream.drawn += 1;
        return source();
      },
    };
    streams.set(nameFor(path), stream);
    return randomOf(stream.next, (label) => made(`${path}/${label}`));
  }

  /** Streams of one path are told apart by their order. */
  function nameFor(path: string): string {
    let name = path;
    for (let count = 2; streams.has(name); count += 1) name = `${path} (${count})`;
    return name;
  }

  return {
    random: made(String(seed)),
    positions: () => new Map([...streams].map(([name, { drawn }]) => [name, drawn])),
    catchUp(to) {
      for (const [name, drawn] of to) {
        const stream = streams.get(name);
        const leftOver = drawn - (stream?.drawn ?? 0);
        if (leftOver < 0 || (!stream && leftOver > 0)) {
          throw new Error(`The stream ${name} cannot catch up: ${stream?.drawn} to ${drawn}`);
        }
        for (let count = 0; count < leftOver; count += 1) stream?.next();
      }
    },
  };
}
