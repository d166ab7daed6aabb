import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { compileFunction } from 'node:vm'
import * as v from 'valibot'
import { damagedNetwork, graphDescription } from './graphDescription'
import { type GraphFiles, hashOfWeights } from './graphExtractor'

/**
 * Reads a graph model that a package carries as CommonJS modules: `model.min.js` holds its
 * description, one module a shard the weights as base64. Nothing is asked from the network.
 * Throws AppError `backendUnavailable` where the folder does not hold such a model.
 */
export async function readPackagedModel(folder: string): Promise<GraphFiles> {
  const parsed = v.safeParse(graphDescription, await evaluateModule(join(folder, 'model.min.js')))
  if (!parsed.success) throw damagedNetwork(folder, 'its description is not that of a graph model')
  const { modelTopology, weightsManifest } = parsed.output
  const shards: Buffer[] = []
  for (const path of weightsManifest.flatMap(({ paths }) => paths)) {
    const encoded = await evaluateModule(join(folder, `${path}.min.js`))
    if (typeof encoded !== 'string') throw damagedNetwork(folder, `${path} holds no weights`)
    shards.push(Buffer.from(encoded, 'base64'))
  }
  const weights = new Uint8Array(Buffer.concat(shards))
  return {
    place: folder,
    contentHash: hashOfWeights(weights),
    nodeNames: modelTopology.node.map(({ name }) => name),
    graph: {
      modelTopology,
      weightSpecs: weightsManifest.flatMap((group) => group.weights),
      weights,
    },
  }
}

/** Runs the module by hand, because Node would take its type from the package around it. */
async function evaluateModule(file: string): Promise<unknown> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    throw damagedNetwork(file, 'the file cannot be read', error)
  }
  const module: { exports: unknown } = { exports: {} }
  const run = compileFunction(text, ['module', 'exports'], { filename: file }) as (
    module: object,
    exports: unknown,
  ) => void
  run(module, module.exports)
  return module.exports
}
