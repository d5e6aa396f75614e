package org.fdistill.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.fdistill.config.UserError;
import org.fdistill.proto.BackboneConfig;
import org.fdistill.proto.SwinV2Config;
import org.fdistill.weights.ElementType;
import org.fdistill.weights.StoredTensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** SwinV2's windows stand in no parameter: the buffers tell them, or the user does. */
class SwinV2SizesTest {
  private static final int[] DEPTHS = {2, 2, 18, 2};
  private static final int WIDTH = 128;

  private final Map<String, StoredTensor> tensors = parameters();

  @Test
  void withoutBuffersThePublishedSizesAreAChoice() {
    BackboneConfig found = reader("swin_v2").describe();
    assertThat(found.getSwinV2().getWindow()).isZero();
    assertThat(reader("swin_v2").name(found)).startsWith("like swin_v2_base_w8_256, ");
    assertThatThrownBy(() -> reader("swin_v2").requireKnown(found))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("swin_v2_base_w8_256, swin_v2_base_w16_256, swin_v2_base_w12_192")
        .hasMessageContaining("are like this network")
        .hasMessageContaining("--arch");
  }

  @Test
  void aNamedSizeGivesWindowsImagesAndTheWindowsOfPreTraining() {
    SwinV2Config found = reader("swin_v2_base_w12to24_384").describe().getSwinV2();
    assertThat(found.getWindow()).isEqualTo(24);
    assertThat(found.getImageSize()).isEqualTo(384);
    assertThat(found.getPositionWindowList()).containsExactly(12, 12, 12, 6);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "swin_v2_base_w8_256",
        "swin_v2_base_w16_256",
        "swin_v2_base_w12_192",
        "swin_v2_base_w12to16_256",
        "swin_v2_base_w12to24_384"
      })
  void buffersTellWhichPublishedSizeItIs(String arch) {
    addBuffers(Families.named(arch).size().orElseThrow());
    ArchitectureReader reader = reader("swin_v2");
    BackboneConfig found = reader.describe();
    assertThat(found).isEqualTo(reader(arch).describe());
    reader.requireKnown(found);
  }

  @Test
  void aNamedSizeThatTheBuffersContradictIsAnError() {
    addBuffers(Families.named("swin_v2_base_w12to16_256").size().orElseThrow());
    assertThatThrownBy(() -> reader("swin_v2_base_w16_256").describe())
        .isInstanceOf(UserError.class)
        .hasMessageContaining("The checkpoint is no swin_v2_base_w16_256")
        .hasMessageContaining("offsets divided by windows of [12, 12, 12, 6]");
  }

  @Test
  void aTableOfOtherOffsetsIsAnError() {
    addBuffers(Families.named("swin_v2_base_w8_256").size().orElseThrow());
    String name = "layers.0.blocks.0.attn.relative_coords_table";
    tensors.put(name, Numbers.of(name, Float.NaN, 1, 15, 15, 2));
    assertThatThrownBy(() -> reader("swin_v2").describe())
        .isInstanceOf(UserError.class)
        .hasMessageContaining(name + " holds no log-spaced offsets");
  }

  @Test
  void offsetsStayDividedByTheWindowsOfTraining() {
    addBuffers(Families.named("swin_v2_base_w8_256").size().orElseThrow());
    ArchitectureReader reader = reader("swin_v2");
    BackboneConfig found = reader.describe();
    BackboneConfig.Builder wider = found.toBuilder();
    wider.getSwinV2Builder().setWindow(16);
    assertThat(reader.keepOffsets(found, wider.build()).getSwinV2().getPositionWindowList())
        .containsExactly(8, 8, 8, 8);
    assertThat(reader.keepOffsets(found, found)).isEqualTo(found);
    assertThat(reader.name(found)).isEqualTo("swin_v2_base_w8_256");
  }

  private ArchitectureReader reader(String arch) {
    Resolution resolution =
        Resolution.of(
            new SourceCheckpoint("memory", tensors, Published.NOTHING), Families.asked(arch), "");
    return new ArchitectureReader(resolution, Published.NOTHING);
  }

  /** What tells SwinV2-B's shape, under its authors' names. */
  private static Map<String, StoredTensor> parameters() {
    Map<String, StoredTensor> tensors = new LinkedHashMap<>();
    add(tensors, "patch_embed.proj.weight", WIDTH, 3, 4, 4);
    add(tensors, "layers.0.downsample.reduction.weight", 2 * WIDTH, 4 * WIDTH);
    for (int stage = 0; stage < DEPTHS.length; stage++) {
      int heads = 4 << stage;
      for (int block = 0; block < DEPTHS[stage]; block++) {
        String path = "layers." + stage + ".blocks." + block + ".";
        add(tensors, path + "attn.logit_scale", heads, 1, 1);
        add(tensors, path + "attn.cpb_mlp.0.weight", 512, 2);
        add(tensors, path + "attn.cpb_mlp.2.weight", heads, 512);
        add(tensors, path + "mlp.fc1.weight", (4L * WIDTH) << stage, (long) WIDTH << stage);
      }
    }
    return tensors;
  }

  /** Index, mask and table as the authors' code registers them. */
  private void addBuffers(Size size) {
    List<Integer> before =
        size.positionWindow().isEmpty() ? SwinShape.of(size).windows() : size.positionWindow();
    for (int stage = 0; stage < DEPTHS.length; stage++) {
      String path = "layers." + stage + ".blocks.";
      int grid = (size.imageSize() / 4) >> stage;
      int window = Math.min(size.window(), grid);
      long pairs = (long) window * window;
      long windows = (long) (grid / window) * (grid / window);
      String index = path + "0.attn.relative_position_index";
      // The offset of a place to itself, as at the end of a true index.
      tensors.put(index, Numbers.of(index, 2 * window * (window - 1), pairs, pairs));
      add(tensors, path + "1.attn_mask", windows, pairs, pairs);
      String table = path + "0.attn.relative_coords_table";
      double largest = Math.log1p(8.0 * (window - 1) / (before.get(stage) - 1)) / Math.log(8);
      long side = 2L * window - 1;
      tensors.put(table, Numbers.of(table, (float) largest, 1, side, side, 2));
    }
  }

  private static void add(Map<String, StoredTensor> tensors, String name, long... shape) {
    tensors.put(name, Numbers.of(name, 0, shape));
  }

  /** A tensor whose numbers are all the same. */
  private record Numbers(String name, List<Long> sizes, float value) implements StoredTensor {
    @Override
    public StoredTensor rows(int first, int count) {
      throw new UnsupportedOperationException();
    }

    static Numbers of(String name, float value, long... shape) {
      return new Numbers(name, Arrays.stream(shape).boxed().toList(), value);
    }

    @Override
    public long[] shape() {
      return sizes.stream().mapToLong(Long::longValue).toArray();
    }

    @Override
    public ElementType elementType() {
      return ElementType.FLOAT32;
    }

    @Override
    public float[] floats() {
      float[] values = new float[Math.toIntExact(elements())];
      Arrays.fill(values, value);
      return values;
    }

    @Override
    public StoredTensor part(int index) {
      throw new UnsupportedOperationException();
    }
  }
}
