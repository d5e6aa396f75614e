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
import java.util.HexFormat;
import java.util.function.Consumer;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.fdistill.config.UserError;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Broken and malicious zip files and indices, and files of other kinds: each an error that says
 * what, where, and what next.
 */
class HostileArchivesTest {
  @TempDir Path folder;

  private String messageOf(byte[] content) throws IOException {
    return HostileFiles.messageOf(folder, content);
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
    byte[] file = HostileFiles.archive("arrays-compressed.npz");
    assertThat(messageOf(withUint(file, "PK\1\2", 16, 12345))).contains("its checksum is wrong");
  }

  @ParameterizedTest
  @CsvSource({"types.pth", "arrays.npz", "script.pt"})
  void aTruncatedZipSaysSo(String name) throws IOException {
    byte[] whole = HostileFiles.archive(name);
    assertThat(messageOf(Arrays.copyOf(whole, whole.length / 2)))
        .contains("starts as a zip archive", "cut short");
  }

  @Test
  void aTruncatedLegacyFileSaysWhichStorageIsCut() throws IOException {
    byte[] whole = HostileFiles.archive("types-legacy.pth");
    assertThat(messageOf(Arrays.copyOf(whole, whole.length - 10)))
        .containsPattern("storage \\d+ should have \\d+ bytes from byte \\d+ on");
  }

  @Test
  void twoEntriesOfOneNameAreRefused() throws IOException {
    String file = new String(HostileFiles.archive("arrays.npz"), StandardCharsets.ISO_8859_1);
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
    assertThat(messageOf(HexFormat.of().parseHex("0808120770796f726368"))).contains("it is ONNX");
    assertThat(messageOf(HexFormat.of().parseHex("08073a05"))).contains("it is ONNX");
    assertThat(messageOf(HexFormat.of().parseHex("1c00000054464c33"))).contains("TensorFlow Lite");
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
    assertThat(HostileFiles.messageOf(folder.resolve("none.pth")))
        .contains("There is no file", "none.pth");
    Files.writeString(folder.resolve("model.safetensors"), "");
    assertThat(HostileFiles.messageOf(folder))
        .contains("is a folder, not a file of weights", "Name one of its files: model.safetensors");
    Files.writeString(folder.resolve("saved_model.pb"), "");
    assertThat(HostileFiles.messageOf(folder)).contains("is a TensorFlow SavedModel");
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
    Files.write(folder.resolve("one.safetensors"), new byte[] {2, 0, 0, 0, 0, 0, 0, 0, '{', '}'});
    String json = "{\"weight_map\": {\"w\": \"one.safetensors\", \"v\": \"one.safetensors\"}}";
    assertThat(messageOf(json.getBytes(StandardCharsets.UTF_8)))
        .contains("lack tensors that it names: v in one.safetensors, w in one.safetensors");
  }

  @Test
  void aFileThatShrinksWhileItIsOpenIsAnError() throws IOException {
    Path file = folder.resolve("shrinks.safetensors");
    Files.write(file, HostileFiles.archive("types.safetensors"));
    try (WeightArchive archive = WeightArchives.open(file)) {
      Files.write(file, new byte[100]);
      assertThat(
              catchThrowableOfType(UserError.class, () -> archive.tensors().get("bool").floats()))
          .hasMessageContaining("has changed while it was read");
    }
  }
}
