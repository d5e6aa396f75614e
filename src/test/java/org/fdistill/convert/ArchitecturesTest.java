package org.fdistill.convert;

import static org.assertj.core.api.Assertions.assertThat;

import org.fdistill.config.Licences;
import org.junit.jupiter.api.Test;

class ArchitecturesTest {
  /** Both MAE's and MoCo v3's repositories state it; timm's and OpenCLIP's weights are many's. */
  @Test
  void everyFamilyStatesALicenceOfWhichMoreIsKnown() {
    assertThat(Architectures.list())
        .allSatisfy(
            entry ->
                assertThat(Licences.ofStudents(entry.licence()))
                    .as(entry.family() + ": " + entry.licence())
                    .doesNotContain("not known", "does not know"));
    assertThat(licence("mae")).isEqualTo(licence("moco_v3")).contains("CC-BY-NC-4.0");
    assertThat(licence("dinov2")).isEqualTo("Apache-2.0");
    assertThat(licence("clip")).isEqualTo("MIT");
    assertThat(licence("openclip")).contains("differs from weights to weights");
    assertThat(licence("vit")).contains("differs from weights to weights");
  }

  private static String licence(String family) {
    return Architectures.list().stream()
        .filter(entry -> entry.family().equals(family))
        .findFirst()
        .orElseThrow()
        .licence();
  }
}
