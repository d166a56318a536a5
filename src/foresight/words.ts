/** A plan in words, for a terminal and for the page. */
import { why } from '../audit/story.ts';
import type { Change, RegistrationPlan, Sign, Step } from './step.ts';

/** What a step is about, as the end of a line that begins with its sign. */
export function titleOf({ kind, subject, keyId = '', endAt }: Step): string {
  const credential = shortKey(keyId);
  switch (kind) {
    case 'create-registration':
    case 'update-registration':
      return `registration ${subject}`;
    case 'create-service-principal':
      return `service principal of ${subject}`;
    case 'add-credential':
      return `credential ${credential} of ${subject}${endAt === undefined ? '' : `, until ${day(endAt)}`}`;
    case 'store-credential':
      return `secret ${subject}: a version for it, to be proved`;
    case 'promote-credential':
      return `secret ${subject}: a new current version, once it is proved`;
    case 'push-credential': {
      const [connector, record] = subject.split('#');
      return `connector ${connector}${record === undefined ? '' : `, its record ${record}`}`;
    }
    case 'remove-credential':
      return `credential ${credential} of ${subject}`;
    case 'disable-version':
      return `secret ${subject}: the version with credential ${credential} can be read no more`;
  }
}

/** Why, in a few words. */
export function whyOf({ because, kind, sign }: Pick<Step, 'because' | 'kind' | 'sign'>): string {
  if (because === 'first' && kind === 'push-credential') return 'Keeper has not written to it yet';
  if (because === 'first' && kind === 'add-credential') return 'Keeper has issued none yet';
  // Nothing there is as bad as something dead there, and is told as what it is.
  return because === 'dead' && sign === '+' ? why.missing : why[because];
}

/** Changes, those of one property in one line. Not every font has an arrow: a page says it in a word. */
export function changeLines(changes: readonly Change[], becomes = '→'): readonly string[] {
  const whats = [...new Set(changes.map((one) => one.what))];
  return whats.map((what) => {
    const all = changes.filter((one) => one.what === what);
    const [only] = all;
    if (only && all.length === 1 && only.from !== undefined && only.to !== undefined) {
      return `${what}: ${shown(only.from)} ${becomes} ${shown(only.to)}`;
    }
    const gone = all.flatMap((one) => (one.from === undefined ? [] : [`−${shown(one.from)}`]));
    const added = all.flatMap((one) => (one.to === undefined ? [] : [shown(one.to)]));
    const plus = gone.length === 0 ? '' : '+';
    return `${what}: ${[...gone, ...added.map((one) => `${plus}${one}`)].join(', ')}`;
  });
}

/** `2 to add, 1 to change, 0 to remove`. */
export function sumOf(plans: readonly Pick<RegistrationPlan, 'steps'>[]): string {
  const count = (sign: Sign): number =>
    plans.flatMap((one) => one.steps).filter((one) => one.sign === sign).length;
  return `${count('+')} to add, ${count('~')} to change, ${count('-')} to remove`;
}

/** `3 changes`. */
export function changesIn({ steps }: Pick<RegistrationPlan, 'steps'>): string {
  return `${steps.length} ${steps.length === 1 ? 'change' : 'changes'}`;
}

function day(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}

/** Key ids are long, and their first characters tell them apart. */
export function shortKey(keyId: string): string {
  return isUuid(keyId) ? keyId.slice(0, 8) : keyId;
}

function shown(text: string): string {
  return isUuid(text) ? text.slice(0, 8) : text;
}

function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i.test(text);
}
