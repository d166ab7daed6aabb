export type Rgb = readonly [red: number, green: number, blue: number]

/**
 * Okabe and Ito (2008), safe for colour-blind people; their black is a mid grey here, so that it
 * shows on both themes.
 */
const first: readonly Rgb[] = [
  [230, 159, 0],
  [86, 180, 233],
  [0, 158, 115],
  [240, 228, 66],
  [0, 114, 178],
  [213, 94, 0],
  [204, 121, 167],
  [140, 140, 140],
]

/** Lightness and chroma steps of the generated colours, in OKLCH (Ottosson, 2020). */
const lightnesses = [0.68, 0.56, 0.78] as const
const chromas = [0.13, 0.09] as const
/** 360 degrees over the square of the golden ratio: any run of hues is spread evenly. */
const goldenAngle = 137.50776405003785

/**
 * Colour of a label from its place in the sequence, red, green, blue in 0 to 255. It depends on
 * the index alone, so that it never changes when other labels come.
 */
export function labelColorRgb(colorIndex: number): Rgb {
  const index = Math.max(0, Math.trunc(colorIndex))
  const known = first[index]
  if (known !== undefined) return known
  const position = index - first.length
  return oklchToRgb(
    lightnesses[position % lightnesses.length] ?? 0.68,
    chromas[Math.trunc(position / lightnesses.length) % chromas.length] ?? 0.13,
    (position * goldenAngle + 20) % 360,
  )
}

const cached: string[] = []

/** The same as a CSS colour. */
export function labelColor(colorIndex: number): string {
  const index = Math.max(0, Math.trunc(colorIndex))
  return (cached[index] ??= `#${labelColorRgb(index)
    .map((part) => part.toString(16).padStart(2, '0'))
    .join('')}`)
}

/** OKLCH to sRGB; hue in degrees; what sRGB cannot show is cut at its edges. */
export function oklchToRgb(lightness: number, chroma: number, hue: number): Rgb {
  const angle = (hue * Math.PI) / 180
  const a = chroma * Math.cos(angle)
  const b = chroma * Math.sin(angle)
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3
  return [
    encode(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
    encode(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
    encode(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s),
  ]
}

function encode(linear: number): number {
  const cut = Math.min(1, Math.max(0, linear))
  const value = cut <= 0.0031308 ? 12.92 * cut : 1.055 * cut ** (1 / 2.4) - 0.055
  return Math.round(value * 255)
}
