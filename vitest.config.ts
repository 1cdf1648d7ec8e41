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
  // For what hangs: a machine that others use too can need many times what a test usually takes.
  testTimeout: 180_000,
  hookTimeout: 180_000,
  // Where a change is judged, what the machine has tripped gets up once more: the log says which it was.
  retry: process.env['CI'] ? 1 : 0,
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
          testTimeout: 60_000,
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
