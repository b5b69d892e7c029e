/** The bare twin of writing to a bucket: a file that is there, put in parts with nothing but the SDK. */
import { openSync, readSync, statSync } from 'node:fs'
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3'

const [path, Bucket, Key] = process.argv.slice(2)
const partBytes = 16 * 1024 * 1024
const client = new S3Client({ forcePathStyle: true })
const file = openSync(path)
const { size } = statSync(path)
const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket, Key }))
const numbers = Array.from({ length: Math.ceil(size / partBytes) }, (_, index) => index + 1)
const Parts = []
const work = async () => {
  for (let PartNumber = numbers.shift(); PartNumber !== undefined; PartNumber = numbers.shift()) {
    const start = (PartNumber - 1) * partBytes
    const Body = Buffer.alloc(Math.min(partBytes, size - start))
    readSync(file, Body, 0, Body.length, start)
    const { ETag, ChecksumCRC32 } = await client.send(
      new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body }),
    )
    Parts[PartNumber - 1] = { PartNumber, ETag, ChecksumCRC32 }
  }
}
await Promise.all([work(), work(), work(), work()])
await client.send(new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts } }))
