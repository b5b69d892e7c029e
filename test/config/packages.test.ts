import { describe, expect, it } from 'vitest'
import { DiagnosticError } from '../../src/base/diagnostic.ts'
import { fetchPackages } from '../../src/config/fetch-packages.ts'
import { type InstallEvent, installPackages } from '../../src/config/install-packages.ts'
import { requestHash, yamlText } from '../../src/config/package-lock.ts'
import type { PackageSource } from '../../src/config/package-source.ts'
import { untar } from '../../src/config/untar.ts'
import { memoryFiles } from '../../src/storage/memory-files.ts'
import { loadBare, projectFile } from './config-rig.ts'

const local = (name: string, packages = ''): Record<string, string> => ({
  [`${name}/dbt_project.yml`]: `name: ${name}\nversion: '1.0'\n`,
  [`${name}/models/${name}.sql`]: 'select 1',
  ...(packages && { [`${name}/packages.yml`]: packages }),
})

const nowhere: PackageSource = {
  hubVersions: () => Promise.reject(new Error('no hub')),
  git: () => Promise.reject(new Error('no git')),
  tarball: () => Promise.reject(new Error('no tarball')),
}

async function deps(files: Record<string, string>, source = nowhere, given = {}) {
  // Every version on the hub of these tests is the folder `cache/one`.
  const { config } = loadBare({ 'cache/one/dbt_project.yml': 'name: one\n', ...files }, { which: 'deps', given })
  if (!config) throw new Error('not loaded')
  const events: InstallEvent[] = []
  await installPackages(config, { source, link: () => false }, event => events.push(event))
  return { files: config.files, events, config }
}

async function failure(files: Record<string, string>, source = nowhere): Promise<string> {
  try {
    await deps(files, source)
    return ''
  } catch (error) {
    return error instanceof DiagnosticError ? error.message : String(error)
  }
}

describe('deps', () => {
  it('copies local packages and those that they ask for, and writes the lock', async () => {
    const { files, events } = await deps({
      'packages.yml': 'packages: [{local: one}]',
      ...local('one', 'packages: [{local: two}]'),
      ...local('two'),
    })
    expect(files.list('dbt_packages')).toEqual([
      'one/dbt_project.yml',
      'one/models/one.sql',
      'one/packages.yml',
      'two/dbt_project.yml',
      'two/models/two.sql',
    ])
    expect(files.read('package-lock.yml')).toMatch(
      /^packages:\n {2}- local: one\n {4}name: one\n {2}- local: two\n {4}name: two\nsha1_hash: [0-9a-f]{40}\n$/,
    )
    expect(events.map(event => event.kind)).toEqual([
      'lock written',
      'installing',
      'installed',
      'installing',
      'installed',
    ])
  })

  it('takes versions from the lock while it fits the packages file', async () => {
    const hub = hubOf({ '1.0.0': 'one', '1.1.0': 'one' })
    const asked = { 'packages.yml': 'packages: [{package: me/one, version: [">=1.0.0", "<2.0.0"]}]' }
    const first = await deps(asked, hub)
    expect(first.files.read('package-lock.yml')).toContain('version: 1.1.0')
    const lock = (first.files.read('package-lock.yml') ?? '').replace('1.1.0', '1.0.0')
    const again = await deps({ ...asked, 'package-lock.yml': lock }, hub)
    expect(again.files.read('package-lock.yml')).toContain('version: 1.0.0')
    const upgraded = await deps({ ...asked, 'package-lock.yml': lock }, hub, { upgrade: true })
    expect(upgraded.files.read('package-lock.yml')).toContain('version: 1.1.0')
  })

  it.each([
    [
      'packages: [{package: me/one, version: ">=3.0.0"}]',
      'Could not find a matching compatible version for package me/one',
    ],
    [
      'packages: [{package: me/one, version: 1.0.0}, {package: me/one, version: 1.1.0}]',
      'Version error for package me/one',
    ],
    ['packages: [{local: gone}]', 'No dbt_project.yml found at expected path /project/gone/dbt_project.yml'],
    [
      'packages: [{git: x, revision: a}, {git: x.git, revision: b}]',
      "git dependencies should contain exactly one version. x.git contains: {'a', 'b'}",
    ],
    ['packages: [{private: me/x}]', 'git provider integration is missing'],
  ])('%s is refused', async (packages, message) => {
    expect(await failure({ 'packages.yml': packages }, hubOf({ '1.0.0': 'one', '1.1.0': 'one' }))).toContain(message)
  })

  it.each([
    ['packages: [{tarball: https://x.y/z.tgz}]', 'A tarball package needs a "name"'],
    ['packages: [{foo: x}]', 'A package needs one of "package", "git", "local", "tarball" or "private"'],
    ['packages: 5', 'The "packages" of packages.yml must be a list'],
    ['packages: [{git: x, revsion: b}]', "{'git': 'x', 'revsion': 'b'} is not valid under any of the given schemas"],
  ])('%s is a malformed file', (packages, reason) => {
    expect(loadBare({ 'packages.yml': packages }, { which: 'deps' }).told).toEqual([
      `error config/bad-packages: The packages.yml file in this project is malformed\n\nValidator Error:\n${reason}`,
    ])
  })

  it('refuses packages of one name, and one of the project’s name', async () => {
    const twice = { ...local('one'), 'b/dbt_project.yml': 'name: one\n' }
    expect(await failure({ ...twice, 'packages.yml': 'packages: [{local: one}, {local: b}]' })).toContain(
      'Found duplicate project "one"',
    )
    expect(await failure({ 'b/dbt_project.yml': projectFile, 'packages.yml': 'packages: [{local: b}]' })).toContain(
      'same name as the root project "shop"',
    )
  })
})

function hubOf(versions: Record<string, string>): PackageSource {
  return {
    ...nowhere,
    hubVersions: () =>
      Promise.resolve(
        Object.keys(versions).map(version => ({ version, requireDbtVersion: ['>=1.0.0'], tarball: version })),
      ),
    tarball: () => Promise.resolve({ folder: '/project/cache/one' }),
  }
}

describe('the hash of what is asked for', () => {
  it.each([
    ['packages: [{package: dbt-labs/dbt_utils, version: 1.1.1}]', 'a158c48c59c2bb7d729d2a4e215aabe5bb4f3353'],
    ['packages: [{package: a/b, version: 1.0, install_prerelease: true}]', 'ea2ceecabd135c12392e02d15b7f188af40be20d'],
    [
      'packages: [{git: "https://x/y.git", revision: 1.0, warn-unpinned: false}]',
      '3f76bed134951fc3c466d762c2c7ef26288c9511',
    ],
    [
      'packages: [{git: "https://x/é.git", revision: abc, subdirectory: sub}]',
      'def3ecac814b97899975c3d1a2d6aba85d10a0fc',
    ],
    ['packages: [{local: ../x}, {tarball: "http://t", name: n}, {git: g}]', '0b67d8585bb53b7956e48dd30a530526e848c27f'],
    ['packages: [{local: x, name: foo}]', '51aa21b612b832df03c184e5d817c9cbfb10dce8'],
  ])('of %s is that of dbt', (packages, hash) => {
    expect(requestHash(loadBare({ 'packages.yml': packages }).config?.requests.specs ?? [])).toBe(hash)
  })
})

it.each([
  ['1.0.0', '1.0.0'],
  ['yes', "'yes'"],
  ['1e3', '1e3'],
  ['a: b', "'a: b'"],
  ["it's", "it's"],
  ['1.0', "'1.0'"],
  ['https://x', 'https://x'],
])('%s is written to YAML as %s', (text, written) => {
  expect(yamlText(text)).toBe(written)
})

describe('fetching', () => {
  const port = (answers: Record<string, Uint8Array | number>) => ({
    files: memoryFiles(),
    temporaryFolder: '/tmp/x',
    hubUrl: 'https://hub/',
    download: (url: string) => {
      const answer = answers[url]
      if (answer === undefined) return Promise.reject(new Error('no route'))
      return Promise.resolve(
        typeof answer === 'number' ? { status: answer, bytes: new Uint8Array() } : { status: 200, bytes: answer },
      )
    },
    warn: () => {},
    run: () =>
      Promise.resolve({
        code: 128,
        stdout: '',
        stderr: 'Cloning into x\nfatal: no such repository\nPlease make sure\n',
      }),
  })

  it('unpacks a tarball of one folder', async () => {
    const ports = port({ 'https://t': tar({ 'pkg-1/dbt_project.yml': 'name: pkg', 'pkg-1/a.sql': 'x' }) })
    const { folder } = await fetchPackages(ports).tarball('https://t')
    expect(ports.files.read(`${folder}/dbt_project.yml`)).toBe('name: pkg')
  })

  it.each([
    [{}, 'Could not reach https://hub/api/v1/a/b.json for package a/b: no route'],
    [{ 'https://hub/api/v1/a/b.json': 404 }, 'Package a/b was not found in the package index'],
    [{ 'https://hub/api/v1/a/b.json': 503 }, 'answered with status 503'],
  ])('says what to do without a network: %j', async (answers, message) => {
    await expect(fetchPackages(port(answers)).hubVersions('a/b')).rejects.toThrow(message)
  })

  it('tells what git died of', async () => {
    await expect(fetchPackages(port({})).git('u', null, null)).rejects.toThrow(
      "Error checking out spec='None' for repo u\nCloning into x\nfatal: no such repository\nPlease make sure",
    )
  })

  it('refuses an archive with files outside of its folder', () => {
    expect(() => untar(tar({ '../x': 'y' }))).toThrow('outside of its folder')
  })
})

function tar(files: Record<string, string>): Uint8Array {
  const blocks = Object.entries(files).flatMap(([path, content]) => {
    const header = Buffer.alloc(512)
    header.write(path, 0)
    header.write(content.length.toString(8).padStart(11, '0'), 124)
    header.write('0', 156)
    header.write('ustar', 257)
    const body = Buffer.alloc(Math.ceil(content.length / 512) * 512)
    body.write(content)
    return [header, body]
  })
  return new Uint8Array(Buffer.concat([...blocks, Buffer.alloc(1024)]))
}
