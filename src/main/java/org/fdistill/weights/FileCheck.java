package org.fdistill.weights;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.fdistill.config.UserError;

/** Recognises what is not a file of weights, and says what it is instead. */
final class FileCheck {
  private static final String KNOWN =
      "safetensors, PyTorch (.pth, .pt, .bin), TorchScript, npz, or the index of several such files";

  /** The last 8 bytes of TensorFlow's tables, the .index files of checkpoints. */
  private static final long TABLE_MAGIC = 0xdb4775248b80fb57L;

  private FileCheck() {}

  static void requireFile(Path path) {
    if (Files.isDirectory(path)) {
      throw folder(path);
    } else if (!Files.exists(path)) {
      throw UserError.input(
          "There is no file %s. Name a file of weights: %s.".formatted(path, KNOWN));
    } else if (!Files.isRegularFile(path)) {
      throw UserError.input(
          "%s is no regular file, but a pipe, a socket or a device. Write what it gives to a file and name that."
              .formatted(path));
    }
  }

  private static UserError folder(Path path) {
    if (Files.exists(path.resolve("saved_model.pb"))) {
      return UserError.input(
          "%s is a TensorFlow SavedModel, not a file of weights. It can be used as it is: as the"
                  .formatted(path)
              + " path of a teacher.");
    }
    List<String> inside = weightFiles(path);
    return UserError.input(
        "%s is a folder, not a file of weights. ".formatted(path)
            + (inside.isEmpty()
                ? "Name a file: " + KNOWN + "."
                : "Name one of its files: " + String.join(", ", inside) + "."));
  }

  private static List<String> weightFiles(Path folder) {
    List<String> names = new ArrayList<>();
    try (DirectoryStream<Path> files =
        Files.newDirectoryStream(folder, "*.{safetensors,pth,pt,bin,npz,index.json}")) {
      files.forEach(file -> names.add(file.getFileName().toString()));
    } catch (IOException e) {
      return List.of();
    }
    Collections.sort(names);
    return names.subList(0, Math.min(5, names.size()));
  }

  /** Refuses other kinds of files that people have in their place. */
  static void refuseOthers(SourceFile file, FileStart start) {
    if (file.length() == 0) {
      throw file.damaged("it is empty");
    } else if (start.startsWith("version https://git-lfs")) {
      throw file.refused(
          "it is a pointer of Git LFS, not the file itself", "Fetch the file: git lfs pull.");
    } else if (start.isHtml()) {
      throw file.refused(
          "it is a web page, which a download of the wrong address leaves",
          "Open it in a browser to see what it says, and download the weights again.");
    }
    refuseCompressed(file, start);
    refuseTensorFlow(file, start);
    refuseFormats(file, start);
  }

  private static void refuseCompressed(SourceFile file, FileStart start) {
    if (start.startsWith("\u001f\u008b")) {
      throw file.refused("it is compressed with gzip", "Unpack it: gunzip, or tar xzf.");
    } else if (start.hasAt(257, "ustar") || start.startsWith("sys_info\0")) {
      throw file.refused(
          "it is a tar archive",
          "Unpack it if the weights are inside. If PyTorch wrote it itself (before 0.1.10), load it"
              + " there and save it again.");
    }
  }

  private static void refuseTensorFlow(SourceFile file, FileStart start) {
    boolean table =
        file.length() > Long.BYTES
            && file.window(file.length() - Long.BYTES, Long.BYTES).getLong() == TABLE_MAGIC;
    if (table) {
      throw file.refused(
          "it is the index of a TensorFlow checkpoint",
          "Export a SavedModel from it: a teacher reads that directly.");
    } else if (start.startsWith("\b\1\u0012")) {
      throw file.refused(
          "it is the graph of a TensorFlow SavedModel",
          "A teacher reads a SavedModel directly: give its folder as the path of a teacher.");
    }
  }

  private static void refuseFormats(SourceFile file, FileStart start) {
    if (start.startsWith("\u0089HDF\r\n")) {
      throw file.refused(
          "it is HDF5, as Keras writes it", "Export a SavedModel from it: model.export(folder).");
    } else if (start.startsWith("\u0093NUMPY")) {
      throw file.refused(
          "it is a single NumPy array without a name", "Save named arrays: numpy.savez.");
    } else if (start.startsWith("GGUF")) {
      throw file.refused("it is GGUF", "Take the checkpoint that it was made from.");
    } else if (start.isOnnx()) {
      throw file.refused(
          "it is ONNX, a graph with its weights",
          "Take the checkpoint that it was made from, or make a SavedModel of it.");
    } else if (start.hasAt(4, "TFL3")) {
      throw file.refused(
          "it is a model of TensorFlow Lite", "Take the SavedModel that it was made from.");
    }
  }

  static UserError unknown(SourceFile file, FileStart start) {
    return file.refused(
        "its first bytes, %s, are those of no file of weights".formatted(start.hex()),
        "Files that are read: " + KNOWN + ".");
  }
}
