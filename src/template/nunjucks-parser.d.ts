/** nunjucks ships no types for its inner modules. */
declare module 'nunjucks/src/parser.js' {
  const parser: { readonly Parser: unknown }
  export default parser
}
