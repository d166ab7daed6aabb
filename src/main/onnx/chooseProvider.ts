import type { OnnxNumbers, OnnxOutput, OnnxProvider } from './calls'
import type { OnnxSession } from './session'

/** An input by which providers are compared. */
export interface OnnxTrial {
  readonly input: OnnxNumbers
  readonly dims: readonly number[]
}

/** Least cosine of each output with that of the processor. */
const leastCosine = 0.9999
/** The first pass of a provider also compiles; the best of these counts. */
const passes = 3

/**
 * The fastest of some providers that gives what the processor, the last of them, gives. One alone
 * is taken without a trial.
 * @throws what opening on the processor throws
 */
export async function chooseProvider(
  providers: readonly OnnxProvider[],
  open: (provider: OnnxProvider) => Promise<OnnxSession>,
  makeTrial: (() => OnnxTrial) | undefined,
): Promise<{
  readonly chosen: OnnxSession
  readonly rejected: OnnxSession['rejected']
}> {
  const others = providers.filter((provider) => provider !== 'cpu')
  const processor = await open('cpu')
  if (makeTrial === undefined || others.length === 0) return { chosen: processor, rejected: [] }
  const trial = makeTrial()
  const rejected: { name: OnnxProvider; reason: string }[] = []
  const expected = await timed(processor, trial)
  let best = { session: processor, ...expected }
  for (const name of others) {
    let session: OnnxSession | null = null
    try {
      session = await open(name)
      const found = await timed(session, trial)
      const cosine = leastCosineOf(found.outputs, expected.outputs)
      if (!(cosine > leastCosine)) {
        throw new Error(`its numbers differ from the processor's (cosine ${cosine.toFixed(6)})`)
      }
      if (found.ms >= best.ms) {
        throw new Error(`${found.ms.toFixed(0)} ms where others take ${best.ms.toFixed(0)} ms`)
      }
      best.session.dispose()
      const { provider } = best.session
      if (provider !== 'cpu') rejected.push({ name: provider, reason: `slower than ${name}` })
      best = { session, ...found }
    } catch (error) {
      session?.dispose()
      const [reason = ''] = (error instanceof Error ? error.message : String(error)).split('\n')
      rejected.push({ name, reason })
    }
  }
  return { chosen: best.session, rejected }
}

async function timed(session: OnnxSession, { input, dims }: OnnxTrial) {
  let ms = Infinity
  let outputs: readonly OnnxOutput[] = []
  for (let pass = 0; pass < passes; pass++) {
    const start = performance.now()
    outputs = await session.run(input, dims)
    ms = Math.min(ms, performance.now() - start)
  }
  return { ms, outputs }
}

/** The least cosine of two outputs of one name; that of equal zeros is 1. */
function leastCosineOf(found: readonly OnnxOutput[], expected: readonly OnnxOutput[]): number {
  return Math.min(...found.map(({ data }, i) => cosineOf(data, expected[i]!.data)))
}

function cosineOf(a: Float32Array, b: Float32Array): number {
  if (a.length !== b.length) return NaN
  let [product, squaresA, squaresB] = [0, 0, 0]
  for (let i = 0; i < a.length; i++) {
    product += a[i]! * b[i]!
    squaresA += a[i]! ** 2
    squaresB += b[i]! ** 2
  }
  return squaresA === 0 && squaresB === 0 ? 1 : product / Math.sqrt(squaresA * squaresB)
}
