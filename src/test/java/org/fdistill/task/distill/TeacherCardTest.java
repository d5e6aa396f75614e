package org.fdistill.task.distill;

import static org.assertj.core.api.Assertions.assertThat;

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

  private static CardEntry card(String licence) {
    return TeacherCard.of(
        TeacherConfig.newBuilder().setPath("models/mae").setLicence(licence).build());
  }
}
