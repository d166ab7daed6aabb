const float = new Float32Array(1)
const bits = new Uint32Array(float.buffer)

/** Numbers in IEEE 754 half precision, rounded to nearest; what is too large becomes infinite. */
export function numbersToFloat16(numbers: Float32Array): Uint16Array {
  return Uint16Array.from(numbers, (number) => {
    float[0] = number
    const sign = (bits[0]! >>> 16) & 0x8000
    const exponent = (bits[0]! >>> 23) & 0xff
    const mantissa = bits[0]! & 0x7fffff
    if (exponent === 0xff) return sign | 0x7c00 | (mantissa === 0 ? 0 : 0x200)
    const scale = exponent - 112
    if (scale >= 31) return sign | 0x7c00
    if (scale <= 0) {
      // Below the smallest normal number: the leading one is spelled out.
      if (scale < -10) return sign
      const shift = 14 - scale
      const whole = mantissa | 0x800000
      return sign | ((whole + (1 << (shift - 1)) - 1 + ((whole >>> shift) & 1)) >>> shift)
    }
    // A carry out of the mantissa rightly raises the exponent.
    return sign | ((((scale << 23) | mantissa) + 0xfff + ((mantissa >>> 13) & 1)) >>> 13)
  })
}
