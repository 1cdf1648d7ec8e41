import { createRequire } from 'node:module';

/** The package's version: what `user-agent`, the OpenAPI document and the command line say. */
export const POSTHORN_VERSION = readVersion();

function readVersion(): string {
  const require = createRequire(import.meta.url);
  // From dist the package stands one level further up than from the sources.
  for (const path of ['../../../package.json', '../../package.json']) {
    try {
      const found = require(path) as { name?: string; version: string };
      if (found.name === 'posthorn') return found.version;
    } catch {
      // Not there: the other one.
    }
  }
  return '0.0.0';
}
