/** Which version of a secret is the current one, from two reads that may disagree. */
import type { SeenVersion } from '../core/observed.ts';

/** What an unversioned read said. */
export type Newest =
  | { readonly kind: 'found'; readonly version: SeenVersion; readonly hint: string }
  /** The newest version is disabled: readers get a refusal. */
  | { readonly kind: 'disabled' }
  | { readonly kind: 'absent' };

/**
 * The versions, newest first by creation and then by the unversioned read; `undefined` when the two
 * disagree. With `trusting` the unversioned read wins where it can: it is what readers get.
 */
export function currentFirst(
  listed: readonly SeenVersion[],
  newest: Newest,
  trusting: boolean,
): readonly SeenVersion[] | undefined {
  const sorted = listed.toSorted((one, other) => other.createdAt - one.createdAt);
  const latestAt = sorted[0]?.createdAt;
  const tied = sorted.filter((one) => one.createdAt === latestAt);
  switch (newest.kind) {
    case 'absent':
      return undefined;
    case 'disabled': {
      const leader = tied.find((one) => !one.enabled);
      return leader === undefined ? undefined : led(leader, sorted);
    }
    case 'found': {
      const { version } = newest;
      const agrees = tied.some((one) => one.version === version.version);
      return agrees || trusting ? led(version, sorted) : undefined;
    }
  }
}

function led(leader: SeenVersion, sorted: readonly SeenVersion[]): readonly SeenVersion[] {
  return [leader, ...sorted.filter((one) => one.version !== leader.version)];
}
