/** Marks a drag of the selected images inside the window; a dropped folder never carries it. */
export const imageDragType = 'application/x-semblance-images'

export const carriesImages = (event: DragEvent): boolean =>
  event.dataTransfer?.types.includes(imageDragType) === true
