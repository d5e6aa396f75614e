package org.fdistill.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.fdistill.graph.FunctionGraphs.call;
import static org.fdistill.graph.FunctionGraphs.calling;
import static org.fdistill.graph.FunctionGraphs.function;
import static org.fdistill.graph.FunctionGraphs.identity;

import java.nio.file.Path;
import org.fdistill.config.UserError;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.Graph;
import org.tensorflow.Output;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.op.Ops;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.FunctionDef;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.types.TFloat32;

/** Without the limits these end the process by a signal, or hang for minutes. */
class GraphLimitsTest {
  private static final DataType FLOAT = DataType.DT_FLOAT;

  @TempDir Path folder;

  @Test
  void aFunctionThatCallsItself() {
    assertRefused(calling(FLOAT, function("f", FLOAT, call("c", "x", "f", FLOAT))), "calls itself");
  }

  @Test
  void functionsThatCallEachOther() {
    GraphDef graph =
        calling(
            FLOAT,
            function("f", FLOAT, call("c", "x", "g", FLOAT)),
            function("g", FLOAT, call("c", "x", "f", FLOAT)));
    assertRefused(graph, "function teacher_model__f calls itself");
  }

  @Test
  void aLongChainOfCalls() {
    assertRefused(calling(FLOAT, chain(20_000)), "more than 100 deep");
  }

  @Test
  void callsUpToTheLimitRun() {
    ImportedModel model = model(calling(FLOAT, chain(GraphLimits.DEPTH)));
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      Output<?> out = model.build(graph, tf.constant(3f).asOutput());
      try (Session session = new Session(graph);
          Result result = session.runner().fetch(out).run()) {
        assertThat(((TFloat32) result.get(0)).getFloat()).isEqualTo(3);
      }
    }
    assertRefused(calling(FLOAT, chain(GraphLimits.DEPTH + 1)), "more than 100 deep");
  }

  /** Sixty functions, each of which calls the next one twice: 2^60 nodes once inlined. */
  @Test
  void callsThatDouble() {
    FunctionDef[] functions = new FunctionDef[60];
    for (int i = 0; i < 59; i++) {
      functions[i] =
          function(
              "f" + i,
              FLOAT,
              call("first", "x", "f" + (i + 1), FLOAT),
              call("second", "first:output:0", "f" + (i + 1), FLOAT));
    }
    functions[59] = function("f59", FLOAT, identity("i", "x", FLOAT));
    assertRefused(calling(FLOAT, functions), "more than 200000 nodes");
  }

  @Tag("slow")
  @Test
  void moreNodesThanAnyNetworkHas() {
    GraphDef.Builder graph = calling(FLOAT, chain(1)).toBuilder().removeNode(1);
    String last = "images";
    for (int i = 0; i < GraphLimits.NODES; i++) {
      graph.addNode(identity("n" + i, last, FLOAT));
      last = "n" + i;
    }
    graph.addNode(identity("out", last, FLOAT));
    assertRefused(graph.build(), "more than 200000 nodes");
  }

  @Test
  void whatIsNotNeededDoesNotCount() {
    GraphDef.Builder graph = calling(FLOAT, chain(2)).toBuilder();
    graph.getLibraryBuilder().addFunction(function("loop", FLOAT, call("c", "x", "loop", FLOAT)));
    graph.addNode(call("unused", "images", "loop", FLOAT));
    assertThat(model(graph.build()).usesInput()).isTrue();
  }

  private static FunctionDef[] chain(int length) {
    FunctionDef[] functions = new FunctionDef[length];
    for (int i = 0; i < length - 1; i++) {
      functions[i] = function("f" + i, FLOAT, call("c", "x", "f" + (i + 1), FLOAT));
    }
    functions[length - 1] = function("f" + (length - 1), FLOAT, identity("i", "x", FLOAT));
    return functions;
  }

  private void assertRefused(GraphDef graph, String what) {
    assertThatThrownBy(() -> model(graph))
        .isInstanceOf(UserError.class)
        .hasMessageContainingAll(folder.toString(), what);
  }

  private ImportedModel model(GraphDef graph) {
    SavedModelFolder model =
        new SavedModelFolder(folder, MetaGraphDef.newBuilder().setGraphDef(graph).build());
    return new ImportedModel(model, "teacher/model", "images:0", "out:0", Precision.FLOAT32);
  }
}
