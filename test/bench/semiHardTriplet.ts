import type { LossOfEmbeddings } from '../../src/core/network'

/**
 * Semi-hard triplet loss (Schroff et al. 2015) on normalised embeddings, spelled out in plain loops
 * so that the benchmark of the networks depends on nothing else. Images of a class stand together.
 */
export function semiHardTriplet(
  size: number,
  imagesPerClass: number,
  margin: number,
): LossOfEmbeddings {
  return (embeddings) => {
    const rows = embeddings.length / size
    const norms = new Float32Array(rows)
    const unit = new Float32Array(embeddings.length)
    for (let i = 0; i < rows; i++) {
      const row = embeddings.subarray(i * size, (i + 1) * size)
      norms[i] = Math.sqrt(row.reduce((sum, value) => sum + value * value, 1e-12))
      for (let k = 0; k < size; k++) unit[i * size + k] = row[k]! / norms[i]!
    }
    const distances = new Float32Array(rows * rows)
    for (let i = 0; i < rows; i++)
      for (let j = 0; j < i; j++) {
        let square = 1e-12
        for (let k = 0; k < size; k++) square += (unit[i * size + k]! - unit[j * size + k]!) ** 2
        distances[i * rows + j] = distances[j * rows + i] = Math.sqrt(square)
      }
    const classOf = (i: number) => Math.floor(i / imagesPerClass)
    const weights = new Float32Array(rows * rows)
    let count = 0
    let sum = 0
    for (let a = 0; a < rows; a++)
      for (let p = 0; p < rows; p++) {
        if (p === a || classOf(p) !== classOf(a)) continue
        for (let n = 0; n < rows; n++) {
          const gap = distances[a * rows + n]! - distances[a * rows + p]!
          if (classOf(n) === classOf(a) || gap <= 0 || gap > margin) continue
          weights[a * rows + p]!++
          weights[a * rows + n]!--
          count++
          sum += margin - gap
        }
      }
    const ofUnit = new Float32Array(embeddings.length)
    for (let i = 0; i < rows; i++)
      for (let j = 0; j < rows; j++) {
        if (i === j) continue
        const weight = (weights[i * rows + j]! + weights[j * rows + i]!) / Math.max(1, count)
        if (weight === 0) continue
        const factor = weight / distances[i * rows + j]!
        for (let k = 0; k < size; k++)
          ofUnit[i * size + k]! += factor * (unit[i * size + k]! - unit[j * size + k]!)
      }
    const gradient = new Float32Array(embeddings.length)
    for (let i = 0; i < rows; i++) {
      let along = 0
      for (let k = 0; k < size; k++) along += ofUnit[i * size + k]! * unit[i * size + k]!
      for (let k = 0; k < size; k++)
        gradient[i * size + k] = (ofUnit[i * size + k]! - along * unit[i * size + k]!) / norms[i]!
    }
    return { value: count > 0 ? sum / count : 0, gradient }
  }
}
