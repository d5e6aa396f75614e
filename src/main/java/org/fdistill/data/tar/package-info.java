/**
 * Tar files as data sets are published in them, read in place: {@link
 * org.fdistill.data.tar.TarIndex} goes through a file once and keeps where its images lie, {@link
 * org.fdistill.data.tar.ImageNetLabels} numbers ImageNet's validation images.
 *
 * <p>Members are grouped as WebDataset groups them; images in tar files within a tar file have that
 * file's name as their class, as in ImageNet's training set. Nothing is unpacked, and a member's
 * name is never a path.
 */
package org.fdistill.data.tar;
