import { hasIdPrefix, type IdPrefix, parseAttemptId, parseTypeId, type Uuid } from '#kernel';

/** What may be looked up by an id of ours. */
const SOUGHT = ['evt', 'dlv', 'dl', 'ep', 'sub', 'ten', 'rpl'] as const satisfies readonly IdPrefix[];

export type SoughtPrefix = (typeof SOUGHT)[number];

/** What someone has typed into the one box. */
export type SearchTerm =
  | { readonly kind: 'id'; readonly prefix: SoughtPrefix; readonly id: Uuid }
  | { readonly kind: 'attempt'; readonly deliveryId: Uuid; readonly number: number }
  /** The owner's own words: a uid, a business key, a correlation id, a name, a URL. */
  | { readonly kind: 'words'; readonly text: string; readonly uid: string | null; readonly urls: readonly string[] }
  /** Begins as our ids do, but is none: no owner's word may look like that, so there is nothing to look for. */
  | { readonly kind: 'nothing' };

const UID = /^[A-Za-z0-9._:-]{1,256}$/;
const URL_WITH_SCHEME = /^https?:\/\/\S+$/i;
/** A host with a dot or a port, and perhaps a path: `hooks.example.com`, `localhost:8080/a`, `[::1]:80`. */
const HOST = /^(\[[0-9a-f:.]+\](:\d+)?|[a-z0-9_-]+(\.[a-z0-9_-]+)*(\.[a-z0-9_-]+|:\d+))([/?]\S*)?$/i;

/** Reads what was typed; blanks around it do not count. Pure. */
export function readSearchTerm(typed: string): SearchTerm {
  const text = typed.trim();
  const attempt = parseAttemptId(text);
  if (attempt !== null) return { kind: 'attempt', ...attempt };
  for (const prefix of SOUGHT) {
    const id = parseTypeId(prefix, text);
    if (id !== null) return { kind: 'id', prefix, id };
  }
  if (text === '' || hasIdPrefix(text)) return { kind: 'nothing' };
  return { kind: 'words', text, uid: UID.test(text) ? text : null, urls: urlPrefixesOf(text) };
}

/** What the URLs that are meant begin with, in lower case. */
function urlPrefixesOf(text: string): string[] {
  const lower = text.toLowerCase();
  if (URL_WITH_SCHEME.test(lower)) return [lower];
  return HOST.test(lower) ? [`https://${lower}`, `http://${lower}`] : [];
}
