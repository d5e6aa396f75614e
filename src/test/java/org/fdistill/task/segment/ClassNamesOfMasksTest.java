package org.fdistill.task.segment;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.fdistill.proto.RunConfig;
import org.fdistill.proto.SegmentTask;
import org.junit.jupiter.api.Test;

class ClassNamesOfMasksTest {
  private static final List<String> NAMES = List.of("disc", "ring");

  private static List<String> names(int classes, boolean zeroIsNoClass) {
    SegmentTask task =
        SegmentTask.newBuilder().setClasses(classes).setZeroIsNoClass(zeroIsNoClass).build();
    return new Segmentation(RunConfig.newBuilder().setSegment(task).build()).classNames(NAMES);
  }

  @Test
  void asManyNamesAsClassesAreTheirs() {
    assertThat(names(2, true)).isEqualTo(NAMES);
    assertThat(names(2, false)).isEqualTo(NAMES);
  }

  @Test
  void whatNamesOfObjectsLeaveIsTheBackground() {
    assertThat(names(3, false)).containsExactly("background", "disc", "ring");
    assertThat(names(3, true)).isEmpty();
  }

  @Test
  void otherNumbersOfNamesMeanNothing() {
    assertThat(names(9, false)).isEmpty();
  }
}
