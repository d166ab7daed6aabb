/** The import rules of ARCHITECTURE.md: shared <- core <- main services <- ipc, cli <- index; renderer on shared. */

const nodeBuiltIns = { dependencyTypes: ['core'] }

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'Two files that import each other are one file, or hide a third.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-unresolved-imports',
      comment: 'An import must lead to a file or an installed package.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'shared-stands-alone',
      comment: 'Contracts know no Node, no Electron and no other layer.',
      severity: 'error',
      from: { path: '^src/shared/' },
      to: { path: '^src/', pathNot: '^src/shared/' },
    },
    {
      name: 'shared-and-core-without-node',
      comment: 'The learning core and the contracts do no input or output.',
      severity: 'error',
      from: { path: '^src/(shared|core)/' },
      to: nodeBuiltIns,
    },
    {
      name: 'core-imports-only-shared',
      comment: 'The learning core knows no process it runs in.',
      severity: 'error',
      from: { path: '^src/core/' },
      to: { path: '^src/(main|preload|renderer)/' },
    },
    {
      name: 'losses-below-the-objective',
      comment:
        'A loss, miner, distance or sampler knows no other kind of them, and nothing that uses it.',
      severity: 'error',
      from: {
        path: '^src/core/(augmentation|distances|losses|math|miners|reducers|registry|regularizers|samplers|tuples)/',
      },
      to: {
        path: '^src/core/(evaluation|findings|loop|network|objective|plan|prediction|projection|recipes|review|starts|sweep|work)/',
      },
    },
    {
      name: 'miners-and-losses-apart',
      comment: 'They speak of each other in traits, so that either may come from outside.',
      severity: 'error',
      from: { path: '^src/core/(losses|miners|samplers)/' },
      to: {
        path: '^src/core/(losses|miners|samplers)/',
        pathNot: '^src/core/$1/',
      },
    },
    {
      name: 'objective-below-the-loop',
      comment: 'What a batch costs knows nothing of steps, starts and runs.',
      severity: 'error',
      from: { path: '^src/core/(objective|evaluation|network)/' },
      to: { path: '^src/core/(findings|loop|plan|prediction|recipes|review|starts|sweep|work)/' },
    },
    {
      name: 'prediction-on-embeddings-alone',
      comment: 'How a model predicts is measured on its embeddings, however they were trained.',
      severity: 'error',
      from: { path: '^src/core/prediction/' },
      to: { path: '^src/core/', pathNot: '^src/core/(evaluation|math|prediction|steps\\.ts$)' },
    },
    {
      name: 'loop-below-recipes',
      comment: 'One training knows nothing of how a whole recipe is put together or planned.',
      severity: 'error',
      from: { path: '^src/core/(findings|loop|review|starts|work)/' },
      to: { path: '^src/core/(plan|recipes|sweep)/' },
    },
    {
      name: 'recipes-below-plan',
      comment: 'A recipe is carried out as it was planned, by whomever.',
      severity: 'error',
      from: { path: '^src/core/recipes/' },
      to: { path: '^src/core/(plan|sweep)/' },
    },
    {
      name: 'electron-only-at-the-edge',
      comment: 'Everything else must run under plain Node too, for the command line and the tests.',
      severity: 'error',
      from: {
        path: '^src/',
        pathNot:
          '^src/(preload/|main/(index\\.ts$|app/|protocol/register\\.ts$|security/install\\.ts$))',
      },
      to: { path: '(^|/)electron(/|$)' },
    },
    {
      name: 'services-below-transports',
      comment: 'Services know neither IPC nor the command line nor the windows.',
      severity: 'error',
      from: { path: '^src/main/', pathNot: '^src/main/(ipc/|cli/|app/|index\\.ts$)' },
      to: { path: '^src/main/(ipc/|cli/|app/|index\\.ts$)' },
    },
    {
      name: 'sql-only-in-db',
      comment: 'The only SQL of the program is in src/main/db.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/main/db/' },
      to: { path: '(^|/)sqlite3(/|$)' },
    },
    {
      name: 'workers-stay-apart',
      comment:
        'A worker imports the core, the contracts, the backends, features, processes, runs and its own folder.',
      severity: 'error',
      from: { path: '^src/main/(.+)/[^/]+\\.(worker|process)\\.ts$' },
      to: {
        path: '^src/',
        pathNot: '^src/(core|shared|main/(backend|features|processes|runs)|main/$1)/',
      },
    },
    {
      name: 'workers-reach-no-database',
      comment: 'Only main writes the database, so that a dead worker cannot harm it.',
      severity: 'error',
      from: { path: '^src/main/.+\\.(worker|process)\\.ts$' },
      to: { path: '(^|/)(sqlite3|electron)(/|$)|^src/main/db/', reachable: true },
    },
    {
      name: 'preload-imports-only-shared',
      comment: 'The preload is sandboxed: one file over the contract.',
      severity: 'error',
      from: { path: '^src/preload/' },
      to: { path: '^src/', pathNot: '^src/(shared|preload)/' },
    },
    {
      name: 'renderer-never-main',
      comment: 'The window speaks to main through the contract alone.',
      severity: 'error',
      from: { path: '^src/renderer/' },
      to: { path: '^src/(main|preload)/' },
    },
    {
      name: 'renderer-without-node',
      comment: 'The window is sandboxed: it has no Node.',
      severity: 'error',
      from: { path: '^src/renderer/' },
      to: nodeBuiltIns,
    },
    {
      name: 'renderer-little-of-core',
      comment: 'The window does geometry and evaluates; it learns nothing itself.',
      severity: 'error',
      from: { path: '^src/renderer/' },
      to: { path: '^src/core/', pathNot: '^src/core/(geometry|evaluation)/' },
    },
    {
      name: 'features-are-independent',
      comment: 'What two features share belongs to components, composables or stores.',
      severity: 'error',
      from: { path: '^src/renderer/src/features/([^/]+)/' },
      to: {
        path: '^src/renderer/src/features/',
        pathNot: '^src/renderer/src/features/$1/',
      },
    },
    {
      name: 'source-never-test',
      comment: 'Tests import the source, not the other way.',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^test/' },
    },
    {
      name: 'main-needs-real-dependencies',
      comment: 'What main and the core load must be among dependencies, not devDependencies.',
      severity: 'error',
      from: { path: '^src/(main|core|shared)/' },
      to: {
        dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'],
        dependencyTypesNot: ['type-only'],
        pathNot: '(^|/)electron(/|$)',
      },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      extensions: ['.ts', '.vue', '.mjs', '.js', '.cjs', '.json', '.css', '.d.ts'],
      mainFields: ['module', 'main', 'types'],
    },
  },
}
