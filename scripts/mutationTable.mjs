/**
 * The part of Stryker's report that is counted.
 *
 * @typedef {{ files: Record<string, { mutants: readonly { status: string }[] }> }} MutationReport
 * @typedef {{ killed: number, timedOut: number, survived: number, notCovered: number }} Counts
 */

/** @param {readonly { status: string }[]} mutants @returns {Counts} */
function countMutants(mutants) {
  /** @param {string} status */
  const count = (status) => mutants.filter((mutant) => mutant.status === status).length
  return {
    killed: count('Killed'),
    timedOut: count('Timeout'),
    survived: count('Survived'),
    notCovered: count('NoCoverage'),
  }
}

/** @param {string} name @param {Counts} counts */
function tableRow(name, { killed, timedOut, survived, notCovered }) {
  const detected = killed + timedOut
  const score = (100 * detected) / (detected + survived + notCovered)
  return `| ${name} | ${score.toFixed(1)} | ${killed} | ${timedOut} | ${survived} | ${notCovered} |`
}

/**
 * The scores by file and by folder in Markdown. What was left out (static, ignored) and what does
 * not compile is not counted; a file without a counted mutant has no row.
 *
 * @param {MutationReport} report
 */
export function mutationTable(report) {
  /** @type {Map<string, { status: string }[]>} */
  const folders = new Map()
  const rows = []
  for (const [file, { mutants }] of Object.entries(report.files).sort(([a], [b]) =>
    a < b ? -1 : 1,
  )) {
    const counts = countMutants(mutants)
    if (Object.values(counts).every((count) => count === 0)) continue
    rows.push(tableRow(file.replace('src/core/', ''), counts))
    const folder = file.replace('src/core/', '').split('/')[0] ?? file
    folders.set(folder, [...(folders.get(folder) ?? []), ...mutants])
  }
  const sums = [...folders].map(([name, mutants]) => tableRow(`**${name}**`, countMutants(mutants)))
  return [
    '| file | % killed | killed | timed out | survived | not covered |',
    '| --- | ---: | ---: | ---: | ---: | ---: |',
    ...sums,
    ...rows,
    '',
  ].join('\n')
}
