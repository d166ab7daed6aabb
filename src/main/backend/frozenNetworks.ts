import type { FeaturesReport } from '../../shared/model/training'
import { AppError } from '../../shared/errors'
import { findOnnxLibrary } from '../onnx/library'
import { OnnxRuntime } from '../onnx/onnxRuntime'
import type { OnnxSession } from '../onnx/session'
import { graphToOnnx, pixelsInput } from '../onnx/tensorflow/graphToOnnx'
import type { BackendOptions } from './backend'
import type { GraphRequest, LoadGraph, PictureGraph } from './pictureGraph'

/** Pictures a pass on a processor: more gain nothing, as their activations leave its caches. */
const passRowsOfProcessor = 4
const passRowsOfAccelerator = 32

/** What runs networks with fixed weights, beside a backend that trains. */
export interface FrozenNetworks {
  /** Before a network was loaded: what will be tried. */
  readonly report: FeaturesReport
  readonly loadGraph: LoadGraph
  dispose(): void
}

/**
 * Runs networks with fixed weights in ONNX Runtime, which is about three times as fast as TensorFlow and
 * eight times as WebAssembly on two cores (docs/decisions/0012), and on the backend where that does not run or does not know the graph. Features agree whatever they were
 * computed on (cosine above .9999), so that the cache holds them together.
 */
export function frozenNetworks(
  options: BackendOptions,
  backend: { readonly description: string; readonly loadGraph: LoadGraph },
): FrozenNetworks {
  const { description } = backend
  const instead = (error: unknown): FeaturesReport => {
    const [reason = ''] = (error instanceof Error ? error.message : String(error)).split('\n')
    return { description, rejected: [{ name: 'ONNX Runtime', reason }] }
  }
  let version: string
  try {
    version = findOnnxLibrary(options.projectFolder).version
  } catch (error) {
    return { report: instead(error), loadGraph: backend.loadGraph, dispose() {} }
  }
  const runtime = new OnnxRuntime(options)
  const name = `ONNX Runtime ${version}`
  return {
    report: { description: name, rejected: [] },
    async loadGraph(request) {
      let session: OnnxSession
      try {
        const { model, outputs } = graphToOnnx(request)
        session = await runtime.open({
          model,
          inputName: pixelsInput,
          outputs,
          trial: () => trialOf(request),
        })
      } catch (error) {
        options.onFeatures?.(instead(error))
        return backend.loadGraph(request)
      }
      const { provider, rejected } = session
      const where = { cpu: 'CPU', cuda: 'CUDA', dml: 'DirectML', coreml: 'CoreML' }[provider]
      options.onFeatures?.({ description: `${name}, ${where}`, rejected })
      return graphOf(session, request, (error) => {
        options.onFeatures?.(instead(error))
        return backend.loadGraph(request)
      })
    },
    dispose: () => runtime.dispose(),
  }
}

/** Pictures of noise, as many as an accelerator gets at a time. */
function trialOf({ input: { sidePx } }: GraphRequest) {
  let state = 1
  const data = Uint8Array.from({ length: passRowsOfAccelerator * sidePx ** 2 * 3 }, () => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff
    return state >> 16
  })
  const dims = [passRowsOfAccelerator, sidePx, sidePx, 3]
  return { input: { type: 'uint8', data } as const, dims }
}

/** @param loadInstead where the process of the library ends again and again */
function graphOf(
  session: OnnxSession,
  { input: { sidePx } }: GraphRequest,
  loadInstead: (error: AppError) => Promise<PictureGraph>,
): PictureGraph {
  let other: Promise<PictureGraph> | null = null
  const run = async (pixels: Uint8Array, n: number): Promise<readonly Float32Array[]> => {
    if (other !== null) return (await other).run(pixels, n)
    try {
      const found = await session.run({ type: 'uint8', data: pixels }, [n, sidePx, sidePx, 3])
      return found.map(({ data }) => data)
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      // It ended twice, or does not start any more.
      const isGone = error.code === 'backendLost' || error.code === 'backendUnavailable'
      if (isGone) return (await (other ??= loadInstead(error))).run(pixels, n)
      if (error.code !== 'outOfMemory' || n === 1) throw error
      const half = n >> 1
      const cut = half * sidePx ** 2 * 3
      const first = await run(pixels.subarray(0, cut), half)
      const second = await run(pixels.subarray(cut), n - half)
      return first.map((numbers, i) => joined(numbers, second[i]!))
    }
  }
  return {
    passRows: session.provider === 'cpu' ? passRowsOfProcessor : passRowsOfAccelerator,
    run,
    dispose() {
      session.dispose()
      void other?.then((graph) => graph.dispose())
    },
  }
}

function joined(a: Float32Array, b: Float32Array): Float32Array {
  const both = new Float32Array(a.length + b.length)
  both.set(a)
  both.set(b, a.length)
  return both
}
