/**
 * TFRecord files without TensorFlow: {@link org.fdistill.data.tfrecord.TfRecordShards} writes sets
 * of them, {@link org.fdistill.data.tfrecord.TfRecordFile} reads and checks one, {@link
 * org.fdistill.data.tfrecord.FilePatterns} finds them and sees that no file of a numbered set is
 * missing, {@link org.fdistill.data.tfrecord.StagedFolder} makes the files of a set appear as one.
 *
 * <p>A record is its length (8 bytes, little endian), the masked CRC-32C of those 8 bytes, the data
 * and the masked CRC-32C of the data. There is no table of contents: {@code TfRecordFile.bounds}
 * makes one by hopping from length to length. Files that are compressed with gzip cannot be hopped
 * through: {@link org.fdistill.data.tfrecord.CompressedRecords} decompresses them.
 */
package org.fdistill.data.tfrecord;
