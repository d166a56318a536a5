/**
 * Rules within one registration that its schema cannot say. Each yields findings and none relies on
 * another: they are given drafts, in which anything may be missing.
 */
import { admitsPersonal } from '../core/desired.ts';
import { type RegistrationDraft, connectorsOf, itemsOf } from './draft.ts';
import { type Finding, type Path, atKey, atValue, quote } from './finding.ts';
import { hostedRegionOf, redirectUriDefect, resolveRedirectUri } from './redirect-uris.ts';
import { defaults, limits } from './schema.ts';

/** All rules, in the order of the file. */
export function checkRegistration(id: string, registration: RegistrationDraft): Finding[] {
  const path = ['registrations', id];
  return [
    ...checkDisplayName(path, registration),
    ...checkRedirectUris(path, registration),
    ...checkRegions(path, id, registration),
    ...checkDuplicates([...path, 'permissions'], registration.permissions),
    ...checkDuplicates([...path, 'owns'], registration.owns),
    ...checkLifetimes(path, registration),
  ];
}

/** Each item that stands in a list a second time; `same` tells what makes two the same. */
export function checkDuplicates(
  path: Path,
  list: readonly (string | undefined)[] | undefined,
  same: (item: string) => string = (item) => item,
): Finding[] {
  const seen = new Set<string>();
  return itemsOf(path, list).flatMap(([place, item]) => {
    const key = same(item);
    if (seen.has(key)) {
      return [
        atValue(place, `${quote(item)} stands in the list a second time`, 'keep one of them'),
      ];
    }
    seen.add(key);
    return [];
  });
}

function personal({ audience }: RegistrationDraft): boolean {
  return audience !== undefined && admitsPersonal(audience);
}

function checkDisplayName(path: Path, registration: RegistrationDraft): Finding[] {
  const name = registration.displayName ?? '';
  const most = limits.displayNameChars.personal;
  if (!personal(registration) || name.length <= most) return [];
  const message = `has ${name.length} characters, Microsoft takes ${most} where personal accounts sign in`;
  return [atValue([...path, 'displayName'], message, 'write a shorter name')];
}

function checkRedirectUris(around: Path, registration: RegistrationDraft): Finding[] {
  const path = [...around, 'redirectUris'];
  const list = registration.redirectUris;
  const admits = personal(registration);
  const findings = itemsOf(path, list).flatMap(([place, text]) => {
    const defect = redirectUriDefect(text, admits);
    return defect === undefined ? [] : [atValue(place, defect.message, defect.instead)];
  });
  const most = admits ? limits.redirectUris.personal : limits.redirectUris.other;
  if (list !== undefined && list.length > most) {
    const message = `there are ${list.length} redirect URIs, Microsoft takes ${most}`;
    findings.push(atKey(path, message, 'spread them over several registrations'));
  }
  return [...findings, ...checkDuplicates(path, list, resolveRedirectUri)];
}

/**
 * A region needs its hosted page and a hosted page its region. Custom authentication needs no
 * hosted page: a registration with own addresses alone is left in peace.
 */
function checkRegions(path: Path, id: string, registration: RegistrationDraft): Finding[] {
  const { redirectUris, connectors } = registration;
  // With an item missing, a wrong one may have been meant for the region.
  if (!redirectUris || !connectors || redirectUris.includes(undefined)) return [];
  const served = new Set(connectors.map((connector) => connector?.region));
  const hosted = itemsOf([...path, 'redirectUris'], redirectUris).flatMap(([place, text]) => {
    const region = hostedRegionOf(text);
    return region === undefined ? [] : [{ place, text, region }];
  });
  const findings = hosted
    .filter(({ region }) => !served.has(region) && !served.has(undefined))
    .map(({ place, text, region }) =>
      atValue(
        place,
        `${quote(text)} is Nylas's page in region ${region}, where this registration has no connector`,
        `remove it, or add a connector with region ${region}`,
      ),
    );
  if (hosted.length === 0) return findings;
  for (const [place, { region }] of connectorsOf(id, registration)) {
    if (region === undefined || hosted.some((page) => page.region === region)) continue;
    const message = `users of region ${region} come back to hosted-${region}, which is not among the redirect URIs`;
    findings.push(atValue([...place, 'region'], message, `add hosted-${region} to redirectUris`));
  }
  return findings;
}

function checkLifetimes(path: Path, { secret }: RegistrationDraft): Finding[] {
  if (secret?.renewBeforeDays === undefined) return [];
  const lifetimeDays = secret.lifetimeDays ?? defaults.lifetimeDays;
  if (secret.renewBeforeDays < lifetimeDays) return [];
  return [
    atValue(
      [...path, 'secret', 'renewBeforeDays'],
      `a secret that lives ${lifetimeDays} days cannot be renewed ${secret.renewBeforeDays} days before its end`,
      `write at most ${Math.floor(lifetimeDays / 3)}, or leave it out`,
    ),
  ];
}
