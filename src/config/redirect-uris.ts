/** Redirect URIs: the two hosted pages of Nylas, and what Microsoft admits of others. */
import type { Region } from '../core/desired.ts';
import { quote } from './finding.ts';
import type { Words } from './schema-fields.ts';
import { limits } from './schema.ts';

/** Nylas's own page of each region, byte for byte as Microsoft will compare it. */
export const hostedUris: Readonly<Record<Region, string>> = {
  us: 'https://api.us.nylas.com/v3/connect/callback',
  eu: 'https://api.eu.nylas.com/v3/connect/callback',
};

/** All regions. */
const regions: readonly Region[] = ['us', 'eu'];

/** The URI that the file means: a short name of a hosted page, or the text itself. */
export function resolveRedirectUri(text: string): string {
  const region = regions.find((candidate) => text === `hosted-${candidate}`);
  return region === undefined ? text : hostedUris[region];
}

/** The region whose hosted page this is, however it is written. */
export function hostedRegionOf(text: string): Region | undefined {
  const uri = resolveRedirectUri(text);
  return regions.find((region) => hostedUris[region] === uri);
}

/** What Microsoft would refuse of a URI, if anything. */
export function redirectUriDefect(text: string, personal: boolean): Words | undefined {
  const uri = resolveRedirectUri(text);
  const shown = quote(text);
  const url = URL.parse(uri);
  if (url === null || /[\s\p{C}\\]/u.test(uri) || url.host === '') {
    return {
      message: `${shown} is no redirect URI`,
      instead: 'write hosted-us, hosted-eu, or an address that begins with https://',
    };
  }
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && url.hostname === 'localhost')) {
    return {
      message: `${shown} is not encrypted`,
      instead: 'write an address that begins with https:// (or http://localhost for a test)',
    };
  }
  if (uri.length > limits.redirectUriChars) {
    return {
      message: `the address has ${uri.length} characters, Microsoft takes ${limits.redirectUriChars}`,
      instead: 'write a shorter one',
    };
  }
  const forbidden = /[!$'(),;]/.exec(uri)?.[0];
  if (forbidden !== undefined) {
    return {
      message: `${shown} holds ${forbidden}, which Microsoft refuses in redirect URIs`,
      instead: "write an address without ! $ ' ( ) , ;",
    };
  }
  if (url.username !== '' || url.password !== '' || uri.includes('#')) {
    return {
      message: `the address holds ${uri.includes('#') ? 'a fragment (#)' : 'a user name'}`,
      instead: 'write it without that part',
    };
  }
  return personal ? personalDefect(uri, shown) : undefined;
}

function personalDefect(uri: string, shown: string): Words | undefined {
  const instead = 'write it without, or choose an audience without personal accounts';
  if (uri.includes('*')) {
    return {
      message: `${shown} holds a wildcard, refused where personal accounts sign in`,
      instead,
    };
  }
  if (uri.includes('?')) {
    return { message: `${shown} holds a query, refused where personal accounts sign in`, instead };
  }
  return undefined;
}
