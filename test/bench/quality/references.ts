import type { NetworkName, Scores } from './contenders'

/**
 * Figures to be compared with: PyTorch 2.15.0 with pytorch-metric-learning 2.9.0 (Musgrave, Belongie,
 * Lim 2020) on the same emoji, split, networks, batches and steps; leave-one-out on the unseen
 * classes. From pixels one seed; heads the mean of three, standard deviation .001 to .005.
 */
const rows: Readonly<
  Record<
    Exclude<NetworkName, 'start'> | 'baseline',
    Readonly<Record<string, readonly [number, number]>>
  >
> = {
  baseline: {
    'raw pixels, 24 px, centred': [0.203, 0.576],
    'small network, untrained': [0.058, 0.204],
    'small network, untrained, batch norm calibrated': [0.07, 0.248],
    frozen: [0.253, 0.587],
    'frozen, PCA-whitened 256': [0.316, 0.631],
    'frozen, LDA 256': [0.422, 0.716],
  },
  small: {
    contrastive: [0.212, 0.517],
    'triplet+semiHard': [0.127, 0.334],
    'triplet+batchHard': [0.208, 0.521],
    lifted: [0.081, 0.223],
    'multiSimilarity+multiSimilarity': [0.24, 0.553],
    ntXent: [0.217, 0.518],
    supCon: [0.208, 0.498],
    // Proxies at 100 times the rate of the network, as here.
    proxyAnchor: [0.083, 0.243],
  },
  head: {
    contrastive: [0.311, 0.626],
    'triplet+semiHard': [0.323, 0.628],
    'triplet+batchHard': [0.355, 0.657],
    nPair: [0.264, 0.585],
    lifted: [0.156, 0.374],
    'multiSimilarity+multiSimilarity': [0.342, 0.653],
    ntXent: [0.363, 0.671],
    supCon: [0.352, 0.657],
    circle: [0.354, 0.656],
    arcFace: [0.325, 0.628],
    proxyAnchor: [0.268, 0.59],
  },
}

/** What the reference reached; null where it was not run. */
export function referenceOf(network: NetworkName | 'baseline', name: string): Scores | null {
  const found = network === 'start' ? undefined : rows[network][name]
  return found === undefined ? null : { mapAtR: found[0], precisionAt1: found[1] }
}
