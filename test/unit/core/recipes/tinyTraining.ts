import { type InputSource, featureSource } from '../../../../src/core/inputSource'
import { Interruption } from '../../../../src/core/interruption'
import { TripletLedger } from '../../../../src/core/loop/ledger'
import { pixelSource } from '../../../../src/core/loop/pixels'
import { javascriptProduct } from '../../../../src/core/math/product'
import { createRandom } from '../../../../src/core/math/random'
import { type Models, modelsOn, plainOperations } from '../../../../src/core/network'
import type { Checkpoint } from '../../../../src/core/recipes/decisions'
import { Recipe, type RecipeStart } from '../../../../src/core/recipes/recipe'
import type { RecipeMessage } from '../../../../src/core/recipes/recipeMessages'
import { StageReport } from '../../../../src/core/recipes/stageReport'
import type { HeldOutScores } from '../../../../src/core/recipes/startFindings'
import {
  noRecords,
  type Records,
  type TrainedModel,
  type TrainingContext,
  type TrainingData,
} from '../../../../src/core/recipes/surroundings'
import type { TrainingOptions } from '../../../../src/shared/model/training'
import { options as loopOptions } from '../loop/loopSetup'

/** Inputs of `classes` labels with `perClass` images each; the last `tested` labels are the test. */
export function dividedData(source: InputSource, perClass: number, tested: number): TrainingData {
  const classes = source.rows / perClass
  const part = (from: number, to: number) => ({
    rows: Uint32Array.from({ length: (to - from) * perClass }, (_, i) => from * perClass + i),
    labels: Int32Array.from({ length: (to - from) * perClass }, (_, i) => Math.floor(i / perClass)),
    keys: Array.from({ length: to - from }, (_, label) => `label ${from + label}`),
  })
  return { source, training: part(0, classes - tested), test: part(classes - tested, classes) }
}

/** Of each image, [images, 10]: four numbers tell its label, six louder ones tell nothing. */
export function featureData(): TrainingData {
  const [classes, perClass, size] = [18, 5, 10]
  const random = createRandom('tiny features')
  const centers = Float32Array.from({ length: classes * 4 }, () => random.normal())
  const numbers = Float32Array.from({ length: classes * perClass * size }, (_, at) => {
    const column = at % size
    const label = Math.floor(at / size / perClass)
    return column < 4 ? centers[label * 4 + column]! + random.normal(0, 0.4) : random.normal(0, 2)
  })
  return dividedData(featureSource(numbers, size), perClass, 4)
}

const sidePx = 16

/** Pictures of one colour a label, and noise. */
export function pixelData(): TrainingData {
  const [classes, perClass, size] = [3, 2, sidePx * sidePx * 3]
  const random = createRandom('tiny pixels')
  const pixels = Uint8Array.from({ length: classes * perClass * size }, (_, at) => {
    const label = Math.floor(at / size / perClass)
    return ((label * 40 + (at % 3) * 30) % 200) + random.integer(40)
  })
  return dividedData(pixelSource(pixels, sidePx), perClass, 1)
}

export const headOptions: TrainingOptions = {
  ...loopOptions,
  start: 'auto',
  split: 'byClass',
  embeddingSize: 5,
  classesPerBatch: 4,
  imagesPerClass: 3,
  epochs: 3,
  stepsPerEpoch: 4,
}

export const smallOptions: TrainingOptions = {
  ...headOptions,
  network: 'small',
  imageSizePx: sidePx,
  classesPerBatch: 2,
  imagesPerClass: 2,
  epochs: 2,
  stepsPerEpoch: 1,
}

export const residualOptions: TrainingOptions = {
  ...smallOptions,
  network: 'residual',
  networkDepth: 1,
  networkWidth: 8,
}

/** What a training that ended too early has left, as a run's folder keeps it. */
export class Left {
  checkpoint: Checkpoint | null = null
  readonly ledger = new TripletLedger()
  private readonly parts = new Map<string, readonly HeldOutScores[]>()

  records(): Records {
    const resume = this.checkpoint
    this.ledger.restore(resume?.triplets ?? [])
    const keep = (loop: Checkpoint['loop'], decisions: Checkpoint['decisions']) => {
      // What is written is as it was then.
      this.checkpoint = structuredClone({ decisions, loop, triplets: this.ledger.state() })
      return Promise.resolve()
    }
    return {
      ...noRecords,
      triplets: this.ledger,
      findings: {
        read: (name) => this.parts.get(name) ?? null,
        keep: (name, found) => {
          this.parts.set(name, structuredClone(found))
          return Promise.resolve()
        },
      },
      checkpoints: {
        resume,
        afterEpoch: (event, decisions) => keep(event.checkpoint(), decisions),
        suspended: keep,
      },
    }
  }
}

/** Models as they are, with how many are there. */
function countedModels() {
  const models = modelsOn(plainOperations)
  const count = { made: 0, alive: 0 }
  const counted =
    <Options>(make: (options: Options) => ReturnType<Models['linearHead']>) =>
    (options: Options) => {
      const model = make(options)
      count.made++
      count.alive++
      const dispose = model.dispose.bind(model)
      model.dispose = () => {
        count.alive--
        dispose()
      }
      return model
    }
  return {
    count,
    models: {
      linearHead: counted(models.linearHead.bind(models)),
      smallNetwork: counted(models.smallNetwork.bind(models)),
      residualNetwork: counted(models.residualNetwork.bind(models)),
      tunedNetwork: counted(models.tunedNetwork.bind(models)),
    },
  }
}

/**
 * Follows a recipe in plain JavaScript, on a clock that goes a second with each look, so that it
 * breathes and tells whenever it may.
 */
export async function follow(
  recipe: Pick<Recipe<RecipeStart & TrainedModel>, 'stages' | 'work'>,
  data: TrainingData,
  options: TrainingOptions,
  more: {
    readonly left?: Left
    /** Hears of each stage that begins, and of each breath. */
    readonly onMoment?: (stage: string, breath: number, interruption: Interruption) => void
  } = {},
) {
  const { left = new Left(), onMoment = () => {} } = more
  const interruption = new Interruption()
  const run: string[] = []
  const taken: string[] = []
  const messages: RecipeMessage[] = []
  const { count, models } = countedModels()
  let time = 0
  let stage = ''
  let breath = 0
  const now = () => (time += 1000)
  const context: TrainingContext = {
    now,
    breathe: async () => onMoment(stage, ++breath, interruption),
    options,
    backend: { models, product: javascriptProduct },
    interruption,
    random: createRandom(options.seed),
    report: new StageReport((message) => messages.push(message), interruption, now),
    records: left.records(),
  }
  const enter = (name: string, list: string[]) => {
    list.push(name)
    stage = name
    breath = 0
    onMoment(stage, breath, interruption)
  }
  const watched = new Recipe<RecipeStart & TrainedModel>(
    recipe.stages.map(({ name, run: own, resume }) => ({
      name,
      run: (given, gets) => {
        enter(name, run)
        return own(given, gets)
      },
      resume:
        resume &&
        ((given, gets, decisions) => {
          enter(name, taken)
          return resume(given, gets, decisions)
        }),
    })),
    recipe.work,
  )
  const done = await watched.follow(context, data)
  return { done, run, taken, messages, count, left }
}
