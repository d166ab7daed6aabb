/** Between preload and main alone: what was dropped. The bridge lets no page use it. */
export const dropChannel = 'preload.dropped'
