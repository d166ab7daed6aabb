export const exporting = {
  title: 'Export embeddings',
  format: 'Format',
  images: 'Images',
  all: 'All of the run',
  selection: 'Selection ({count})',
  columns: 'Columns',
  digits: 'Digits',
  digitsText: '{n} rebuild every number exactly; fewer make a smaller file.',
  layout: 'Numbers',
  layouts: { list: 'One list', columns: 'One column each' },
  text: 'Text',
  guards: 'Guard against formulas',
  guardsText:
    'Puts an apostrophe before names that a spreadsheet would run. Read back as labels.csv, it is taken away.',
  start: 'Choose a place and export',
  asking: 'Choose where to put it.',
  writing: 'Writing {file}',
  cancel: 'Cancel',
  cancelled: 'Cancelled. Nothing was written.',
  done: 'No images written to | One image written to | {count} images written to',
  doneIn:
    'No images written to {path} | One image written to {path} | {count} images written to {path}',
  files: 'Files: {files}',
  showInFolder: 'Show in folder',
  again: 'Export more',
  report: {
    action: 'Export report…',
    command: 'Export report',
    running: 'Writing the report',
    done: 'Report written to {path}',
  },
  notes: {
    noPictures: 'There is no sheet of thumbnails: the embeddings came without pictures.',
    spriteTooLarge: 'There is no sheet of thumbnails: it holds at most {most} pictures.',
    thumbnailsMissing:
      'No picture is missing. | One picture could not be read and is grey in the sheet of thumbnails. | {count} pictures could not be read and are grey in the sheet of thumbnails.',
    textFlattened:
      'No text was changed. | Tabs and line breaks of one text became spaces: this format has no way to write them. | Tabs and line breaks of {count} texts became spaces: this format has no way to write them.',
  },
}
