/** Numbers of IEEE 754 half precision as they are; none is rounded. */
export function float16ToNumbers(halves: Uint16Array): Float32Array {
  const numberOf = (allNumbers ??= Float32Array.from({ length: 2 ** 16 }, (_, half) =>
    float16ToNumber(half),
  ))
  const numbers = new Float32Array(halves.length)
  for (let i = 0; i < numbers.length; i++) numbers[i] = numberOf[halves[i]!]!
  return numbers
}

/** By their 16 bits: a network is millions of them, and this is a hundredth of the time. */
let allNumbers: Float32Array | null = null

function float16ToNumber(half: number): number {
  const sign = half & 0x8000 ? -1 : 1
  const exponent = (half >>> 10) & 0x1f
  const mantissa = half & 0x3ff
  if (exponent === 0) return sign * mantissa * 2 ** -24
  if (exponent === 31) return mantissa === 0 ? sign * Infinity : NaN
  return sign * (1 + mantissa / 1024) * 2 ** (exponent - 15)
}
