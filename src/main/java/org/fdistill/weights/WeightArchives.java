package org.fdistill.weights;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.fdistill.config.UserError;

/** Opens files of weights. What a file is, its content says, never its name. */
public final class WeightArchives {
  /** As for the header of safetensors. */
  private static final long MAX_INDEX = 100_000_000;

  /** No checkpoint of a model of images has a tenth of this; telling what it is stays quick. */
  private static final int MAX_TENSORS = 50_000;

  private WeightArchives() {}

  /**
   * Opens a file of weights: safetensors, PyTorch (zip and legacy), TorchScript, npz, or the index
   * of a checkpoint in several files. Its table of contents is read and checked at once, its
   * numbers on demand.
   *
   * @throws UserError of kind input, where it is missing, damaged, or something else
   */
  public static WeightArchive open(Path path) {
    return open(path, WeightArchives::index);
  }

  private static WeightArchive open(Path path, Function<SourceFile, WeightArchive> index) {
    FileCheck.requireFile(path);
    SourceFile file = SourceFile.open(path);
    try {
      WeightArchive archive = read(file, index);
      int count = archive.tensors().size();
      if (count > MAX_TENSORS) {
        archive.close();
        throw file.refused(
            "it has %d tensors; at most %d are read".formatted(count, MAX_TENSORS),
            "It belongs to no model known here.");
      }
      return archive;
    } catch (RuntimeException e) {
      file.close();
      throw e;
    }
  }

  private static WeightArchive read(SourceFile file, Function<SourceFile, WeightArchive> index) {
    FileStart start = FileStart.of(file);
    FileCheck.refuseOthers(file, start);
    if (start.startsWith("PK")) {
      return zip(file);
    } else if (start.isPickle()) {
      return TorchLegacy.read(file);
    } else if (start.isJson()) {
      return index.apply(file);
    } else if (start.isSafetensors()) {
      return Safetensors.read(file);
    }
    throw FileCheck.unknown(file, start);
  }

  private static WeightArchive zip(SourceFile file) {
    ZipDirectory zip = ZipDirectory.read(file);
    if (TorchZip.isOne(zip)) {
      return TorchZip.read(file, zip);
    } else if (NpzArchive.isOne(zip)) {
      return NpzArchive.read(file, zip);
    }
    String some = zip.members().keySet().stream().limit(5).collect(Collectors.joining(", "));
    throw file.refused(
        "it is a zip archive, but of neither PyTorch (data.pkl) nor NumPy (.npy); it holds "
            + (some.isEmpty() ? "nothing" : some),
        "Unpack it if the weights are inside.");
  }

  private static WeightArchive index(SourceFile file) {
    if (file.length() > MAX_INDEX) {
      throw file.refused(
          "it starts as JSON and has %d bytes; an index has at most %d"
              .formatted(file.length(), MAX_INDEX),
          "Name the file of weights itself.");
    }
    ByteBuffer bytes = file.window(0, (int) file.length());
    try {
      String json = StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
      return ShardedArchive.read(file, json, shard -> open(shard, WeightArchives::noIndex));
    } catch (CharacterCodingException e) {
      throw file.damaged("it starts as JSON, but is not UTF-8 text");
    }
  }

  private static WeightArchive noIndex(SourceFile file) {
    throw file.refused(
        "it is JSON, though an index names it as a file of weights",
        "Download %s again.".formatted(file.path().getFileName()));
  }
}
