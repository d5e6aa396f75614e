package org.fdistill.weights;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Broken and malicious safetensors: each an error that says what, where, and what next. */
class HostileSafetensorsTest {
  @TempDir Path folder;

  private String messageOf(byte[] content) throws IOException {
    return HostileFiles.messageOf(folder, content);
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
  void moreDimensionsOrTensorsThanAnyModelHasAreRefused() throws IOException {
    String sizes = "[" + "1,".repeat(1_000_000) + "1]";
    assertThat(messageOf(safetensors("{" + tensor("x", "F32", sizes, 0, 4) + "}", 4)))
        .contains("a list has more than 64 numbers");
    StringBuilder many = new StringBuilder("{");
    for (int i = 0; i <= 50_000; i++) {
      many.append(i == 0 ? "" : ",").append(tensor("t" + i, "F32", "[0]", 0, 0));
    }
    assertThat(messageOf(safetensors(many.append("}").toString(), 0)))
        .contains("it has 50001 tensors; at most 50000 are read");
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
    byte[] whole = HostileFiles.archive("types.safetensors");
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
}
