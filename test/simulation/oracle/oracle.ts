/**
 * Role: judges every step by the laws of the design. It looks at the vendors' own state, at the
 * bytes of the chains and at the wire, and shares no code with what it judges.
 */
import type { Cloud } from '../../../src/local/cloud.ts';
import type { Member } from '../fleet.ts';
import type { Kernel } from '../kernel.ts';
import type { Obstacles } from '../obstacles.ts';
import { chainReader, type ChainReader, type Intent } from './chain-reader.ts';
import { arrivedWrite, type Arrived, type SeenRequest } from './requests.ts';
import {
  isAccepted,
  truthAbout,
  type HeldSecret,
  type ListedSecret,
  type MemberTruth,
} from './truth.ts';
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
  /** Both slots may have been seen taken so long ago: replicas, and a worker that slept. */
  slotsMs: 2 * hourMs,
  /** One that ends within this longer than the file's margin may be due: it is spread a little. */
  dueMs: 10 * 24 * hourMs,
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
  /** Whether an order of a person named this credential. */
  isOrdered(keyId: string): boolean;
  /** A person changed something: what is there now is theirs. */
  disturbed(): void;
  readonly longestOrphanMs: number;
  /** Removals by Keeper, pushes that changed a secret, credentials made by Keeper. */
  readonly counts: { issued: number; removed: number; switched: number };
}

/** A credential that a request of Keeper's made, under this intent. */
interface Issued {
  readonly key: string;
  readonly at: number;
  readonly intent: string;
}

const secretLike = /8Q~|nyk_v0_|simulated\.[0-9a-f]{48}/;

export function oracle(options: OracleOptions): Oracle {
  const { kernel, cloud, members, obstacles } = options;
  const chains = chainReader();
  const issued = new Map<string, Issued>();
  const keyIdOf = new Map<string, string>();
  const endOf = new Map<string, number>();
  const existed = new Set<string>();
  const arrivals = new Map<string, number>();
  const pushedBy = new Map<string, string>();
  const everActive = new Map<string, Set<string>>();
  const switches: number[] = [];
  const orphanSince = new Map<string, number>();
  /** Texts of each registration that the vault held when it was last looked at. */
  const storedBefore = new Map<string, ReadonlySet<string>>();
  /** Texts that people took out of the vault, and those that a connector has held. */
  const takenOut = new Set<string>();
  const everHeld = new Set<string>();
  const slotsFullAt = new Map<string, number>();
  const counts = { issued: 0, removed: 0, switched: 0 };
  let longestOrphanMs = 0;

  function broken(law: Law, key: string | undefined, detail: string): LawBroken {
    return new LawBroken({ law, at: kernel.now(), detail, ...(key === undefined ? {} : { key }) });
  }

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
  /** Ids of registrations seen, for writes to those that a person has deleted meanwhile. */
  const owners = new Map<string, Member>();
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
    if (areSlotsFull(truth)) slotsFullAt.set(member.key, kernel.now());
    for (const one of member.connectors) formerKeys.set(one.apiKey, one.applicationId);
  }

  /** Personal accounts: two secrets at the most, ended ones among them. */
  function areSlotsFull({ applications, listed }: MemberTruth): boolean {
    const isPersonal = applications.some(({ appId }) =>
      cloud.directory.application(appId)?.signInAudience.includes('PersonalMicrosoftAccount'),
    );
    return isPersonal && listed.filter((one) => one.place === 'application').length >= 2;
  }

  /** A line of a chain: what it calls Keeper's was made by that very intent (law 7). */
  function appended(key: string, line: string): void {
    const claim = chains.appended(key, line, kernel.now());
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

  interface Change {
    readonly before: MemberTruth;
    readonly after: MemberTruth;
  }

  function judgeChange(member: Member, change: Change, intent: Intent | undefined): void {
    judgeCreation(member, change);
    judgeListed(member, change, intent);
    judgeCurrent(member, change);
    judgeConnectors(member, change);
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
      judgeRemoval(member, { gone: one, before }, intent);
    }
  }

  function judgeRemoval(
    member: Member,
    { gone, before }: { readonly gone: ListedSecret; readonly before: MemberTruth },
    intent: Intent | undefined,
  ): void {
    const now = kernel.now();
    const chain = chains.chain(member.key);
    const isOurs = issued.has(gone.keyId) || chain.takenOver.has(gone.keyId);
    const isForeign = !isOurs && !chain.ordered.has(gone.keyId);
    if (gone.endAt <= now) {
      if (isForeign) judgeSlot(member, { gone, before });
      return;
    }
    if (isForeign) throw broken('removal', member.key, `${gone.keyId} was not Keeper's`);
    const removeAt = chain.ordered.get(gone.keyId);
    // A leaked one goes at its time, whoever still holds it.
    if (intent?.why === 'compromised' && removeAt !== undefined && now >= removeAt - 5 * minuteMs)
      return;
    const serves = members
      .flatMap((one) => truthAbout(cloud, one).held)
      .find((one) => one.text === gone.text && isServing(one));
    if (serves) {
      throw broken(
        'removal',
        member.key,
        `${gone.keyId} served ${serves.connector}#${serves.record}`,
      );
    }
  }

  /** A foreign one that has ended goes only where its slot is needed. */
  function judgeSlot(
    member: Member,
    { gone, before }: { readonly gone: ListedSecret; readonly before: MemberTruth },
  ): void {
    const fullAt = slotsFullAt.get(member.key);
    const wasFull = fullAt !== undefined && kernel.now() - fullAt <= bounds.slotsMs;
    if (!areSlotsFull(before) && !wasFull) {
      throw broken('removal', member.key, `${gone.keyId} ended, and no slot was short`);
    }
    if (isContent(member, before)) {
      throw broken('removal', member.key, `${gone.keyId} ended, and no slot was needed`);
    }
  }

  /** One proven credential of Keeper's is everywhere, will last, and nobody has ordered another. */
  function isContent(member: Member, { current, held, listed, stored }: MemberTruth): boolean {
    const chain = chains.chain(member.key);
    const one = listed.find((other) => other.text === current?.text);
    if (!one || !stored.has(one.text) || chain.openOrders.size > 0) return false;
    const dueMs = member.renewBeforeDays * 24 * hourMs + bounds.dueMs;
    return (
      (issued.has(one.keyId) || chain.takenOver.has(one.keyId)) &&
      chain.proved.has(one.keyId) &&
      !chain.ordered.has(one.keyId) &&
      one.endAt - kernel.now() > dueMs &&
      held.length > 0 &&
      held.every((other) => other.text === one.text)
    );
  }

  /** A record serves that is active, or has been under Keeper: grants are tied to it. */
  function isServing(one: HeldSecret): boolean {
    return one.isActive || (everActive.get(one.connector)?.has(one.record) ?? false);
  }

  function judgeCurrent(member: Member, { before, after }: Change): void {
    const { current } = after;
    if (!current || current.version === before.current?.version) return;
    const keyId = keyIdOf.get(current.text);
    if (keyId === undefined || !chains.chain(member.key).proved.has(keyId)) {
      throw broken('current-is-proven', member.key, `${keyId ?? 'a stranger'} became current`);
    }
  }

  function judgeConnectors(member: Member, { before, after }: Change): void {
    const now = kernel.now();
    for (const held of after.held) {
      const place = `${held.connector}#${held.record}`;
      const was = before.held.find(
        (one) => one.record === held.record && one.connector === held.connector,
      );
      const active = before.held.find((one) => one.connector === held.connector && one.isActive);
      const replaced = was ?? active;
      if (was?.text === held.text && was.clientId === held.clientId) continue;
      if (!held.isActive && !was) continue;
      judgeSwitch(member, held, replaced);
      const list = everActive.get(held.connector) ?? new Set<string>();
      if (held.isActive) list.add(held.record);
      everActive.set(held.connector, list);
      pushedBy.set(place, held.text);
      if (replaced && replaced.text !== held.text) counts.switched += 1;
      countSwitch(member, held, replaced, now);
    }
  }

  function judgeSwitch(member: Member, held: HeldSecret, replaced: HeldSecret | undefined): void {
    const now = kernel.now();
    const works = isAccepted(cloud, held.clientId, held.text, now);
    const worked =
      replaced !== undefined && isAccepted(cloud, replaced.clientId, replaced.text, now);
    if (!works && worked) {
      throw broken('connector-works', member.key, `${held.connector} got a dead credential`);
    }
    const owner = owners.get(held.clientId);
    if (owner && owner.key !== member.key) {
      throw broken('nylas', member.key, `${held.connector} got the secret of ${owner.key}`);
    }
    if (!replaced || replaced.text === held.text || !worked) return;
    if (pushedBy.get(`${replaced.connector}#${replaced.record}`) !== replaced.text) return;
    const [from, to] = [keyIdOf.get(replaced.text), keyIdOf.get(held.text)];
    if (from === undefined || to === undefined || chains.chain(member.key).ordered.has(from))
      return;
    if ((endOf.get(to) ?? 0) < (endOf.get(from) ?? 0)) {
      throw broken('never-shorter', member.key, `${held.connector}: ${to} ends before ${from}`);
    }
  }

  /** Law 12: planned switches of working connectors, in any hour. */
  function countSwitch(
    member: Member,
    held: HeldSecret,
    replaced: HeldSecret | undefined,
    now: number,
  ): void {
    if (!replaced || replaced.text === held.text || !held.isActive) return;
    if (chains.chain(member.key).openOrders.size > 0) return;
    const endAt = endOf.get(keyIdOf.get(replaced.text) ?? '') ?? 0;
    if (endAt - now < 73 * hourMs) return;
    if (!isAccepted(cloud, replaced.clientId, replaced.text, now)) return;
    switches.push(now);
    const recent = switches.filter((at) => at > now - hourMs).length;
    // The hours of the counter are clock hours: two of them touch in any sixty minutes.
    if (recent > 2 * options.switchesPerHour) {
      throw broken('blast-radius', member.key, `${recent} switches within an hour`);
    }
  }

  function lands(change: () => void): void {
    const before = members.map((one) => truthAbout(cloud, one));
    change();
    for (const [index, member] of members.entries()) {
      const was = before[index];
      if (was) judgeConnectors(member, { before: was, after: truthAbout(cloud, member) });
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
    for (const member of members) reviewCredentials(member, now);
  }

  function reviewCredentials(member: Member, now: number): void {
    const truth = truthAbout(cloud, member);
    remember(member, truth);
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
    isOrdered: (keyId) => members.some((one) => chains.chain(one.key).ordered.has(keyId)),
    disturbed() {
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
    counts,
  };
}
