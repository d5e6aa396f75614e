package org.fdistill.graph;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.fdistill.testing.JavaChild;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.tensorflow.Graph;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.op.Ops;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.types.TInt32;

class SessionFactoryTest {
  private static final String UNINITIALISED = "All log messages before absl::InitializeLog()";
  private static final String MLIR = "MLIR V1 optimization pass is not enabled";
  private static final String XLA = "Compiled cluster using XLA!";

  /** What the child runs. */
  public static void main(String[] arguments) {
    ConfigProto settings = ConfigProto.newBuilder().setIntraOpParallelismThreads(1).build();
    for (int run = 1; run <= 2; run++) {
      System.err.println("before " + run);
      System.out.println(sum(settings, run));
      SessionFactory.prepareCompiler(settings);
      System.err.println("after " + run);
    }
  }

  private static int sum(ConfigProto settings, int number) {
    try (Graph graph = new Graph();
        Session session = SessionFactory.open(graph, settings)) {
      Ops tf = Ops.create(graph);
      try (Result result =
          session.runner().fetch(tf.math.add(tf.constant(number), tf.constant(40))).run()) {
        return ((TInt32) result.get(0)).getInt();
      }
    }
  }

  @Test
  void theFirstRunIsSilentAboutWhatNobodyCanChange() throws Exception {
    assertThat(child("2")).isEqualTo("before 1\nafter 1\nbefore 2\nafter 2\n");
  }

  @Test
  void everythingElseIsLetThrough() throws Exception {
    assertThat(child(null))
        .doesNotContain(UNINITIALISED, MLIR, XLA)
        .containsSubsequence("before 1\n", "cpu_feature_guard", "after 1\n");
  }

  @Tag("slow")
  @Test
  void whoAsksForAllMessagesGetsThem() throws Exception {
    assertThat(child("0")).contains(UNINITIALISED, MLIR, XLA);
  }

  @Test
  void onlyTheTwoLinesAreDropped() {
    String text =
        "a\u00fc\nWARNING: " + UNINITIALISED + " is called\n\nE0000 b\nI0 " + MLIR + "\nc";
    byte[] kept = FirstRun.withoutDropped(text.getBytes(ISO_8859_1));
    assertThat(new String(kept, ISO_8859_1)).isEqualTo("a\u00fc\n\nE0000 b\nc\n");
  }

  /** Standard error of a Java that opens two sessions. */
  private static String child(String level) throws IOException, InterruptedException {
    ProcessBuilder builder = JavaChild.of(SessionFactoryTest.class);
    builder.environment().remove("TF_CPP_MIN_LOG_LEVEL");
    if (level != null) {
      builder.environment().put("TF_CPP_MIN_LOG_LEVEL", level);
    }
    Process child = builder.start();
    String said = new String(child.getErrorStream().readAllBytes(), UTF_8);
    assertThat(new String(child.getInputStream().readAllBytes(), UTF_8)).isEqualTo("41\n42\n");
    assertThat(child.waitFor()).isZero();
    return said;
  }
}
