package org.fdistill.weights;

import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.fdistill.weights.pickle.CopyLimit;
import org.fdistill.weights.pickle.MalformedPickleException;
import org.fdistill.weights.pickle.PickleInput;
import org.fdistill.weights.pickle.Tuple;

/**
 * Reads the zip files of {@code torch.save} since 1.6 and of {@code torch.jit.save}: {@code
 * NAME/data.pkl} describes the tensors, {@code NAME/data/KEY} holds a storage's bytes.
 */
final class TorchZip {
  static final String FORMAT = "PyTorch";
  static final String SCRIPT_FORMAT = "TorchScript";

  private static final String PICKLE = "data.pkl";
  private static final int MAX_WORD = 16;

  private final SourceFile file;
  private final ZipDirectory zip;
  private final String prefix;
  private final ByteOrder order;

  private TorchZip(SourceFile file, ZipDirectory zip, String prefix) {
    this.file = file;
    this.zip = zip;
    this.prefix = prefix;
    this.order = order();
  }

  static boolean isOne(ZipDirectory zip) {
    return !pickles(zip).isEmpty();
  }

  private static List<String> pickles(ZipDirectory zip) {
    return zip.members().keySet().stream()
        .filter(name -> name.equals(PICKLE) || name.endsWith("/" + PICKLE))
        .toList();
  }

  /** Reads the pickle; the archive closes the file. */
  static WeightArchive read(SourceFile file, ZipDirectory zip) {
    List<String> pickles = pickles(zip);
    if (pickles.size() > 1) {
      throw file.refused(
          "it holds several checkpoints: " + pickles, "Unpack it and name one of them.");
    }
    String name = pickles.get(0);
    String prefix = name.substring(0, name.length() - PICKLE.length());
    return new TorchZip(file, zip, prefix).read();
  }

  private WeightArchive read() {
    boolean scripted = zip.members().containsKey(prefix + "constants.pkl");
    Region pickle = zip.region(zip.members().get(prefix + PICKLE));
    TorchPickle reader =
        new TorchPickle(
            file,
            new PickleInput(pickle::window, 0, pickle.length()),
            new CopyLimit(pickle.length()),
            scripted,
            this::storage);
    TorchContents contents = reader.contents(reader.read());
    pickle.release();
    return new OpenArchive(
        scripted ? SCRIPT_FORMAT : FORMAT, contents.tensors(), contents.attributes(), file::close);
  }

  private ByteOrder order() {
    ZipMember member = zip.members().get(prefix + "byteorder");
    if (member == null) {
      return ByteOrder.LITTLE_ENDIAN;
    }
    Region region = zip.region(member);
    int length = (int) Math.min(MAX_WORD, region.length());
    String word = StandardCharsets.US_ASCII.decode(region.window(0, length)).toString();
    return switch (word.strip()) {
      case "little" -> ByteOrder.LITTLE_ENDIAN;
      case "big" -> ByteOrder.BIG_ENDIAN;
      default -> throw file.damaged("entry %s says %s".formatted(member.name(), word));
    };
  }

  private TorchStorage storage(Tuple id) {
    TorchStorage.Type type = id.get(1, TorchStorage.Type.class);
    String key = id.get(2, String.class);
    long elements = id.getLong(4);
    ZipMember member = zip.members().get(prefix + "data/" + key);
    if (member == null) {
      throw new MalformedPickleException("storage %s has no entry in the archive".formatted(key));
    }
    Region region = zip.region(member);
    if (elements < 0
        || region.length() % type.elementBytes() != 0
        || region.length() / type.elementBytes() != elements) {
      throw new MalformedPickleException(
          "storage %s should have %d numbers (%s), but its entry has %d bytes"
              .formatted(key, elements, type.name(), region.length()));
    }
    TorchStorage storage = new TorchStorage(key, region.length(), type.elementType());
    storage.place(region, 0, order);
    return storage;
  }
}
