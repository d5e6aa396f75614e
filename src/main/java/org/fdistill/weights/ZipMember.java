package org.fdistill.weights;

/**
 * An entry of a zip file.
 *
 * @param start the first byte of its data
 * @param stored bytes of its data as they stand in the file
 * @param size bytes when inflated
 * @param method how it is compressed
 * @param crc checksum of the inflated bytes
 */
record ZipMember(String name, long start, long stored, long size, int method, long crc) {}
