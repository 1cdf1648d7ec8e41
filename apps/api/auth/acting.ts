import type { Actor } from '#audit';
import type { FastifyRequest } from '../http/request.js';
import { refusal } from '../http/validation.pipe.js';

/** On whose behalf a caller acts: a header of the request, for the audit log. */
export const ACTOR_HEADER = 'posthorn-actor';

export const MAX_ACTOR_CHARACTERS = 256;

/** Who makes the change that a request asks for, as the audit log keeps it. Throws `validation_failed`. */
export function toActor({ principal, headers, id, ip }: FastifyRequest): Actor {
  const { keyId, keyName, role, session } = principal!;
  return {
    kind: session === null ? 'api_key' : `${session.kind}_session`,
    keyId,
    keyName,
    sessionId: session?.id ?? null,
    role,
    onBehalfOf: readActorHeader(headers[ACTOR_HEADER]),
    requestId: id,
    remoteAddress: ip,
  };
}

/** Of a header that came several times Node.js makes one text, or a list. */
export function readActorHeader(header: string | readonly string[] | undefined): string | null {
  if (header === undefined) return null;
  const text = fromLatin1([header].flat().join(', ')).trim();
  if (text === '') return null;
  if (text.length <= MAX_ACTOR_CHARACTERS && !/[\p{Cc}\p{Cs}]/u.test(text)) return text;
  const message = `header must have at most ${MAX_ACTOR_CHARACTERS} characters, and none that cannot be seen`;
  throw refusal([{ pointer: 'Posthorn-Actor', code: 'invalid', message }]);
}

const UTF8 = new TextDecoder('utf-8', { fatal: true });

/** Names are written in UTF-8, and Node.js reads headers as Latin-1 (RFC 9110, section 5.5): what is not UTF-8 stays. */
function fromLatin1(text: string): string {
  try {
    return UTF8.decode(Buffer.from(text, 'latin1'));
  } catch {
    return text;
  }
}
