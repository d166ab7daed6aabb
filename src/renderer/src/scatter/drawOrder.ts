const levelCount = 3

/**
 * The order points are drawn in: by level, lowest first; within a level in a fixed scattered
 * order, so that of two labels that overlap neither covers the other because of its name.
 */
export function drawOrder(count: number, levels: Uint8Array): Uint32Array {
  const order = new Uint32Array(count)
  const ends = new Uint32Array(levelCount)
  for (let i = 0; i < count; i++) ends[levelOf(levels, i)]!++
  const next = Uint32Array.of(0, ends[0]!, ends[0]! + ends[1]!)
  const step = scatteringStep(count)
  for (let k = 0, i = 0; k < count; k++, i = (i + step) % count) {
    order[next[levelOf(levels, i)]!++] = i
  }
  return order
}

const levelOf = (levels: Uint8Array, i: number): number => Math.min(levelCount - 1, levels[i] ?? 1)

/** Near the golden section of the count and without a common divisor: reaches every index once. */
function scatteringStep(count: number): number {
  let step = Math.max(1, Math.round(count * 0.6180339887))
  while (greatestCommonDivisor(step, count) !== 1) step++
  return step
}

function greatestCommonDivisor(a: number, b: number): number {
  while (b !== 0) [a, b] = [b, a % b]
  return a
}
