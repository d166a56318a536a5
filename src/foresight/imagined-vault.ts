/** Key Vault, imagined: versions come and are disabled; the text of none is read. */
import { pendingOf, type DesiredRegistration, type SecretRef } from '../core/desired.ts';
import { failure, success } from '../core/fault.ts';
import type { CredentialMemory } from '../core/memory.ts';
import { known, type SeenSecret, type SeenVersion } from '../core/observed.ts';
import { Secret } from '../core/secret.ts';
import type { Vault } from '../reconcile/world.ts';
import { answerOf, changed, type Mind } from './mind.ts';

type Part = 'current' | 'pending';

export function imaginedVault(mind: Mind, desired: DesiredRegistration): Vault {
  const { seen, memory } = mind;
  const pending = pendingOf(desired.secret);

  function partOf({ name }: SecretRef): Part {
    return name === pending.name ? 'pending' : 'current';
  }

  /** The credential whose text the chain knows a version to hold. */
  function holderOf(part: Part, version: string): CredentialMemory | undefined {
    return Object.values(memory.credentials).find((one) =>
      one.held.some((held) => held.secret === part && held.version === version),
    );
  }

  /** What stands for the text of a version: it has the hint that the real one would have. */
  function textOf(part: Part, version: SeenVersion | undefined): Secret | undefined {
    if (version === undefined) return undefined;
    const holder = holderOf(part, version.version);
    const shown = seen[part].kind === 'known' ? seen[part].value.current : undefined;
    const hint =
      hints.get(version.version) ??
      holder?.hint ??
      (shown?.version === version.version ? shown.hint : undefined);
    return new Secret(`${hint ?? '???'} imagined`);
  }

  const hints = new Map<string, string>();

  return {
    async readSecret(ref) {
      return answerOf(seen[partOf(ref)]);
    },
    async readNewest(ref) {
      const part = partOf(ref);
      const read = answerOf(seen[part]);
      return read.ok ? success(textOf(part, read.value?.current)) : read;
    },
    async readValue(ref, version) {
      const part = partOf(ref);
      const read = answerOf(seen[part]);
      if (!read.ok) return read;
      return success(
        textOf(
          part,
          read.value?.versions.find((one) => one.version === version),
        ),
      );
    },
    async putValue(ref, value, { tags, expiresAt }) {
      if (mind.refusal) return failure(mind.refusal);
      const part = partOf(ref);
      const version: SeenVersion = {
        version: mind.newName('version'),
        createdAt: mind.now(),
        enabled: true,
        expiresAt,
        tags,
      };
      hints.set(version.version, value.hint);
      const before = seen[part].kind === 'known' ? seen[part].value : undefined;
      seen[part] = known<SeenSecret>({
        current: { ...version, hint: value.hint },
        versions: [version, ...(before?.versions ?? [])],
      });
      const keyId = tags['keyId'] ?? '';
      const from =
        before && (before.current.tags['keyId'] ?? holderOf(part, before.current.version)?.keyId);
      mind.note({
        sign: before === undefined ? '+' : '~',
        kind: part === 'pending' ? 'store-credential' : 'promote-credential',
        subject: `${ref.vault}/${ref.name}`,
        keyId,
        changes: [{ what: 'credential', ...(from === undefined ? {} : { from }), to: keyId }],
        endAt: expiresAt,
      });
      return success({ version });
    },
    async disableVersion(ref, version) {
      if (mind.refusal) return failure(mind.refusal);
      const part = partOf(ref);
      const disabled = <T extends SeenVersion>(one: T): T =>
        one.version === version ? { ...one, enabled: false } : one;
      const before = seen[part].kind === 'known' ? seen[part].value : undefined;
      const found = before?.versions.find((one) => one.version === version);
      seen[part] = changed(seen[part], (one) => ({
        current: disabled(one.current),
        versions: one.versions.map(disabled),
      }));
      mind.note({
        sign: '-',
        kind: 'disable-version',
        subject: `${ref.vault}/${ref.name}`,
        keyId: found?.tags['keyId'] ?? holderOf(part, version)?.keyId ?? version,
      });
      return success({});
    },
    async isDeleted({ name }) {
      const read = answerOf(seen.deletedSecrets);
      return read.ok ? success(read.value?.includes(name) ?? false) : read;
    },
  };
}
