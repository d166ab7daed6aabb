import * as v from 'valibot'

const whole = v.pipe(v.union([v.number(), v.string()]), v.transform(Number), v.integer())
/** As base64 in the JSON of a graph. */
const text = v.pipe(
  v.string(),
  v.transform((encoded) => Buffer.from(encoded, 'base64').toString('latin1')),
)
const topologySchema = v.looseObject({
  node: v.array(
    v.looseObject({
      name: v.string(),
      op: v.string(),
      input: v.optional(v.array(v.string()), []),
      attr: v.optional(v.record(v.string(), v.unknown()), {}),
    }),
  ),
})

export type TensorflowNode = v.InferOutput<typeof topologySchema>['node'][number]

/** The nodes of a graph by name. @throws Error where it is no graph */
export function nodesOf(topology: object): ReadonlyMap<string, TensorflowNode> {
  const { node } = v.parse(topologySchema, topology)
  return new Map(node.map((one) => [one.name, one]))
}

/** An attribute as it is asked for, or else what stands for one that is absent. */
export const textOf = ({ attr }: TensorflowNode, name: string, absent = ''): string =>
  read(v.object({ s: text }), attr[name])?.s ?? absent

export const numberOf = ({ attr }: TensorflowNode, name: string, absent: number): number =>
  read(v.object({ f: v.number() }), attr[name])?.f ?? absent

export const isSet = ({ attr }: TensorflowNode, name: string, absent = false): boolean =>
  read(v.object({ b: v.boolean() }), attr[name])?.b ?? absent

export const integersOf = ({ attr }: TensorflowNode, name: string): readonly number[] =>
  read(v.object({ list: v.object({ i: v.array(whole) }) }), attr[name])?.list.i ?? []

export const textsOf = ({ attr }: TensorflowNode, name: string): readonly string[] =>
  read(v.object({ list: v.object({ s: v.array(text) }) }), attr[name])?.list.s ?? []

function read<Schema extends v.GenericSchema>(
  schema: Schema,
  value: unknown,
): v.InferOutput<Schema> | undefined {
  const parsed = v.safeParse(schema, value)
  return parsed.success ? parsed.output : undefined
}
