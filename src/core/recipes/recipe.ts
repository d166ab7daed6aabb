import type { TrainingOptions } from '../../shared/model/training'
import { partsOf } from '../steps'
import type { LoopDecisions } from './decisions'
import type { TrainingContext, TrainingData } from './surroundings'

/** What the first stage of a recipe gets. */
export interface RecipeStart extends TrainingData {
  readonly options: TrainingOptions
}

/** One stage of a recipe: what it gets of those before it, and what it gives to those after it. */
export interface Stage<Gets, Gives extends object> {
  readonly name: string
  /**
   * Null where it was cancelled before there was anything to keep; then it has let go of what it
   * got.
   * @param context with the options as the stages before have settled them
   */
  readonly run: (context: TrainingContext, gets: Gets) => Promise<Gives | null>
  /**
   * What it gives in a training that is taken up again: what was decided when that began. Null: it
   * is run again, which gives the same.
   */
  readonly resume:
    ((context: TrainingContext, gets: Gets, decisions: LoopDecisions) => Gives | null) | null
}

/** Amounts of work in any unit; where a stage is none of them, it says itself how far it is. */
type WorkOfStages = (
  options: TrainingOptions,
  data: TrainingData,
) => Readonly<Record<string, number>>

/**
 * The stages of a training in their order. The types say that each gets what it needs: a stage that
 * comes before what it needs does not compile.
 */
export class Recipe<Has extends RecipeStart> {
  /**
   * @param stages in their order
   * @param work of the stages that together are the stage 'baseline' of a run
   */
  constructor(
    readonly stages: readonly Stage<never, object>[],
    readonly work: WorkOfStages,
  ) {}

  then<Gives extends object>(stage: Stage<Has, Gives>): Recipe<Has & Gives> {
    return new Recipe<Has & Gives>([...this.stages, stage], this.work)
  }

  /**
   * Goes through the stages; where a training is taken up again, what was decided before its loop
   * is not decided anew.
   * @returns all that they gave; null where it was cancelled before there was anything to keep
   */
  async follow(context: TrainingContext, data: TrainingData): Promise<Has | null> {
    const { report, options, records } = context
    const { resume } = records.checkpoints
    const parts = partsOf(this.work(options, data))
    report.stage('baseline', 0, 1)
    let has: RecipeStart = { ...data, options }
    for (const stage of this.stages) {
      const part = parts[stage.name]
      const own = {
        ...context,
        options: has.options,
        report: part === undefined ? report : report.part('baseline', ...part),
      }
      const gives =
        resume === null || stage.resume === null
          ? await stage.run(own, has as never)
          : stage.resume(own, has as never, resume.decisions)
      if (gives === null) return null
      has = { ...has, ...gives }
    }
    return has as Has
  }
}

/** A recipe without stages yet. */
export const recipeOf = (work: WorkOfStages): Recipe<RecipeStart> =>
  new Recipe<RecipeStart>([], work)
