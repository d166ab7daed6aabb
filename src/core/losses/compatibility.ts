import type { Bilingual } from '../registry/options'
import { losses } from './index'

/**
 * Why a loss does not go with a distance, miner or reducer; null where it does. The window greys the choice
 * and shows the reason.
 */
export function incompatibility(
  lossName: string,
  choice: {
    readonly distance?: string | null
    readonly miner?: string | null
    readonly reducer?: string | null
  },
): Bilingual | null {
  const loss = losses.get(lossName)
  const { distance, miner, reducer } = choice
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
