import { shortShare as share, tableLines } from '../table'
import { networkNames, networks, type Result, type Scores } from './contenders'
import { referenceOf } from './references'

/** Seeds of one loss on one network, or of one baseline. */
export interface Summary {
  readonly network: Result['network']
  readonly name: string
  readonly seeds: number
  readonly mapAtR: Spread | null
  readonly precisionAt1: Spread | null
  /** Seconds of one run. */
  readonly seconds: number
  readonly reference: Scores | null
  /** Why a run failed, where one did. */
  readonly reason: string | null
}

interface Spread {
  readonly mean: number
  /** Of the seeds, divided by their number - 1; null with one. */
  readonly deviation: number | null
}

/** Baselines as listed, then each network's losses, best first. */
export function summarize(results: readonly Result[]): readonly Summary[] {
  const groups = new Map<string, Result[]>()
  for (const result of results) {
    const key = `${result.network} ${result.name}`
    groups.set(key, [...(groups.get(key) ?? []), result])
  }
  const summaries = [...groups.values()].map((runs): Summary => {
    const { network, name } = runs[0]!
    const scores = runs.flatMap((run) => run.scores ?? [])
    return {
      network,
      name,
      seeds: scores.length,
      mapAtR: spreadOf(scores.map(({ mapAtR }) => mapAtR)),
      precisionAt1: spreadOf(scores.map(({ precisionAt1 }) => precisionAt1)),
      seconds: runs.reduce((sum, run) => sum + run.seconds, 0) / runs.length,
      reference: referenceOf(network, name),
      reason: runs.find((run) => run.reason !== null)?.reason ?? null,
    }
  })
  return (['baseline', ...networkNames] as const).flatMap((network) => {
    const ofNetwork = summaries.filter((summary) => summary.network === network)
    return ofNetwork.sort((a, b) => (b.mapAtR?.mean ?? -1) - (a.mapAtR?.mean ?? -1))
  })
}

function spreadOf(values: readonly number[]): Spread | null {
  if (values.length === 0) return null
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  return { mean, deviation: values.length > 1 ? Math.sqrt(squares / (values.length - 1)) : null }
}

function cell(spread: Spread | null): string {
  if (spread === null) return '-'
  return spread.deviation === null
    ? share(spread.mean)
    : `${share(spread.mean)} ± ${share(spread.deviation)}`
}

function rowOf(summary: Summary): readonly string[] {
  const { name, mapAtR, precisionAt1, reference, reason } = summary
  const difference =
    reference === null || mapAtR === null ? '' : share(mapAtR.mean - reference.mapAtR)
  return [
    name.replace('+', ' + '),
    cell(mapAtR),
    cell(precisionAt1),
    reference === null ? '' : `${share(reference.mapAtR)} / ${share(reference.precisionAt1)}`,
    difference.startsWith('-') || difference === '' ? difference : `+${difference}`,
    reason ?? '',
  ]
}

const titles = ['', 'MAP@R', 'P@1', 'reference', 'MAP@R - reference', 'failed']

/** A table a group, as text for the terminal or as markdown. */
export function tablesOf(results: readonly Result[]): readonly {
  readonly title: string
  readonly lines: readonly string[]
}[] {
  const summaries = summarize(results)
  return (['baseline', ...networkNames] as const).flatMap((network) => {
    const rows = summaries.filter((summary) => summary.network === network).map(rowOf)
    if (rows.length === 0) return []
    const used = titles.map((_, column) => column < 3 || rows.some((row) => row[column] !== ''))
    const table = [titles, ...rows].map((row) => row.filter((_, column) => used[column]))
    const title = network === 'baseline' ? 'Without training' : networks[network].title
    return [{ title, lines: tableLines(table) }]
  })
}
