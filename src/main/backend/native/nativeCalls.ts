import * as tf from '@tensorflow/tfjs-core'
import type { Matrix } from '../../../core/math/matrix'
import { restoreRandom } from '../../../core/math/random'
import type { BegunStep, EmbeddingModel } from '../../../core/network'
import type { Backend } from '../backend'
import type { PictureGraph } from '../pictureGraph'
import { startTensorflow } from '../tensorflowBackend'
import { inThisThread } from '../threadBackend'
import type { NativeCalls, RemoteId } from './calls'

/** What this process holds under a number. */
type Held =
  | { readonly kind: 'model'; readonly model: EmbeddingModel; begun: BegunStep | null }
  | { readonly kind: 'graph'; readonly graph: PictureGraph }
  | { readonly kind: 'matrix'; readonly matrix: Matrix; readonly letGo: () => void }

/** The answers of the process that the native library runs in. */
export function createNativeCalls(): NativeCalls {
  const held = new Map<RemoteId, Held>()
  let started: Pick<Backend, 'models' | 'product' | 'loadGraph'> | null = null
  const backend = () => {
    if (started === null) throw new Error('The library has not been started.')
    return started
  }
  const find = <Kind extends Held['kind']>(id: RemoteId, kind: Kind) => {
    const found = held.get(id)
    if (found?.kind !== kind) throw new Error(`There is no ${kind} ${id}.`)
    return found as Held & { readonly kind: Kind }
  }
  const modelOf = (id: RemoteId) => find(id, 'model').model
  const keepModel = (id: RemoteId, model: EmbeddingModel) =>
    void held.set(id, { kind: 'model', model, begun: null })

  return {
    async start({ projectFolder }) {
      // No check of every tensor for NaN, no advice on the console.
      tf.enableProdMode()
      const { description, gpu, threads, operations } = await startTensorflow({ projectFolder })
      started = inThisThread(operations)
      return { description, gpu, threads }
    },
    multiply({ form, a, b }) {
      const second = b === null ? a : typeof b === 'number' ? find(b, 'matrix').matrix : b
      return backend().product[form](a, second)
    },
    hold({ id, matrix }) {
      const letGo = backend().product.hold?.(matrix) ?? (() => {})
      held.set(id, { kind: 'matrix', matrix, letGo })
    },
    linearHead: ({ id, start, random, ...options }) =>
      keepModel(
        id,
        backend().models.linearHead({
          ...options,
          ...(start === null ? {} : { start }),
          random: restoreRandom(random),
        }),
      ),
    smallNetwork: ({ id, random, ...options }) =>
      keepModel(id, backend().models.smallNetwork({ ...options, random: restoreRandom(random) })),
    residualNetwork: ({ id, random, ...options }) =>
      keepModel(
        id,
        backend().models.residualNetwork({ ...options, random: restoreRandom(random) }),
      ),
    tunedNetwork: ({ id, random, ...options }) =>
      keepModel(id, backend().models.tunedNetwork({ ...options, random: restoreRandom(random) })),
    embed: ({ id, batch, rows }) => modelOf(id).embed(batch, rows),
    beginStep({ id, batch, rows }) {
      const found = find(id, 'model')
      found.begun = found.model.beginStep(batch, rows)
      return found.begun.embeddings
    },
    endStep({ id, gradient, settings }) {
      const found = find(id, 'model')
      const { begun } = found
      found.begun = null
      begun?.end(gradient, settings)
    },
    snapshot: ({ id }) => modelOf(id).snapshot(),
    restore: ({ id, saved }) => modelOf(id).restore(saved),
    weights: ({ id }) => modelOf(id).weights(),
    assignWeights: ({ id, weights }) => modelOf(id).assignWeights(weights),
    async loadGraph({ id, request }) {
      held.set(id, { kind: 'graph', graph: await backend().loadGraph(request) })
    },
    runGraph: ({ id, pixels, n }) => find(id, 'graph').graph.run(pixels, n),
    dispose({ id }) {
      const found = held.get(id)
      held.delete(id)
      if (found?.kind === 'model') found.model.dispose()
      else if (found?.kind === 'graph') found.graph.dispose()
      else found?.letGo()
    },
  }
}
