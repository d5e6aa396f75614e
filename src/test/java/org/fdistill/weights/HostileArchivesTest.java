package org.fdistill.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.fdistill.config.UserError;
import org.fdistill.testing.Golden;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Broken and malicious files: each an error that says what, where, and what next. */
class HostileArchivesTest {
  @TempDir Path folder;

  private static byte[] archive(String name) throws IOException {
    return Files.readAllBytes(Golden.resource("archives/" + name));
  }

  private String messageOf(byte[] content) throws IOException {
    Path file = folder.resolve("weights.file");
    Files.write(file, content);
    return messageOf(file);
  }

  /** Opens a file, reads all that is in it, and gives the error that stops this. */
  private static String messageOf(Path file) {
    UserError error =
        catchThrowableOfType(
            UserError.class,
            () -> {
              try (WeightArchive archive = WeightArchives.open(file)) {
                archive.tensors().values().forEach(StoredTensor::floats);
              }
            });
    assertThat(error).isNotNull();
    assertThat(error.kind()).isEqualTo(UserError.Kind.INPUT);
    String message = error.getMessage();
    assertThat(message).endsWith(".").doesNotContain("Exception");
    return message;
  }

  private static byte[] safetensors(String header, int dataBytes) {
    byte[] json = header.getBytes(StandardCharsets.UTF_8);
    return safetensors(json.length, json, dataBytes);
  }

  private static byte[] safetensors(long length, byte[] json, int dataBytes) {
    return ByteBuffer.allocate(Long.BYTES + json.length + dataBytes)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(length)
        .put(json)
        .array();
  }

  private static String tensor(String name, String type, String shape, long begin, long end) {
    return "\"%s\":{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":[%d,%d]}"
        .formatted(name, type, shape, begin, end);
  }

  @Test
  void aSafetensorsHeaderLargerThanTheFileIsRefusedBeforeItIsRead() throws IOException {
    assertThat(messageOf(safetensors(1L << 60, "{}".getBytes(StandardCharsets.UTF_8), 0)))
        .contains("1152921504606846976 bytes", "at most 100000000");
    assertThat(messageOf(safetensors(-1, "{}".getBytes(StandardCharsets.UTF_8), 0)))
        .contains("18446744073709551615 bytes");
    assertThat(messageOf(safetensors(90_000_000, "{}".getBytes(StandardCharsets.UTF_8), 0)))
        .contains("header ends at byte 90000008, the file at byte 10");
  }

  @Test
  void aTruncatedSafetensorsSaysHowMuchIsMissing() throws IOException {
    byte[] whole = archive("types.safetensors");
    assertThat(messageOf(Arrays.copyOf(whole, whole.length - 10)))
        .containsPattern("its tensors take \\d+ bytes, but \\d+ follow the header")
        .contains("Download or copy it again");
  }

  @Test
  void tensorsOfSafetensorsMustTileTheFile() throws IOException {
    String a = tensor("a", "F32", "[2]", 0, 8);
    assertThat(messageOf(safetensors("{" + a + "," + tensor("b", "F32", "[2]", 4, 12) + "}", 12)))
        .contains("tensor b takes the data bytes 4 to 12, but tensor a ends at 8");
    assertThat(messageOf(safetensors("{" + a + "," + tensor("b", "F32", "[1]", 12, 16) + "}", 16)))
        .contains("tensor b takes the data bytes 12 to 16, but tensor a ends at 8");
    assertThat(messageOf(safetensors("{" + a + "}", 9)))
        .contains("its tensors take 8 bytes, but 9 follow the header");
    assertThat(messageOf(safetensors("{" + tensor("a", "F32", "[2]", 0, -8) + "}", 0)))
        .contains("takes the data bytes 0 to -8");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "F32; [1099511627776]",
        "F32; [4294967296, 4294967296]",
        "F32; [-2, -1]",
        "F64; [2]",
        "BF16; [3]",
      })
  void aShapeThatDoesNotFitItsBytesIsRefused(String type, String shape) throws IOException {
    assertThat(messageOf(safetensors("{" + tensor("x", type, shape, 0, 8) + "}", 8)))
        .contains("tensor x has 8 bytes, which is not what " + type + " of shape " + shape);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "{\"x\":1}; Expected BEGIN_OBJECT",
        "{\"x\":{\"dtype\":\"F32\"}}; tensor x lacks one of dtype, shape, data_offsets",
        "{\"x\":{\"type\":\"F32\"}}; tensor x has a key type",
        "{\"x\":{\"dtype\":\"F32\",\"dtype\":\"F32\"}}; tensor x has two dtype",
        "{\"__metadata__\":{\"a\":\"1\",\"a\":\"2\"}}; key a of __metadata__ is there twice",
        "{\"x\":{\"dtype\":\"F32\",\"shape\":[1.5],\"data_offsets\":[0,4]}}; 1.5",
        "{\"x\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[0]}}; not two data_offsets",
        "{\"x\":; header is not what the format prescribes",
      })
  void aHeaderThatIsNotTheFormatsJsonIsRefused(String header, String part) throws IOException {
    assertThat(messageOf(safetensors(header, 0))).contains(part).doesNotContain("\n");
  }

  @Test
  void aTensorThatIsThereTwiceIsRefused() throws IOException {
    String header =
        "{" + tensor("x", "F32", "[1]", 0, 4) + "," + tensor("x", "F32", "[1]", 4, 8) + "}";
    assertThat(messageOf(safetensors(header, 8))).contains("key x is there twice");
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
    assertThat(messageOf(archive(name)))
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
    assertThat(messageOf(archive(name))).contains(part);
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

  @Test
  void aZipBombIsRefused() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    byte[] header =
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }"
            .getBytes(StandardCharsets.US_ASCII);
    byte[] zeros = new byte[1 << 20];
    try (ZipOutputStream zip = new ZipOutputStream(out)) {
      zip.putNextEntry(new ZipEntry("x.npy"));
      zip.write(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, (byte) header.length, 0});
      zip.write(header);
      for (int i = 0; i < 64; i++) {
        zip.write(zeros);
      }
      zip.closeEntry();
    }
    byte[] honest = out.toByteArray();
    assertThat(messageOf(honest)).contains("array x: 67108864 bytes follow its header");
    // The same, its size hidden: the directory states 8 bytes of data.
    byte[] liar = withUint(honest, "PK\1\2", 24, 10 + header.length + 8);
    assertThat(messageOf(liar)).contains("x.npy: it does not end after the");
    byte[] boaster = withUint(honest, "PK\1\2", 24, Integer.MAX_VALUE);
    assertThat(messageOf(boaster)).contains("entry x.npy cannot hold 2147483647 bytes in ");
  }

  private static byte[] withUint(byte[] file, String magic, int offset, int value) {
    byte[] copy = file.clone();
    int at = new String(copy, StandardCharsets.ISO_8859_1).indexOf(magic);
    ByteBuffer.wrap(copy).order(ByteOrder.LITTLE_ENDIAN).putInt(at + offset, value);
    return copy;
  }

  @Test
  void aWrongChecksumOfCompressedDataIsFound() throws IOException {
    byte[] file = archive("arrays-compressed.npz");
    assertThat(messageOf(withUint(file, "PK\1\2", 16, 12345))).contains("its checksum is wrong");
  }

  @ParameterizedTest
  @CsvSource({"types.pth", "arrays.npz", "script.pt"})
  void aTruncatedZipSaysSo(String name) throws IOException {
    byte[] whole = archive(name);
    assertThat(messageOf(Arrays.copyOf(whole, whole.length / 2)))
        .contains("starts as a zip archive", "cut short");
  }

  @Test
  void aTruncatedLegacyFileSaysWhichStorageIsCut() throws IOException {
    byte[] whole = archive("types-legacy.pth");
    assertThat(messageOf(Arrays.copyOf(whole, whole.length - 10)))
        .containsPattern("storage \\d+ should have \\d+ bytes from byte \\d+ on");
  }

  @Test
  void twoEntriesOfOneNameAreRefused() throws IOException {
    String file = new String(archive("arrays.npz"), StandardCharsets.ISO_8859_1);
    String twice = file.replace("half.npy", "long.npy");
    assertThat(messageOf(twice.getBytes(StandardCharsets.ISO_8859_1)))
        .contains("two entries called long.npy");
  }

  @Test
  void filesOfAnotherKindAreCalledByTheirName() throws IOException {
    assertThat(messageOf(new byte[0])).contains("it is empty");
    assertThat(messageOf("\n<!DOCTYPE html><html>404".getBytes(StandardCharsets.UTF_8)))
        .contains("it is a web page");
    assertThat(
            messageOf(
                "version https://git-lfs.github.com/spec/v1\noid sha256:0\n"
                    .getBytes(StandardCharsets.UTF_8)))
        .contains("pointer of Git LFS", "git lfs pull");
    assertThat(messageOf(HexFormat.of().parseHex("1f8b0800"))).contains("gzip");
    assertThat(messageOf(HexFormat.of().parseHex("894844460d0a1a0a"))).contains("HDF5");
    assertThat(messageOf(HexFormat.of().parseHex("080112ff"))).contains("TensorFlow SavedModel");
    assertThat(messageOf(HexFormat.of().parseHex("00000057fb808b247547db")))
        .contains("index of a TensorFlow checkpoint");
    assertThat(messageOf(HexFormat.of().parseHex("0102030405060708090a")))
        .contains("its first bytes, 01 02 03 04 05 06 07 08, are those of no file of weights");
    assertThat(messageOf("{\"model_type\": \"vit\"}".getBytes(StandardCharsets.UTF_8)))
        .contains("JSON without a weight_map");
    byte[] tar = new byte[512];
    System.arraycopy("ustar".getBytes(StandardCharsets.UTF_8), 0, tar, 257, 5);
    assertThat(messageOf(tar)).contains("tar archive");
    assertThat(messageOf(HexFormat.of().parseHex("504b0506" + "00".repeat(18))))
        .contains("it holds nothing");
  }

  @Test
  void missingFilesAndFoldersAreCalledSo() throws IOException {
    assertThat(messageOf(folder.resolve("none.pth"))).contains("There is no file", "none.pth");
    Files.writeString(folder.resolve("model.safetensors"), "");
    assertThat(messageOf(folder))
        .contains("is a folder, not a file of weights", "Name one of its files: model.safetensors");
    Files.writeString(folder.resolve("saved_model.pb"), "");
    assertThat(messageOf(folder)).contains("is a TensorFlow SavedModel");
  }

  @Test
  void anIndexLeadsToNoFileElsewhere() throws IOException {
    Consumer<String> refused =
        shard -> {
          String json = "{\"weight_map\": {\"w\": \"%s\"}}".formatted(shard);
          try {
            assertThat(messageOf(json.getBytes(StandardCharsets.UTF_8)))
                .contains("which is no file beside it");
          } catch (IOException e) {
            throw new AssertionError(e);
          }
        };
    refused.accept("../secret.safetensors");
    refused.accept("/etc/passwd");
    refused.accept("..");
    refused.accept("");
    assertThat(
            messageOf(
                "{\"weight_map\": {\"w\": \"weights.file\"}}".getBytes(StandardCharsets.UTF_8)))
        .contains("it is JSON, though an index names it");
  }

  @Test
  void anIndexSaysWhatItsFilesLack() throws IOException {
    Files.write(folder.resolve("one.safetensors"), safetensors("{}", 0));
    String json = "{\"weight_map\": {\"w\": \"one.safetensors\", \"v\": \"one.safetensors\"}}";
    assertThat(messageOf(json.getBytes(StandardCharsets.UTF_8)))
        .contains("lack tensors that it names: v in one.safetensors, w in one.safetensors");
  }

  @Test
  void aFileThatShrinksWhileItIsOpenIsAnError() throws IOException {
    Path file = folder.resolve("shrinks.safetensors");
    Files.write(file, archive("types.safetensors"));
    try (WeightArchive archive = WeightArchives.open(file)) {
      Files.write(file, new byte[100]);
      assertThat(
              catchThrowableOfType(UserError.class, () -> archive.tensors().get("bool").floats()))
          .hasMessageContaining("has changed while it was read");
    }
  }
}
