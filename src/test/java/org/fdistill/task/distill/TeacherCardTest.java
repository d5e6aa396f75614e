package org.fdistill.task.distill;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.fdistill.proto.TeacherConfig;
import org.fdistill.task.CardEntry;
import org.junit.jupiter.api.Test;

class TeacherCardTest {
  @Test
  void aStudentsCardSaysWhatTheTeachersLicenceSaysOfIt() {
    CardEntry card = card("CC-BY-NC-4.0 (no commercial use)");
    assertThat(card.licence()).contains("distilled from", "CC-BY-NC-4.0");
    assertThat(String.join("\n", card.sections().get("Teacher")))
        .contains("licence of its weights: CC-BY-NC-4.0", "non-commercial purposes only");
  }

  @Test
  void aLicenceThatIsNotStatedIsSaidToBeUnknown() {
    assertThat(String.join("\n", card("").sections().get("Teacher")))
        .contains("licence of its weights: not stated", "is not known");
  }

  @Test
  void everyTeacherHasItsSection() {
    CardEntry card =
        TeacherCard.of(
            List.of(
                TeacherConfig.newBuilder().setPath("models/mae").setLicence("CC-BY-NC-4.0").build(),
                TeacherConfig.newBuilder()
                    .setPath("models/dino")
                    .setLicence("Apache-2.0")
                    .build()));
    assertThat(card.sections()).containsOnlyKeys("Teacher 1", "Teacher 2");
    assertThat(card.sections().get("Teacher 2")).contains("- path: models/dino");
    assertThat(card.licence())
        .isEqualTo(
            "distilled from models/mae, whose licence is: CC-BY-NC-4.0; and from models/dino,"
                + " whose licence is: Apache-2.0");
  }

  private static CardEntry card(String licence) {
    return TeacherCard.of(
        List.of(TeacherConfig.newBuilder().setPath("models/mae").setLicence(licence).build()));
  }
}
