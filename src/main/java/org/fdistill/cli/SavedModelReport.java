package org.fdistill.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.fdistill.config.TextProtos;
import org.fdistill.graph.SavedModelFolder;
import org.fdistill.proto.TeacherConfig;
import org.fdistill.teacher.ModelTensor;
import org.fdistill.teacher.TeacherDescription;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.TensorInfo;

/** What a SavedModel holds. */
final class SavedModelReport {
  private static final String INTERNAL = "__saved_model";

  private final SavedModelFolder model;
  private final MetaGraphDef meta;

  SavedModelReport(SavedModelFolder model) {
    this.model = model;
    this.meta = model.metaGraph();
  }

  void print(Console console) {
    console.print("SavedModel  " + model.path());
    console.print("written by  TensorFlow " + meta.getMetaInfoDef().getTensorflowVersion());
    console.print("size        " + VariableTable.count(bytes()) + " bytes");
    console.print("graph       " + graph());
    VariableTable variables = variables();
    console.print("variables   " + (variables == null ? "none" : numbers(variables)));
    console.print("");
    console.print(signatures());
    console.print("");
    printDescription(console);
  }

  private String graph() {
    int functions = meta.getGraphDef().getLibrary().getFunctionCount();
    int nodes =
        meta.getGraphDef().getNodeCount()
            + meta.getGraphDef().getLibrary().getFunctionList().stream()
                .mapToInt(function -> function.getNodeDefCount())
                .sum();
    return VariableTable.count(nodes) + " nodes, " + functions + " functions";
  }

  private static String numbers(VariableTable variables) {
    return VariableTable.count(variables.total()) + " numbers";
  }

  private VariableTable variables() {
    Path bundle = model.path().resolve("variables").resolve("variables");
    return Files.isRegularFile(Path.of(bundle + ".index")) ? new VariableTable(bundle) : null;
  }

  private long bytes() {
    try (Stream<Path> files = Files.walk(model.path())) {
      return files.filter(Files::isRegularFile).mapToLong(file -> file.toFile().length()).sum();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Table signatures() {
    Table table = new Table("signature", "", "tensor", "type", "shape");
    Map<String, SignatureDef> sorted = new TreeMap<>(meta.getSignatureDefMap());
    sorted.keySet().removeIf(name -> name.startsWith(INTERNAL));
    sorted.forEach(
        (name, signature) -> {
          addRows(table, name, "in", signature.getInputsMap());
          addRows(table, name, "out", signature.getOutputsMap());
        });
    return table;
  }

  private static void addRows(
      Table table, String signature, String way, Map<String, TensorInfo> tensors) {
    new TreeMap<>(tensors)
        .forEach(
            (name, info) -> {
              ModelTensor tensor = ModelTensor.of(name, info);
              table.row(
                  signature,
                  way,
                  name,
                  ModelTensor.text(tensor.type()),
                  ModelTensor.text(tensor.shape()));
            });
  }

  private void printDescription(Console console) {
    Path file = model.path().resolve(TeacherDescription.FILE);
    if (!Files.isRegularFile(file)) {
      console.print(
          "No " + TeacherDescription.FILE + " beside it: as a teacher, describe it in the config.");
      return;
    }
    console.print("As a teacher (" + TeacherDescription.FILE + "):");
    TeacherConfig description = TextProtos.read(file, TeacherConfig.getDefaultInstance());
    TextProtos.toText(description).lines().forEach(line -> console.print("  " + line));
    if (description.getLicence().isEmpty()) {
      console.print("  licence not stated");
    }
  }
}
