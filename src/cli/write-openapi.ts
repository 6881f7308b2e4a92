import { writeFile } from 'node:fs/promises'
import { writtenContract } from '../api/openapi/written-contract.ts'

const OPENAPI_YAML = new URL('../../openapi.yaml', import.meta.url)

await writeFile(OPENAPI_YAML, await writtenContract())
console.log(`Wrote ${OPENAPI_YAML.pathname}`)
