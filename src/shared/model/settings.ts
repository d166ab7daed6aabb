import * as v from 'valibot'

const locales = ['en', 'zh-CN'] as const
export type Locale = (typeof locales)[number]

export const settings = v.strictObject({
  theme: v.optional(v.picklist(['system', 'light', 'dark'])),
  /** Absent: the system's language. */
  locale: v.optional(v.picklist(locales)),
  thumbnailPx: v.optional(v.pipe(v.number(), v.integer(), v.minValue(48), v.maxValue(512))),
  inspectorOpen: v.optional(v.boolean()),
  labelPanelPx: v.optional(v.pipe(v.number(), v.integer(), v.minValue(120), v.maxValue(800))),
  /** Threads for training from the next start on; 0 or absent: all. */
  trainingThreads: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(256))),
  inspectorPx: v.optional(v.pipe(v.number(), v.integer(), v.minValue(200), v.maxValue(800))),
})
export type Settings = v.InferOutput<typeof settings>
