import { describe, expect, it } from 'vitest';
import { nearest, nearestPermission } from '../../../src/config/nearest.ts';
import { limits } from '../../../src/config/schema.ts';
import {
  basePermissions,
  exchangeResource,
  graphResource,
  isLegacyPermission,
  isLegacyPermissionName,
  nameOfPermission,
  permissionNamed,
  permissionNames,
} from '../../../src/core/permissions.ts';

describe('the table of permissions', () => {
  it('holds no more than Microsoft takes of one resource, so no file can ask for too many', () => {
    expect(permissionNames.length).toBeLessThanOrEqual(limits.permissionsOfResource);
  });

  it('holds each name and each id once, and the ones that Nylas always needs', () => {
    const ids = permissionNames.map((name) => permissionNamed(name)?.access.id);
    expect(new Set(ids).size).toBe(permissionNames.length);
    expect(new Set(permissionNames).size).toBe(permissionNames.length);
    expect(permissionNames).toEqual(expect.arrayContaining([...basePermissions]));
  });

  it('holds guids in lower case', () => {
    for (const name of permissionNames) {
      expect(permissionNamed(name)?.access.id).toMatch(
        /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
      );
    }
  });

  it('says who can grant what', () => {
    expect(permissionNamed('Place.Read.All')).toMatchObject({
      adminConsent: true,
      personalAccounts: false,
    });
    expect(permissionNamed('Mail.Read.Shared')).toMatchObject({
      adminConsent: false,
      personalAccounts: false,
    });
    expect(permissionNamed('Mail.Read')).toMatchObject({
      adminConsent: false,
      personalAccounts: true,
    });
  });

  it('knows the names of what is found, in any letter case', () => {
    const id = '024D486E-B451-40BB-833D-3E66D98C5C73';
    expect(nameOfPermission({ resourceAppId: graphResource, id, type: 'Scope' })).toBe(
      'Mail.ReadWrite',
    );
    expect(nameOfPermission({ resourceAppId: graphResource, id, type: 'Role' })).toBeUndefined();
    expect(
      nameOfPermission({ resourceAppId: exchangeResource, id, type: 'Scope' }),
    ).toBeUndefined();
  });
});

describe('isLegacyPermission()', () => {
  it.each([
    ['EWS of Graph', graphResource, '9769C687-087d-48ac-9cb3-c37dde652038', true],
    ['EWS of Exchange Online', exchangeResource, '3b5f3d61-589b-4a3c-a359-5dd4b5ee5bd5', true],
    ['EAS', graphResource, 'ff91d191-45a0-43fd-b837-bd682c4a0b0f', true],
    ['IMAP', graphResource, '652390e4-393a-48de-9484-05f9b1212954', true],
    ['Mail.Read', graphResource, '570282fd-fa5c-430d-a7fd-fc8dc98a9dca', false],
    [
      'the id of EWS of Graph on Exchange',
      exchangeResource,
      '9769c687-087d-48ac-9cb3-c37dde652038',
      false,
    ],
  ])('judges %s', (_label, resourceAppId, id, expected) => {
    expect(isLegacyPermission({ resourceAppId, id, type: 'Scope' })).toBe(expected);
    expect(isLegacyPermission({ resourceAppId, id, type: 'Role' })).toBe(false);
  });

  it('goes by name too', () => {
    expect(isLegacyPermissionName('ews.accessasuser.all')).toBe(true);
    expect(isLegacyPermissionName('SMTP.Send')).toBe(true);
    expect(isLegacyPermissionName('Mail.Send')).toBe(false);
  });
});

describe('nearestPermission()', () => {
  it.each([
    ['Mail.Raed', 'Mail.Read'],
    ['calendars.readwrite', 'Calendars.ReadWrite'],
    ['Calendar.ReadWrite', 'Calendars.ReadWrite'],
    ['MailSend', 'Mail.Send'],
    ['offline-access', 'offline_access'],
    ['https://graph.microsoft.com/User.Read', 'User.Read'],
    ['Files.ReadWrite.All', undefined],
    ['', undefined],
    ['x'.repeat(100_000), undefined],
  ])('takes %s for %s', (name, expected) => {
    expect(nearestPermission(name)).toBe(expected);
  });
});

describe('nearest()', () => {
  it('counts a swap of neighbours as one edit', () => {
    expect(nearest('nmae', ['name', 'nmaexyz'])).toBe('name');
  });

  it('takes the first of equally near words', () => {
    expect(nearest('cat', ['car', 'bat'])).toBe('car');
  });

  it('asks of a short word that it is almost right', () => {
    expect(nearest('su', ['us', 'eu'])).toBe('us');
    expect(nearest('abc', ['xyz', 'axy'])).toBeUndefined();
  });
});
