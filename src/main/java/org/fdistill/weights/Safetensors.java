package org.fdistill.weights;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * Reads safetensors: the length of a JSON header (8 bytes, little-endian), the header, the tensors'
 * bytes. The header gives each tensor's type, shape and place; the places must tile the rest of the
 * file, as the format's own library demands.
 */
final class Safetensors {
  static final String FORMAT = "safetensors";

  /** The limit of the format's own library. */
  private static final long MAX_HEADER = 100_000_000;

  private static final int LENGTH_BYTES = Long.BYTES;

  private final SourceFile file;
  private final Map<String, StoredTensor> tensors = new LinkedHashMap<>();
  private final Map<String, String> attributes = new LinkedHashMap<>();

  private Safetensors(SourceFile file) {
    this.file = file;
  }

  /** Reads the header; the archive closes the file. */
  static WeightArchive read(SourceFile file) {
    Safetensors reader = new Safetensors(file);
    reader.readContents();
    return new OpenArchive(FORMAT, reader.tensors, reader.attributes, file::close);
  }

  private void readContents() {
    long headerBytes = headerBytes();
    SafetensorsHeader header = header((int) headerBytes);
    long dataStart = LENGTH_BYTES + headerBytes;
    List<SafetensorsHeader.Entry> entries =
        header.entries().stream()
            .sorted(
                Comparator.comparingLong(SafetensorsHeader.Entry::begin)
                    .thenComparingLong(SafetensorsHeader.Entry::end))
            .toList();
    checkTiling(entries, file.length() - dataStart);
    attributes.putAll(header.metadata());
    for (SafetensorsHeader.Entry entry : entries) {
      add(entry, dataStart);
    }
  }

  private long headerBytes() {
    if (file.length() < LENGTH_BYTES) {
      throw file.damaged("it has %d bytes, too few for a header".formatted(file.length()));
    }
    long length = file.window(0, LENGTH_BYTES).getLong();
    if (length < 0 || length > MAX_HEADER) {
      throw file.damaged(
          "its first 8 bytes give the header a length of %s bytes; at most %d are allowed"
              .formatted(Long.toUnsignedString(length), MAX_HEADER));
    }
    if (length > file.length() - LENGTH_BYTES) {
      throw file.damaged(
          "its header ends at byte %d, the file at byte %d"
              .formatted(LENGTH_BYTES + length, file.length()));
    }
    return length;
  }

  private SafetensorsHeader header(int length) {
    ByteBuffer bytes = file.window(LENGTH_BYTES, length);
    try {
      return SafetensorsHeader.parse(StandardCharsets.UTF_8.newDecoder().decode(bytes).toString());
    } catch (CharacterCodingException e) {
      throw file.damaged("its header is not UTF-8 text");
    } catch (IOException | IllegalStateException | IllegalArgumentException e) {
      throw file.damaged("its header is not what the format prescribes: " + firstLine(e));
    }
  }

  /** Gson adds a link to its manual on a second line. */
  private static String firstLine(Exception e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
  }

  private void checkTiling(List<SafetensorsHeader.Entry> entries, long dataBytes) {
    long end = 0;
    String before = "the header";
    for (SafetensorsHeader.Entry entry : entries) {
      if (entry.begin() != end || entry.end() < entry.begin()) {
        throw file.damaged(
            "tensor %s takes the data bytes %d to %d, but %s ends at %d"
                .formatted(entry.name(), entry.begin(), entry.end(), before, end));
      }
      end = entry.end();
      before = "tensor " + entry.name();
    }
    if (end != dataBytes) {
      throw file.damaged(
          "its tensors take %d bytes, but %d follow the header".formatted(end, dataBytes));
    }
  }

  private void add(SafetensorsHeader.Entry entry, long dataStart) {
    long[] shape = entry.shape();
    ElementType elementType = ElementType.ofSafetensors(entry.type());
    if (elementType == null) {
      attributes.put(
          entry.name(), "not read: %s %s".formatted(entry.type(), Arrays.toString(shape)));
      return;
    }
    long stored = entry.end() - entry.begin();
    OptionalLong elements = StridedLayout.elements(shape);
    if (elements.isEmpty()
        || stored % elementType.bytes() != 0
        || elements.getAsLong() != stored / elementType.bytes()) {
      throw file.damaged(
          "tensor %s has %d bytes, which is not what %s of shape %s takes"
              .formatted(entry.name(), stored, entry.type(), Arrays.toString(shape)));
    }
    tensors.put(
        entry.name(),
        new RegionTensor(
            entry.name(),
            StridedLayout.rowMajor(shape, elementType),
            file,
            dataStart + entry.begin()));
  }
}
