package org.fdistill.convert;

import java.util.List;

/**
 * A published size of an architecture.
 *
 * @param arch its name for {@code --arch}
 * @param imageSize S in pixels
 * @param patch P in pixels
 * @param width C of the first stage
 * @param depths blocks of each stage; one stage for a ViT
 * @param heads of each stage
 * @param window of a Swin transformer; 0 for a ViT
 * @param registers tokens beside class token and patches
 */
record Size(
    String arch,
    int imageSize,
    int patch,
    int width,
    List<Integer> depths,
    List<Integer> heads,
    int window,
    int registers) {
  static Size vit(String arch, int imageSize, int patch, int width, int depth, int heads) {
    return new Size(arch, imageSize, patch, width, List.of(depth), List.of(heads), 0, 0);
  }

  Size withRegisters(int count) {
    return new Size(arch, imageSize, patch, width, depths, heads, window, count);
  }
}
