/**
 * @typedef {import('./efficientNetLite.mjs').Layer} Layer
 * @typedef {import('./efficientNetLite.mjs').Convolution} Convolution
 */

const float = { type: 'DT_FLOAT' }
/** @param {string} value */
const text = (value) => Buffer.from(value).toString('base64')
/** @param {readonly number[]} shape */
const shapeOf = (shape) => ({ dim: shape.map((size) => ({ size: String(size) })) })

/**
 * Layers as a graph model of TensorFlow.js, with weights in half precision: the same layers give the
 * same bytes.
 *
 * @param {readonly Layer[]} layers
 * @param {{ sidePx: number, source: object }} options source: where the weights are from, kept as
 *   it is in the description
 * @returns {{ description: object, weights: Buffer }}
 * @throws Error for a weight that half precision does not hold
 */
export function graphModelOf(layers, { sidePx, source }) {
  /** @type {object[]} */
  const node = [placeholder(sidePx)]
  /** @type {object[]} */
  const specs = []
  /** @type {Buffer[]} */
  const parts = []
  /** @param {string} name @param {Float32Array} values @param {readonly number[]} shape */
  const constant = (name, values, shape) => {
    const value = { tensor: { dtype: 'DT_FLOAT', tensorShape: shapeOf(shape) } }
    node.push({ name, op: 'Const', attr: { dtype: float, value } })
    const quantization = { dtype: 'float16', original_dtype: 'float32' }
    specs.push({ name, shape, dtype: 'float32', quantization })
    parts.push(halvesOf(values))
    return name
  }
  for (const layer of layers) {
    if ('inputs' in layer) {
      node.push({ name: layer.name, op: 'AddV2', input: layer.inputs, attr: { T: float } })
      continue
    }
    const filter = constant(`${layer.name}/filter`, layer.filter, layer.shape)
    const bias = constant(`${layer.name}/bias`, layer.bias, [layer.bias.length])
    node.push(convolutionNode(layer, filter, bias))
  }
  return {
    description: {
      format: 'graph-model',
      source,
      modelTopology: { node, versions: { producer: 1 } },
      weightsManifest: [{ paths: ['weights.bin'], weights: specs }],
    },
    weights: Buffer.concat(parts),
  }
}

/** @param {number} sidePx */
const placeholder = (sidePx) => ({
  name: 'input',
  op: 'Placeholder',
  attr: { dtype: float, shape: { shape: shapeOf([-1, sidePx, sidePx, 3]) } },
})

/** @param {Convolution} layer @param {string} filter @param {string} bias */
function convolutionNode({ name, input, isDepthwise, stride, isRectified }, filter, bias) {
  const fused = isRectified ? ['BiasAdd', 'Relu6'] : ['BiasAdd']
  const steps = [1, stride, stride, 1]
  return {
    name,
    op: isDepthwise ? 'FusedDepthwiseConv2dNative' : '_FusedConv2D',
    input: [input, filter, bias],
    attr: {
      T: float,
      strides: { list: { i: steps.map(String) } },
      dilations: { list: { i: ['1', '1', '1', '1'] } },
      padding: { s: text('SAME') },
      explicit_paddings: { list: {} },
      data_format: { s: text('NHWC') },
      fused_ops: { list: { s: fused.map(text) } },
      num_args: { i: '1' },
      epsilon: { f: 0 },
    },
  }
}

const number = new Float32Array(1)
const bits = new Uint32Array(number.buffer)

/**
 * Numbers in IEEE 754 half precision, little-endian, rounded to the nearest, of two to the even one.
 *
 * @param {Float32Array} values
 * @returns {Buffer}
 * @throws Error for one that is too large or none
 */
function halvesOf(values) {
  const halves = Buffer.alloc(2 * values.length)
  values.forEach((value, i) => {
    number[0] = value
    const [whole = 0] = bits
    const sign = (whole >>> 16) & 0x8000
    // Exponent and mantissa in one, so that a carry of the one raises the other.
    const scale = ((whole >>> 23) & 0xff) - 112
    const mantissa = whole & 0x7fffff
    let half = 0
    if (scale > 0) {
      const both = (scale << 23) | mantissa
      half = (both + 0xfff + ((both >>> 13) & 1)) >>> 13
    } else if (scale >= -10) {
      // Below the smallest normal number the leading one is spelled out.
      const shift = 14 - scale
      const spelled = mantissa | 0x800000
      half = (spelled + (1 << (shift - 1)) - 1 + ((spelled >>> shift) & 1)) >>> shift
    }
    if (scale >= 31 || half >= 0x7c00) throw new Error(`Half precision does not hold ${value}`)
    halves.writeUInt16LE(sign | half, 2 * i)
  })
  return halves
}
