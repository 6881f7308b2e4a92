import { stringify } from 'yaml'

/** The contract as `openapi.yaml` holds it. */
export const toYaml = (document: object): string =>
  stringify(JSON.parse(JSON.stringify(document)), {
    lineWidth: 0,
    blockQuote: 'literal',
  })
