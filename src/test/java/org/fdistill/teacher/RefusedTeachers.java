package org.fdistill.teacher;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.assertj.core.api.AbstractThrowableAssert;
import org.fdistill.config.UserError;
import org.fdistill.proto.TeacherConfig;

/** Teachers that must not open. */
final class RefusedTeachers {
  private RefusedTeachers() {}

  static TeacherConfig.Builder at(Path path) {
    return TeacherConfig.newBuilder().setPath(path.toString());
  }

  static AbstractThrowableAssert<?, ?> assertRefused(
      TeacherConfig.Builder config, String... parts) {
    boolean golden = config.getPath().contains("teachers");
    return assertRefused(config, golden ? 32 : 4, parts);
  }

  static AbstractThrowableAssert<?, ?> assertRefused(
      TeacherConfig.Builder config, int side, String... parts) {
    return assertThatThrownBy(() -> Teacher.open(config.build(), side))
        .isInstanceOf(UserError.class)
        .hasMessageContainingAll(parts);
  }
}
