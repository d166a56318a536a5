import { describe, expect, it } from 'vitest';
import { refusal, tenant } from './graph-tenant.ts';

const ORGANISATION = { signInAudience: 'AzureADMultipleOrgs' };
const GRAPH_APP = '00000003-0000-0000-c000-000000000000';

/** That many permissions of one resource. */
function permissions(count: number, resourceAppId = GRAPH_APP) {
  const resourceAccess = Array.from({ length: count }, (_, index) => ({
    id: `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
    type: 'Scope',
  }));
  return { resourceAppId, resourceAccess };
}

function web(...redirectUris: string[]) {
  return { web: { redirectUris } };
}

async function create(properties: Record<string, unknown>) {
  const { ask } = tenant();
  return ask('POST', '/applications', { body: { displayName: 'Mail', ...properties } });
}

describe('an application that admits personal accounts', () => {
  it.each([
    ['a name of 90 characters', { displayName: 'x'.repeat(90) }],
    ['https and localhost redirect URIs', web('https://a.example/cb', 'http://localhost:3000/cb')],
    ['30 permissions of a resource', { requiredResourceAccess: [permissions(30)] }],
    ['tags without whitespace', { tags: ['keeper', 'nylas:mail'] }],
    ['100 redirect URIs', web(...Array.from({ length: 100 }, (_, i) => `https://a.example/${i}`))],
  ])('may have %s', async (_, properties) => {
    expect((await create(properties)).status).toBe(201);
  });

  it.each([
    ['a name of 91 characters', { displayName: 'x'.repeat(91) }],
    ['an empty name', { displayName: '' }],
    ['tokens of version 1', { api: { requestedAccessTokenVersion: 1 } }],
    ['no token version', { api: { requestedAccessTokenVersion: null } }],
    ['31 permissions of a resource', { requiredResourceAccess: [permissions(31)] }],
    ['a resource twice', { requiredResourceAccess: [permissions(1), permissions(2)] }],
    ['application roles', { appRoles: [{ value: 'Reader' }] }],
    ['a http redirect URI', web('http://a.example/cb')],
    ['a redirect URI with a query', web('https://a.example/cb?x=1')],
    ['a redirect URI with a fragment', web('https://a.example/cb#x')],
    ['a redirect URI with a wildcard host', web('https://*.a.example/cb')],
    ['a redirect URI with a forbidden character', web('https://a.example/cb;x')],
    ['a redirect URI of 257 characters', web(`https://a.example/${'x'.repeat(239)}`)],
    ['a relative redirect URI', web('/cb')],
    ['101 redirect URIs', web(...Array.from({ length: 101 }, (_, i) => `https://a.example/${i}`))],
    ['a tag with whitespace', { tags: ['two words'] }],
    ['the same tag twice', { tags: ['one', 'one'] }],
    ['an empty tag', { tags: [''] }],
    ['a tag of 257 characters', { tags: ['x'.repeat(257)] }],
    ['an identifier URI of the form urn:', { identifierUris: ['urn:mail'] }],
    ['notes of 1025 characters', { notes: 'x'.repeat(1_025) }],
  ])('may not have %s', async (_, properties) => {
    expect(refusal(await create(properties))).toEqual([400, 'Request_BadRequest']);
  });

  it('does not exist in national clouds', async () => {
    const { ask } = tenant({ nationalCloud: true });
    const signInAudience = 'AzureADandPersonalMicrosoftAccount';
    const answer = await ask('POST', '/applications', {
      body: { displayName: 'Mail', signInAudience },
    });
    expect(answer.status).toBe(400);
    const other = { displayName: 'Mail', ...ORGANISATION };
    expect((await ask('POST', '/applications', { body: other })).status).toBe(201);
  });
});

describe('an application for organisations only', () => {
  it.each([
    ['a name of 120 characters', { displayName: 'x'.repeat(120) }],
    ['31 permissions of a resource', { requiredResourceAccess: [permissions(31)] }],
    ['a redirect URI with a query', web('https://a.example/cb?x=1')],
    ['no token version', { api: { requestedAccessTokenVersion: null } }],
  ])('may have %s', async (_, properties) => {
    expect((await create({ ...ORGANISATION, ...properties })).status).toBe(201);
  });

  it.each([
    ['a longer name', { displayName: 'x'.repeat(100) }],
    ['another token version', { api: { requestedAccessTokenVersion: 1 } }],
    ['a redirect URI with a query', web('https://a.example/cb?x=1')],
  ])('may not be opened to personal accounts while it has %s', async (_, properties) => {
    const { ask, make } = tenant();
    const { id } = await make({
      ...ORGANISATION,
      api: { requestedAccessTokenVersion: 2 },
      ...properties,
    });
    const open = { signInAudience: 'AzureADandPersonalMicrosoftAccount' };
    expect((await ask('PATCH', `/applications/${id}`, { body: open })).status).toBe(400);
    const { body } = await ask('GET', `/applications/${id}`);
    expect(body['signInAudience']).toBe('AzureADMultipleOrgs');
  });

  it('may be opened once it keeps the rules, but not with three secrets', async () => {
    const { ask, make, addPassword } = tenant();
    const { id } = await make({ ...ORGANISATION, api: { requestedAccessTokenVersion: 2 } });
    const third = [await addPassword(id), await addPassword(id), await addPassword(id)][2];
    const open = { body: { signInAudience: 'AzureADandPersonalMicrosoftAccount' } };
    expect((await ask('PATCH', `/applications/${id}`, open)).status).toBe(400);
    const keyId = third?.body['keyId'];
    await ask('POST', `/applications/${id}/removePassword`, { body: { keyId } });
    expect((await ask('PATCH', `/applications/${id}`, open)).status).toBe(204);
  });
});
