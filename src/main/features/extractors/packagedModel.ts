import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { compileFunction } from 'node:vm'
import type { io } from '@tensorflow/tfjs-core'
import * as v from 'valibot'
import { AppError } from '../../../shared/errors'
import type { GraphFiles } from './graphExtractor'

const weightSchema = v.looseObject({
  name: v.string(),
  shape: v.array(v.number()),
  dtype: v.picklist(['float32', 'int32']),
})
const descriptionSchema = v.looseObject({
  format: v.literal('graph-model'),
  modelTopology: v.looseObject({
    node: v.array(v.looseObject({ name: v.string(), op: v.string() })),
  }),
  weightsManifest: v.pipe(
    v.array(
      v.object({
        paths: v.array(v.pipe(v.string(), v.regex(/^[\w.-]+$/))),
        weights: v.array(v.custom<io.WeightsManifestEntry>((entry) => v.is(weightSchema, entry))),
      }),
    ),
    v.minLength(1),
  ),
})

/**
 * Reads a graph model that a package carries as CommonJS modules: `model.min.js` holds its
 * description, one module a shard the weights as base64. Nothing is asked from the network.
 * Throws AppError `backendUnavailable` where the folder does not hold such a model.
 */
export async function readPackagedModel(folder: string): Promise<GraphFiles> {
  const parsed = v.safeParse(descriptionSchema, await evaluateModule(join(folder, 'model.min.js')))
  if (!parsed.success) throw damaged(folder, 'its description is not that of a graph model')
  const { modelTopology, weightsManifest } = parsed.output
  const shards: Buffer[] = []
  for (const path of weightsManifest.flatMap(({ paths }) => paths)) {
    const encoded = await evaluateModule(join(folder, `${path}.min.js`))
    if (typeof encoded !== 'string') throw damaged(folder, `${path} holds no weights`)
    shards.push(Buffer.from(encoded, 'base64'))
  }
  return {
    place: folder,
    nodeNames: modelTopology.node.map(({ name }) => name),
    graph: {
      modelTopology,
      weightSpecs: weightsManifest.flatMap((group) => group.weights),
      weights: new Uint8Array(Buffer.concat(shards)),
    },
  }
}

/** Runs the module by hand, because Node would take its type from the package around it. */
async function evaluateModule(file: string): Promise<unknown> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    throw damaged(file, 'the file cannot be read', error)
  }
  const module: { exports: unknown } = { exports: {} }
  const run = compileFunction(text, ['module', 'exports'], { filename: file }) as (
    module: object,
    exports: unknown,
  ) => void
  run(module, module.exports)
  return module.exports
}

function damaged(place: string, reason: string, cause?: unknown): AppError {
  return new AppError(
    'backendUnavailable',
    `The pretrained network in ${place} cannot be loaded: ${reason}. Run the set-up again.`,
    { place, reason },
    cause,
  )
}
