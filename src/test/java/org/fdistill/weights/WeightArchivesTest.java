package org.fdistill.weights;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.fdistill.testing.DeterministicValues;
import org.fdistill.testing.Golden;
import org.fdistill.testing.SafetensorsFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that PyTorch, safetensors and NumPy wrote, read back ({@code make_archives.py}). */
class WeightArchivesTest {
  @TempDir Path folder;

  static Path archive(String name) {
    return Golden.resource("archives/" + name);
  }

  private static float[] expected(String name, int size) {
    return DeterministicValues.uniform(name, size, 0, 1);
  }

  private static float[] rounded(String name, int size, float unit) {
    float[] values = expected(name, size);
    for (int i = 0; i < size; i++) {
      // Digits of the exponent that the value has: unit is the distance of numbers in [1, 2).
      float step = unit * Math.scalb(1f, Math.getExponent(values[i]));
      values[i] = (float) Math.rint(values[i] / step) * step;
    }
    return values;
  }

  @ParameterizedTest
  @CsvSource({
    "types.safetensors, safetensors",
    "types.pth, PyTorch",
    "types-legacy.pth, PyTorch before 1.6",
    "big-endian.pth, PyTorch"
  })
  void everyElementTypeIsReadAsFloat32(String file, String format) {
    try (WeightArchive archive = WeightArchives.open(archive(file))) {
      assertThat(archive.format()).isEqualTo(format);
      Map<String, StoredTensor> tensors = archive.tensors();
      assertThat(tensors).hasSize(12);
      assertThat(tensors.get("f64").floats()).containsExactly(expected("f64", 15));
      assertThat(tensors.get("f32").floats()).containsExactly(expected("f32", 15));
      assertThat(tensors.get("f16").floats()).containsExactly(rounded("f16", 15, 0x1p-10f));
      assertThat(tensors.get("bf16").floats()).containsExactly(rounded("bf16", 15, 0x1p-7f));
      for (String signed : new String[] {"i64", "i32", "i16", "i8"}) {
        assertThat(tensors.get(signed).floats()).containsExactly(-3, -2, -1, 0, 1, 2);
        assertThat(tensors.get(signed).shape()).containsExactly(2, 3);
      }
      assertThat(tensors.get("u8").floats()).containsExactly(0, 1, 2, 3, 4, 5);
      assertThat(tensors.get("bool").floats()).containsExactly(0, 1);
      assertThat(tensors.get("bool").elementType()).isEqualTo(ElementType.BOOL);
      assertThat(tensors.get("scalar").shape()).isEmpty();
      assertThat(tensors.get("scalar").floats()).containsExactly(expected("scalar", 1));
      assertThat(tensors.get("empty").floats()).isEmpty();
      assertThat(tensors.get("empty").shape()).containsExactly(0, 4);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"views.pth", "views-legacy.pth", "views-deflated.pth"})
  void viewsOfSharedStoragesAreReadRowMajor(String file) {
    float[] base = expected("base", 24);
    float[] conv = expected("conv", 120);
    try (WeightArchive archive = WeightArchives.open(archive(file))) {
      Map<String, StoredTensor> tensors = archive.tensors();
      assertThat(tensors.get("base").floats()).containsExactly(base);
      assertThat(tensors.get("transposed").shape()).containsExactly(4, 6);
      assertThat(tensors.get("transposed").floats())
          .containsExactly(pick(24, i -> base[i % 6 * 4 + i / 6]));
      assertThat(tensors.get("row").floats()).containsExactly(Arrays.copyOfRange(base, 8, 12));
      assertThat(tensors.get("column").floats()).containsExactly(pick(6, i -> base[4 * i + 1]));
      assertThat(tensors.get("every_second").floats())
          .containsExactly(pick(6, i -> base[(1 + 2 * (i / 2)) * 4 + i % 2 * 3]));
      assertThat(tensors.get("expanded").floats()).containsExactly(pick(12, i -> base[i % 4]));
      assertThat(tensors.get("reordered").shape()).containsExactly(4, 5, 3, 2);
      // Shape 2, 3, 4, 5 permuted by (2, 3, 1, 0): the last index was the first.
      assertThat(tensors.get("reordered").floats())
          .containsExactly(pick(120, i -> conv[i % 2 * 60 + i / 2 % 3 * 20 + i / 6]));
      assertThat(tensors.get("channels_last").floats()).containsExactly(conv);
    }
  }

  private static float[] pick(int count, java.util.function.IntFunction<Float> value) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = value.apply(i);
    }
    return values;
  }

  @ParameterizedTest
  @ValueSource(strings = {"checkpoint.pth", "checkpoint-legacy.pth"})
  void aTrainingCheckpointGivesItsTensorsByPathAndTheRestAsText(String file) {
    try (WeightArchive archive = WeightArchives.open(archive(file))) {
      assertThat(archive.tensors().keySet())
          .containsExactly(
              "model/patch_embed.proj.weight",
              "model/norm.bias",
              "parameter",
              "optimizer/state/0/step",
              "optimizer/state/0/exp_avg",
              "mean");
      StoredTensor kernel = archive.tensors().get("model/patch_embed.proj.weight");
      assertThat(kernel.name()).isEqualTo("model/patch_embed.proj.weight");
      assertThat(kernel.shape()).containsExactly(4, 3, 2, 2);
      assertThat(kernel.floats()).containsExactly(expected("patch_embed.proj.weight", 48));
      assertThat(archive.tensors().get("parameter").floats())
          .containsExactly(expected("weight", 3));
      assertThat(archive.tensors().get("mean").floats()).containsExactly(0.5f, 0.25f);
      assertThat(archive.attributes())
          .containsEntry("args/model", "vit_base")
          .containsEntry("args/output_dir", "/tmp/run")
          .containsEntry("args/lr", "0.5")
          .containsEntry("config/DATA/IMG_SIZE", "224")
          .containsEntry("epoch", "300")
          .containsEntry("best", "None")
          .containsEntry("amp", "true")
          .containsEntry("big", "1208925819614629174706176")
          .containsEntry("optimizer/param_groups/0/betas", "[0.9, 0.999]")
          .containsEntry("dtype", "torch.float16")
          .containsEntry("device", "cuda:1")
          .containsEntry("rng", "not read: numpy.dtype(<u4) [4]")
          .containsEntry("counts/a", "2");
    }
  }

  @Test
  void aTorchScriptArchiveGivesTheNamesOfItsStateDict() {
    try (WeightArchive archive = WeightArchives.open(archive("script.pt"))) {
      assertThat(archive.format()).isEqualTo("TorchScript");
      assertThat(archive.tensors().keySet())
          .containsExactlyInAnyOrder(
              "visual.conv1.weight",
              "visual.attn.0.in_proj_weight",
              "logit_scale",
              "input_resolution");
      StoredTensor kernel = archive.tensors().get("visual.conv1.weight");
      assertThat(kernel.elementType()).isEqualTo(ElementType.FLOAT16);
      assertThat(kernel.floats()).containsExactly(rounded("visual.conv1.weight", 48, 0x1p-10f));
      assertThat(archive.attributes()).containsEntry("visual.heads", "12");
    }
  }

  @Test
  void anEnumOfTorchScriptIsItsValue() {
    try (WeightArchive archive = WeightArchives.open(archive("enum.pt"))) {
      assertThat(archive.tensors().get("weight").floats()).containsExactly(expected("weight", 2));
      assertThat(archive.attributes()).containsEntry("kind", "a");
    }
  }

  /** Some writers list an empty tensor behind the neighbour whose first byte it shares. */
  @Test
  void anEmptyTensorOfSafetensorsMayStandAnywhere() throws IOException {
    String empty = "\"empty\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[%d,%<d]}";
    String full = "\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}";
    for (int at : new int[] {0, 8}) {
      String first = "{" + full + "," + empty.formatted(at) + "}";
      Path file = folder.resolve("empty-" + at + ".safetensors");
      ByteBuffer bytes = ByteBuffer.allocate(16 + first.length()).order(ByteOrder.LITTLE_ENDIAN);
      bytes.putLong(first.length()).put(first.getBytes(StandardCharsets.US_ASCII)).putFloat(1);
      Files.write(file, bytes.putFloat(2).array());
      try (WeightArchive archive = WeightArchives.open(file)) {
        assertThat(archive.tensors().get("a").floats()).containsExactly(1, 2);
        assertThat(archive.tensors().get("empty").floats()).isEmpty();
      }
    }
  }

  @Test
  void namesHaveNoCharactersThatSteerATerminal() throws IOException {
    SafetensorsFile file = new SafetensorsFile();
    file.add("a\u001b[31m\nb\u202e", () -> new float[1], 1);
    file.write(folder.resolve("names.safetensors"));
    try (WeightArchive archive = WeightArchives.open(folder.resolve("names.safetensors"))) {
      StoredTensor tensor = archive.tensors().get("a\\x1b[31m\\x0ab\\u202e");
      assertThat(tensor.name()).isEqualTo("a\\x1b[31m\\x0ab\\u202e");
      assertThat(tensor.floats()).hasSize(1);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"arrays.npz", "arrays-compressed.npz"})
  void arraysOfNumpyAreReadWhateverTheirOrder(String file) {
    try (WeightArchive archive = WeightArchives.open(archive(file))) {
      Map<String, StoredTensor> tensors = archive.tensors();
      assertThat(tensors.get("Transformer/encoderblock_0/MlpBlock_3/Dense_0/kernel").floats())
          .containsExactly(expected("kernel", 12));
      assertThat(tensors.get("big").floats()).containsExactly(expected("big", 6));
      assertThat(tensors.get("columns").shape()).containsExactly(3, 2, 2);
      assertThat(tensors.get("columns").floats()).containsExactly(expected("columns", 12));
      assertThat(tensors.get("double").floats()).containsExactly(expected("double", 3));
      assertThat(tensors.get("half").floats()).containsExactly(rounded("half", 3, 0x1p-10f));
      assertThat(tensors.get("bfloat").floats()).containsExactly(rounded("bfloat", 3, 0x1p-7f));
      assertThat(tensors.get("bfloat").elementType()).isEqualTo(ElementType.BFLOAT16);
      assertThat(tensors.get("step").floats()).containsExactly(1234);
      assertThat(tensors.get("long").floats()).containsExactly(-3, -2, -1, 0, 1, 2);
      assertThat(tensors.get("empty").floats()).isEmpty();
      assertThat(archive.attributes()).containsEntry("text", "not read: <U2 [2]");
    }
  }

  @Test
  void allVersionsOfNpyAreRead() {
    try (WeightArchive archive = WeightArchives.open(archive("versions.npz"))) {
      assertThat(archive.tensors().keySet()).containsExactly("v1", "v2", "v3");
      archive
          .tensors()
          .values()
          .forEach(tensor -> assertThat(tensor.floats()).containsExactly(expected("version", 2)));
    }
  }

  @Test
  void anIndexJoinsItsFiles() {
    try (WeightArchive archive = WeightArchives.open(archive("model.safetensors.index.json"))) {
      assertThat(archive.format()).isEqualTo("safetensors, files: 2");
      assertThat(archive.tensors().keySet()).containsExactly("a.weight", "b.weight");
      assertThat(archive.tensors().get("b.weight").floats())
          .containsExactly(expected("b.weight", 6));
    }
    try (WeightArchive archive = WeightArchives.open(archive("pytorch_model.bin.index.json"))) {
      assertThat(archive.tensors().get("w").floats()).containsExactly(expected("w", 6));
    }
  }

  @Test
  void listsCountTheirItems() {
    try (WeightArchive archive = WeightArchives.open(archive("lists.pth"))) {
      assertThat(archive.tensors().keySet()).containsExactly("0/w", "1/0");
      assertThat(archive.attributes()).containsEntry("1/1", "text");
    }
  }

  @Test
  void whatNoFormatDescribesIsListed() {
    try (WeightArchive archive = WeightArchives.open(archive("float8.safetensors"))) {
      assertThat(archive.tensors().keySet()).containsExactly("kept");
      assertThat(archive.attributes()).containsEntry("f8", "not read: F8_E4M3 [3]");
    }
  }

  @Test
  void theMetadataOfSafetensorsAreAttributes() {
    try (WeightArchive archive = WeightArchives.open(archive("types.safetensors"))) {
      assertThat(archive.attributes())
          .containsEntry("format", "pt")
          .containsEntry("note", "größer");
    }
  }

  @Test
  void theNameOfAFileSaysNothing() throws IOException {
    Path file = folder.resolve("weights.npz");
    Files.copy(archive("types.safetensors"), file);
    try (WeightArchive archive = WeightArchives.open(file)) {
      assertThat(archive.format()).isEqualTo("safetensors");
    }
  }

  @Test
  void tensorsOfSeveralMappedWindowsAreWhole() throws IOException {
    // Two windows and a part of a third, so that no boundary falls together with an end.
    int size = 2 * Region.WINDOW / Float.BYTES + 1234;
    float[] values = expected("large", size);
    SafetensorsFile file = new SafetensorsFile();
    file.add("before", () -> expected("before", 3), 3);
    file.add("large", () -> values, 2, size / 2);
    file.write(folder.resolve("large.safetensors"));
    try (WeightArchive archive = WeightArchives.open(folder.resolve("large.safetensors"))) {
      assertThat(Arrays.equals(archive.tensors().get("large").floats(), values)).isTrue();
      assertThat(archive.tensors().get("before").floats()).containsExactly(expected("before", 3));
    }
  }
}
