/**
 * Role: judges every step by the laws of the design. It looks at the vendors' own state, at the
 * bytes of the chains and at the wire, and shares no code with what it judges.
 */
import type { Cloud } from '../../../src/local/cloud.ts';
import type { Member } from '../fleet.ts';
import type { Kernel } from '../kernel.ts';
import type { Obstacles } from '../obstacles.ts';
import { chainReader, type ChainReader, type Intent } from './chain-reader.ts';
import { proofLaw } from './proof-law.ts';
import { quietLaws } from './quiet-laws.ts';
import { removalLaws, type Issued } from './removal-laws.ts';
import { restraintLaws } from './restraint-laws.ts';
import { arrivedWrite, type Arrived, type SeenRequest } from './requests.ts';
import { switchLaws, type Change } from './switch-laws.ts';
import { truthAbout, type MemberTruth } from './truth.ts';
import { LawBroken, type Law } from './verdict.ts';
import { tellableText, type LeavingRequest } from './wire-text.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** What is forgiven, in one place. */
const bounds = {
  /** A write may arrive so long after its deadline: the request's own time. */
  lateMs: 2 * minuteMs,
  /** An orphan is removed within this, not counting times in which Graph could not be used. */
  orphanMs: 48 * hourMs,
  /** A registration that came back may be held to be gone for so long: replicas, and a look. */
  backMs: 90 * minuteMs,
} as const;

export interface OracleOptions {
  readonly kernel: Kernel;
  readonly cloud: Cloud;
  readonly members: readonly Member[];
  readonly obstacles: Obstacles;
  readonly switchesPerHour: number;
}

/** What one write of Keeper's is judged by. */
export interface Witness {
  /** The vendor has done (or refused) it. */
  done(): void;
}

export interface Oracle {
  readonly chains: ChainReader;
  /** A request of Keeper's leaves. */
  leaves(request: LeavingRequest): void;
  /** A request of Keeper's arrives at a vendor. */
  arrives(request: SeenRequest): Witness | undefined;
  /** A write of Keeper's that was on its way lands: what changed is Keeper's. */
  lands(change: () => void): void;
  /** A line was appended to a chain. */
  appended(key: string, line: string): void;
  /** A text went where secrets may not be. */
  said(where: string, text: string): void;
  /** Looks at everything; to be called after each step that may have changed something. */
  review(): void;
  /** A registration's status was told. */
  told(member: Member, reason: string): void;
  /** Entra gave a token for this secret. */
  accepted(text: string): void;
  /** Keeper tells that all is well, and nothing has been in the way for so long. */
  toldWell(member: Member, quietMs: number): void;
  /** Keeper tells that no slot is free. */
  toldFull(member: Member): void;
  /** Whether an order of a person named this credential. */
  isOrdered(keyId: string): boolean;
  /** A person changed something: what is there now is theirs. */
  disturbed(): void;
  readonly longestOrphanMs: number;
  /** Removals by Keeper, pushes that changed a secret, credentials made by Keeper. */
  readonly counts: Readonly<Record<'issued' | 'removed' | 'switched', number>>;
}

/** As texts, and as forms write them. */
const secretLike = /8Q(?:~|%7E)|nyk_v0_|simulated\.[0-9a-f]{48}/i;

export function oracle(options: OracleOptions): Oracle {
  const { kernel, cloud, members, obstacles } = options;
  const chains = chainReader();
  const issued = new Map<string, Issued>();
  const keyIdOf = new Map<string, string>();
  const endOf = new Map<string, number>();
  /** Ids of registrations seen, for writes to those that a person has deleted meanwhile. */
  const owners = new Map<string, Member>();
  const existed = new Set<string>();
  const arrivals = new Map<string, number>();
  const orphanSince = new Map<string, number>();
  /** Texts of each registration that the vault held when it was last looked at. */
  const storedBefore = new Map<string, ReadonlySet<string>>();
  /** Texts that people took out of the vault, and those that a connector has held. */
  const takenOut = new Set<string>();
  const everHeld = new Set<string>();
  const counts = { issued: 0, removed: 0 };
  let longestOrphanMs = 0;

  function broken(law: Law, key: string | undefined, detail: string): LawBroken {
    return new LawBroken({ law, at: kernel.now(), detail, ...(key === undefined ? {} : { key }) });
  }

  const switches = switchLaws({ ...options, chains, keyIdOf, endOf, owners });
  const removals = removalLaws({ ...options, chains, issued, isServing: switches.isServing });
  const quiet = quietLaws({ ...options, chains, issued, keyIdOf, isServing: switches.isServing });
  const proofs = proofLaw({ kernel, keyIdOf });
  const restraint = restraintLaws({ ...options, chains, isServing: switches.isServing });

  const directory = {
    memberOfObject: (objectId: string) => owners.get(objectId) ?? ownerOf(objectId),
    memberOfClient: (appId: string) => owners.get(appId) ?? ownerOf(appId),
    connectorOfKey(apiKey: string) {
      for (const member of members) {
        const found = member.connectors.find(
          (one) => one.apiKey === apiKey || formerKeys.get(apiKey) === one.applicationId,
        );
        if (found) return { member, id: `${found.region}/${found.applicationId}` };
      }
      return undefined;
    },
  };
  const formerKeys = new Map<string, string>();

  function ownerOf(id: string): Member | undefined {
    return members.find((one) =>
      truthAbout(cloud, one).applications.some((app) => app.objectId === id || app.appId === id),
    );
  }

  const thereSince = new Map<string, number>();
  const lostReasons = new Set([
    'registration-lost',
    'registration-deleted',
    'registration-not-found',
  ]);

  function told(member: Member, reason: string): void {
    if (!lostReasons.has(reason)) return;
    const since = thereSince.get(member.key);
    if (since === undefined || kernel.now() - since < bounds.backMs) return;
    throw broken('absent-is-not-unknown', member.key, `${reason}, but it is there`);
  }

  function remember(member: Member, truth: MemberTruth): void {
    if (truth.applications.length === 0) thereSince.delete(member.key);
    else if (!thereSince.has(member.key)) thereSince.set(member.key, kernel.now());
    for (const { appId, objectId } of truth.applications) {
      owners.set(appId, member);
      owners.set(objectId, member);
      existed.add(member.key);
    }
    for (const one of truth.listed) {
      keyIdOf.set(one.text, one.keyId);
      endOf.set(one.keyId, one.endAt);
    }
    for (const one of truth.held) everHeld.add(one.text);
    storedBefore.set(member.key, truth.stored);
    removals.remember(member, truth);
    for (const one of member.connectors) formerKeys.set(one.apiKey, one.applicationId);
  }

  /** A line of a chain: what it calls Keeper's was made by that very intent (law 7). */
  function appended(key: string, line: string): void {
    const claim = chains.appended(key, line, kernel.now());
    proofs.appended(key, line);
    restraint.appended(key, line);
    if (!claim || issued.get(claim.keyId)?.intent === claim.intent) return;
    throw broken(
      'removal',
      key,
      `${claim.keyId} is claimed by ${claim.intent}, which made another`,
    );
  }

  function arrives(request: SeenRequest): Witness | undefined {
    let write: Arrived | undefined;
    try {
      write = arrivedWrite(request, members, directory);
    } catch (error) {
      throw broken(
        request.url.hostname.includes('nylas') ? 'nylas' : 'intent-first',
        undefined,
        error instanceof Error ? error.message : 'unreadable',
      );
    }
    if (!write) return undefined;
    const { member } = write;
    const intent = announced(write);
    const before = truthAbout(cloud, member);
    const isAnew = write.kind === 'create-registration' && existed.has(member.key);
    if (isAnew && before.applications.length === 0) {
      throw broken('nothing-twice', member.key, 'a lost registration is to be made anew');
    }
    return {
      done() {
        const after = truthAbout(cloud, member);
        judgeChange(member, { before, after }, intent);
      },
    };
  }

  /** Law 3 and 5: an open intent of this kind, in time, and the first arrival under it. */
  function announced(write: Arrived): Intent {
    const { member, kind, keyId, connector, record } = write;
    const all = [...chains.chain(member.key).intents.values()];
    const fits = all.filter(
      (one) =>
        one.kind === kind &&
        (keyId === undefined || one.keyId === keyId) &&
        (connector === undefined || (one.connector === connector && one.record === record)),
    );
    const open = fits.findLast((one) => one.isOpen);
    const latest = open ?? fits.at(-1);
    if (!latest) throw broken('intent-first', member.key, `${kind} without an intent`);
    const now = kernel.now();
    if (now > latest.deadlineAt + bounds.lateMs) {
      const lateMs = now - latest.deadlineAt;
      throw broken('deadline', member.key, `${kind} arrived ${lateMs} ms after its deadline`);
    }
    if (!open) throw broken('intent-first', member.key, `${kind} after the end of its intent`);
    const count = (arrivals.get(open.id) ?? 0) + 1;
    arrivals.set(open.id, count);
    if (count > 1) throw broken('blind-repeat', member.key, `${kind} arrived ${count} times`);
    return open;
  }

  function judgeChange(member: Member, change: Change, intent: Intent | undefined): void {
    judgeCreation(member, change);
    judgeListed(member, change, intent);
    judgeCurrent(member, change);
    switches.judge(member, change);
    remember(member, change.after);
  }

  function judgeCreation(member: Member, { before, after }: Change): void {
    if (after.applications.length > 1) {
      throw broken('nothing-twice', member.key, 'a second registration');
    }
    const isNew = after.applications.length > before.applications.length;
    if (isNew && existed.has(member.key)) {
      throw broken('nothing-twice', member.key, 'a lost registration was made anew');
    }
  }

  function judgeListed(
    member: Member,
    { before, after }: Change,
    intent: Intent | undefined,
  ): void {
    const now = kernel.now();
    for (const one of after.listed) {
      if (before.listed.some((other) => other.keyId === one.keyId)) continue;
      issued.set(one.keyId, { key: member.key, at: now, intent: intent?.id ?? '' });
      counts.issued += 1;
    }
    for (const one of before.listed) {
      if (after.listed.some((other) => other.keyId === one.keyId)) continue;
      counts.removed += 1;
      removals.judge(member, { gone: one, before, intent });
    }
  }

  function judgeCurrent(member: Member, { before, after }: Change): void {
    const { current } = after;
    if (!current || current.version === before.current?.version) return;
    const keyId = keyIdOf.get(current.text);
    if (keyId === undefined || !chains.chain(member.key).proved.has(keyId)) {
      throw broken('current-is-proven', member.key, `${keyId ?? 'a stranger'} became current`);
    }
  }

  function lands(change: () => void): void {
    const before = members.map((one) => truthAbout(cloud, one));
    change();
    for (const [index, member] of members.entries()) {
      const was = before[index];
      if (was) switches.judge(member, { before: was, after: truthAbout(cloud, member) });
    }
  }

  function review(): void {
    const now = kernel.now();
    for (const incident of cloud.account.incidents) {
      if (incident.verdict !== 'keeper') continue;
      const { subject, why } = incident;
      throw broken(
        'connector-works',
        undefined,
        `${subject.kind} ${subject.applicationId}: ${why}`,
      );
    }
    restraint.review();
    for (const member of members) reviewCredentials(member, now);
  }

  function reviewCredentials(member: Member, now: number): void {
    const truth = truthAbout(cloud, member);
    remember(member, truth);
    quiet.reviewLeaked(member, truth);
    const chain = chains.chain(member.key);
    const ours = truth.listed.filter((one) => issued.has(one.keyId) && one.endAt > now);
    const idle = ours.filter((one) => !truth.held.some((held) => held.text === one.text));
    const unproven = idle.filter((one) => !chain.proved.has(one.keyId));
    if (unproven.length > 1) {
      throw broken('one-unproven', member.key, `${unproven.length} unproven credentials`);
    }
    for (const one of idle) {
      // One that has served stays until it ends, though a person has purged its text.
      const isPurged = takenOut.has(one.text) && everHeld.has(one.text);
      if (truth.stored.has(one.text) || isPurged) {
        orphanSince.delete(one.keyId);
        continue;
      }
      const since = orphanSince.get(one.keyId) ?? now;
      orphanSince.set(one.keyId, since);
      const ageMs = obstacles.freeMs(member.key, 'issue', since, now);
      longestOrphanMs = Math.max(longestOrphanMs, ageMs);
      if (ageMs > bounds.orphanMs) {
        throw broken('orphan', member.key, `${one.keyId} is ${Math.round(ageMs / hourMs)} h old`);
      }
    }
  }

  function said(where: string, text: string): void {
    const found = secretLike.exec(text);
    if (found) throw broken('secret-leaked', undefined, `${where}: ${found[0].slice(0, 3)}…`);
  }

  return {
    chains,
    leaves: (request) => said(`a request to ${request.url.hostname}`, tellableText(request)),
    arrives,
    lands,
    appended,
    said,
    review,
    told,
    accepted: proofs.accepted,
    toldWell: quiet.toldWell,
    toldFull(member) {
      if (removals.wereSlotsFull(member)) return;
      throw broken('convergence', member.key, 'a slot is free, and a person is asked for one');
    },
    isOrdered: (keyId) => members.some((one) => chains.chain(one.key).ordered.has(keyId)),
    disturbed() {
      restraint.disturbed();
      for (const member of members) {
        const truth = truthAbout(cloud, member);
        for (const text of storedBefore.get(member.key) ?? []) {
          if (!truth.stored.has(text)) takenOut.add(text);
        }
        remember(member, truth);
      }
    },
    get longestOrphanMs() {
      return longestOrphanMs;
    },
    get counts() {
      return { ...counts, switched: switches.switched };
    },
  };
}
