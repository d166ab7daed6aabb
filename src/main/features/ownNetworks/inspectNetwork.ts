import { createHash } from 'node:crypto'
import { basename, dirname, extname } from 'node:path'
import type { ModelProto } from 'onnx-buf'
import * as v from 'valibot'
import { createRandom } from '../../../core/math/random'
import { AppError } from '../../../shared/errors'
import {
  type FoundNetwork,
  type NetworkAnswers,
  type OwnInput,
  ownNetwork,
  type Source,
} from '../../../shared/model/ownNetwork'
import { findDataFiles, hashNetwork } from './dataFiles'
import { findLayers, type TensorShapes, tensorsToMeasure } from './findLayers'
import { type FoundInput, findInput } from './onnxInput'
import { readOnnxHeader } from './onnxHeader'
import { dimsOf, picturesFor } from './ownExtractor'
import type { OpenOwnSession } from './ownSession'
import { readPreprocessor } from './preprocessor'
import { refusedNetwork } from './refusal'
import { tapModel } from './tappedModel'

/** Counts up wherever the same network would give other features than before. */
const featuresVersion = 1
const usualSidePx = 224
/** Those of ImageNet's pictures, which most networks are given. */
const usualMean = [0.485, 0.456, 0.406] as const
const usualDeviation = [0.229, 0.224, 0.225] as const

/**
 * What a network in an ONNX file is, with the questions that it leaves open answered by the person,
 * by what lies beside the file, or by a guess. It is run once, on noise, to see what its tensors are.
 * @throws AppError invalidInput with what is wrong with it; what opening throws where there is no
 *   ONNX Runtime
 */
export async function inspectNetwork(
  file: string,
  answers: NetworkAnswers,
  open: OpenOwnSession,
): Promise<FoundNetwork> {
  const model = await readOnnxHeader(file)
  const found = findInput(file, model)
  const beside = await findDataFiles(file, model)
  const settled = await settle(file, found, answers)
  const shapes = await measure(file, model, settled.input, open)
  const layers = findLayers(model, shapes)
  if (layers === null) {
    throw refusedNetwork(
      file,
      'none of its tensors holds features: a vector, a row of tokens or a square map for each picture',
      '其中没有可作特征的张量：每张图片一个向量、一行标记或一幅方形特征图',
    )
  }
  const batch = settled.input.batch ?? (shapes.n === 1 ? 1 : null)
  const input = { ...settled.input, batch }
  const { contentHash, bytes } = await hashNetwork(file, beside)
  const { layout, sidePx, mean, deviation } = input
  const identity = { featuresVersion, contentHash, layout, sidePx, mean, deviation }
  const digest = createHash('sha256').update(JSON.stringify(identity)).digest('hex')
  return {
    file,
    network: v.parse(ownNetwork, {
      id: `own-${digest.slice(0, 12)}`,
      title: basename(file, extname(file)).slice(0, 200) || 'network',
      ...{ contentHash, bytes, licence: '', input },
      layers: [...layers.layers],
      defaultLayers: layers.defaultLayer,
    }),
    sources: settled.sources,
    filesBeside: [...beside],
  }
}

async function settle(
  file: string,
  found: FoundInput,
  answers: NetworkAnswers,
): Promise<{ readonly input: OwnInput; readonly sources: FoundNetwork['sources'] }> {
  const beside = (await readPreprocessor(file)) ?? {}
  const choose = <Value>(
    ...from: readonly (readonly [Source, Value | null | undefined])[]
  ): { readonly value: Value; readonly source: Source } => {
    const [source, value] = from.find(([, one]) => one !== null && one !== undefined)!
    return { value: value!, source }
  }
  if (found.layout !== null && answers.layout !== undefined && answers.layout !== found.layout) {
    throw refusedNetwork(
      file,
      `its input is ${found.layout}, not ${answers.layout}`,
      `其输入为 ${found.layout}，而非 ${answers.layout}`,
    )
  }
  if (found.sidePx !== null && (answers.sidePx ?? found.sidePx) !== found.sidePx) {
    throw refusedNetwork(
      file,
      `it takes squares of ${found.sidePx} px alone, not of ${answers.sidePx} px`,
      `它只接受边长 ${found.sidePx} 像素的正方形，而非 ${answers.sidePx} 像素`,
    )
  }
  const layout = choose(
    ['file', found.layout],
    ['answer', answers.layout],
    ['guess', 'nchw' as const],
  )
  const side = choose(
    ['file', found.sidePx],
    ['answer', answers.sidePx],
    ['beside', beside.sidePx],
    ['guess', usualSidePx],
  )
  const times255 = (of: readonly [number, number, number] | undefined) =>
    of?.map((one) => one * 255) as [number, number, number] | undefined
  const mean = choose(
    ['answer', times255(answers.mean)],
    ['beside', beside.mean],
    ['guess', times255([...usualMean])],
  )
  const deviation = choose(
    ['answer', times255(answers.deviation)],
    ['beside', beside.deviation],
    ['guess', times255([...usualDeviation])],
  )
  if (deviation.value.some((one) => !(one > 0))) {
    throw refusedNetwork(
      file,
      'the deviation must be above 0 for each colour',
      '各颜色的标准差必须大于 0',
    )
  }
  return {
    input: {
      ...{ name: found.name, layout: layout.value, sidePx: side.value },
      mean: [...mean.value],
      deviation: [...deviation.value],
      ...{ batch: found.batch, isHalf: found.isHalf },
    },
    sources: {
      ...{ layout: layout.source, sidePx: side.source },
      ...{ mean: mean.source, deviation: deviation.source },
    },
  }
}

/** Runs the network on noise for the shapes of its tensors. */
async function measure(
  file: string,
  model: ModelProto,
  input: OwnInput,
  open: OpenOwnSession,
): Promise<TensorShapes> {
  const tensors = tensorsToMeasure(model)
  const tapped = tapModel(model, input, tensors, 'shapes')
  const session = await open({
    model: tapped.bytes,
    weightsFolder: dirname(file),
    inputName: tapped.inputName,
    outputs: tapped.outputs,
  }).catch((error: unknown) => {
    throw explained(file, error)
  })
  const run = async (n: number): Promise<TensorShapes> => {
    const random = createRandom('network')
    const pixels = Uint8Array.from({ length: n * input.sidePx ** 2 * 3 }, () => random.integer(256))
    const outputs = await session.run(picturesFor(input, pixels, n), dimsOf(input, n))
    return { n, of: new Map(outputs.map(({ data }, i) => [tensors[i]!, [...data]] as const)) }
  }
  try {
    if (input.batch !== null) return await run(input.batch)
    // Two, so that what grows with the pictures is seen; an exporter may only say that it does.
    return await run(2).catch(() => run(1))
  } catch (error) {
    throw explained(file, error)
  } finally {
    session.dispose()
  }
}

/** What ONNX Runtime says, in the words of whoever has the file. */
function explained(file: string, error: unknown): unknown {
  if (!(error instanceof AppError) || error.code !== 'modelUnreadable') return error
  const said = error.message
  const operation =
    /(?:Fatal error: |implementation for |Op with name \(\S*\) and type \()([\w.:]+)/.exec(
      said,
    )?.[1] ?? /No Op registered for (\S+)/.exec(said)?.[1]
  if (
    operation !== undefined &&
    /not a registered|implementation|No Op registered|Op with name/.test(said)
  ) {
    return refusedNetwork(
      file,
      `it uses the operation ${operation}, which ONNX Runtime does not know here`,
      `它使用了此处的 ONNX Runtime 不支持的运算 ${operation}`,
      error,
    )
  }
  if (/opset|IR version/i.test(said)) {
    return refusedNetwork(
      file,
      'it was written for a version of ONNX that ONNX Runtime here does not read. Export it with opset 17',
      '其 ONNX 版本为此处的 ONNX Runtime 所不支持。请以 opset 17 导出',
      error,
    )
  }
  const [line = ''] = said.replace(/^ONNX Runtime refuses the network: /, '').split('\n')
  return refusedNetwork(
    file,
    `ONNX Runtime refuses it (${line.slice(0, 300)})`,
    `ONNX Runtime 拒绝了它（${line.slice(0, 300)}）`,
    error,
  )
}
