/**
 * Builds `dist/`: few large files, because finding and reading many small ones is what makes a Node program slow to start.
 *
 *   eider.js     the command: answers --version alone, else loads program.js
 *   program.js   all of the program but what is loaded on demand
 *   duckdb.js    the database's library, s3.js the AWS SDK
 *   index.js     the library, vectors.js the program for conformance vectors
 *
 * Everything is CommonJS: Node's loader of ES modules reads files on the threads of libuv, whose number can no longer be
 * set then. Compiled code of program.js is kept beside it (`*.cache`) for the Node version that built it.
 */
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = dirname(fileURLToPath(import.meta.url))
const dist = join(root, 'dist')
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))

/** Third parties that are loaded on demand, each as one file of its own. */
const onDemand = {
  '@duckdb/node-api': 'duckdb.js',
  '@aws-sdk/client-s3': 's3.js',
}

const shared = {
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  charset: 'ascii',
  minifySyntax: true,
  minifyWhitespace: true,
  keepNames: true,
  legalComments: 'none',
  logLevel: 'warning',
  define: { 'import.meta.url': '__moduleUrl', __VERSION__: JSON.stringify(version) },
  external: ['@duckdb/node-bindings', '@duckdb/node-bindings-*'],
}
const moduleUrl = "const __moduleUrl=require('node:url').pathToFileURL(__filename).href;"

/** Imports of what is loaded on demand become imports of its own file. */
const splitOnDemand = {
  name: 'on-demand',
  setup(context) {
    for (const [name, file] of Object.entries(onDemand)) {
      const filter = new RegExp(`^${name.replace('/', '\\/')}$`)
      context.onResolve({ filter }, () => ({ path: `./${file}`, external: true }))
    }
    // program.js is cached as compiled code, which a static import would not use.
    context.onResolve({ filter: /^\.\/cli\/run-process\.ts$/ }, ({ importer }) =>
      importer.endsWith('eider.ts') ? { path: './program.js', external: true } : undefined,
    )
  },
}

async function bundles() {
  await build({
    ...shared,
    entryPoints: {
      program: join(root, 'src/cli/run-process.ts'),
      index: join(root, 'src/index.ts'),
      vectors: join(root, 'src/vectors.ts'),
    },
    outdir: dist,
    banner: { js: moduleUrl },
    plugins: [splitOnDemand],
  })
  for (const [name, file] of Object.entries(onDemand)) {
    await build({
      ...shared,
      stdin: { contents: `module.exports = require(${JSON.stringify(name)})`, resolveDir: root },
      outfile: join(dist, file),
      banner: { js: moduleUrl },
    })
  }
  await build({
    ...shared,
    entryPoints: [join(root, 'src/eider.ts')],
    outfile: join(dist, 'eider.js'),
    plugins: [splitOnDemand],
  })
}

/** The built-in macros, parsed and compiled: what a start would otherwise do each time. */
async function builtins() {
  const preparer = join(dist, '.prepare-builtins.js')
  await build({
    ...shared,
    entryPoints: [join(root, 'src/project/builtins.ts')],
    outfile: preparer,
    banner: { js: moduleUrl },
  })
  const { prepareBuiltins } = createRequire(import.meta.url)(preparer)
  const folder = join(root, 'src/global-project')
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath ?? entry.path, entry.name))
    .sort()
    .map(path => ({ path: relative(folder, path).replaceAll('\\', '/'), text: readFileSync(path, 'utf8') }))
  writeFileSync(join(dist, 'builtins.json'), JSON.stringify(prepareBuiltins(files)))
  rmSync(preparer)
}

mkdirSync(dist, { recursive: true })
writeFileSync(join(dist, 'package.json'), '{"type":"commonjs"}\n')
await bundles()
await builtins()
chmodSync(join(dist, 'eider.js'), 0o755)
