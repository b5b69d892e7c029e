/** A project whose target keeps its files in a bucket of an S3 double. */
import { type ProjectOptions, type ProjectRig, project } from './project-rig.ts'
import type { S3Double } from './s3-double/s3-double.ts'

export function bucketProject(
  double: S3Double,
  files: Readonly<Record<string, string>>,
  options: ProjectOptions = {},
): ProjectRig {
  return project({ 'profiles.yml': bucketProfiles(double), ...files }, options)
}

export function bucketProfiles(double: S3Double): string {
  return `shop:
  target: dev
  outputs:
    dev:
      type: duckdb
      path: shop.duckdb
      schema: main
      threads: 2
      external_root: s3://${double.bucket}/lake
      extensions: [httpfs, parquet]
      secrets:
        - type: s3
          key_id: ${double.keys.accessKeyId}
          secret: ${double.keys.secretAccessKey}
          region: us-east-1
          endpoint: ${double.endpoint.replace('http://', '')}
          url_style: path
          use_ssl: false
`
}
