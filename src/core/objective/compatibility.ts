import type { Bilingual } from '../../shared/model/bilingual'
import { type AppError, bilingualError, type ErrorDetails } from '../../shared/errors'
import { distances } from '../distances'
import type { GivenOptions } from '../registry/options'
import { type Loss, losses } from '../losses'
import { miners } from '../miners'

/**
 * Why a loss does not go with a distance, miner or reducer; null where it does. The window greys the choice
 * and shows the reason.
 */
export function incompatibility(
  lossName: string,
  choice: {
    readonly distance?: string | null
    /** Whether the distance normalises; absent: as loss and distance have it. */
    readonly normalized?: boolean | undefined
    readonly miner?: string | null
    readonly reducer?: string | null
  },
): Bilingual | null {
  const loss = losses.get(lossName)
  const { distance, miner, reducer, normalized } = choice
  if (loss.needsRange && distance !== undefined && distance !== null) {
    const reason = unbounded(loss, distance, normalized)
    if (reason !== null) return reason
  }
  if (distance !== undefined && distance !== null && !loss.distances.includes(distance)) {
    const allowed = loss.distances.join(', ')
    return {
      en: `The loss ${lossName} is defined with ${allowed}, not with ${distance}.`,
      'zh-CN': `损失 ${lossName} 只能使用 ${allowed}，不能使用 ${distance}。`,
    }
  }
  if (miner !== undefined && miner !== null && !loss.takesMiner) {
    return {
      en:
        loss.kind === 'classes'
          ? `The loss ${lossName} compares images with class representatives, so there are no pairs or triplets to mine.`
          : `The loss ${lossName} chooses its own pairs, so that no miner can choose for it.`,
      'zh-CN':
        loss.kind === 'classes'
          ? `损失 ${lossName} 将图像与类别代表比较，没有可挖掘的样本对或三元组。`
          : `损失 ${lossName} 自行选择样本对，不能使用挖掘器。`,
    }
  }
  if (reducer !== undefined && reducer !== null && loss.reducer === null) {
    return {
      en: `The reduction belongs to the formula of the loss ${lossName}, so that no reducer can be chosen.`,
      'zh-CN': `损失 ${lossName} 的公式已包含归约方式，不能另选归约器。`,
    }
  }
  return null
}

/** Names of the miners that select what a loss was made for, in its order; null: all. */
export const minersFor = ({ madeFor }: Loss): readonly string[] | null =>
  madeFor?.flatMap((selection) =>
    miners.entries.filter(({ selects }) => selects === selection).map(({ name }) => name),
  ) ?? null

/** Components that do not go together; the window says why in its own language. */
export const unsuited = (reason: Bilingual, details: ErrorDetails = {}): AppError =>
  bilingualError('invalidInput', reason, details)

/** Any dimension: a distance is bounded for all of them or for none. */
const someDimension = 2

function unbounded(loss: Loss, name: string, normalized: boolean | undefined): Bilingual | null {
  const distance = distances.get(name)
  const isNormalized = normalized ?? loss.normalizedByDefault ?? undefined
  const options = isNormalized === undefined ? {} : { normalized: isNormalized }
  if (distance.range(someDimension, options) !== null) return null
  const canBeBounded = distance.range(someDimension, { normalized: true }) !== null
  return {
    en: `The loss ${loss.name} needs values of a known range, and ${name} has no bound${canBeBounded ? ' unless the embeddings are normalised' : ''}.`,
    'zh-CN': `损失 ${loss.name} 需要取值范围已知的距离，而 ${name} ${canBeBounded ? '在嵌入未归一化时' : ''}没有上界。`,
  }
}

/** Share of what unrelated embeddings are apart that a loss must reach to push any of them. */
const leastReach = 0.25

/**
 * Why a loss would push no negative apart in embeddings of so many numbers: all that they can have,
 * or nearly all, lies beyond what it compares them with. Null where it reaches them.
 */
export function outOfReach(
  loss: Loss,
  choice: {
    readonly options: GivenOptions
    readonly distance: string
    readonly normalized: boolean | undefined
  },
  dimension: number,
): Bilingual | null {
  const reach = loss.reach(choice.options)
  const distance = distances.get(choice.distance)
  const { normalized } = choice
  const range = distance.range(dimension, normalized === undefined ? {} : { normalized })
  if (reach === null || range === null) return null
  const { at, beyond = 0, option } = reach
  const { name } = distance
  if (distance.isSimilarity) {
    if (at - beyond < range.greatest) return null
    return {
      en: `The loss ${loss.name} would push no images apart: it pushes only what has a ${name} similarity above ${at - beyond}, and no two images have more than ${range.greatest}. Set its option ${option} to about 0.5, or choose another distance.`,
      'zh-CN': `损失 ${loss.name} 不会推开任何图像：它只推开 ${name} 相似度高于 ${at - beyond} 的图像，而相似度最大为 ${range.greatest}。请把选项 ${option} 设为约 0.5，或改用其他距离。`,
    }
  }
  const unrelated = distance.unrelated(dimension)
  if (at + beyond >= leastReach * unrelated) return null
  const about = unrelated.toPrecision(2)
  const fitting = (unrelated / 2).toPrecision(2)
  return {
    en: `The loss ${loss.name} would push no images apart: unrelated embeddings of ${dimension} numbers have a ${name} distance of about ${about}, and it pushes only what is nearer than ${at + beyond}. Set its option ${option} to about ${fitting}, or choose another distance.`,
    'zh-CN': `损失 ${loss.name} 不会推开任何图像：${dimension} 维无关嵌入的 ${name} 距离约为 ${about}，而它只推开距离小于 ${at + beyond} 的图像。请把选项 ${option} 设为约 ${fitting}，或改用其他距离。`,
  }
}
