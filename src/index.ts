/** eider as a library: one run of the command line, with the world as values. */
export { main } from './cli/main.ts'
export type { Output, Surroundings } from './cli/surroundings.ts'
