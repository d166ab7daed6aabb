export const errors = {
  invalidInput: 'That was not understood. Nothing was changed.',
  notFound: 'That is no longer there.',
  folderMissing:
    'The folder is gone. Its labels and runs are kept; put it back or drop it from its new place.',
  folderUnreadable: 'The folder cannot be read. Check its permissions, then drop it again.',
  noImages: 'No images were found in that folder.',
  tooFewClasses: 'Training needs at least two labels. Label some images, then train again.',
  noClassWithTwoImages:
    'Training needs a label with at least two images. Label more images, then train again.',
  noDataset: 'Drop a folder of images on the window first.',
  busy: 'Something is running already. Let it finish or cancel it, then try again.',
  nothingToUndo: 'There is nothing to undo.',
  nothingToRedo: 'There is nothing to redo.',
  trainingFailed: 'Training failed. Your images, labels and earlier runs are as they were.',
  trainingDiverged:
    'Training diverged: the loss became infinite. Lower the learning rate and train again.',
  backendUnavailable: 'That backend does not run on this machine. Choose Automatic.',
  modelUnreadable: 'The saved model cannot be read. Train again to replace it.',
  noEmbeddings: 'This run has no embeddings yet. Let it finish, or train again.',
  diskFull: 'The disk is full. Free some space, then try again; nothing was lost.',
  readOnly: 'That place cannot be written to. Choose another, or change its permissions.',
  writeFailed: 'The file could not be written. Choose another place and try again.',
  databaseDamaged:
    'The database was damaged. It was set aside and a new one begun; your pictures are untouched.',
  workerCrashed: 'A background process stopped. What was finished is kept; try again.',
  outOfMemory: 'There was not enough memory. Choose a smaller batch or image size, then try again.',
  forbidden: 'That is not allowed.',
  internal: 'Something went wrong. Your images and labels are kept; copy the details to report it.',
}
