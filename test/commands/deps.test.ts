import { execFileSync } from 'node:child_process'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { dirname, join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { type ProjectRig, project } from '../rig/project-rig.ts'
import { shop } from '../rig/small-shop.ts'

const kit = { 'kit/dbt_project.yml': 'name: kit\n', 'kit/macros/one.sql': '{% macro one() %}1{% endmacro %}' }
const reader = { ...shop, 'models/c.sql': 'select {{ kit.one() }} as x' }

let server: Server | undefined
afterEach(() => void server?.close())

/** Answers with the given files by path, everything else is missing. */
async function serve(files: Record<string, Uint8Array | string>): Promise<string> {
  const listening = createServer((request, response) => {
    const found = files[request.url ?? '']
    response.writeHead(found === undefined ? 404 : 200).end(found ?? '')
  })
  server = listening
  await new Promise<void>(resolve => listening.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(listening.address() as AddressInfo).port}`
}

function tarball(p: ProjectRig): Uint8Array {
  return execFileSync('tar', ['-cz', '-C', p.folder, 'kit'])
}

function git(folder: string, ...words: string[]): string {
  const who = ['-c', 'user.name=x', '-c', 'user.email=x@example.com', '-c', 'init.defaultBranch=main']
  return execFileSync('git', [...who, ...words], { cwd: folder, encoding: 'utf8' }).trim()
}

/** A repository of the package with the tag v1. */
function repository(p: ProjectRig): { readonly url: string; readonly commit: string } {
  const folder = join(p.folder, 'kit')
  git(folder, 'init', '-q')
  git(folder, 'add', '.')
  git(folder, 'commit', '-qm', 'One')
  git(folder, 'tag', 'v1')
  return { url: `file://${folder}`, commit: git(folder, 'rev-parse', 'HEAD') }
}

describe('deps', () => {
  test('installs a local package and writes the lock', async () => {
    const p = project({ ...reader, ...kit, 'packages.yml': 'packages:\n  - local: kit\n' })
    expect(await p.run('run')).toBe(2)
    expect(await p.run('deps')).toBe(0)
    expect(p.stdout).toContain('Installing kit')
    expect(p.read('package-lock.yml')).toContain('local: kit')
    expect(await p.run('run -s c')).toBe(0)
  })

  test('installs a tag of a git repository and locks its commit', async () => {
    const { url, commit } = repository(project(kit))
    const p = project({ ...reader, 'packages.yml': `packages:\n  - git: ${url}\n    revision: v1\n` })
    expect(await p.run('deps')).toBe(0)
    expect(p.stdout).toContain(`Installed from revision ${commit}`)
    expect(p.stdout).not.toContain('not pinned')
    expect(p.read('package-lock.yml')).toContain(`name: kit\n    revision: ${commit}`)
    expect(await p.run('run -s c')).toBe(0)
  })

  test('warns of a git package without a revision unless that is wanted', async () => {
    const { url } = repository(project(kit))
    const p = project({ ...reader, 'packages.yml': `packages:\n  - git: ${url}\n` })
    expect(await p.run('deps')).toBe(0)
    expect(p.stdout).toContain(`WARNING: The git package "${url}" \n\tis not pinned, using HEAD (default branch).`)
    const quiet = project({ ...reader, 'packages.yml': `packages:\n  - git: ${url}\n    warn-unpinned: false\n` })
    expect(await quiet.run('deps')).toBe(0)
    expect(quiet.stdout).not.toContain('not pinned')
  })

  test.each([
    ['a revision that is not there', 'nope', "couldn't find remote ref nope"],
    ['a repository that is not there', undefined, 'does not appear to be a git repository'],
  ])('tells what git says of %s', async (_, revision, words) => {
    const { url } = repository(project(kit))
    const asked = revision === undefined ? `${dirname(url)}/nowhere` : url
    const p = project({ 'packages.yml': `packages:\n  - git: ${asked}\n    revision: ${revision ?? 'v1'}\n` })
    expect(await p.run('deps')).toBe(2)
    expect(p.stdout).toContain(words)
  })

  test('installs a tarball', async () => {
    const url = await serve({ '/kit.tar.gz': tarball(project(kit)) })
    const p = project({ ...reader, 'packages.yml': `packages:\n  - tarball: ${url}/kit.tar.gz\n    name: kit\n` })
    expect(await p.run('deps')).toBe(0)
    expect(p.stdout).toContain(`Installed from tarball (url: ${url}/kit.tar.gz)`)
    expect(await p.run('run -s c')).toBe(0)
  })

  test('installs the newest fitting version of a package of the hub', async () => {
    const files: Record<string, Uint8Array | string> = {}
    const url = await serve(files)
    files['/kit.tar.gz'] = tarball(project(kit))
    const downloads = { tarball: `${url}/kit.tar.gz` }
    const versions = { '1.0.0': { downloads }, '1.2.0': { downloads }, '2.0.0': { downloads } }
    files['/api/v1/acme/kit.json'] = JSON.stringify({ versions })
    const packages = 'packages:\n  - package: acme/kit\n    version: [">=1.0.0", "<2.0.0"]\n'
    const p = project({ ...reader, 'packages.yml': packages }, { environment: { DBT_PACKAGE_HUB_URL: url } })
    expect(await p.run('deps')).toBe(0)
    expect(p.stdout).toContain('Installed from version 1.2.0\n')
    expect(p.stdout).toContain('Updated version available: 2.0.0\n')
    expect(p.stdout).toMatch(
      /Updates available for packages: \['acme\/kit'\] {17}\nUpdate your versions in packages.yml/,
    )
    expect(await p.run('run -s c')).toBe(0)
    p.write({ 'packages.yml': 'packages:\n  - package: acme/kit\n    version: 2.0.0\n' })
    expect(await p.run('deps')).toBe(0)
    expect(p.stdout).toContain('Installed from version 2.0.0\n')
    expect(p.stdout).toContain('Up to date!\n')
    expect(p.stdout).not.toContain('vailable')
  })

  test('names the folder of a repository that a package was taken from', async () => {
    const { url } = repository(project({ 'kit/inside/dbt_project.yml': 'name: kit\n' }))
    const packages = `packages:\n  - git: ${url}\n    revision: v1\n    subdirectory: inside\n`
    const p = project({ 'packages.yml': packages })
    expect(await p.run('deps'), p.stdout).toBe(0)
    expect(p.stdout).toContain('and subdirectory inside\n')
  })

  test('tells once that a package has moved on the hub, from a lock file too', async () => {
    const files: Record<string, Uint8Array | string> = {}
    const url = await serve(files)
    files['/kit.tar.gz'] = tarball(project(kit))
    const versions = { '1.0.0': { downloads: { tarball: `${url}/kit.tar.gz` } } }
    files['/api/v1/acme/kit.json'] = JSON.stringify({ name: 'kit', namespace: 'acme', redirectname: 'tool', versions })
    const packages = 'packages:\n  - package: acme/kit\n    version: 1.0.0\n'
    const p = project({ ...reader, 'packages.yml': packages }, { environment: { DBT_PACKAGE_HUB_URL: url } })
    const told =
      '[WARNING]: Deprecated functionality\nThe `acme/kit` package is deprecated in favor of `acme/tool`. Please update your\n`packages.yml` configuration to use `acme/tool` instead.'
    expect(await p.run('deps --warn-error')).toBe(2)
    expect(p.exists('package-lock.yml')).toBe(false)
    for (const flag of ['', ' --show-all-deprecations']) {
      expect(await p.run(`deps${flag}`)).toBe(0)
      expect(p.stdout.split(told)).toHaveLength(2)
      expect(p.stdout).toContain('- PackageRedirectDeprecation: 1 occurrence')
      expect(p.stdout).toContain('Installed from version 1.0.0')
    }
  })

  test('says what to do when the hub cannot be reached', async () => {
    const url = await serve({})
    server?.close()
    const packages = 'packages:\n  - package: acme/kit\n    version: 1.0.0\n'
    const p = project({ 'packages.yml': packages }, { environment: { DBT_PACKAGE_HUB_URL: url } })
    expect(await p.run('deps')).toBe(2)
    expect(p.stdout).toContain('Could not reach')
    expect(p.stdout).toContain('copy the package into the packages folder or list it as `local:`')
  })

  test('a package that was put into the packages folder by hand is as good', async () => {
    const vendored = Object.fromEntries(Object.entries(kit).map(([path, text]) => [`dbt_packages/${path}`, text]))
    const p = project({
      ...reader,
      ...vendored,
      'packages.yml': 'packages:\n  - package: acme/kit\n    version: 1.0.0\n',
    })
    expect(await p.run('run -s c')).toBe(0)
    expect(await p.rows('c')).toEqual([{ x: 1 }])
  })

  test('--add-package leaves the file as it was where the package has no namespace', async () => {
    const p = project(shop)
    expect(await p.run(['deps', '--add-package', 'a@1'])).toBe(2)
    expect(p.stdout).toContain('a was not found in the package index. Packages on the index require a namespace')
    expect(p.exists('packages.yml')).toBe(false)
    expect(await p.run('parse')).toBe(0)
  })
})
