/** What happens, as a person would tell it, on stderr while it happens. */
import { meaningOf, type Reason } from '../core/reason.ts';

/** A line that the bundle logged. */
export interface Told {
  readonly level: string;
  readonly message: string;
  readonly [field: string]: unknown;
}

const deeds: Readonly<Record<string, string>> = {
  'create-registration': 'created the registration',
  'update-registration': 'repaired the registration',
  'create-service-principal': 'made its service principal',
  'add-credential': 'issued a credential',
  'store-credential': 'stored it in the vault',
  'prove-credential': 'proved it at Entra',
  'promote-credential': "made it the vault's current version",
  'push-credential': 'updated a connector',
  'remove-credential': 'removed an old credential',
  'disprove-credential': 'checked that its secret is refused',
  'disable-version': 'disabled its vault version',
};

/** Reads a logged line; undefined when it is none of the product's. */
export function readTold(line: string): Told | undefined {
  try {
    const raw: unknown = JSON.parse(line);
    const isTold = typeof raw === 'object' && raw !== null && 'message' in raw && 'level' in raw;
    return isTold ? (raw as Told) : undefined;
  } catch {
    return undefined;
  }
}

/** One line for a person; undefined when there is nothing to tell. */
export function progressLine(told: Told, sinceStartMs: number): string | undefined {
  const at = elapsed(sinceStartMs).padStart(11);
  if (told.message === 'pass') {
    const did = textOf(told['did']).split(' ').filter(Boolean);
    if (did.length === 0) return undefined;
    const registration = textOf(told['registration']).padEnd(10);
    const reason = meaningOf(textOf(told['reason']) as Reason).means;
    return `${at}  ${registration} ${sentence(did)}. ${reason}`;
  }
  if (told.level === 'info') return undefined;
  return `${at}  ${told.level}: ${told.message}${fields(told)}`;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** The same deed several times in a row is told once, with its number. */
function sentence(did: readonly string[]): string {
  const told: { deed: string; times: number }[] = [];
  for (const kind of did) {
    const deed = deeds[kind] ?? kind;
    const last = told.at(-1);
    if (last?.deed === deed) last.times += 1;
    else told.push({ deed, times: 1 });
  }
  const words = told.map(({ deed, times }) => (times === 1 ? deed : `${deed} (${times}×)`));
  const text = words.join(', ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function fields({ level: _level, message: _message, ...rest }: Told): string {
  const told = Object.entries(rest).map(([name, value]) => `${name}=${String(value)}`);
  return told.length === 0 ? '' : ` (${told.join(', ')})`;
}

/** Simulated time since the start, such as `+1d 02:15`. */
function elapsed(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  const days = Math.floor(minutes / 1440);
  const clock = `${two(Math.floor(minutes / 60) % 24)}:${two(minutes % 60)}`;
  return days === 0 ? `+${clock}` : `+${days}d ${clock}`;
}

function two(number: number): string {
  return String(number).padStart(2, '0');
}
