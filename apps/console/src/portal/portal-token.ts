const KEPT_AS = 'posthorn-portal-token';

export const isPortal = location.pathname.startsWith('/portal/');

/**
 * The token of a portal's link (`/portal/#token=…`). It is taken out of the address, so that nobody hands it on with
 * a copied link, and kept for this tab, so that reloading the page does not end the session.
 */
export function takePortalToken(): string | null {
  if (!isPortal) return null;
  const token = new URLSearchParams(location.hash.slice(1)).get('token');
  if (token === null) return sessionStorage.getItem(KEPT_AS);
  sessionStorage.setItem(KEPT_AS, token);
  history.replaceState(null, '', location.pathname + location.search);
  return token;
}
