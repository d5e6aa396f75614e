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
 * @param swiGlu whether its MLPs have a gate
 * @param positionWindow windows of each stage that a SwinV2's offsets are divided by; empty for its
 *     own
 */
public record Size(
    String arch,
    int imageSize,
    int patch,
    int width,
    List<Integer> depths,
    List<Integer> heads,
    int window,
    int registers,
    boolean swiGlu,
    List<Integer> positionWindow) {
  static Size vit(String arch, int imageSize, int patch, int width, int depth, int heads) {
    List<Integer> depths = List.of(depth);
    return new Size(arch, imageSize, patch, width, depths, List.of(heads), 0, 0, false, List.of());
  }

  Size withRegisters(int count) {
    return new Size(arch, imageSize, patch, width, depths, heads, window, count, swiGlu, List.of());
  }

  Size withSwiGlu() {
    return new Size(
        arch, imageSize, patch, width, depths, heads, window, registers, true, List.of());
  }

  /** Of a SwinV2 that was trained before with another window, half as large in the last stage. */
  Size trainedWithWindow(int before) {
    return new Size(
        arch,
        imageSize,
        patch,
        width,
        depths,
        heads,
        window,
        registers,
        swiGlu,
        List.of(before, before, before, before / 2));
  }
}
