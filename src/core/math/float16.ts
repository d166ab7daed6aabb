/** Numbers of IEEE 754 half precision as they are; none is rounded. */
export function float16ToNumbers(halves: Uint16Array): Float32Array {
  return Float32Array.from(halves, (half) => {
    const sign = half & 0x8000 ? -1 : 1
    const exponent = (half >>> 10) & 0x1f
    const mantissa = half & 0x3ff
    if (exponent === 0) return sign * mantissa * 2 ** -24
    if (exponent === 31) return mantissa === 0 ? sign * Infinity : NaN
    return sign * (1 + mantissa / 1024) * 2 ** (exponent - 15)
  })
}
