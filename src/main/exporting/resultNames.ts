/** What `train` may leave in a folder, also of versions without a manifest. */
export const resultNames = [
  ...['embeddings.csv', 'triplets.csv', 'perClass.csv', 'confusion.csv', 'map.csv', 'map.png'],
  'report.html',
  ...['metrics.json', 'run.json', 'model'],
]

/** What a comparison of losses leaves. */
export const sweepFile = {
  csv: 'sweep.csv',
  json: 'sweep.json',
  journal: 'sweep-journal.jsonl',
  today: 'today.json',
}
