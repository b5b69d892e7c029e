/**
 * Builds `dist/`: few large files, because finding and reading many small ones is what makes a Node program slow to start.
 *
 *   eider.js     the command: answers --version alone, else loads program.js
 *   program.js   all of the program but what is loaded on demand
 *   duckdb.js    the database's library, s3.js the AWS SDK: each loads the bundle of that name
 *   index.js     the library, vectors.js the program for conformance vectors
 *
 * Everything is CommonJS: Node's loader of ES modules reads files on the threads of libuv, whose number can no longer be
 * set then. Compiled code of large files is kept beside them (`*.cache`) for the V8 and the processor that built it; the
 * program keeps it for others (src/load-cached.ts).
 */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { cachedDataVersionTag } from 'node:v8'
import { Script } from 'node:vm'
import { build } from 'esbuild'

const root = dirname(fileURLToPath(import.meta.url))
const dist = join(root, 'dist')
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))

/** Third parties that are loaded on demand, each from files of its own: all of them, or what is named. */
const onDemand = {
  '@duckdb/node-api': { file: 'duckdb' },
  '@aws-sdk/client-s3': { file: 's3', names: namesOfSdk() },
}
/** Files whose compiled code is kept, those first that others load. */
const kept = [...Object.values(onDemand).map(({ file }) => `${file}.bundle.js`), 'program.js']

/** The SDK has a class for each request there is, and all that is loaded takes memory. */
function namesOfSdk() {
  const source = readFileSync(join(root, 'src/storage/s3-connection.ts'), 'utf8')
  return [...new Set([...source.matchAll(/\bnew sdk\.(\w+)/g)].map(([, name]) => name))]
}

const shared = {
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  charset: 'ascii',
  minifySyntax: true,
  minifyWhitespace: true,
  supported: { 'dynamic-import': false },
  legalComments: 'none',
  logLevel: 'warning',
  define: { 'import.meta.url': '__moduleUrl', __VERSION__: JSON.stringify(version) },
  external: ['@duckdb/node-bindings-*'],
}
const moduleUrl = "const __moduleUrl=require('node:url').pathToFileURL(__filename).href;"

/** Imports of what is loaded on demand become imports of its own file. */
const splitOnDemand = {
  name: 'on-demand',
  setup(context) {
    for (const [name, { file }] of Object.entries(onDemand)) {
      const filter = new RegExp(`^${name.replace('/', '\\/')}$`)
      context.onResolve({ filter }, () => ({ path: `./${file}.js`, external: true }))
    }
  },
}

/** Of yargs nothing but its parser: the rest compiles tables of Unicode when it is loaded. */
const parserOfYargs = {
  name: 'parser-of-yargs',
  setup(context) {
    const resolveDir = join(root, 'node_modules/yargs')
    context.onResolve({ filter: /^yargs\/helpers$/ }, () => ({ path: 'yargs/helpers', namespace: 'parser' }))
    context.onLoad({ filter: /.*/, namespace: 'parser' }, () => ({
      contents: "export { default as Parser } from 'yargs-parser'",
      resolveDir,
    }))
  },
}

/**
 * Which C library the driver's package asks for: read off the program that runs, as `detect-libc` does first of all. The rest
 * of that package starts other processes, and loading what Node needs for that takes 13 ms.
 */
const libcOfThisProgram = {
  name: 'libc-of-this-program',
  setup(context) {
    context.onResolve({ filter: /^detect-libc$/ }, ({ path }) => ({ path, namespace: 'libc' }))
    context.onLoad({ filter: /.*/, namespace: 'libc' }, () => ({
      contents: `const { closeSync, openSync, readSync } = require('node:fs')
      const head = Buffer.alloc(2048)
      const familySync = () => {
        const program = openSync(process.execPath)
        try {
          readSync(program, head)
        } finally {
          closeSync(program)
        }
        return head.includes('/ld-musl-') ? 'musl' : 'glibc'
      }
      module.exports = { MUSL: 'musl', familySync }`,
    }))
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
    plugins: [splitOnDemand, parserOfYargs],
  })
  for (const [name, { file, names }] of Object.entries(onDemand)) {
    const from = JSON.stringify(name)
    await bundleOf(
      `${file}.bundle.js`,
      names ? `export { ${names.join(', ')} } from ${from}` : `module.exports = require(${from})`,
      // Without modules of the newer kind nothing can be left out.
      names && { mainFields: ['module', 'main'], conditions: ['module', 'import'] },
    )
    await bundleOf(
      `${file}.js`,
      `const { loadCached } = require('./src/load-cached.ts')
      module.exports = loadCached(new URL('./${file}.bundle.js', __moduleUrl))`,
    )
  }
  await build({
    ...shared,
    entryPoints: [join(root, 'src/eider.ts')],
    outfile: join(dist, 'eider.js'),
    banner: { js: moduleUrl },
  })
  for (const file of kept) escaped(join(dist, file))
}

async function bundleOf(file, contents, options) {
  await build({
    ...shared,
    ...options,
    stdin: { contents, resolveDir: root },
    outfile: join(dist, file),
    banner: { js: moduleUrl },
    plugins: [libcOfThisProgram],
  })
}

/** The built-in macros, parsed and compiled: what a start would otherwise do each time. */
async function builtins() {
  const { prepareBuiltins } = await ownModule('project/builtins.ts')
  const { packBuiltins } = await ownModule('cli/packed-builtins.ts')
  const folder = join(root, 'src/global-project')
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath ?? entry.path, entry.name))
    .sort()
    .map(path => ({ path: relative(folder, path).replaceAll('\\', '/'), text: readFileSync(path, 'utf8') }))
  const { facts, code } = packBuiltins(prepareBuiltins(files))
  writeFileSync(join(dist, 'builtins.json'), facts)
  writeFileSync(join(dist, 'builtins.code'), code)
  const stamp = createHash('sha256').update(facts).update(code)
  for (const name of kept) stamp.update(readFileSync(join(dist, name)))
  writeFileSync(join(dist, 'build-stamp'), stamp.digest('hex').slice(0, 16))
}

/** What a module of the program exports. */
async function ownModule(path) {
  const outfile = join(dist, `.${path.replaceAll('/', '-')}.js`)
  await build({ ...shared, entryPoints: [join(root, 'src', path)], outfile, banner: { js: moduleUrl } })
  const exports = createRequire(import.meta.url)(outfile)
  rmSync(outfile)
  return exports
}

/** In a process of its own: what it runs takes over arguments, folder and exit code. Flags of the environment are for others. */
function keepCompiledCode() {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(?:DBT|EIDER)_/.test(name)))
  const run = spawnSync(process.execPath, [fileURLToPath(import.meta.url), warmUpWord], { encoding: 'utf8', env })
  if (run.status !== 0) console.warn(`no compiled code is kept, the program starts slower: ${run.stderr}`)
}

/** Runs the program in a project that uses what most projects use, so that V8 has compiled it, and keeps that code. */
async function warmUp() {
  const { prepareToLoad } = await ownModule('cli/v8-settings.ts')
  prepareToLoad()
  const scripts = new Map(kept.map(name => [name, compiled(join(dist, name))]))
  for (const { file } of Object.values(onDemand)) {
    const filename = join(dist, `${file}.js`)
    const { exports } = scripts.get(`${file}.bundle.js`).run()
    createRequire(filename).cache[filename] = { id: filename, filename, loaded: true, exports }
  }
  const folder = mkdtempSync(join(tmpdir(), 'eider-build-'))
  try {
    const { exports } = scripts.get('program.js').run()
    cpSync(join(root, 'src/warm-up'), folder, { recursive: true })
    process.chdir(folder)
    process.argv = [process.execPath, 'eider', 'build']
    for (let times = 0; times < 2; times++) await exports.runProcess(version)
    // A test of the project fails on purpose.
    if (process.exitCode === 1) process.exitCode = 0
    for (const [name, { script }] of scripts) {
      writeFileSync(join(dist, `${name}.${cachedDataVersionTag()}.cache`), script.createCachedData())
    }
  } finally {
    process.chdir(root)
    rmSync(folder, { recursive: true, force: true })
  }
}

/** What is read as Latin-1 has to be ASCII, and esbuild leaves regular expressions as they are. */
function escaped(file) {
  const text = readFileSync(file, 'utf8')
  const unicode = unit => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
  writeFileSync(file, text.replace(/[^\0-\x7f]/g, unicode))
}

/** The text around the file is the one of load-cached.ts, or V8 would refuse the code. */
function compiled(file) {
  const source = `(function (exports, require, module, __filename, __dirname) {${readFileSync(file, 'latin1')}\n})`
  const script = new Script(source, { filename: file })
  const module = { exports: {} }
  const run = () => {
    script.runInThisContext()(module.exports, createRequire(file), module, file, dist)
    return module
  }
  return { script, run }
}

/** Declarations of the library: those that `index.d.ts` leads to, of all that the compiler makes. */
function declarations() {
  const folder = mkdtempSync(join(tmpdir(), 'eider-types-'))
  const compiler = join(root, 'node_modules/typescript/bin/tsc')
  const settings = ['--noEmit', 'false', '--declaration', '--emitDeclarationOnly', '--noCheck', '--outDir', folder]
  try {
    spawnSync(process.execPath, [compiler, '-p', root, ...settings, '--rootDir', root], { encoding: 'utf8' })
    const wanted = ['index.d.ts']
    for (const path of wanted) {
      const text = readFileSync(join(folder, 'src', path), 'utf8')
      mkdirSync(dirname(join(dist, 'types', path)), { recursive: true })
      writeFileSync(join(dist, 'types', path), text.replace(/(from '[^']+)\.ts'/g, "$1.js'"))
      for (const [, name] of text.matchAll(/from '(\.[^']+)\.ts'/g)) {
        const next = join(dirname(path), `${name}.d.ts`)
        if (!wanted.includes(next)) wanted.push(next)
      }
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function buildAll() {
  // What tests and benchmarks have put there is not for the package.
  rmSync(dist, { recursive: true, force: true })
  mkdirSync(dist)
  writeFileSync(join(dist, 'package.json'), '{"type":"commonjs"}\n')
  await bundles()
  await builtins()
  chmodSync(join(dist, 'eider.js'), 0o755)
  declarations()
  keepCompiledCode()
}

const warmUpWord = '--warm-up'
await (process.argv[2] === warmUpWord ? warmUp() : buildAll())
