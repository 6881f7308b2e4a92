import type { FastifyDynamicSwaggerOptions } from '@fastify/swagger'
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod'
import { tidyDocument } from './tidy-document.ts'

type Transform = NonNullable<FastifyDynamicSwaggerOptions['transform']>
type TransformObject = NonNullable<FastifyDynamicSwaggerOptions['transformObject']>
type Bodies = { content: Record<string, { schema: unknown }> }

/** Zod schemas to JSON Schema; other than the library's own, also for a body that may come in several types. */
export const transform: Transform = (document) => {
  const { body, ...rest } = (document.schema ?? {}) as { body?: Bodies }
  if (!body?.content) return jsonSchemaTransform(document)
  const transformed = jsonSchemaTransform({ ...document, schema: rest })
  const content = Object.entries(body.content).map(([type, { schema }]) => {
    const { schema: shown } = jsonSchemaTransform({ ...document, schema: { body: schema } })
    return [type, { schema: (shown as { body: unknown }).body }]
  })
  return { ...transformed, schema: { ...transformed.schema, body: { content: Object.fromEntries(content) } } }
}

/** The whole document, with the schemas that have an id as shared components. */
export const transformObject: TransformObject = (document) =>
  tidyDocument(jsonSchemaTransformObject(document)) as ReturnType<TransformObject>
