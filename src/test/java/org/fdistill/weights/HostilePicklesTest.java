package org.fdistill.weights;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.function.UnaryOperator;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.fdistill.testing.Golden;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Broken and malicious checkpoints of PyTorch: each an error that says what, where, and what next.
 */
class HostilePicklesTest {
  @TempDir Path folder;

  private String messageOf(byte[] content) throws IOException {
    return HostileFiles.messageOf(folder, content);
  }

  @ParameterizedTest
  @CsvSource({
    "os-system.pth, posix.system",
    "os-system-legacy.pth, posix.system",
    "eval.pth, __builtin__.eval",
    "getattr.pth, __builtin__.getattr",
    "popen.pth, .Popen",
    "module.pth, torch.nn.modules.linear.Linear",
  })
  void aPickleThatAsksForMoreThanDataIsRefusedByName(String name, String global)
      throws IOException {
    assertThat(messageOf(HostileFiles.archive(name)))
        .contains("asks for ", global, "nothing that a file asks for is run here")
        .contains("torch.save(model.state_dict(), \"weights.pth\")");
  }

  @ParameterizedTest
  @CsvSource({
    "complex.pth, complex numbers (torch.ComplexFloatStorage)",
    "sparse.pth, a sparse tensor (torch._utils._rebuild_sparse_tensor)",
    "objects.npz, array objects holds Python objects",
    "plain-pickle.pkl, 'a Python pickle, but not one of torch.save'",
  })
  void numbersThatAreNotReadAreRefusedByKind(String name, String part) throws IOException {
    assertThat(messageOf(HostileFiles.archive(name))).contains(part);
  }

  /** Copies a zip, changing the entry whose name ends so. */
  private static byte[] changed(String name, String ending, UnaryOperator<byte[]> change)
      throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ZipFile old = new ZipFile(Golden.resource("archives/" + name).toFile());
        ZipOutputStream zip = new ZipOutputStream(out)) {
      for (ZipEntry entry : Collections.list(old.entries())) {
        byte[] data = old.getInputStream(entry).readAllBytes();
        zip.putNextEntry(new ZipEntry(entry.getName()));
        zip.write(entry.getName().endsWith(ending) ? change.apply(data) : data);
        zip.closeEntry();
      }
    }
    return out.toByteArray();
  }

  /** A checkpoint whose only pickle is made of these parts: bytes in hexadecimal, or 'text'. */
  private static byte[] pickle(String parts) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (String part : parts.split(" ", -1)) {
      bytes.write(
          part.startsWith("'")
              ? part.substring(1).replace("\\n", "\n").getBytes(StandardCharsets.UTF_8)
              : HexFormat.of().parseHex(part));
    }
    return changed("protocol4.pth", "data.pkl", old -> bytes.toByteArray());
  }

  /** The pickle's bytes of a tensor: offset, rows, columns, strides, each one byte. */
  private static byte[] tensor(int offset, int rows, int columns, int down, int right)
      throws IOException {
    return pickle(
        "8002 'ctorch._utils\\n_rebuild_tensor_v2\\n 28 28 5507 'storage 'ctorch\\nFloatStorage\\n"
            + " 550130 5503 'cpu 4b06 7451"
            + " 4b%02x 4b%02x 4b%02x 86 4b%02x 4b%02x 86 89 7d 74 52 2e"
                .formatted(offset, rows, columns, down, right));
  }

  @Test
  void viewsBeyondTheirStorageAreRefused() throws IOException {
    // The storage holds 6 numbers: the control, then each way to leave it.
    Path control = folder.resolve("control.pth");
    Files.write(control, tensor(0, 2, 3, 3, 1));
    try (WeightArchive archive = WeightArchives.open(control)) {
      assertThat(archive.tensors().get("").floats()).hasSize(6);
    }
    for (byte[] file :
        new byte[][] {
          tensor(1, 2, 3, 3, 1),
          tensor(0, 2, 3, 4, 1),
          tensor(0, 3, 3, 3, 1),
          tensor(200, 1, 1, 1, 1)
        }) {
      assertThat(messageOf(file))
          .contains("a tensor reaches beyond its storage of 6 numbers: storage 0, offset ");
    }
  }

  @Test
  void negativeSizesAreRefused() throws IOException {
    String tensor =
        "8002 'ctorch._utils\\n_rebuild_tensor_v2\\n 28 28 5507 'storage 'ctorch\\nFloatStorage\\n"
            + " 550130 5503 'cpu 4b06 7451 4b00 %s 85 %s 85 89 7d 74 52 2e";
    String one = "4b01";
    String minusTwo = "4afeffffff";
    assertThat(messageOf(pickle(tensor.formatted(minusTwo, one)))).contains("shape [-2]");
    assertThat(messageOf(pickle(tensor.formatted(one, minusTwo)))).contains("strides [-2]");
    String huge = "8a080000000000000040";
    assertThat(messageOf(pickle(tensor.formatted(huge, huge)))).contains("beyond its storage");
  }

  @Test
  void aStorageOfAnotherSizeIsRefused() throws IOException {
    assertThat(
            messageOf(
                changed("protocol4.pth", "data/0", data -> Arrays.copyOf(data, data.length - 4))))
        .contains("storage 0 should have 6 numbers (FloatStorage), but its entry has 20 bytes");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "8002 42ffffff7f; 2147483647 bytes are announced",
        "8002 8effffffffffffffff; 18446744073709551615 bytes are announced",
        "8002 8bffffff7f; a whole number of 2147483647 bytes",
        "8004 95ffffffffffffff7f; a frame of 9223372036854775807 bytes",
        "8002 6a05000000; uses value 5 before it is set",
        "8002 2e; value at byte 2 that is not there",
        "8002 74; group that ends at byte 2 has no start",
        "8002 5d7d73; is not there",
        "8002 4e4e61; None stands where a list belongs",
        "8002 7d5d4e73; a list is the key of a dict",
        "8002 69; the instruction INST",
        "8002 286f; the instruction OBJ",
        "8002 8201; the instruction EXT",
        "8002 ff; 0xff, which is no instruction",
        "8007; protocol 7",
        "8002 4e2952; calls None",
        "8002; ends in the middle",
      })
  void aPickleThatIsNoneIsRefused(String bytes, String part) throws IOException {
    assertThat(messageOf(pickle(bytes))).contains("in the pickle before byte", part);
  }

  @Test
  void aListInsideOfItselfIsRefused() throws IOException {
    assertThat(messageOf(pickle("8002 5d7100 6800 61 2e"))).contains("nested deeper than 64");
  }

  @Test
  void listsThatDoubleThirtyTimesAreRefused() throws IOException {
    // Each list holds the one before twice, by its number: 2^30 tensors in 300 bytes.
    StringBuilder bombs = new StringBuilder("8002 5d4e61 7100");
    for (int i = 1; i <= 30; i++) {
      bombs.append(" 5d 68%02x 61 68%02x 61 71%02x".formatted(i - 1, i - 1, i));
    }
    assertThat(messageOf(pickle(bombs + " 2e"))).contains("unfold to far more");
  }

  @Test
  void manyCopiesOfALongTextAreRefused() throws IOException {
    // 20,000 characters, encoded 1,000 times in 9 bytes each.
    String text = "58204e0000 '" + "x".repeat(20_000) + " 7101";
    String copy = " 6800 6801 6802 86 52";
    assertThat(
            messageOf(
                pickle(
                    "8002 5d 28 'c_codecs\\nencode\\n 7100 "
                        + text
                        + " 5506 'latin1 7102"
                        + copy.repeat(1000)
                        + " 65 2e")))
        .contains("unfold to far more");
    // The same text as the key of 1,000 dicts, one tensor's path after another.
    assertThat(
            messageOf(
                pickle(
                    "8002 5d 28 "
                        + text
                        + " 31 28"
                        + " 7d 6801 5d 7d 61 73".repeat(1000)
                        + " 65 2e")))
        .contains("unfold to far more");
  }

  @Test
  void deepNestingIsRefusedWithoutOverflow() throws IOException {
    String deep = "8002" + "5d".repeat(100_000) + "61".repeat(99_999) + "2e";
    assertThat(messageOf(pickle(deep))).contains("nested deeper than 64");
    String deepTuples = "8002" + "4e" + "85".repeat(100_000) + "2e";
    assertThat(messageOf(pickle(deepTuples))).contains("nested deeper than 64");
  }
}
