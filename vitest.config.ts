import { defineConfig } from 'vitest/config';

/**
 * Three kinds of test by cost, one project each: `unit` (pure, milliseconds), `integration` (a real PostgreSQL and a
 * real Redis) and `e2e` (whole processes over real sockets). `npm run check` runs the first, `npm test` all of them.
 *
 * `conditions` lets `#room` imports resolve to the TypeScript sources. Only 'source' may stand there: the list is
 * handed to Node as well, and 'import' or 'module' would make typeorm load pg's ESM build and fail.
 */
const shared = {
  ssr: { resolve: { conditions: ['source'] } },
};

const onRealServers = {
  globalSetup: ['./test/support/global-setup.ts'],
  setupFiles: ['./test/support/worker-title.ts'],
  pool: 'forks' as const,
  testTimeout: 30_000,
  hookTimeout: 60_000,
};

export default defineConfig({
  ...shared,
  test: {
    maxWorkers: 2,
    projects: [
      {
        ...shared,
        test: {
          name: 'unit',
          include: ['{apps,libs,migrations}/**/*.spec.ts', 'test/{support,chaos}/**/*.spec.ts'],
          // Pure tests have nothing to hide from each other, and starting anew for each file costs three times the tests.
          isolate: false,
        },
      },
      {
        ...shared,
        test: { name: 'integration', include: ['{apps,libs,test}/**/*.int-spec.ts'], ...onRealServers },
      },
      { ...shared, test: { name: 'e2e', include: ['test/**/*.e2e-spec.ts'], ...onRealServers } },
    ],
  },
});
