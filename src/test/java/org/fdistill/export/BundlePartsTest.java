package org.fdistill.export;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.ref.WeakReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.fdistill.checkpoint.BundleReader;
import org.fdistill.testing.DeterministicValues;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.ndarray.Shape;

class BundlePartsTest {
  private static final int SIZE = 1 << 18;

  /** Two variables make a part. */
  private static final long PART = 2L * SIZE * Float.BYTES;

  @TempDir Path folder;

  private static Map<String, Shape> shapes() {
    Map<String, Shape> shapes = new LinkedHashMap<>();
    for (String name : List.of("z", "a", "m", "b", "y")) {
      shapes.put(name, Shape.of(512, SIZE / 512));
    }
    return shapes;
  }

  @Test
  void valuesThatWereGivenAreReadBackFromSeveralFiles() throws Exception {
    Path prefix = write();
    assertValues(prefix);
    try (Stream<Path> files = Files.list(prefix.getParent())) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder(
              "variables.index",
              "variables.data-00000-of-00003",
              "variables.data-00001-of-00003",
              "variables.data-00002-of-00003");
    }
  }

  /** Which no copy of a whole file would leave. */
  @Test
  void whatWasWrittenIsNotHeld() {
    List<WeakReference<float[]>> given = new ArrayList<>();
    try (BundleParts parts = new BundleParts(shapes(), folder.resolve("variables"), PART)) {
      for (String name : parts.shapes().keySet()) {
        float[] values = values(name);
        given.add(new WeakReference<>(values));
        parts.assign(name, values);
      }
      System.gc();
      assertThat(given).allSatisfy(reference -> assertThat(reference.get()).isNull());
    }
  }

  @Test
  void anotherBundleIsCopiedThoughItHoldsMore() throws Exception {
    Path whole = write();
    Path copy = Files.createDirectory(folder.resolve("copy")).resolve("variables");
    Map<String, Shape> some = shapes();
    some.remove("m");
    try (BundleParts parts = new BundleParts(some, copy, PART)) {
      parts.restore(whole);
      parts.finish();
    }
    try (BundleReader reader = new BundleReader(copy)) {
      assertThat(reader.shapes().keySet()).containsExactlyInAnyOrder("z", "a", "b", "y");
      assertThat(reader.read("y")).isEqualTo(values("y"));
    }
  }

  private Path write() throws Exception {
    Path prefix = Files.createDirectory(folder.resolve("whole")).resolve("variables");
    try (BundleParts parts = new BundleParts(shapes(), prefix, PART)) {
      // In whatever order: a part waits for its variables.
      List.of("m", "z", "y", "b", "a").forEach(name -> parts.assign(name, values(name)));
      parts.finish();
    }
    return prefix;
  }

  private static void assertValues(Path prefix) {
    try (BundleReader reader = new BundleReader(prefix)) {
      assertThat(reader.shapes()).containsExactlyInAnyOrderEntriesOf(shapes());
      shapes()
          .keySet()
          .forEach(name -> assertThat(reader.read(name)).as(name).isEqualTo(values(name)));
    }
  }

  private static float[] values(String name) {
    return DeterministicValues.uniform(name, SIZE, 0, 1);
  }
}
