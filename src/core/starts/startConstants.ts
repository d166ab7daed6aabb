import type { TrainingOptions } from '../../shared/model/training'

/**
 * Numbers of the closed forms and of the choice among them. Those marked "measured" were found on
 * particular sets (docs/quality.md) and may be wrong elsewhere, which is why the form itself is
 * chosen by held-out labels and not by any of them.
 */
export const startConstants = {
  /** Folds of a cross-validation over the training labels: five, as usual (Breiman, Spector 1992). */
  folds: 5,
  /** With fewer labels than this, folds hold out two labels each, and training is tried in every fold. */
  fewLabels: 10,
  /**
   * Numbers of a head, and rows, up to which a training costs little beside the fit of its start, so
   * that it is tried in every fold. One of five folds was too few to tell: it kept a training that
   * lost .007, and refused one that gained .004 (docs/quality.md).
   */
  narrowHead: 256,
  fewRows: 5000,
  /** Rows that the forms are fitted on and measured on by label; more change little and cost time. */
  mostRowsByLabel: 10_000,
  /** Rows by image, where each held-out one is held against all others. */
  mostRowsByImage: 4_000,
  /** Measured: least share of a round covariance mixed into that within classes. */
  leastShrinkage: 0.1,
  /** Measured: most of it, for the fewest classes. */
  mostShrinkage: 0.3,
  /**
   * Measured: between-class variance over within, of a direction of the analysis at which it counts
   * half.
   */
  halfWeightRatio: 0.5,
  /** Rows that principal directions are found from: as many directions as rows at most. */
  principalRows: 1500,
  /**
   * Measured: multiply-adds of products in the time of one of an eigenvector, which no backend helps
   * with.
   */
  eigenTimes: 100,
  /**
   * Training images up to which whitening keeps all directions. There are fewer principal ones than
   * rows, and those alone forget what other labels differ in. MAP@R on 100 unseen emoji of 2,976
   * directions, 1,024 random ones and the principal ones: 4 labels of 8 .359, .359, .101; 16 .453,
   * .449, .322; 60 .519, .512, .485; 100 .534, .517, .524.
   */
  allDirectionsRows: 1024,
  /**
   * Measured: directions that whitening keeps of more images, the principal ones. MAP@R on held-out
   * training labels of all directions, 1,024 and 512 principal ones: emoji, 1,600 images .543, .543,
   * .548; 3,200 images .554, .559, .576; Fashion-MNIST, 1,050 images .657, .682, .693
   * (docs/decisions/0007). Random ones are below all of these.
   */
  principalDirections: 512,
  /** `start: lda` alone, which earlier versions had: labels from which it is the analysis. */
  ldaLabels: 150,
} as const

/**
 * How long, and in how great steps, a head on frozen features is trained where nobody says. Measured
 * with 8, 60 and 700 training labels (docs/quality.md); in between, in proportion. Whether what it
 * makes is kept is decided by held-out labels, so that these cost time at worst.
 */
export const headConstants = {
  /** How many batches a label is in, on the average. */
  visits: 24,
  leastSteps: 60,
  mostSteps: 480,
  /** Of Adam. */
  learningRate: 3e-4,
  /**
   * Labels from which on that rate is taken; with fewer, as much less of it. A head soon learns few
   * labels by heart, and small steps keep what the start knows of others.
   */
  fullRateLabels: 180,
  /**
   * By image, where the labels that are tested train too. MAP@R of 40 labels of emoji on held-out
   * images: the start .785, rates 1e-5 .788, 1e-4 .811, 3e-4 .806.
   */
  byImageRate: 1e-4,
} as const

/**
 * How a part of a pretrained network is trained with a head. Whether what it makes is kept is decided
 * by held-out labels, so that these cost time at worst.
 */
export const tuningConstants = {
  /**
   * Measured on one set: MAP@R of the closed form fitted again, on 144 held-out training labels of
   * emoji after 200 steps of the last six blocks of EfficientNet-Lite0: rates 3e-4 .722, 1e-3 .728;
   * without training .719 (docs/networks.md).
   */
  learningRate: 1e-3,
  /** The learning rate of the network, as a share of the head's. */
  networkRate: 0.5,
  /** Of its batches, which need the maps of a whole part in memory. */
  batchImages: 64,
  mostClasses: 16,
  /** Steps where nobody says. */
  steps: 200,
} as const

/** Of Adam, where nobody chose one. */
export const defaultLearningRate = (network: TrainingOptions['network']): number =>
  network === 'frozen' ? headConstants.learningRate : 1e-3
