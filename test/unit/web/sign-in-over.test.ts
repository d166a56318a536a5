/** Role: a person whose token has ended while App Service's session lives on gets back in by one link. */
import { expect, it } from 'vitest';
import { signInAddress } from '../../../src/web/page/addresses.ts';
import { webParts, webServer, type Asked } from './door-bench.ts';

const hourMs = 3_600_000;
const form = { 'content-type': 'application/x-www-form-urlencoded' };

/** What somebody is told who calls with a token that has ended. */
async function toldAfterHours(path: string, asked: Asked & { readonly as: 'person' | 'program' }) {
  const { api, parts, world } = webParts();
  const server = await webServer(parts);
  const token = api.token();
  api.wait(3 * hourMs);
  const carried: Readonly<Record<string, string>> =
    asked.as === 'person'
      ? { 'x-ms-token-aad-id-token': token, 'sec-fetch-site': 'same-origin' }
      : { authorization: `Bearer ${token}` };
  const told = await server.ask(path, { ...asked, headers: { ...asked.headers, ...carried } });
  await server.stop();
  return { ...told, links: linksIn(told.body), orders: world.orders.waiting.size };
}

function linksIn(body: string): string[] {
  return [...body.matchAll(/<a class="button" href="([^"]*)">([^<]*)</g)].map(
    ([, address = '', text = '']) => `${text} ${address}`,
  );
}

it.each([
  ['/', '%2F'],
  ['/?page=2', '%2F%3Fpage%3D2'],
  ['/registrations/calendar?done=resync', '%2Fregistrations%2Fcalendar%3Fdone%3Dresync'],
  [
    '/registrations/calendar/confirm?kind=rotate',
    '%2Fregistrations%2Fcalendar%2Fconfirm%3Fkind%3Drotate',
  ],
])('the page %s leads to a new sign-in, and from there back to itself', async (path, back) => {
  const { status, headers, links } = await toldAfterHours(path, { as: 'person' });
  expect(status).toBe(401);
  expect(headers['content-type']).toMatch(/^text\/html/);
  expect(headers['www-authenticate']).toBe('Bearer error="invalid_token"');
  expect(links).toEqual([`Sign in again /.auth/login/aad?post_login_redirect_uri=${back}`]);
});

it('a form leads back to the page of its registration, and nothing of it is taken', async () => {
  const { status, links, orders } = await toldAfterHours('/registrations/calendar/orders', {
    as: 'person',
    method: 'POST',
    headers: form,
    body: 'kind=thaw',
  });
  expect(status).toBe(401);
  expect(links).toEqual([
    'Sign in again /.auth/login/aad?post_login_redirect_uri=%2Fregistrations%2Fcalendar',
  ]);
  expect(orders).toBe(0);
});

it('a program that shows its own token is told nothing of a sign-in', async () => {
  const { status, links } = await toldAfterHours('/', { as: 'program' });
  expect(status).toBe(401);
  expect(links).toEqual(['All registrations /']);
});

it('a route for programs stays with problem details', async () => {
  const { headers, body } = await toldAfterHours('/api/status', { as: 'person' });
  expect(headers['content-type']).toMatch(/^application\/problem\+json/);
  expect(body).not.toContain('/.auth/');
});

it('somebody whose role is missing is not sent to sign in again', async () => {
  const { api, parts } = webParts();
  const server = await webServer(parts);
  const headers = { 'x-ms-token-aad-id-token': api.token({ roles: [] }) };
  const { status, body } = await server.ask('/', { headers });
  expect(status).toBe(403);
  expect(linksIn(body)).toEqual(['All registrations /']);
  await server.stop();
});

it.each(['//evil.example/a', '/\\evil.example/a', '\\/evil.example/a'])(
  'a way back that looks like another host stays within this site: %s',
  (back) => {
    expect(signInAddress(back)).toBe(
      '/.auth/login/aad?post_login_redirect_uri=%2Fevil.example%2Fa',
    );
  },
);
