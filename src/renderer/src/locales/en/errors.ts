export const errors = {
  invalidInput: 'That was not understood. Nothing was changed.',
  invalidInputBecause: '{reason}',
  notFound: 'That is no longer there.',
  folderMissing:
    'The folder is not there. Put it back, or drop it from its new place; labels and runs are kept.',
  folderUnreadable: 'The folder cannot be read. Check its permissions, then drop it again.',
  folderSilent:
    'The folder does not answer. Check that its disk or network share is connected, then drop it again.',
  notAFolder: '“{name}” is not a folder. Drop the folder that holds the images.',
  linkBroken: '“{name}” is a link that leads nowhere. Drop the folder itself.',
  sampleMissing: 'The sample pictures have not been made yet. Run npm run setup, then try again.',
  noImages: 'No images were found in that folder.',
  tooFewClasses: 'Training needs at least two labels. Label some images, then train again.',
  noClassWithTwoImages:
    'Training needs a label with at least two images. Label more images, then train again.',
  noDataset: 'Drop a folder of images on the window first.',
  busy: 'Something is running already. Let it finish or cancel it, then try again.',
  trainingBusy: '“{dataset}” is being trained, and this machine trains one at a time.',
  datasetBusy: 'Something of “{dataset}” is running. Cancel it first, or end it with the question.',
  cacheBusy: 'The cache is in use. Wait until nothing trains or imports, then clear it.',
  importUnfinished:
    'The import did not come to its end, so the training that waited for it was called off. Look at the folder again, or train on what is there.',
  nothingToUndo: 'There is nothing to undo.',
  nothingToRedo: 'There is nothing to redo.',
  trainingFailed: 'Training failed. Your images, labels and earlier runs are as they were.',
  trainingDiverged:
    'Training diverged: the loss became infinite. Lower the learning rate and train again.',
  notFinite:
    'A figure was no finite number, so nothing was written. Lower the learning rate or choose another loss, and train again.',
  noVariation:
    'All labelled images look the same, so nothing can tell them apart. Add images that differ, or check whether the right folder was opened.',
  backendLost:
    'The TensorFlow library stopped in the middle of its work; memory may have been short. What was finished is kept.',
  backendUnavailable: 'That backend does not run on this machine. Choose Automatic.',
  modelUnreadable: 'The saved model cannot be read. Train again to replace it.',
  journalUnreadable:
    'The journal of this comparison cannot be used. Copy the details to see why, or compare anew.',
  embeddingsDamaged:
    'The stored embeddings of this run are damaged ({file}), so nothing is computed from them. Train again, or choose another run.',
  noEmbeddings: 'This run has no embeddings yet. Let it finish, or train again.',
  diskFull: 'The disk is full. Free some space, then try again; nothing was lost.',
  permissionDenied:
    'The system refused access. Check the permissions of the file or folder, then try again.',
  readOnly: 'That place cannot be written to. Choose another, or change its permissions.',
  writeFailed: 'The file could not be written. Choose another place and try again.',
  notOurFolder:
    'That folder holds other files, so nothing was written. Choose an empty folder or a new name.',
  openFailed: 'The folder could not be opened. Open {folder} in the file manager.',
  userDataUnusable:
    'The folder of the program cannot be written to. Check its permissions, then start again.',
  databaseBusy:
    'Another program holds the database, such as a backup. Close it, then try again; nothing was lost.',
  databaseDamaged:
    'The database was damaged. It was set aside and a new one begun; your pictures are untouched.',
  workerCrashed: 'A background process stopped. What was finished is kept; try again.',
  pictureTooLarge:
    'A picture takes more than 800 MB decoded. Make it smaller or leave it out, then try again.',
  outOfMemory: 'There was not enough memory. Choose a smaller batch or image size, then try again.',
  forbidden: 'That is not allowed.',
  internal: 'Something went wrong. Your images and labels are kept; copy the details to report it.',
}
