import type { Config } from '#config';
import { isHttps } from '../http/own-address.js';
import type { FastifyRequest } from '../http/request.js';

/** Headers of the console's or the portal's files. */
export interface PageHeaders {
  for(request: FastifyRequest): Record<string, string>;
}

/** What a page may load: everything from here, and no script and no style that stands in it. */
const POLICY = {
  'default-src': "'none'",
  'script-src': "'self'",
  'style-src': "'self'",
  'img-src': "'self' data:",
  'font-src': "'self'",
  'connect-src': "'self'",
  'manifest-src': "'self'",
  'base-uri': "'none'",
  'form-action': "'none'",
};

const HSTS = 'max-age=31536000';

/** Nobody frames the console: a click in it may replay a million events. */
export function consoleHeaders(config: Config): PageHeaders {
  return pageHeaders(config, { ...POLICY, 'frame-ancestors': "'none'" }, { 'x-frame-options': 'DENY' });
}

/** The portal shows in the pages of the operator's own product, and a logo of the operator's from wherever it is. */
export function portalHeaders(config: Config): PageHeaders {
  const { portalOrigins } = config.http;
  const policy = {
    ...POLICY,
    'img-src': "'self' data: https:",
    'frame-ancestors': portalOrigins.length > 0 ? portalOrigins.join(' ') : "'none'",
  };
  // The older header cannot name origins.
  return pageHeaders(config, policy, portalOrigins.length > 0 ? {} : { 'x-frame-options': 'DENY' });
}

function pageHeaders({ http }: Config, policy: Record<string, string>, more: Record<string, string>): PageHeaders {
  const headers: Record<string, string> = {
    'content-security-policy': Object.entries(policy)
      .map((directive) => directive.join(' '))
      .join('; '),
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-resource-policy': 'same-origin',
    ...more,
  };
  const overHttps = { ...headers, 'strict-transport-security': HSTS };
  return { for: (request) => (isHttps(request, http.publicUrl) ? overHttps : headers) };
}
