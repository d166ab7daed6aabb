/** What the tables do not say by themselves; printed below them. */
export const remarks: readonly string[] = []
