/**
 * Lines of a stream of text, ended by a line feed alone: `node:readline` of later versions of Node takes other characters
 * for ends of lines too, which JSON holds as they are.
 */
export async function* readLines(chunks: AsyncIterable<string>): AsyncIterable<string> {
  let rest = ''
  for await (const chunk of chunks) {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop() ?? ''
    yield* lines
  }
  if (rest !== '') yield rest
}
