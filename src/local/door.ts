/**
 * The only way into the simulated cloud: one thing at a time, each at a known instant. With a
 * journal, what went in is written down before it is done, and a cloud made from the same seed that
 * goes through the same journal is the same cloud: so it survives a kill.
 */
import type { SimulatedClock } from './clock.ts';
import type { Cloud } from './cloud.ts';
import type { FaultLevel } from './fates.ts';
import { inTurn } from './host-turn.ts';
import { journaledLines, openJournal, type Journal } from './journal.ts';
import type { People } from './people.ts';
import type { Room } from './room.ts';
import type { Delivery } from './simulators/event-grid.ts';
import { ConnectionCut } from './simulators/simulator.ts';

type Deed =
  | {
      readonly kind: 'request';
      readonly method: string;
      readonly url: string;
      readonly headers: readonly (readonly [string, string])[];
      readonly body: string;
    }
  | { readonly kind: 'events' }
  | { readonly kind: 'redeliver'; readonly delivery: Delivery; readonly status: number }
  | { readonly kind: 'people' }
  | { readonly kind: 'settle' }
  | { readonly kind: 'level'; readonly level: FaultLevel }
  | { readonly kind: 'age'; readonly registration: string; readonly endsInDays: number };

type Journaled = Deed & { readonly at: number; readonly machineAt: number };

export interface Door {
  /** A request from outside. Throws ConnectionCut. */
  fetch(request: Request): Promise<Response>;
  /** The events that are due now. */
  events(): Promise<readonly Delivery[]>;
  /** An event was not taken: it comes again, or is given up. */
  redeliver(delivery: Delivery, status: number): Promise<void>;
  /** People use what works: users sign in. */
  people(): Promise<void>;
  /** Brings the account of outages up to now. */
  settle(): Promise<void>;
  /** Changes how much goes wrong. */
  setLevel(level: FaultLevel): Promise<void>;
  /** Makes a serving secret end soon, as if time had passed. False: there is none. */
  age(registration: string, endsInDays: number): Promise<boolean>;
  /** The machine's time as of the deed under way, for managed-identity tokens. */
  machineNow(): number;
  /**
   * Does something between two deeds, which stays out of the journal: while one is under way its
   * instant must not move, or another run would not come to the same.
   */
  between<T>(work: () => T): Promise<T>;
  /** Goes through an earlier journal. Returns how many deeds it held. */
  replay(): Promise<number>;
  close(): void;
}

export interface DoorOptions {
  readonly clock: SimulatedClock;
  readonly cloud: () => Cloud;
  readonly people: () => People;
  readonly machineNow: () => number;
  /** Path of the journal; without it nothing is written. */
  readonly journal?: string;
  /** Where the journal is. */
  readonly room?: Room;
}

/** Opens the door. */
export function openDoor(options: DoorOptions): Door {
  const { clock } = options;
  let machineAt = options.machineNow();
  let journal: Journal | undefined;
  const turn = inTurn();

  function enter(deed: Deed): Promise<unknown> {
    return turn(async () => {
      clock.sync();
      machineAt = options.machineNow();
      write({ ...deed, at: clock.now(), machineAt });
      return perform(options, deed);
    });
  }

  function write(deed: Journaled): void {
    if (options.journal === undefined) return;
    journal ??= openJournal(options.journal, options.room);
    journal.append(JSON.stringify(deed));
  }

  return {
    async fetch(request) {
      const body = await request.text();
      const { method, url } = request;
      const answer = await enter({
        kind: 'request',
        method,
        url,
        headers: [...request.headers],
        body,
      });
      return answer as Response;
    },
    events: async () => (await enter({ kind: 'events' })) as readonly Delivery[],
    redeliver: async (delivery, status) =>
      void (await enter({ kind: 'redeliver', delivery, status })),
    people: async () => void (await enter({ kind: 'people' })),
    settle: async () => void (await enter({ kind: 'settle' })),
    setLevel: async (level) => void (await enter({ kind: 'level', level })),
    age: async (registration, endsInDays) =>
      (await enter({ kind: 'age', registration, endsInDays })) as boolean,
    machineNow: () => machineAt,
    between: (work) => turn(async () => work()),
    async replay() {
      if (options.journal === undefined) return 0;
      let count = 0;
      for (const line of journaledLines(options.journal)) {
        const deed = JSON.parse(line) as Journaled;
        clock.jumpTo(deed.at);
        ({ machineAt } = deed);
        await perform(options, deed).catch(expectCut);
        count += 1;
      }
      return count;
    },
    close() {
      journal?.close();
      journal = undefined;
    },
  };
}

async function perform({ cloud, people }: DoorOptions, deed: Deed): Promise<unknown> {
  switch (deed.kind) {
    case 'request': {
      const { method, url, headers, body } = deed;
      const hasBody = method !== 'GET' && method !== 'HEAD';
      const sent = headers.map(([name, value]): [string, string] => [name, value]);
      return cloud().fetch(
        new Request(url, { method, headers: sent, ...(hasBody ? { body } : {}) }),
      );
    }
    case 'events':
      return cloud().takeEvents();
    case 'redeliver':
      cloud().redeliver(deed.delivery, deed.status);
      return undefined;
    case 'people':
      people().live();
      return undefined;
    case 'settle':
      cloud().settle();
      return undefined;
    case 'level':
      cloud().fates.setLevel(deed.level);
      return undefined;
    case 'age':
      cloud().settle();
      return people().age(deed.registration, deed.endsInDays);
  }
}

function expectCut(error: unknown): void {
  if (!(error instanceof ConnectionCut)) throw error;
}
