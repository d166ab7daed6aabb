import type { Random } from '../math/random'
import type { LossParameter } from './loss'

/** Trainable directions, one or more a class, drawn from a unit gaussian. */
export function classRows(name: string, shape: readonly number[]): LossParameter {
  const count = shape.reduce((product, size) => product * size, 1)
  return {
    name,
    shape,
    initial(random: Random) {
      const values = new Float32Array(count)
      for (let i = 0; i < count; i++) values[i] = random.normal()
      return values
    },
  }
}
