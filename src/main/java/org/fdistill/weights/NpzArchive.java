package org.fdistill.weights;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;

/** Reads NumPy's zip archives of arrays. */
final class NpzArchive {
  private static final String SUFFIX = ".npy";

  private final SourceFile file;
  private final ZipDirectory zip;
  private final Map<String, StoredTensor> tensors = new LinkedHashMap<>();
  private final Map<String, String> attributes = new LinkedHashMap<>();

  private NpzArchive(SourceFile file, ZipDirectory zip) {
    this.file = file;
    this.zip = zip;
  }

  static boolean isOne(ZipDirectory zip) {
    return zip.members().keySet().stream().anyMatch(name -> name.endsWith(SUFFIX));
  }

  /** Reads the arrays' headers; the archive closes the file. */
  static WeightArchive read(SourceFile file, ZipDirectory zip) {
    NpzArchive reader = new NpzArchive(file, zip);
    zip.members().values().forEach(reader::add);
    return new OpenArchive("NumPy npz", reader.tensors, reader.attributes, file::close);
  }

  private void add(ZipMember member) {
    if (!member.name().endsWith(SUFFIX)) {
      attributes.put(member.name(), "not read: no array");
      return;
    }
    String name = member.name().substring(0, member.name().length() - SUFFIX.length());
    Region region = zip.region(member);
    try {
      add(name, region, NpyHeader.read(region));
    } catch (IllegalArgumentException e) {
      throw file.damaged("array %s: %s".formatted(name, e.getMessage()));
    } finally {
      region.release();
    }
  }

  private void add(String name, Region region, NpyHeader header) {
    if (header.type().endsWith("O")) {
      throw file.refused(
          "array %s holds Python objects, which are pickles".formatted(name),
          "Save the arrays of numbers alone: numpy.savez.");
    }
    NpyType type = NpyType.of(header.type());
    if (type == null) {
      attributes.put(name, "not read: %s %s".formatted(header.type(), header.shape()));
      return;
    }
    long[] shape = header.shape().stream().mapToLong(Long::longValue).toArray();
    OptionalLong elements = StridedLayout.elements(shape);
    long stored = region.length() - header.dataStart();
    int each = type.elementType().bytes();
    if (elements.isEmpty() || stored % each != 0 || elements.getAsLong() != stored / each) {
      throw new IllegalArgumentException(
          "%d bytes follow its header, which is not what %s of shape %s takes"
              .formatted(stored, header.type(), header.shape()));
    }
    StridedLayout layout = type.layout(shape, header.columnMajor());
    tensors.put(name, new RegionTensor(name, layout, region, header.dataStart()));
  }
}
