package org.fdistill.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.BiPredicate;
import java.util.function.Consumer;
import java.util.function.Function;
import org.fdistill.config.UserError;
import org.fdistill.convert.TeacherImport.Request;
import org.fdistill.proto.VitConfig;
import org.fdistill.proto.VitConfig.QkvBias;
import org.fdistill.proto.VitConfig.RotaryPosition;
import org.fdistill.testing.SafetensorsFile;
import org.fdistill.weights.WeightArchive;
import org.fdistill.weights.WeightArchives;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What files of networks with rotary positions tell of themselves, and what is refused. */
class RotaryImportTest {
  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({
    "dinov3-hub, dinov3",
    "dinov3-hub-plus, dinov3",
    "dinov3-hub-7b, dinov3",
    "dinov3-hf, dinov3",
    "dinov3-timm, dinov3",
    "dinov3-timm-plus, dinov3",
    "eva02-timm, eva02",
    "eva02-timm-joint, eva02",
    "eva02-original, eva02",
    "eva02-original-joint, eva02",
    "eva02-clip-timm, eva02_clip",
    "eva02-clip-original, eva02_clip"
  })
  void theFileOfWeightsAloneTellsItsFamily(String name, String family) throws IOException {
    Path weights = Architectures.weights(GoldenCase.open(name).checkpoint());
    Path alone =
        folder.resolve("alone" + weights.getFileName().toString().replaceAll(".*\\.", "."));
    Files.copy(weights, alone);
    assertThat(family(alone)).isEqualTo(family);
  }

  /** Their buffers tell how wide a head is, and whether periods were rounded. */
  @ParameterizedTest
  @CsvSource({
    "dinov3-hub, 2, DINOV3_BFLOAT16, QV_BIAS",
    "dinov3-hub-plus, 1, DINOV3_BFLOAT16, QV_BIAS",
    "dinov3-hub-7b, 1, DINOV3, NO_BIAS",
    "eva02-original, 2, EVA02, QV_BIAS"
  })
  void buffersTellHeadsAndPeriods(String name, int heads, RotaryPosition rotary, QkvBias bias)
      throws IOException {
    VitConfig vit =
        resolved(
            GoldenCase.open(name).checkpoint(),
            r -> new ArchitectureReader(r, Published.NOTHING).describe().getVit());
    assertThat(vit.getHeads()).isEqualTo(heads);
    assertThat(vit.getRotaryPosition()).isEqualTo(rotary);
    assertThat(vit.getQkvBias()).isEqualTo(bias);
  }

  @Test
  void periodsOfAnotherBaseAreRefused() throws IOException {
    Path file = changed("rope_embed.periods", values -> values[1] = 12);
    assertThatThrownBy(() -> open(file, "auto"))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("rope_embed.periods: period 1 of 2 is 12.0.")
        .hasMessageContaining("Expected 10.000: ");
  }

  @Test
  void aMaskThatLeavesMoreOutThanKeysIsRefused() throws IOException {
    String mask = "blocks.1.attn.qkv.bias_mask";
    Path file = changed(mask, values -> values[40] = 0);
    assertThatThrownBy(() -> open(file, "auto"))
        .isInstanceOf(UserError.class)
        .hasMessageContaining(mask + ": entry 40 of 48 is 0.0.");
  }

  /** Without a mask the keys' part of the bias counts. */
  @Test
  void aJointBiasWithoutMaskStaysWhole() throws IOException {
    Path file = written(copy((name, values) -> !name.endsWith("bias_mask")));
    float[] bias =
        resolved(
            file, r -> r.tensors().parameters().get("student/blocks/00/attn/qkv/bias").values());
    try (WeightArchive archive = WeightArchives.open(file)) {
      assertThat(bias).isEqualTo(archive.tensors().get("blocks.0.attn.qkv.bias").floats());
    }
  }

  /** Both 7B's have the same names and shapes, and other statistics of images. */
  @Test
  void aFileThatMayBeOfPhotographsOrOfSatelliteImagesNeedsAWord() throws IOException {
    Path file = written(large(4096, true));
    assertThatThrownBy(() -> open(file, "auto"))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("activation: dinov3, dinov3_sat.\n");
  }

  @ParameterizedTest
  @CsvSource({"true, dinov3_sat", "false, dinov3"})
  void theLOfSatelliteImagesIsToldByTheNormOfSmallCrops(boolean norm, String family)
      throws IOException {
    assertThat(family(written(large(1024, norm)))).isEqualTo(family);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "stages.0.0.dwconv.weight",
        "model.stages.0.layers.0.depthwise_conv.weight",
        "stages.0.blocks.0.conv_dw.weight"
      })
  void itsConvolutionalSiblingsAreRefusedByName(String name) throws IOException {
    SafetensorsFile file = new SafetensorsFile();
    file.add(name, () -> new float[49], 1, 1, 7, 7);
    Path siblings = written(file);
    assertThatThrownBy(() -> open(siblings, "dinov3"))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("It has a ConvNeXt, as the smaller networks of DINOv3.");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"rope_theta\": 100.0 | \"rope_theta\": 10000 | rope_theta is 10000.0.",
        "\"hidden_act\": \"silu\" | \"hidden_act\": \"gelu\" | hidden_act \"gelu\" of a gated MLP",
        "\"model_type\": \"dinov3_vit\" | \"model_type\": \"dinov3_convnext\" | model_type"
            + " \"dinov3_convnext\" is no network"
      })
  void otherNetworksOfTransformersAreRefused(String from, String to, String message)
      throws IOException {
    Path hub = GoldenCase.open("dinov3-hf-plus").checkpoint();
    for (String file : List.of("model.safetensors", "config.json")) {
      Files.copy(hub.resolve(file), folder.resolve(file));
    }
    Path config = folder.resolve("config.json");
    String text = Files.readString(config);
    assertThat(text).contains(from);
    Files.writeString(config, text.replace(from, to));
    assertThatThrownBy(() -> open(folder, "auto"))
        .isInstanceOf(UserError.class)
        .hasMessageContaining(message);
  }

  private static String family(Path file) {
    return resolved(file, resolution -> resolution.family().name());
  }

  private static <T> T resolved(Path file, Function<Resolution, T> answer) {
    try (WeightArchive archive = WeightArchives.open(file)) {
      SourceCheckpoint source = SourceCheckpoint.of(archive, Published.NOTHING);
      return answer.apply(Resolution.of(source, Optional.empty(), ""));
    }
  }

  private static void open(Path checkpoint, String arch) {
    TeacherImport.open(new Request(checkpoint, arch, "", 0, Optional.empty(), List.of(), ""))
        .close();
  }

  /** DINOv3's small file with one tensor changed. */
  private Path changed(String tensor, Consumer<float[]> change) throws IOException {
    return written(
        copy(
            (name, values) -> {
              if (name.equals(tensor)) {
                change.accept(values);
              }
              return true;
            }));
  }

  /** The tensors of DINOv3's small file that a test lets through. */
  private static SafetensorsFile copy(BiPredicate<String, float[]> keep) throws IOException {
    SafetensorsFile file = new SafetensorsFile();
    try (WeightArchive archive = WeightArchives.open(GoldenCase.open("dinov3-hub").checkpoint())) {
      archive
          .tensors()
          .forEach(
              (name, tensor) -> {
                float[] values = tensor.floats();
                if (keep.test(name, values)) {
                  file.add(name, () -> values, tensor.shape());
                }
              });
    }
    return file;
  }

  /** What a file of DINOv3's is told by, of a width, with patches of one pixel. */
  private static SafetensorsFile large(int width, boolean normOfSmallCrops) {
    SafetensorsFile file = new SafetensorsFile();
    file.add("patch_embed.proj.weight", () -> new float[3 * width], width, 3, 1, 1);
    for (String name :
        List.of("cls_token", "storage_tokens", "blocks.0.ls1.gamma", "blocks.0.attn.qkv.weight")) {
      file.add(name, () -> new float[width], 1, width);
    }
    if (normOfSmallCrops) {
      file.add("local_cls_norm.weight", () -> new float[width], width);
    }
    return file;
  }

  private Path written(SafetensorsFile file) throws IOException {
    Path path = folder.resolve("written.safetensors");
    file.write(path);
    return path;
  }
}
