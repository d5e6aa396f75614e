package org.fdistill.data;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.TextFormat;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.fdistill.data.InputPipeline.Options;
import org.fdistill.data.augment.PatchMask;
import org.fdistill.proto.DataConfig;
import org.fdistill.proto.PatchMaskConfig;
import org.fdistill.proto.StudentImageConfig;
import org.fdistill.testing.TestSession;
import org.junit.jupiter.api.Test;
import org.tensorflow.Graph;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TUint8;

/** What a masked student takes of an example, in a pipeline. */
final class TwoVersionsViewTest {
  private static final int SIDE = 24;
  private static final PatchMask MASK = new PatchMask(PatchMaskConfig.Kind.RANDOM, 6, 9, 16, 0.3);

  /** One batch: the image, the student's version, the patches that stay. */
  private static final class Seen {
    private final byte[] image;
    private final byte[] student;
    private final int[] kept;

    private Seen(byte[] image, byte[] student, int[] kept) {
      this.image = image;
      this.student = student;
      this.kept = kept;
    }
  }

  private static List<Seen> batches(String augment, String student, long position, int count)
      throws TextFormat.ParseException {
    DataConfig config =
        TextFormat.parse(
            "noise { examples: 12 } image_size: 24 batch_size: 4 " + augment, DataConfig.class);
    StudentImageConfig own = TextFormat.parse(student, StudentImageConfig.class);
    View view =
        View.all(TwoVersionsView.of(ImageView.training(config), own), new VisiblePatches(MASK));
    try (Graph graph = new Graph()) {
      InputPipeline input =
          InputPipeline.build(
              Ops.create(graph),
              "input",
              config,
              ExampleSource.open(config),
              view,
              Options.training(5, 4));
      List<Seen> seen = new ArrayList<>();
      try (Session session = TestSession.open(graph)) {
        input.start(session, position, Long.MAX_VALUE);
        for (int i = 0; i < count; i++) {
          seen.add(next(session, input.batch()));
        }
      }
      return seen;
    }
  }

  private static Seen next(Session session, Batch batch) {
    try (Result result =
        session
            .runner()
            .fetch(batch.get(Field.IMAGE))
            .fetch(batch.get(Field.STUDENT_IMAGE))
            .fetch(batch.get(Field.KEPT_PATCHES))
            .run()) {
      TInt32 kept = (TInt32) result.get(2);
      assertThat(kept.shape().asArray()).containsExactly(4, 9);
      int[] numbers = new int[4 * 9];
      kept.copyTo(DataBuffers.of(numbers));
      return new Seen(bytes(result, 0), bytes(result, 1), numbers);
    }
  }

  private static byte[] bytes(Result result, int index) {
    byte[] bytes = new byte[4 * SIDE * SIDE * 3];
    ((TUint8) result.get(index)).copyTo(DataBuffers.of(bytes));
    return bytes;
  }

  /** All that is drawn comes from the position, so that a resumed run draws the same masks. */
  @Test
  void aRunThatStartsLaterSeesTheSameBits() throws TextFormat.ParseException {
    String augment = "augment { color_jitter { hue: 0.1 } }";
    String student = "color_jitter { brightness: 0.4 } grey_probability: 0.2 blur {} solarize {}";
    List<Seen> all = batches(augment, student, 0, 6);
    List<Seen> later = batches(augment, student, 16, 2);
    for (int i = 0; i < 2; i++) {
      assertThat(later.get(i)).usingRecursiveComparison().isEqualTo(all.get(4 + i));
    }
    assertThat(all.get(0).kept).isNotEqualTo(all.get(3).kept);
    assertThat(all.get(0).student).isNotEqualTo(all.get(0).image);
  }

  /** Inverting all colours leaves every place where it was. */
  @Test
  void bothVersionsShowTheSameCropMirroredAlike() throws TextFormat.ParseException {
    String always = "solarize { probability: 1 threshold: 0 }";
    for (Seen seen : batches("augment {}", always, 0, 3)) {
      byte[] inverted = seen.image.clone();
      for (int i = 0; i < inverted.length; i++) {
        inverted[i] = (byte) ~inverted[i];
      }
      assertThat(seen.student).isEqualTo(inverted);
    }
  }

  /** The change of the shared image has a part of the same kind, with other settings. */
  @Test
  void theTeachersImageIsThatOfARunWithoutVersions() throws TextFormat.ParseException {
    String jitter = "augment { color_jitter { hue: 0.3 } }";
    byte[] alone = batches(jitter, "", 0, 1).get(0).student;
    Seen beside = batches(jitter, "color_jitter { brightness: 0.9 }", 0, 1).get(0);
    assertThat(beside.image).isEqualTo(alone);
    double[] greys = new double[2];
    for (int i = 0; i < alone.length; i++) {
      greys[0] += beside.image[i] & 255;
      greys[1] += beside.student[i] & 255;
    }
    // Brightness moves the sum by far more than the rounding of a turn of hue.
    assertThat(Math.abs(greys[0] / greys[1] - 1)).isGreaterThan(0.01);
    assertThat(Arrays.equals(beside.image, beside.student)).isFalse();
  }
}
