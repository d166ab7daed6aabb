import type { Random } from '../../math/random'
import type { LossParameter } from '../loss'

/**
 * Trainable directions, one or more a class, drawn from a gaussian. Their length is nothing to the
 * loss, but the shorter they are the faster steps of one size turn them.
 */
export function classRows(name: string, shape: readonly number[], deviation = 1): LossParameter {
  const count = shape.reduce((product, size) => product * size, 1)
  return {
    name,
    shape,
    initial(random: Random) {
      const values = new Float32Array(count)
      for (let i = 0; i < count; i++) values[i] = random.normal(0, deviation)
      return values
    },
  }
}
