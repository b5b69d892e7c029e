/**
 * The page that `docs generate` puts into the target folder: one file without anything from elsewhere, that lists what the
 * manifest and the catalog hold. It is not dbt's documentation site, which has graphs, markdown and a search of texts.
 *
 * The page reads `manifest.json` and `catalog.json` beside it, unless they were put into it: dbt's page has the same two marks
 * for that, so `inlinedPage` fills either.
 */

const manifestMark = '"MANIFEST.JSON INLINE DATA"'
const catalogMark = '"CATALOG.JSON INLINE DATA"'

/** By which a page of ours is known again. */
const generator = '<meta name="generator" content="eider">'

export function isOwnPage(page: string): boolean {
  return page.includes(generator)
}

/** @returns the page with both documents in it, or undefined where the page has no place for them */
export function inlinedPage(page: string, manifest: string, catalog: string): string | undefined {
  if (!page.includes(manifestMark) || !page.includes(catalogMark)) return undefined
  return page.replace(manifestMark, () => scriptText(manifest)).replace(catalogMark, () => scriptText(catalog))
}

/** JSON that ends no script element, whatever its strings say. */
function scriptText(json: string): string {
  return json.replaceAll('<', '\\u003c')
}

const style = `
body { margin: 0; font: 15px/1.5 system-ui, sans-serif; display: flex; min-height: 100vh; color: #1c2733 }
nav { width: 22rem; padding: 1rem; background: #f3f5f7; overflow: auto; height: 100vh; position: sticky; top: 0; box-sizing: border-box }
main { flex: 1; padding: 1rem 2rem; min-width: 0 }
input { width: 100%; box-sizing: border-box; padding: .4rem }
nav a { display: block; overflow: hidden; text-overflow: ellipsis; white-space: nowrap }
a { color: #0b62b0; text-decoration: none } a:hover { text-decoration: underline }
h3 { margin: 1rem 0 .2rem; font-size: 1rem } .quiet { color: #667 }
table { border-collapse: collapse; width: 100% } td, th { border-bottom: 1px solid #dde; padding: .3rem .6rem; text-align: left; vertical-align: top }
pre { background: #f3f5f7; padding: 1rem; overflow: auto } p.text { white-space: pre-wrap }
`

/** Plain DOM calls and `textContent` throughout: no text of a project is ever read as HTML. */
const script = `
const inlined = { manifest: ${manifestMark}, catalog: ${catalogMark} }
const element = (name, properties = {}, ...children) => {
  const made = Object.assign(document.createElement(name), properties)
  made.append(...children.filter(child => child !== null && child !== undefined))
  return made
}
const load = async name =>
  typeof inlined[name] === 'string' ? (await fetch(name + '.json')).json() : inlined[name]

const show = (manifest, catalog) => {
  const kinds = ['nodes', 'sources', 'exposures', 'metrics', 'semantic_models', 'saved_queries', 'unit_tests', 'functions']
  const members = Object.assign({}, ...kinds.map(kind => manifest[kind]), manifest.macros)
  const listed = Object.values(members).filter(one => one.resource_type !== 'macro')
  const found = id => catalog.nodes[id] ?? catalog.sources[id]
  const nameOf = one => (one.resource_type === 'source' ? one.source_name + '.' : '') + one.name + (one.version ? '.v' + one.version : '')
  const address = one => '#!/' + one.resource_type + '/' + one.unique_id
  const link = id => (members[id] ? element('a', { href: address(members[id]), title: id }, nameOf(members[id])) : id)
  const links = ids => element('ul', {}, ...ids.map(id => element('li', {}, link(id))))
  const section = (title, content) => (content ? [element('h3', {}, title), content] : [])
  const code = text => text && element('pre', {}, text)

  const columns = one => {
    const stored = found(one.unique_id)?.columns ?? {}
    const described = one.columns ?? {}
    const key = name => Object.keys(described).find(other => other.toLowerCase() === name.toLowerCase())
    const names = [...Object.keys(stored), ...Object.keys(described).filter(name => !Object.keys(stored).some(other => other.toLowerCase() === name.toLowerCase()))]
    if (names.length === 0) return undefined
    const row = name => {
      const text = described[key(name)] ?? {}
      return element('tr', {}, element('td', {}, name), element('td', {}, stored[name]?.type ?? text.data_type ?? ''), element('td', {}, text.description ?? ''))
    }
    return element('table', {}, element('tr', {}, ...['column', 'type', 'description'].map(title => element('th', {}, title))), ...names.map(row))
  }

  const page = one => {
    const parents = manifest.parent_map[one.unique_id] ?? []
    const children = manifest.child_map[one.unique_id] ?? []
    const facts = [one.resource_type, one.config?.materialized, one.relation_name, one.original_file_path].filter(Boolean)
    return [
      element('h1', {}, nameOf(one)),
      element('p', { className: 'quiet' }, facts.join(' · ')),
      element('p', { className: 'text' }, one.description || ''),
      ...section('Columns', columns(one)),
      ...section('Depends on', parents.length > 0 && links(parents)),
      ...section('Used by', children.length > 0 && links(children)),
      ...section('Source', code(one.raw_code)),
      ...section('Compiled', code(one.compiled_code)),
    ]
  }

  const overview = () => {
    const docs = Object.values(manifest.docs)
    const own = docs.find(doc => doc.name === '__' + manifest.metadata.project_name + '__') ??
      docs.find(doc => doc.name === '__overview__' && doc.package_name !== 'dbt')
    const { project_name, generated_at, adapter_type } = manifest.metadata
    const facts = project_name + ' · ' + adapter_type + ' · ' + generated_at + ' · ' + listed.length + ' resources'
    return [element('h1', {}, project_name), element('p', { className: 'quiet' }, facts), element('p', { className: 'text' }, own?.block_contents ?? '')]
  }

  const list = document.querySelector('#list')
  const fill = wanted => {
    list.replaceChildren()
    const fitting = listed.filter(one => one.unique_id.toLowerCase().includes(wanted.toLowerCase()))
    for (const type of [...new Set(fitting.map(one => one.resource_type))].sort()) {
      const ofType = fitting.filter(one => one.resource_type === type).sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1))
      list.append(element('h3', {}, type + ' (' + ofType.length + ')'), ...ofType.map(one => link(one.unique_id)))
    }
  }
  const open = () => {
    const one = members[decodeURIComponent(location.hash.split('/')[2] ?? '')]
    document.querySelector('main').replaceChildren(...(one ? page(one) : overview()))
    document.title = (one ? nameOf(one) + ' · ' : '') + manifest.metadata.project_name
    scrollTo(0, 0)
  }
  document.querySelector('input').addEventListener('input', event => fill(event.target.value))
  addEventListener('hashchange', open)
  fill('')
  open()
}

Promise.all([load('manifest'), load('catalog')]).then(
  documents => show(...documents),
  error => document.querySelector('main').append('manifest.json and catalog.json cannot be read here (' + error.message + '): serve the folder, or take static_index.html'),
)
`

export const docsPage = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
${generator}
<title>Documentation</title>
<style>${style}</style>
</head>
<body>
<nav><p><a href="#!/overview">Overview</a></p><input type="search" placeholder="Find by name" aria-label="Find by name"><div id="list"></div></nav>
<main></main>
<script>${script}</script>
</body>
</html>
`
