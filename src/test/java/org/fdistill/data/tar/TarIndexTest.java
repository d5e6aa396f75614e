package org.fdistill.data.tar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32C;
import org.fdistill.config.UserError;
import org.fdistill.graph.FileRanges;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Against what Python's tarfile, webdataset and torchvision see: make_goldens_tar.py. */
final class TarIndexTest {
  private static final Path GOLDEN = Path.of("src/test/resources/golden/tar");
  private static final int HEADER = 512;

  @TempDir Path folder;

  private static JsonObject expected(String reader) throws IOException {
    return JsonParser.parseString(Files.readString(GOLDEN.resolve("expected.json")))
        .getAsJsonObject()
        .getAsJsonObject(reader);
  }

  private List<TarExample> examples(Path file) {
    return TarIndex.open(file, folder.resolve("index")).examples();
  }

  private List<TarExample> examples(String golden) {
    return examples(GOLDEN.resolve(golden));
  }

  private static byte[] content(Path file, FileRanges.Range range) throws IOException {
    byte[] all = Files.readAllBytes(file);
    return Arrays.copyOfRange(all, (int) range.offset(), (int) (range.offset() + range.size()));
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static int crc(byte[] bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes);
    return (int) crc.getValue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ustar.tar",
        "gnu.tar",
        "pax.tar",
        "webdataset.tar",
        "val.tar",
        "sparse-gnu.tar",
        "sparse-pax.tar"
      })
  void imagesLieWhereTarfileFindsThem(String golden) throws IOException {
    List<String> seen = new ArrayList<>();
    for (JsonElement each : expected("tarfile").getAsJsonArray(golden)) {
      JsonObject member = each.getAsJsonObject();
      // The one whose second part is no image to webdataset either.
      if (!member.get("name").getAsString().equals("006.seg.png")) {
        seen.add(
            "%s %d %d %s"
                .formatted(
                    member.get("name").getAsString(),
                    member.get("offset").getAsLong(),
                    member.get("size").getAsLong(),
                    member.get("sha256").getAsString()));
      }
    }
    List<String> found = new ArrayList<>();
    for (TarExample example : examples(golden)) {
      byte[] bytes = content(GOLDEN.resolve(golden), example.range());
      assertThat(example.range().crc()).isEqualTo(crc(bytes));
      found.add(
          "%s %d %d %s"
              .formatted(
                  example.name(), example.range().offset(), example.range().size(), sha256(bytes)));
    }
    assertThat(found).isNotEmpty().isEqualTo(seen);
  }

  @ParameterizedTest
  @ValueSource(strings = {"ustar.tar", "gnu.tar", "pax.tar", "webdataset.tar"})
  void samplesAreThoseOfWebdataset(String golden) throws IOException {
    List<String> seen = new ArrayList<>();
    for (JsonElement each : expected("webdataset").getAsJsonArray(golden)) {
      JsonObject sample = each.getAsJsonObject();
      JsonElement cls = sample.get("cls");
      seen.add(
          sample.get("sha256").getAsString()
              + " "
              + (cls.isJsonNull() ? "none" : cls.getAsString().strip()));
    }
    List<String> found = new ArrayList<>();
    for (TarExample example : examples(golden)) {
      String image = sha256(content(GOLDEN.resolve(golden), example.range()));
      // webdataset gives the text; one sample's label comes from its JSON, one has no number.
      String label =
          example.label() < 0 || example.name().endsWith("001.PNG") ? "none" : "" + example.label();
      found.add(image + " " + (example.problem().isEmpty() ? label : "cat"));
    }
    assertThat(found).isEqualTo(seen);
  }

  @Test
  void labelsComeFromClsThenFromJson() {
    List<TarExample> examples = examples("gnu.tar");
    assertThat(examples.subList(0, 6))
        .extracting(TarExample::label)
        .containsExactly(7L, 2L, -1L, 4L, -1L, -1L);
    assertThat(examples.get(5).problem()).isEqualTo("its .cls is 'cat', expected one whole number");
    assertThat(TarIndex.open(GOLDEN.resolve("gnu.tar"), folder.resolve("index")).leftOut())
        .containsEntry(".webp", 1L)
        .containsEntry(".seg.png", 1L)
        .containsEntry("without an ending", 1L)
        .containsEntry("links, devices or sparse files", 2L);
  }

  @Test
  void aTarFileInATarFileIsAClass() throws IOException {
    List<TarExample> examples = examples("train.tar");
    assertThat(examples)
        .extracting(TarExample::className)
        .containsExactly(
            "n01484850", "n01484850", "n01440764", "n01440764", "n01443537", "n01443537");
    assertThat(examples.get(0).name()).isEqualTo("n01484850/n01484850_0.JPEG");
    for (TarExample example : examples) {
      byte[] bytes = content(GOLDEN.resolve("train.tar"), example.range());
      assertThat(bytes).startsWith(0xff, 0xd8).endsWith(0xff, 0xd9);
      assertThat(example.range().crc()).isEqualTo(crc(bytes));
    }
  }

  @Test
  void theKitSaysTheLabelsOfImageNetsValidationImages() throws IOException {
    JsonObject kit = expected("devkit");
    ImageNetLabels labels = ImageNetLabels.read(GOLDEN.resolve("devkit.tar.gz"));
    List<String> classes = new ArrayList<>();
    kit.getAsJsonArray("classes").forEach(name -> classes.add(name.getAsString()));
    assertThat(labels.classNames()).isEqualTo(classes);
    for (int i = 0; i < 4; i++) {
      assertThat(labels.label("ILSVRC2012_val_0000000%d.JPEG".formatted(i + 1)))
          .isEqualTo(kit.getAsJsonArray("labels").get(i).getAsLong());
    }
    assertThatThrownBy(() -> labels.label("ILSVRC2012_val_00000005.JPEG"))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("none of the 4 validation images");
    assertThatThrownBy(() -> ImageNetLabels.read(GOLDEN.resolve("val.tar")))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("is not ImageNet's development kit");
  }

  @Test
  void aFileIsGoneThroughOnceUntilItChanges() throws IOException {
    Path file = Files.copy(GOLDEN.resolve("webdataset.tar"), folder.resolve("a.tar"));
    Path root = folder.resolve("index");
    assertThat(TarIndex.isMissing(file, root)).isTrue();
    List<TarExample> first = TarIndex.open(file, root).examples();
    assertThat(TarIndex.isMissing(file, root)).isFalse();
    FileTime time = Files.getLastModifiedTime(file);
    Files.write(file, new byte[(int) Files.size(file)]);
    Files.setLastModifiedTime(file, time);
    // Nobody looked at what is in it now.
    assertThat(TarIndex.open(file, root).examples()).isEqualTo(first);
    Files.setLastModifiedTime(file, FileTime.fromMillis(time.toMillis() + 1000));
    assertThatThrownBy(() -> TarIndex.open(file, root))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("no tar file");
  }

  private Path changed(String golden, int at, int... bytes) throws IOException {
    byte[] content = Files.readAllBytes(GOLDEN.resolve(golden));
    for (int i = 0; i < bytes.length; i++) {
      content[at + i] = (byte) bytes[i];
    }
    return Files.write(folder.resolve("changed.tar"), content);
  }

  private void refused(Path file, String message) {
    assertThatThrownBy(() -> examples(file))
        .isInstanceOf(UserError.class)
        .hasMessageContaining(message);
    assertThat(folder.resolve("index"))
        .satisfiesAnyOf(
            index -> assertThat(index).doesNotExist(),
            index -> assertThat(index).isEmptyDirectory());
  }

  @Test
  void aFileThatIsCutIsRefused() throws IOException {
    byte[] content = Files.readAllBytes(GOLDEN.resolve("webdataset.tar"));
    Path file = folder.resolve("cut.tar");
    Files.write(file, Arrays.copyOf(content, 2 * HEADER + 100));
    refused(file, "cut.tar is damaged: ");
    Files.write(file, Arrays.copyOf(content, 100));
    refused(file, "is no tar file");
    Files.write(file, new byte[0]);
    refused(file, "is no tar file");
  }

  @Test
  void aSizeBeyondTheFileIsRefused() throws IOException {
    byte[] content = Files.readAllBytes(GOLDEN.resolve("webdataset.tar"));
    System.arraycopy("77777777777".getBytes(StandardCharsets.US_ASCII), 0, content, 124, 11);
    checksum(content);
    refused(
        Files.write(folder.resolve("size.tar"), content), "has 8589934591 bytes, and from byte");
  }

  /** Of the first header. */
  private static void checksum(byte[] content) {
    Arrays.fill(content, 148, 156, (byte) ' ');
    int sum = 0;
    for (int i = 0; i < HEADER; i++) {
      sum += content[i] & 0xff;
    }
    byte[] text = "%06o\0 ".formatted(sum).getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(text, 0, content, 148, text.length);
  }

  @Test
  void aHeaderWithAWrongChecksumIsRefused() throws IOException {
    refused(
        changed("webdataset.tar", 3, 'X'), "the header after its beginning has a wrong checksum");
    int second = 0;
    byte[] content = Files.readAllBytes(GOLDEN.resolve("gnu.tar"));
    for (int at = HEADER; second == 0; at += HEADER) {
      second = content[at] == '0' && content[at + 1] == '0' && content[at + 257] == 'u' ? at : 0;
    }
    refused(changed("gnu.tar", second + 3, 'X'), "has a wrong checksum");
  }

  @Test
  void compressedFilesAndOthersAreRefused() throws IOException {
    refused(GOLDEN.resolve("devkit.tar.gz"), "is compressed with gzip");
    refused(GOLDEN.resolve("expected.json"), "is no tar file");
    refused(folder, "is a folder");
  }

  @Test
  void whateverIsFlippedTheRightMembersOrAClearErrorCome() throws IOException {
    Random random = new Random(5);
    int refused = 0;
    for (String golden : List.of("gnu.tar", "pax.tar", "train.tar", "sparse-pax.tar")) {
      byte[] whole = Files.readAllBytes(GOLDEN.resolve(golden));
      Path file = folder.resolve("flipped.tar");
      for (int i = 0; i < 100; i++) {
        byte[] content = whole.clone();
        // Half of them in headers, for contents are large.
        int at = random.nextInt(content.length);
        content[i % 2 == 0 ? at - at % HEADER + at % 160 : at] ^= (byte) (1 << random.nextInt(8));
        Files.write(file, content);
        try {
          for (TarExample example : TarScan.scan(file).examples()) {
            assertThat(example.range().crc()).isEqualTo(crc(content(file, example.range())));
          }
        } catch (UserError e) {
          refused++;
          assertThat(e.getMessage()).contains("flipped.tar");
          assertThat(e.kind()).isEqualTo(UserError.Kind.INPUT);
        }
      }
    }
    assertThat(refused).isBetween(40, 360);
  }
}
