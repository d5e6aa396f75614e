package org.fdistill.data.tfrecord;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;
import org.fdistill.config.UserError;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TfRecordFileTest {
  private static final List<byte[]> RECORDS =
      List.of(bytes("first"), new byte[0], bytes("the third one"));

  @TempDir Path folder;
  private Path file;

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @BeforeEach
  void write() throws IOException {
    try (TfRecordShards out = new TfRecordShards(folder, "train", 1)) {
      for (byte[] record : RECORDS) {
        out.write(0, record);
      }
      out.commit();
      file = out.files().get(0);
    }
  }

  @Test
  void recordsComeBackFromTheirOffsets() throws IOException {
    long[] bounds = TfRecordFile.bounds(file);
    assertThat(bounds).containsExactly(0, 16 + 5, 16 + 5 + 16, Files.size(file));
    for (int i = 0; i < RECORDS.size(); i++) {
      assertThat(TfRecordFile.read(file, bounds[i])).isEqualTo(RECORDS.get(i));
    }
  }

  @Test
  void theBytesAreThoseOfTensorFlow() throws IOException {
    // tf.io.TFRecordWriter writing b"first".
    byte[] expected = HexFormat.of().parseHex(TENSORFLOW);
    assertThat(Arrays.copyOf(Files.readAllBytes(file), 21)).isEqualTo(expected);
  }

  private static final String TENSORFLOW = "0500000000000000eab2043e666972737455ff23e5";

  @Test
  void aTruncatedFileIsNamedWithTheRecord() throws IOException {
    Files.write(file, Arrays.copyOf(Files.readAllBytes(file), 60));
    assertThatThrownBy(() -> TfRecordFile.bounds(file))
        .isInstanceOf(UserError.class)
        .hasMessageContaining(
            file + " is cut short: record 2 ends at byte 66, the file at byte 60");
    Files.write(file, Arrays.copyOf(Files.readAllBytes(file), 40));
    assertThatThrownBy(() -> TfRecordFile.bounds(file))
        .hasMessageContaining("record 2 has no whole header at byte 37");
  }

  @Test
  void absurdLengthsAreNamedNotComputedWith() throws IOException {
    for (long length : new long[] {Long.MAX_VALUE, Long.MAX_VALUE - 16, -1, Long.MIN_VALUE}) {
      Files.write(file, RecordFraming.header(length));
      assertThatThrownBy(() -> TfRecordFile.bounds(file))
          .isInstanceOf(UserError.class)
          .hasMessageContaining(
              file
                  + " is cut short: record 0 ends at byte "
                  + new BigInteger(Long.toUnsignedString(length)).add(BigInteger.valueOf(16)));
      assertThatThrownBy(() -> TfRecordFile.read(file, 0))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("no record starts at byte 0");
    }
  }

  @Test
  void compressedFilesAreRecognised() throws IOException {
    byte[] plain = Files.readAllBytes(file);
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
      out.write(plain);
    }
    assertThatThrownBy(() -> TfRecordFile.bounds(file)).hasMessageContaining("with gzip");
    try (OutputStream out = new DeflaterOutputStream(Files.newOutputStream(file))) {
      out.write(plain);
    }
    assertThatThrownBy(() -> TfRecordFile.bounds(file)).hasMessageContaining("with zlib");
  }

  @Test
  void otherFilesAreRefused() throws IOException {
    Files.writeString(file, "This is a text file.");
    assertThatThrownBy(() -> TfRecordFile.bounds(file))
        .hasMessageContaining("is not a TFRecord file");
    assertThatThrownBy(() -> TfRecordFile.bounds(folder)).hasMessageContaining("it is a folder");
    assertThatThrownBy(() -> TfRecordFile.bounds(folder.resolve("none")))
        .hasMessageContaining("no such file");
  }

  @Test
  void damageIsFound() throws IOException {
    byte[] content = Files.readAllBytes(file);
    content[13] ^= 1;
    content[37] ^= 1;
    Files.write(file, content);
    assertThatThrownBy(() -> TfRecordFile.read(file, 0)).hasMessageContaining("are damaged");
    assertThatThrownBy(() -> TfRecordFile.bounds(file))
        .hasMessageContaining("the header of record 2 at byte 37 has a wrong checksum");
  }

  @Test
  void withoutCommitNothingIsLeft() throws IOException {
    Path other = folder.resolve("other");
    try (TfRecordShards out = new TfRecordShards(other, "train", 2)) {
      out.write(0, bytes("lost"));
    }
    try (Stream<Path> left = Files.list(other)) {
      assertThat(left).containsExactly(other.resolve(".lock"));
    }
  }

  @Test
  void patternsFindFilesOnceAndSorted() throws IOException {
    Path deep = Files.createDirectories(folder.resolve("a/b"));
    Files.createFile(deep.resolve("x-2.tfrecord"));
    Files.createFile(deep.resolve("x-1.tfrecord"));
    assertThat(
            FilePatterns.resolve(
                List.of(folder + "/*/b/x-?.tfrecord", folder + "/**/x-1.tfrecord")))
        .containsExactly(deep.resolve("x-1.tfrecord"), deep.resolve("x-2.tfrecord"));
    assertThatThrownBy(() -> FilePatterns.resolve(List.of(folder + "/val-*")))
        .isInstanceOf(UserError.class)
        .hasMessage("No file matches " + folder + "/val-*.");
    assertThatThrownBy(() -> FilePatterns.resolve(List.of(folder + "/none/val-*")))
        .hasMessageContaining("there is no folder " + folder + "/none");
    assertThatThrownBy(() -> FilePatterns.resolve(List.of(folder + "/none")))
        .hasMessage(folder + "/none: no such file.");
  }
}
