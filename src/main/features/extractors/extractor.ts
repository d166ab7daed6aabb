import type { GraphNode } from '../../../core/network/graph/graphNodes'
import type { Tap } from '../../../core/network/graph/tunedStructure'
import type { SavedTensor } from '../../../core/network/savedModel'
import type { ExtractorDescription, ExtractorLayer } from '../../../shared/model/extractor'
import type { PlacedNetwork } from '../../../shared/model/ownNetwork'
import type { Backend } from '../../backend/backend'
import type { GraphRequest } from '../../backend/pictureGraph'
import type { OpenOwnSession } from '../ownNetworks/ownSession'

/** Where in a network the pictures themselves are, normalised. */
export const picturePlace = 'input'

/** What a network may run on. */
interface ExtractorMeans {
  /** Runs graphs of TensorFlow.js, in this thread or in another process. */
  readonly backend: Pick<Backend, 'loadGraph'>
  /** Holds `node_modules` and `resources`. */
  readonly projectFolder: string
  /** Opens networks in ONNX Runtime; absent: a person's own are not opened. */
  readonly openOnnx?: OpenOwnSession | undefined
}

/**
 * A pretrained network whose weights stay as they are: pictures in, feature vectors out. Whoever
 * changes what it gives of the same weights, by its input or a scale, gives it another id.
 */
export interface Extractor extends ExtractorDescription {
  /** Of a person's own network: what it is, and where. */
  readonly placed?: PlacedNetwork
  /**
   * Makes it ready to give features of these of its layers, in their order.
   * @throws AppError backendUnavailable where its weights are not here, or are others
   */
  open(means: ExtractorMeans, layers: readonly ExtractorLayer[]): Promise<OpenExtractor>
  /**
   * Of a network with `maps`: what of it can be trained.
   * @throws AppError backendUnavailable as `open`
   */
  readTrainable?(projectFolder: string): Promise<TrainableNetwork>
  /**
   * Of a network that is a graph of TensorFlow.js: the graph itself.
   * @throws AppError backendUnavailable as `open`
   */
  readGraph?(projectFolder: string): Promise<NetworkGraph>
}

/** A graph of TensorFlow.js, and where in it the layers are. */
interface NetworkGraph {
  readonly graph: Pick<GraphRequest, 'modelTopology' | 'weightSpecs' | 'weights'>
  readonly nodeOf: (layer: Pick<ExtractorLayer, 'name'>) => string
}

/** The nodes of a network with their weights. */
interface TrainableNetwork {
  readonly nodes: readonly GraphNode[]
  readonly weights: readonly SavedTensor[]
  /** Where its layers are. */
  readonly tapOf: (layer: ExtractorLayer) => Tap
}

/** A network that is ready; features are comparable whatever it runs on. */
export interface OpenExtractor {
  /** Pictures that it takes at a time. */
  readonly passRows: number
  /**
   * Features `[n, dimension of all layers]` of pictures `[n, sidePx, sidePx, 3]`, 0 to 255: those
   * of the layers one after another in each row.
   */
  extract(pixels: Uint8Array, n: number): Float32Array | Promise<Float32Array>
  dispose(): void
}
