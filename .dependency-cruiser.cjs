/**
 * The rooms and their floors (ARCHITECTURE.md). Imports go down only, through doors (`index.ts`) only, never sideways.
 * One named rule per line, so that a broken build names the rule that was broken.
 */
const floors = {
  5: ['apps/'],
  4: ['publishing', 'delivering', 'replaying', 'upkeep', 'insights'],
  3: ['tenants', 'endpoints', 'events', 'deliveries', 'stats'],
  2: ['database', 'queue', 'transport', 'telemetry', 'audit'],
  1: ['signing', 'policy', 'schemas'],
  0: ['kernel', 'config'],
};
const libs = (floor) => `^libs/(${floors[floor].join('|')})/`;
const libsFrom = (lowest) =>
  `^libs/(${Object.entries(floors)
    .filter(([floor]) => floor !== '5' && Number(floor) >= lowest)
    .flatMap(([, rooms]) => rooms)
    .join('|')})/`;
const error = (name, from, to, comment) => ({ name, severity: 'error', comment, from, to });

module.exports = {
  forbidden: [
    error('no-circles', {}, { circular: true }, 'Two rooms that want each other are missing a third (a flow).'),
    error('no-unresolved', {}, { couldNotResolve: true }, 'Every import must resolve.'),
    error('libs-not-apps', { path: '^(libs|migrations)/' }, { path: '^apps/' }, 'Rooms know nothing of doors.'),
    error('nothing-imports-test', { path: '^(apps|libs|migrations)/', pathNot: 'spec\\.ts$' }, { path: '^test/' }),
    error('no-spec-imports', {}, { path: '(spec|int-spec|e2e-spec)\\.ts$' }, 'A test is not a library.'),
    error('doors-only', { path: '^libs/([^/]+)/' }, { path: '^libs/([^/]+)/(?!index\\.ts$)', pathNot: '^libs/$1/' }),
    error('doors-only-from-apps', { path: '^(apps|migrations|test)/' }, { path: '^libs/[^/]+/(?!index\\.ts$)' }),
    error('apps-apart', { path: '^apps/(api|worker|cli)/' }, { path: '^apps/', pathNot: '^apps/$1/' }, 'Only standalone joins apps.'),
    error('floor-4-not-sideways', { path: '^libs/(publishing|delivering|replaying|upkeep|insights)/' }, { path: libs(4), pathNot: '^libs/$1/' }),
    error('floor-3-not-up', { path: libs(3) }, { path: libsFrom(4) }),
    error('floor-3-not-sideways', { path: '^libs/(tenants|endpoints|events|deliveries|stats)/' }, { path: libs(3), pathNot: '^libs/$1/' }),
    error('floor-2-not-up', { path: libs(2) }, { path: libsFrom(3) }),
    error('floor-2-not-sideways', { path: '^libs/(database|queue|transport|telemetry|audit)/' }, { path: libs(2), pathNot: '^libs/$1/' }),
    error('floor-1-not-up', { path: libs(1) }, { path: libsFrom(2) }),
    error('floor-1-not-sideways', { path: '^libs/(signing|policy|schemas)/' }, { path: libs(1), pathNot: '^libs/$1/' }),
    error('floor-0-not-up', { path: libs(0) }, { path: libsFrom(1) }),
    error('floor-0-not-sideways', { path: '^libs/(kernel|config)/' }, { path: libs(0), pathNot: '^libs/$1/' }),
    error('pure-rooms-do-no-io', { path: libs(1), pathNot: 'spec\\.ts$' }, { path: '^(node:)?(fs|net|http|https|dns|tls|child_process)$|node_modules/(@nestjs|typeorm|pg|undici|bullmq|ioredis)/' }),
    error('ajv-and-re2-only-in-schemas', { path: '^(apps|libs|migrations)/', pathNot: '^libs/schemas/' }, { path: 'node_modules/(ajv|ajv-formats|re2js)/' }),
    error('undici-only-in-transport', { path: '^(apps|libs|migrations)/', pathNot: '^libs/transport/' }, { path: 'node_modules/undici/' }),
    error('bullmq-only-in-queue', { path: '^(apps|libs|migrations)/', pathNot: '^libs/queue/' }, { path: 'node_modules/(bullmq|ioredis)/' }),
    error('typeorm-only-in-stores', { path: '^(apps|libs)/', pathNot: '^libs/(database|tenants|endpoints|events|deliveries|insights)/' }, { path: 'node_modules/typeorm/' }),
    error('pg-only-in-database-and-queue', { path: '^(apps|libs)/', pathNot: '^libs/(database|queue)/' }, { path: 'node_modules/pg/' }),
    error('dto-tools-only-in-apps', { path: '^libs/', pathNot: '^libs/config/' }, { path: 'node_modules/(class-validator|class-transformer|@nestjs/swagger)/' }),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|apps/console)/' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['source', 'import', 'node', 'default'] },
  },
};
