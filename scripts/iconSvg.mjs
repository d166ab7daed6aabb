/**
 * An icon set of @iconify-json: SVG bodies by name; an alias names another icon of the set.
 *
 * @typedef {{ body: string, width?: number, height?: number, left?: number, top?: number }} Icon
 * @typedef {{ icons: Record<string, Icon>, aliases?: Record<string, Partial<Icon> & { parent: string }>, width?: number, height?: number }} IconSet
 */

/**
 * An icon as a whole SVG document.
 *
 * @param {IconSet} set
 * @param {string} name of an icon or an alias
 * @returns {string}
 * @throws when the set has no such name
 */
export function svgOf(set, name) {
  /** @type {Partial<Icon>} */
  let own = {}
  let at = name
  for (let depth = 0; set.icons[at] === undefined && depth < 8; depth++) {
    const alias = set.aliases?.[at]
    if (alias === undefined) break
    own = { ...alias, ...own }
    at = alias.parent
  }
  const found = set.icons[at]
  if (found === undefined) throw new Error(`The set has no icon ${name}`)
  const icon = { ...found, ...own, body: found.body }
  const { left = 0, top = 0, width = set.width ?? 16, height = set.height ?? 16 } = icon
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" ` +
    `viewBox="${left} ${top} ${width} ${height}" width="${width}" height="${height}">${icon.body}</svg>`
  )
}
