/** A figure to three decimals; a dash, as wide, where there is none. */
export const figureText = (value: number | null | undefined): string =>
  value === null || value === undefined ? '–    ' : value.toFixed(3)
