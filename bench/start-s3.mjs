/** The S3 double of the tests, for scripts: an object store on this machine that counts nothing against anybody's bill. */
import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { build } from 'esbuild'

const root = resolve(import.meta.dirname, '..')

/** @param {{ bucket: string }} options */
export async function startS3(options) {
  const outfile = join(root, 'dist', 'tmp', 's3-double.mjs')
  mkdirSync(join(root, 'dist', 'tmp'), { recursive: true })
  const entry = join(root, 'test', 'rig', 's3-double', 's3-double.ts')
  await build({ entryPoints: [entry], bundle: true, platform: 'node', format: 'esm', outfile })
  const { startS3Double } = await import(outfile)
  return startS3Double(options)
}
