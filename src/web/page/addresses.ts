/** The addresses of the pages, relative to the host. Ids are foreign text. */
import type { ConfirmedOrder } from './model.ts';

export const overviewAddress = '/';

/** Where App Service signs a person in anew, and whereto it leads back within this site. */
export function signInAddress(back: string): string {
  // Two slashes at the beginning would name another host.
  const within = `/${back.replace(/^[/\\]+/, '')}`;
  return `/.auth/login/aad?post_login_redirect_uri=${encodeURIComponent(within)}`;
}

/** One page of the overview. */
export function overviewPageAddress(page: number): string {
  return page === 1 ? overviewAddress : `/?page=${page}`;
}

/** The page of one registration. */
export function registrationAddress(id: string): string {
  return `/registrations/${segment(id)}`;
}

/** Where forms send orders. */
export function ordersAddress(id: string): string {
  return `${registrationAddress(id)}/orders`;
}

/** The page of one order. */
export function orderAddress(id: string, order: string): string {
  return `${ordersAddress(id)}/${segment(order)}`;
}

/** The page that tells the consequence of an order, and takes it. */
export function confirmAddress(id: string, order: ConfirmedOrder): string {
  const keyId = order.kind === 'retire' ? `&keyId=${segment(order.keyId)}` : '';
  return `${registrationAddress(id)}/confirm?kind=${order.kind}${keyId}`;
}

/** Lone surrogates have no encoding; dots alone would be taken for folders. */
function segment(text: string): string {
  const encoded = encodeURIComponent(text.toWellFormed());
  return /^\.{1,2}$/.test(encoded) ? encoded.replaceAll('.', '%2E') : encoded;
}
