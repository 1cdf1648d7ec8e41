import { existsSync, readdirSync } from 'node:fs';
import { join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fastifyStatic } from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { PosthornError } from '#kernel';
import type { ApiDeps } from '../api-deps.js';
import { consoleHeaders, portalHeaders } from './page-headers.js';

/** One program, two addresses: support and admin, and the tenants. */
const PLACES = [
  { prefix: '/console/', headersOf: consoleHeaders },
  { prefix: '/portal/', headersOf: portalHeaders },
] as const;

/** Files below it have a hash of their content in their name: they never change. */
const HASHED = 'assets/';

const YEAR_SECONDS = 31_536_000;

/** Serves the built console. Its pages are one, which looks at the address by itself. */
export async function serveConsole(instance: FastifyInstance, { config, consoleDir }: ApiDeps): Promise<void> {
  const root = consoleDir ?? builtConsole();
  const files = filesIn(root);
  // Kept to what was there at start: nothing that a request says leads anywhere else.
  await instance.register(fastifyStatic, { root, serve: false, cacheControl: false, dotfiles: 'deny' });
  instance.get('/', (_request, reply) => reply.redirect('console/'));
  for (const { prefix, headersOf } of PLACES) {
    const headers = headersOf(config);
    instance.get(prefix.slice(0, -1), (_request, reply) => reply.redirect(prefix.slice(1)));
    instance.get(`${prefix}*`, (request, reply) => {
      const file = fileFor((request.params as { '*': string })['*'], files);
      void reply.headers(headers.for(request)).header('cache-control', cachingOf(file));
      return reply.sendFile(file);
    });
  }
}

/** The file that was asked for, or the page: which of its views an address means is the page's business. */
function fileFor(path: string, files: ReadonlySet<string>): string {
  if (files.has(path)) return path;
  if (!files.has('index.html')) throw new PosthornError('route_not_found', 'The console is not built: npm run build.');
  // A page in place of a script would break in the browser with a riddle.
  if (path.startsWith(HASHED)) throw new PosthornError('route_not_found', `The console has no file ${path}.`);
  return 'index.html';
}

const cachingOf = (file: string): string =>
  file.startsWith(HASHED) ? `public, max-age=${YEAR_SECONDS}, immutable` : 'no-cache';

function filesIn(root: string): ReadonlySet<string> {
  if (!existsSync(root)) return new Set();
  const entries = readdirSync(root, { recursive: true, withFileTypes: true });
  const paths = entries.filter((one) => one.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  return new Set(
    paths.map((path) =>
      path
        .slice(root.length + 1)
        .split(sep)
        .join('/'),
    ),
  );
}

/** From the sources as well as from dist. */
function builtConsole(): string {
  const base = fileURLToPath(new URL('../../..', import.meta.url)).replace(/[/\\]$/, '');
  return /[/\\]dist$/.test(base) ? join(base, 'apps', 'console') : join(base, 'dist', 'apps', 'console');
}
