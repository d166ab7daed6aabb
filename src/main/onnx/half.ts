/** Numbers of IEEE 754 binary16, given as their 16 bits, as float32; exact. */
export function float32OfHalf(bits: Uint16Array): Float32Array {
  const numbers = new Float32Array(bits.length)
  for (let i = 0; i < bits.length; i++) {
    const half = bits[i]!
    const exponent = (half >> 10) & 0x1f
    const fraction = half & 0x3ff
    const magnitude =
      exponent === 0
        ? fraction * 2 ** -24
        : exponent === 0x1f
          ? fraction === 0
            ? Infinity
            : NaN
          : (1 + fraction / 1024) * 2 ** (exponent - 15)
    numbers[i] = half & 0x8000 ? -magnitude : magnitude
  }
  return numbers
}
