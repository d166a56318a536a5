/** A valid file, and a way to change one thing in it and to mark where the error must be found. */
import { parseDesired } from '../../../src/config/desired-file.ts';
import type { FileError } from '../../../src/config/finding.ts';

/** Two registrations: one for everybody in both regions, one for one directory with own pages. */
export const validFile = `registrations:
  calendar:
    displayName: Contoso Calendar
    audience: organizations-and-personal
    redirectUris: [hosted-us, hosted-eu]
    permissions: [Calendars.ReadWrite, Mail.Read]
    secret: { vault: contoso-kv, name: calendar-secret, lifetimeDays: 365, renewBeforeDays: 30 }
    connectors:
      - region: us
        applicationId: nylas-app-us
        apiKeySecret: nylas-us-key
      - region: eu
        applicationId: nylas-app-eu
        apiKeySecret: { vault: other-kv, name: nylas-eu-key }
        tenant: common
        name: Europe
        scopes: [Mail.Read]
        records: [record-1]
        takeOver: false
  internal:
    displayName: Contoso Internal
    audience: this-organization
    appId: 11111111-2222-3333-4444-555555555555
    owns: [permissions, redirectUris]
    renamedFrom: intranet
    redirectUris: [https://mail.contoso.example/back]
    permissions: [Mail.ReadWrite]
    secret:
      vault: contoso-kv
      name: internal-secret
    connectors:
      - region: us
        applicationId: nylas-app-internal
        apiKeySecret: nylas-internal-key
        tenant: contoso.example
`;

/** Stands in a changed text where the error must be found. */
const mark = '▸';

/** One change: a text that occurs once, and what replaces it, with the mark. */
export type Change = readonly [from: string, to: string];

/** The valid file, changed, and the place of the mark. */
export function changed(changes: readonly Change[]): {
  text: string;
  line: number;
  column: number;
} {
  let marked = validFile;
  for (const [from, to] of changes) {
    if (marked.split(from).length !== 2) throw new Error(`'${from}' does not occur exactly once`);
    marked = marked.replace(from, () => to);
  }
  const before = marked.split(mark, 1)[0]!.split('\n');
  return {
    text: marked.replace(mark, ''),
    line: before.length,
    column: before.at(-1)!.length + 1,
  };
}

/** The errors of a text, or none. */
export function errorsOf(text: string): readonly FileError[] {
  const parsed = parseDesired(text, 'hash');
  return parsed.ok ? [] : parsed.errors;
}
