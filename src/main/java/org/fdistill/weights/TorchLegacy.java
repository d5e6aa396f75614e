package org.fdistill.weights;

import java.math.BigInteger;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.fdistill.weights.pickle.CopyLimit;
import org.fdistill.weights.pickle.MalformedPickleException;
import org.fdistill.weights.pickle.PickleInput;
import org.fdistill.weights.pickle.Tuple;

/**
 * Reads what {@code torch.save} wrote before 1.6: pickles of a magic number, the protocol, the
 * system, the object and the keys of the storages; then each storage, its number of elements (8
 * bytes) first. The numbers are little-endian whatever system wrote them.
 */
final class TorchLegacy {
  static final String FORMAT = "PyTorch before 1.6";

  private static final BigInteger MAGIC = new BigInteger("1950a86a20f9469cfc6c", 16);
  private static final long PROTOCOL = 1001;

  private final SourceFile file;
  private final Map<String, TorchStorage> storages = new HashMap<>();

  private TorchLegacy(SourceFile file) {
    this.file = file;
  }

  /** Reads everything but the storages' bytes; the archive closes the file. */
  static WeightArchive read(SourceFile file) {
    return new TorchLegacy(file).read();
  }

  private WeightArchive read() {
    PickleInput in = new PickleInput(file::window, 0, file.length());
    TorchPickle pickles =
        new TorchPickle(file, in, new CopyLimit(file.length()), false, this::storage);
    if (!MAGIC.equals(pickles.read())) {
      throw file.refused(
          "it is a Python pickle, but not one of torch.save",
          "Load it in Python and save its arrays with numpy.savez or safetensors.");
    }
    Object protocol = pickles.read();
    if (!(protocol instanceof Long number) || number != PROTOCOL) {
      throw file.damaged("its protocol is not %d".formatted(PROTOCOL));
    }
    pickles.read();
    Object value = pickles.read();
    Object keys = pickles.read();
    place(keys, in.position());
    TorchContents contents = pickles.contents(value);
    return new OpenArchive(FORMAT, contents.tensors(), contents.attributes(), file::close);
  }

  private TorchStorage storage(Tuple id) {
    TorchStorage.Type type = id.get(1, TorchStorage.Type.class);
    String key = id.get(2, String.class);
    long elements = id.getLong(4);
    if (elements < 0 || elements > file.length() / type.elementBytes()) {
      throw new MalformedPickleException(
          "storage %s should have %d numbers (%s), but the file has %d bytes"
              .formatted(key, elements, type.name(), file.length()));
    }
    long bytes = elements * type.elementBytes();
    TorchStorage storage =
        storages.computeIfAbsent(key, k -> new TorchStorage(k, bytes, type.elementType()));
    if (storage.bytes() != bytes || storage.elementType() != type.elementType()) {
      throw new MalformedPickleException("storage %s is described in two ways".formatted(key));
    }
    return id.size() > 5 && id.get(5) != null
        ? view(storage, id.get(5, Tuple.class), type.elementBytes())
        : storage;
  }

  /** Views of (key, first element, elements). */
  private static TorchStorage view(TorchStorage storage, Tuple view, int each) {
    String key = view.get(0, String.class);
    long first = view.getLong(1);
    long elements = view.getLong(2);
    long stored = storage.bytes() / each;
    if (first < 0 || elements < 0 || first > stored || elements > stored - first) {
      throw new MalformedPickleException(
          "view %s reaches beyond storage %s of %d numbers".formatted(key, storage.key(), stored));
    }
    return storage.view(key, first * each, elements * each);
  }

  private void place(Object keys, long start) {
    if (!(keys instanceof List<?> list)) {
      throw file.damaged("no list of storages follows its pickle");
    }
    long at = start;
    for (Object key : list) {
      TorchStorage storage = key instanceof String name ? storages.get(name) : null;
      if (storage == null || storage.isPlaced()) {
        throw file.damaged("its list of storages before byte %d is wrong".formatted(start));
      }
      at = place(storage, at);
    }
    storages.values().stream()
        .filter(storage -> !storage.isPlaced())
        .findFirst()
        .ifPresent(
            storage -> {
              throw file.damaged("storage %s is used, but not stored".formatted(storage.key()));
            });
  }

  private long place(TorchStorage storage, long at) {
    int each = storage.elementType() == null ? 1 : storage.elementType().bytes();
    if (file.length() - at < Long.BYTES + storage.bytes()) {
      throw file.damaged(
          "storage %s should have %d bytes from byte %d on, but the file ends at byte %d"
              .formatted(storage.key(), storage.bytes(), at + Long.BYTES, file.length()));
    }
    long elements = file.window(at, Long.BYTES).getLong();
    if (elements != storage.bytes() / each) {
      throw file.damaged(
          "storage %s has %d numbers at byte %d, but %d in the pickle"
              .formatted(storage.key(), elements, at, storage.bytes() / each));
    }
    storage.place(file, at + Long.BYTES, ByteOrder.LITTLE_ENDIAN);
    return at + Long.BYTES + storage.bytes();
  }
}
