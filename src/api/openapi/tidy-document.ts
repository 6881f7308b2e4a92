type Json = null | boolean | number | string | Json[] | { [name: string]: Json }
type Schemas = Record<string, Json>

const REF = '#/components/schemas/'

/**
 * Leaves the components that are used, under their plain names. The generator writes each twice, as it is sent (with
 * `Input` behind its name) and as it is answered; none of ours is used both ways.
 */
export function tidyDocument(document: object): object {
  const plain = JSON.parse(JSON.stringify(document), tidyValue) as { components: { schemas: Schemas } }
  const { schemas, ...components } = plain.components
  const used = usedSchemas({ ...plain, components }, schemas)
  const names = new Map([...used].map((name) => [name, used.has(plainName(name)) ? name : plainName(name)]))
  const kept = [...used].sort().map((name) => [names.get(name), isSent(name) ? schemas[name] : open(schemas[name])])
  const tidy = { ...plain, components: { ...components, schemas: Object.fromEntries(kept) as Schemas } }
  return JSON.parse(JSON.stringify(tidy), (key, value: Json) =>
    key === '$ref' && typeof value === 'string' ? `${REF}${names.get(value.slice(REF.length)) ?? ''}` : value,
  ) as object
}

const plainName = (name: string) => name.replace(/Input$/, '')

const isSent = (name: string) => name.endsWith('Input')

function tidyValue(key: string, value: Json): Json | undefined {
  // A whole number's bounds say nothing when they are those of the language.
  if (/^(minimum|maximum)$/.test(key) && Math.abs(Number(value)) === Number.MAX_SAFE_INTEGER) return undefined
  return key === 'responses' ? open(value) : value
}

/** What we answer may get members; clients must not refuse them. */
const open = (schema: Json | undefined): Json =>
  JSON.parse(JSON.stringify(schema ?? {}), (key, value: Json) =>
    key === 'additionalProperties' && value === false ? undefined : value,
  ) as Json

function usedSchemas(from: unknown, schemas: Schemas, used = new Set<string>()): Set<string> {
  JSON.stringify(from, (key, value: unknown) => {
    if (key !== '$ref' || typeof value !== 'string') return value
    const name = value.slice(REF.length)
    if (!used.has(name)) usedSchemas(schemas[name], schemas, used.add(name))
    return value
  })
  return used
}
