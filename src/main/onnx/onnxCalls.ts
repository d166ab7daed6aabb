import { availableParallelism } from 'node:os'
import type * as OnnxLibraryModule from 'onnxruntime-node'
import type { InferenceSession } from 'onnxruntime-node'
import { AppError } from '../../shared/errors'
import type { OnnxCalls, OnnxNumbers, OnnxOutput, OnnxTensorInfo } from './calls'
import { float16ToNumbers } from '../../core/math/float16'
import { findOnnxLibrary, providersHere } from './library'

type Library = typeof OnnxLibraryModule

/** The answers of the process that ONNX Runtime runs in. */
export function createOnnxCalls(): OnnxCalls {
  const sessions = new Map<number, InferenceSession>()
  let started: { readonly library: Library; readonly threads: number } | null = null
  const running = () => {
    if (started === null) throw new Error('The library has not been started.')
    return started
  }
  const find = (id: number) => {
    const session = sessions.get(id)
    if (session === undefined) throw new Error(`There is no session ${id}.`)
    return session
  }
  return {
    start({ projectFolder, threads }) {
      const { folder, version, load } = findOnnxLibrary(projectFolder)
      const library = load()
      library.env.logLevel = 'error'
      started = { library, threads: threads ?? availableParallelism() }
      return { version, providers: providersHere(folder) }
    },
    async open({ id, model, weightsFolder, provider }) {
      const { library, threads } = running()
      const options: InferenceSession.SessionOptions = {
        executionProviders: provider === 'cpu' ? ['cpu'] : [provider, 'cpu'],
        intraOpNumThreads: threads,
        interOpNumThreads: 1,
        logSeverityLevel: 3,
        // Threads that spin while they wait take the cores from whoever decodes pictures meanwhile:
        // with other work on the machine half the processor time and a fifth of the pictures.
        extra: { session: { intra_op: { allow_spinning: '0' }, ...weightsIn(weightsFolder) } },
        // DirectML's own rules.
        ...(provider === 'dml' ? { enableMemPattern: false, executionMode: 'sequential' } : {}),
      }
      try {
        const session =
          typeof model === 'string'
            ? await library.InferenceSession.create(model, options)
            : await library.InferenceSession.create(model, options)
        sessions.set(id, session)
        return {
          inputs: session.inputMetadata.map(infoOf),
          outputs: session.outputMetadata.map(infoOf),
        }
      } catch (error) {
        throw refused(error)
      }
    },
    async run({ id, inputName, outputs, numbers, dims }) {
      const { library } = running()
      const input = tensorOf(library, numbers, dims)
      const session = find(id)
      const asked = session.outputNames.filter((name) => outputs.includes(name))
      let found: InferenceSession.OnnxValueMapType
      try {
        found = await session.run({ [inputName]: input }, asked)
      } catch (error) {
        throw refused(error)
      }
      // Version 1.23 gives what was asked for under the names of the session's first outputs.
      const isNamed = asked.every((name) => name in found)
      return outputs.map((name) => {
        const value = found[isNamed ? name : session.outputNames[asked.indexOf(name)]!]
        if (value === undefined) throw new Error(`The network has no output ${name}.`)
        return outputOf(name, value)
      })
    },
    async close({ id }) {
      await sessions.get(id)?.release()
      sessions.delete(id)
    },
  }
}

const weightsIn = (folder: string | null) =>
  folder === null ? {} : { model_external_initializers_file_folder_path: folder }

function tensorOf({ Tensor }: Library, numbers: OnnxNumbers, dims: readonly number[]) {
  switch (numbers.type) {
    case 'float32':
      return new Tensor('float32', numbers.data, dims)
    case 'uint8':
      return new Tensor('uint8', numbers.data, dims)
    case 'float16':
      return new Tensor('float16', numbers.bits, dims)
  }
}

function infoOf(value: InferenceSession.ValueMetadata): OnnxTensorInfo {
  return value.isTensor
    ? { name: value.name, type: value.type, shape: value.shape }
    : { name: value.name, type: 'unknown', shape: [] }
}

/** A copy of what the library lends. */
function outputOf(name: string, value: InferenceSession.OnnxValueMapType[string]): OnnxOutput {
  const { type, dims } = value
  const data = value.data as unknown
  if (data instanceof Float32Array) return { data: data.slice(), dims }
  if (data instanceof Float64Array) return { data: Float32Array.from(data), dims }
  if (type === 'float16') {
    return {
      // Newer versions of JavaScript have such an array, and the library takes it.
      data:
        data instanceof Uint16Array ? float16ToNumbers(data) : Float32Array.from(data as number[]),
      dims,
    }
  }
  throw new AppError(
    'modelUnreadable',
    `The output ${name} is of type ${type}, and features are floating-point numbers. Choose another output.`,
    { output: name, type },
  )
}

/** What the library says of a network, as a failure of its own. */
function refused(error: unknown): AppError {
  const reason = (error instanceof Error ? error.message : String(error)).trim()
  if (/bad_?alloc|failed to allocate|out of memory|OutOfMemory/i.test(reason)) {
    return new AppError(
      'outOfMemory',
      `There is not enough memory for the network in ONNX Runtime: ${reason}`,
      { reason },
    )
  }
  return new AppError('modelUnreadable', `ONNX Runtime refuses the network: ${reason}`, { reason })
}
