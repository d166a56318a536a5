/** The people of the demonstration: users who sign in, and a hand that makes a secret end sooner. */
import type { Cloud } from './cloud.ts';

export interface PeopleOptions {
  readonly cloud: Cloud;
  readonly now: () => number;
  readonly connectors: readonly { readonly region: 'us' | 'eu'; readonly applicationId: string }[];
  /** The client id of a registration, as far as it is known. */
  readonly clientIdOf: (registration: string) => string | undefined;
}

export interface People {
  /** Two users sign in wherever a connector works and nobody has yet. */
  live(): void;
  /** The secret that ends last now ends in so many days. No administrator could do that: time could. */
  age(registration: string, endsInDays: number): boolean;
}

const dayMs = 86_400_000;

export function people(options: PeopleOptions): People {
  const { cloud } = options;
  return {
    live() {
      for (const { region, applicationId } of options.connectors) {
        const { hand } = cloud.nylas[region];
        const { connector, grants } = hand.application(applicationId);
        if (!connector || grants.size > 0) continue;
        for (const user of ['ada', 'grace']) {
          try {
            hand.addGrant(applicationId, `${user}@${applicationId.slice(0, 6)}.example`);
          } catch {
            break; // The connector's credential does not work: its users come back later.
          }
        }
      }
    },
    age(registration, endsInDays) {
      const clientId = options.clientIdOf(registration);
      if (clientId === undefined) return false;
      const latest = cloud.directory
        .application(clientId)
        ?.passwords.toSorted((one, other) => other.endAt - one.endAt)[0];
      if (!latest) return false;
      const endAt = options.now() + endsInDays * dayMs;
      cloud.directory.endPasswordEarly(clientId, latest.keyId, endAt);
      // Time would have shown it everywhere; a change by an administrator would not be seen at once.
      cloud.directory.settle();
      return true;
    },
  };
}
