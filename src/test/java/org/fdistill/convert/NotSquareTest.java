package org.fdistill.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.fdistill.config.UserError;
import org.fdistill.convert.TeacherImport.Request;
import org.fdistill.testing.Golden;
import org.fdistill.testing.SafetensorsFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Descriptions that the tensors contradict, and grids of as many places as a square that are none.
 */
class NotSquareTest {
  @TempDir Path folder;

  /** The case's own description, with one text replaced. */
  private Path described(String name, String from, String to) throws IOException {
    Path published = GoldenCase.open(name).checkpoint();
    try (var files = Files.list(published)) {
      for (Path file : files.toList()) {
        Files.copy(file, folder.resolve(file.getFileName().toString()));
      }
    }
    Path config = folder.resolve("config.json");
    String text = Files.readString(config).replaceAll("\\s+", " ");
    assertThat(text).contains(from);
    Files.writeString(config, text.replace(from, to));
    return folder;
  }

  private static void open(Path checkpoint, String arch, String... overrides) {
    TeacherImport.open(
            new Request(checkpoint, arch, "", 0, Optional.empty(), List.of(overrides), ""))
        .close();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "vit-hf-model | \"image_size\": 32 | \"image_size\": [64, 16] | image_size is [64,16]",
        "vit-hf-model | \"patch_size\": 8 | \"patch_size\": [8, 4] | patch_size is [8,4]",
        "vit-hf-model | \"image_size\": 32 | \"image_size\": 64 | image_size: 64, the tensors 32",
        "vit-hf-model | \"num_hidden_layers\": 2 | \"num_hidden_layers\": 3 | depth: 3, the tensors"
            + " 2",
        "vit-hf-model | \"hidden_size\": 16 | \"hidden_size\": 32 | width: 32, the tensors 16",
        "swin-hf | \"window_size\": 4 | \"window_size\": [4, 2] | window_size is [4,2]",
        "swin-hf | \"window_size\": 4 | \"window_size\": 8 | window: 8, the tensors 4",
        "vit-timm | \"input_size\": [ 3, 32, 32 ] | \"input_size\": [3, 64, 16] | input_size is"
            + " [3,64,16]"
      })
  void whatTheTensorsContradictIsRefused(String name, String from, String to, String message)
      throws IOException {
    Path hub = described(name, from, to);
    assertThatThrownBy(() -> open(hub, "auto"))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("config.json")
        .hasMessageContaining(message);
  }

  @Test
  void equalSidesMayBeAList() throws IOException {
    open(described("vit-hf-model", "\"image_size\": 32", "\"image_size\": [32, 32]"), "auto");
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"num_attention_heads\": \"two\"", "\"num_attention_heads\": 1e999999"})
  void valuesOfAnotherKindAreTheFilesFault(String value) throws IOException {
    Path hub = described("vit-hf-model", "\"num_attention_heads\": 2", value);
    assertThatThrownBy(() -> open(hub, "auto"))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("a value in its JSON files is not of the kind that belongs there");
  }

  @Test
  void aBufferOfOtherOffsetsTellsAnOblongGrid() throws IOException {
    SafetensorsFile file = beit(4, 4);
    file.write(folder.resolve("square.safetensors"));
    open(folder.resolve("square.safetensors"), "beit_v2");
    beit(8, 2).write(folder.resolve("oblong.safetensors"));
    assertThatThrownBy(() -> open(folder.resolve("oblong.safetensors"), "beit_v2"))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("relative_position_index is that of a grid")
        .hasMessageContaining("height and width differ");
  }

  /** BEiT's tensors of one block, of 16 patches. */
  private static SafetensorsFile beit(int height, int width) {
    SafetensorsFile file = new SafetensorsFile();
    add(file, "patch_embed.proj.weight", 8, 3, 4, 4);
    add(file, "blocks.0.norm1.weight", 8);
    add(file, "blocks.0.attn.qkv.weight", 24, 8);
    add(file, "blocks.0.attn.relative_position_bias_table", 52, 2);
    int places = height * width + 1;
    float[] index = new float[places * places];
    index[index.length - 1] = (height - 1) * (2 * width - 1) + width - 1;
    file.add("blocks.0.attn.relative_position_index", () -> index, places, places);
    return file;
  }

  private static void add(SafetensorsFile file, String name, long... shape) {
    int size = (int) java.util.Arrays.stream(shape).reduce(1, (a, b) -> a * b);
    file.add(name, () -> new float[size], shape);
  }

  @Test
  void stackedBlocksWithoutEndAreNotCounted() throws IOException {
    SafetensorsFile file = new SafetensorsFile();
    add(file, "params/embedding/kernel", 4, 4, 3, 8);
    add(file, "params/pos_embedding", 1, 4, 8);
    file.add("params/Transformer/encoderblock/LayerNorm_0/scale", () -> new float[0], 1L << 50, 0);
    file.write(folder.resolve("endless.safetensors"));
    assertThatThrownBy(
            () -> open(folder.resolve("endless.safetensors"), "vit", "model.vit.heads=1"))
        .isInstanceOf(UserError.class);
  }

  @Test
  void aPipeIsNoFileOfWeights() throws Exception {
    Path pipe = folder.resolve("pipe");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    assertThatThrownBy(() -> open(pipe, "auto"))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("is no regular file");
    Path hub = folder.resolve("hub");
    Files.createDirectory(hub);
    Files.copy(
        Golden.resource("golden/import/dino-backbone-p8/dino_vitbase8_pretrain.pth"),
        hub.resolve("pytorch_model.bin"));
    assertThat(
            new ProcessBuilder("mkfifo", hub.resolve("config.json").toString()).start().waitFor())
        .isZero();
    open(hub, "dino", "model.vit.heads=3");
  }
}
