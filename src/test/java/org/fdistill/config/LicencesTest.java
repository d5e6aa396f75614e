package org.fdistill.config;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LicencesTest {
  @ParameterizedTest
  @CsvSource({
    "cc-by-nc-4.0, non-commercial",
    "CC BY-NC 4.0, non-commercial",
    "dinov3-license, derivative works of the weights be distributed",
    "apache-2.0, allows commercial use",
    "Apache 2.0 as stated on the hub, allows commercial use",
    "mit, allows commercial use",
    "'distilled from a/b, whose licence is: CC-BY-NC-4.0 (no commercial use)', non-commercial",
    "other, does not know: read it",
    "Permitted use only, does not know: read it",
    "'', is not known"
  })
  void aLicenceIsRecognisedInWhateverTextNamesIt(String licence, String sentence) {
    assertThat(Licences.ofStudents(licence)).contains(sentence);
  }

  @Test
  void oneThatVariesIsNotTakenForThoseThatItNames() {
    assertThat(Licences.ofStudents(Licences.varies("some are Apache-2.0, others MIT")))
        .contains("of these very weights")
        .doesNotContain("commercial");
  }
}
