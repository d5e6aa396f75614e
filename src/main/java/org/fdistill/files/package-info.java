/**
 * Files and folders that are whole or not there: {@link org.fdistill.files.WholeFile} writes a file
 * in one piece, {@link org.fdistill.files.Folders} deletes a folder with all below it, {@link
 * org.fdistill.files.FolderLock} keeps a folder for one process, {@link
 * org.fdistill.files.Unfinished} removes at the process's end what is not whole yet, {@link
 * org.fdistill.files.FileTrouble} says in a user's words why something could not be written, and
 * {@link org.fdistill.files.Lookalikes} which folder may have been meant.
 *
 * <p>Every package may use this one; it uses none.
 */
package org.fdistill.files;
