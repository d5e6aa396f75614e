package org.fdistill.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.fdistill.testing.DeterministicValues;
import org.fdistill.testing.Golden;
import org.fdistill.testing.SafetensorsFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Imports of files that are damaged, hostile, or not quite the network that was asked for. */
class ImportOfOddFilesTest {
  @TempDir Path folder;

  @Test
  void namesDoNotSteerTheTerminal() throws IOException {
    SafetensorsFile file = tiny(1);
    add(file, "blocks.0.norm2.bias", 8);
    add(file, "head.\u001b[2J", 8);
    add(file, "head.\rodd", 8);
    Path checkpoint = folder.resolve("steering.safetensors");
    file.write(checkpoint);
    CommandRun run = importing().done("dino", checkpoint, "--set=model.vit.heads=2");
    Path report = Path.of(run.out().strip()).resolve("assets.extra/import_report.txt");
    assertThat(report).content().contains("head.\\x1b[2J", "head.\\x0dodd");
    for (String text :
        List.of(
            run.err(),
            Files.readString(report),
            CommandRun.done("inspect", checkpoint.toString()).out())) {
      assertThat(text.chars().filter(c -> c < ' ' && c != '\n')).isEmpty();
    }
    add(file, "blocks.0.\u001b]0;odd", 8);
    Path odd = folder.resolve("odd-steering.safetensors");
    file.write(odd);
    CommandRun failed = importing().of("dino", odd, "--set=model.vit.heads=2");
    assertThat(failed.err()).contains("+ blocks.0.\\x1b]0;odd [8]: not known");
  }

  @Test
  void everythingThatIsMissingUnexpectedOrMisshapenIsListed() throws IOException {
    SafetensorsFile file = tiny(1);
    file.add("blocks.0.attn.rope.freqs", () -> new float[4], 4);
    file.add("blocks.0.mlp.fc2.bias", () -> new float[3], 3);
    Path checkpoint = folder.resolve("odd.safetensors");
    file.write(checkpoint);
    importing()
        .fails(
            3,
            List.of(
                "- student/blocks/00/norm2/offset",
                "+ blocks.0.attn.rope.freqs [4]: not known",
                "! student/blocks/00/mlp/fc2/bias: found blocks.0.mlp.fc2.bias [3]"),
            "dino",
            checkpoint,
            "--set=model.vit.heads=2");
  }

  @Test
  void aClassifierOfTwoPoolsIsLeftOutAndSaidSo() throws IOException {
    SafetensorsFile file = tiny(1);
    add(file, "blocks.0.norm2.bias", 8);
    add(file, "head.weight", 3, 16);
    add(file, "head.bias", 3);
    Path checkpoint = folder.resolve("linear.safetensors");
    file.write(checkpoint);
    CommandRun run = importing().done("dino", checkpoint, "--set=model.vit.heads=2");
    assertThat(run.err())
        .contains("left out: 2 (a classifier of the class token and the mean of all patches)");
  }

  @Test
  void aNetworkWithoutATableOfPositionsIsRefused() throws IOException {
    SafetensorsFile file = new SafetensorsFile();
    add(file, "patch_embed.proj.weight", 8, 3, 8, 8);
    add(file, "blocks.0.norm1.weight", 8);
    add(file, "blocks.0.attn.qkv.weight", 24, 8);
    Path checkpoint = folder.resolve("rotary.safetensors");
    file.write(checkpoint);
    importing()
        .fails(
            3,
            List.of("No tensor holds the positions", "rotary"),
            "dino",
            checkpoint,
            "--set=model.vit.heads=2");
  }

  @Test
  void weightsThatAreNotNumbersAreRefused() throws IOException {
    Path checkpoint = folder.resolve("nan.safetensors");
    SafetensorsFile file = tiny(Float.NaN);
    file.add("blocks.0.norm2.bias", () -> new float[8], 8);
    file.write(checkpoint);
    importing()
        .fails(
            3,
            List.of("not finite", "norm.weight [8]: 1 of 8"),
            "dino",
            checkpoint,
            "--set=model.vit.heads=2");
  }

  @Test
  void numbersThatAreNoWeightsAreRefused() throws IOException {
    Path source = folder.resolve("float.safetensors");
    SafetensorsFile file = tiny(1);
    file.add("blocks.0.norm2.bias", () -> new float[8], 8);
    file.write(source);
    // The type of one tensor alone is changed: float32 and int32 take as many bytes.
    String bytes = new String(Files.readAllBytes(source), StandardCharsets.ISO_8859_1);
    int at = bytes.indexOf("F32", bytes.indexOf("blocks.0.norm2.bias"));
    String changed = bytes.substring(0, at) + "I32" + bytes.substring(at + 3);
    Path checkpoint = folder.resolve("int.safetensors");
    Files.write(checkpoint, changed.getBytes(StandardCharsets.ISO_8859_1));
    importing()
        .fails(
            3,
            List.of("student/blocks/00/norm2/offset", "int32", "floating-point"),
            "dino",
            checkpoint,
            "--set=model.vit.heads=2");
  }

  @ParameterizedTest
  @CsvSource({
    "os-system.pth, posix.system",
    "popen.pth, Popen",
    "eval.pth, eval",
    "objects.npz, objects"
  })
  void aFileThatAsksForMoreThanTensorsIsRefused(String name, String reason) {
    importing().fails(3, List.of(name, reason), "dino", Golden.resource("archives/" + name));
  }

  @ParameterizedTest
  @MethodSource("hostileSafetensors")
  void aHostileFileIsAnErrorAndLeavesNothing(String what, byte[] bytes, String reason)
      throws IOException {
    Path checkpoint = Files.write(folder.resolve(what + ".safetensors"), bytes);
    importing().fails(3, List.of(what + ".safetensors", reason), "dino", checkpoint);
  }

  static Stream<Arguments> hostileSafetensors() {
    String name = "patch_embed.proj.weight";
    String whole = tensor(name, "F32", "2", 0, 8);
    return Stream.of(
        Arguments.of("header-of-2^60", safetensors(1L << 60, "{}", 0), "header"),
        Arguments.of(
            "shape-of-2^40", safetensors(tensor(name, "F32", "1099511627776", 0, 8), 8), name),
        Arguments.of("truncated", safetensors(whole, 4), "take 8 bytes, but 4 follow"),
        Arguments.of(
            "overlapping", safetensors(whole + "," + tensor("b", "F32", "2", 4, 12), 12), "b"),
        Arguments.of("no-network", safetensors(tensor(name, "I64", "1", 0, 8), 8), name));
  }

  private static String tensor(String name, String type, String shape, int from, int to) {
    return "\"%s\":{\"dtype\":\"%s\",\"shape\":[%s],\"data_offsets\":[%d,%d]}"
        .formatted(name, type, shape, from, to);
  }

  private static byte[] safetensors(String tensors, int data) {
    String header = "{" + tensors + "}";
    return safetensors(header.length(), header, data);
  }

  private static byte[] safetensors(long length, String header, int data) {
    byte[] text = header.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(8 + text.length + data)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(length)
        .put(text)
        .array();
  }

  /** A ViT of one block, but for one bias; {@code last} is a value of its final norm. */
  private static SafetensorsFile tiny(float last) {
    SafetensorsFile file = new SafetensorsFile();
    add(file, "patch_embed.proj.weight", 8, 3, 8, 8);
    add(file, "patch_embed.proj.bias", 8);
    add(file, "cls_token", 1, 1, 8);
    add(file, "pos_embed", 1, 5, 8);
    for (String norm : List.of("blocks.0.norm1", "blocks.0.norm2")) {
      add(file, norm + ".weight", 8);
    }
    add(file, "blocks.0.norm1.bias", 8);
    add(file, "blocks.0.attn.qkv.weight", 24, 8);
    add(file, "blocks.0.attn.qkv.bias", 24);
    add(file, "blocks.0.attn.proj.weight", 8, 8);
    add(file, "blocks.0.attn.proj.bias", 8);
    add(file, "blocks.0.mlp.fc1.weight", 32, 8);
    add(file, "blocks.0.mlp.fc1.bias", 32);
    add(file, "blocks.0.mlp.fc2.weight", 8, 32);
    add(file, "blocks.0.mlp.fc2.bias", 8);
    add(file, "norm.bias", 8);
    file.add("norm.weight", () -> new float[] {1, 1, 1, 1, 1, 1, 1, last}, 8);
    return file;
  }

  private static void add(SafetensorsFile file, String name, long... shape) {
    int count = (int) java.util.Arrays.stream(shape).reduce(1, (a, b) -> a * b);
    file.add(name, () -> DeterministicValues.uniform(name, count, 0, 0.5f), shape);
  }

  private Importing importing() {
    return new Importing(folder);
  }
}
