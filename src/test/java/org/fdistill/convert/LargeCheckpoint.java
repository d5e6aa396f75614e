package org.fdistill.convert;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import org.fdistill.testing.DeterministicValues;
import org.fdistill.testing.SafetensorsFile;

/** Files of a ViT's weights in timm's names, as large as one likes. */
public final class LargeCheckpoint {
  private static final int PATCH = 16;
  private static final int GRID = 14;

  private final SafetensorsFile file = new SafetensorsFile();

  private LargeCheckpoint() {}

  /**
   * Writes a network of depth times 48 width squared bytes, and a little more.
   *
   * @param width a multiple of 64
   */
  public static void write(Path path, int width, int depth) throws IOException {
    LargeCheckpoint checkpoint = new LargeCheckpoint();
    checkpoint.add("cls_token", 1, 1, width);
    checkpoint.add("pos_embed", 1, GRID * GRID + 1, width);
    checkpoint.add("patch_embed.proj.weight", width, 3, PATCH, PATCH);
    checkpoint.add("patch_embed.proj.bias", width);
    for (int block = 0; block < depth; block++) {
      checkpoint.block("blocks." + block + ".", width);
    }
    checkpoint.layer("norm", width);
    checkpoint.file.write(path);
  }

  private void block(String name, int width) {
    layer(name + "norm1", width);
    layer(name + "attn.qkv", 3 * width, width);
    layer(name + "attn.proj", width, width);
    layer(name + "norm2", width);
    layer(name + "mlp.fc1", 4 * width, width);
    layer(name + "mlp.fc2", width, 4 * width);
  }

  private void layer(String name, int... shape) {
    add(name + ".weight", shape);
    add(name + ".bias", shape[0]);
  }

  private void add(String name, int... shape) {
    int size = Arrays.stream(shape).reduce(1, Math::multiplyExact);
    file.add(
        name,
        () -> DeterministicValues.uniform(name, size, 0, 0.02f),
        Arrays.stream(shape).asLongStream().toArray());
  }
}
