import { extractors } from '../../features/extractors'
import { featuresOfModel } from '../../features/modelFeatures'
import type { Extractor } from '../../features/extractors/extractor'
import { ModelWriter, opset } from '../../onnx/modelWriter'
import { type GraphValue, pixelsInput } from '../../onnx/tensorflow/graphToOnnx'
import type { StoredModel } from '../../runs/modelFiles'
import { describeNetwork, pictureSide } from './describeNetwork'
import { OnnxBuilder } from './onnxBuilder'
import { embeddingOutput, ownFeatures, readWholeNetwork, type WholeNetwork } from './ownFeatures'

/**
 * A saved model as one ONNX network: `pixels` `[n, side, side, 3]` of bytes in, `embedding`
 * `[n, size]` out, for any n.
 * @returns the bytes of its file
 */
export async function modelOnnx(stored: StoredModel, projectFolder: string): Promise<Uint8Array> {
  const { input, model } = stored
  const known = input.kind === 'features' ? ownOf(input) : undefined
  const own = known === undefined ? null : await readWholeNetwork(known)
  const writer = new ModelWriter(own === null ? '' : 'semblance:')
  const builder = new OnnxBuilder(writer, own?.opset ?? opset)
  const features =
    own === null
      ? null
      : (extractor: Extractor, layers: string) =>
          Promise.resolve(ownFeatures(writer, own, extractor, layers))
  const embedding = await describeNetwork<GraphValue>(builder, stored, projectFolder, features)
  writer.node('Identity', [embedding.name], {}, embeddingOutput)
  const sidePx = pictureSide(stored)
  return writer.write(
    { name: pixelsInput, type: 'UINT8', dims: ['n', sidePx, sidePx, 3] },
    [{ name: embeddingOutput, dims: ['n', model.embeddingSize] }],
    {
      ...(own === null ? {} : { versions: versionsOf(own) }),
      facts: { layout: 'RGB, n side side 3' },
    },
  )
}

/** The network of a person's own that a model takes, where it is now. */
function ownOf(input: Extract<StoredModel['input'], { kind: 'features' }>) {
  const { extractor: id } = featuresOfModel(input)
  return extractors.find((extractor) => extractor.id === id)?.placed
}

function versionsOf({ model }: WholeNetwork) {
  const { irVersion, opsetImport, functions } = model
  // Before version 4 all weights were inputs too.
  return { irVersion: irVersion < 4n ? 4n : irVersion, opsetImport, functions }
}
