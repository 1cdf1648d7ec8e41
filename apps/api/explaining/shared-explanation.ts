import { createHash } from 'node:crypto';
import { ApiProperty } from '@nestjs/swagger';
import { type EventExplanation, type Verdict, VERDICTS } from '#insights';
import { toTypeId } from '#kernel';

class SharedEndpointResponse {
  @ApiProperty({ type: String, description: 'The host of its URL.' })
  host: string;

  @ApiProperty({ type: String, enum: [...VERDICTS] })
  verdict: Verdict;

  @ApiProperty({ type: String })
  sentence: string;
}

/** An explanation as whoever has the link sees it: no payload, of URLs the host, of ids the event's. */
export class SharedExplanationResponse {
  @ApiProperty({ type: String })
  event: string;

  @ApiProperty({ type: String })
  type: string;

  @ApiProperty({ type: String, format: 'date-time' })
  createdAt: string;

  @ApiProperty({ type: () => [SharedEndpointResponse] })
  endpoints: SharedEndpointResponse[];
}

export function toSharedExplanation({ event, endpoints }: EventExplanation): SharedExplanationResponse {
  return {
    event: toTypeId('evt', event.id),
    type: event.type,
    createdAt: event.createdAt.toISOString(),
    endpoints: endpoints.map(({ endpoint, verdict, sentence }) => ({ host: hostOf(endpoint.url), verdict, sentence })),
  };
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : '';
}

const STYLE = `:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { margin: 0 auto; max-width: 46rem; padding: 2rem 1rem; }
h1 { font-size: 1.25rem; margin: 0 0 .25rem; }
h2 { font-size: 1rem; margin: 0; overflow-wrap: anywhere; }
section { border-top: 1px solid color-mix(in srgb, currentColor 25%, transparent); padding: 1rem 0; }
p { margin: .25rem 0 0; overflow-wrap: anywhere; }
small { opacity: .75; }`;

/** Nothing but the one style below: no script, no image, no frame, and no address passed on. */
export const PAGE_HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy':
    `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; ` +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
} as const;

export function toPage({ event, type, createdAt, endpoints }: SharedExplanationResponse): string {
  const parts = endpoints.map(
    ({ host, verdict, sentence }) =>
      `<section><h2>${escape(host)}: ${verdict.replace('_', ' ')}</h2><p>${escape(sentence)}</p></section>`,
  );
  const none = '<section><p>There is no endpoint that it could have been sent to.</p></section>';
  return page(
    'What became of your event',
    `<p>${escape(type)}, ${escape(createdAt.slice(0, 19).replace('T', ' '))} UTC<br><small>${escape(event)}</small></p>
${parts.join('\n') || none}`,
  );
}

export function toRefusalPage(sentence: string): string {
  return page('There is nothing to see here', `<p>${escape(sentence)}</p>`);
}

function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${title}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${title}</h1>
${body}
</main>
</body>
</html>
`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character]!);
}
