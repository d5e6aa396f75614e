package org.fdistill.convert;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What docs/imports.md says of the families' errors is what the goldens allow. */
class ImportTableTest {
  /**
   * A row of the table.
   *
   * @param error that was measured
   * @param bound of the tests
   */
  private record Row(List<String> families, int files, double error, String bound) {
    static Row of(String line) {
      List<String> cells = Stream.of(line.split("\\|")).map(String::strip).toList();
      return new Row(
          Arrays.asList(cells.get(1).replace("`", "").split(", ")),
          Integer.parseInt(cells.get(2)),
          Double.parseDouble(cells.get(4)),
          cells.get(5));
    }
  }

  private static List<Row> rows() throws IOException {
    return Files.readAllLines(Path.of("docs/imports.md")).stream()
        .filter(line -> line.startsWith("| `") && !line.startsWith("| `--arch`"))
        .map(Row::of)
        .toList();
  }

  @Test
  void everyFamilyHasItsRow() throws IOException {
    assertThat(rows().stream().flatMap(row -> row.families().stream()))
        .containsExactlyInAnyOrderElementsOf(Families.all().stream().map(Family::name).toList());
  }

  @Test
  void boundsAreThoseOfTheGoldens() throws IOException {
    List<GoldenCase> cases = new ArrayList<>();
    for (String name : ImportGoldenTest.cases()) {
      cases.add(GoldenCase.open(name));
    }
    for (Row row : rows()) {
      List<GoldenCase> own =
          cases.stream().filter(golden -> row.families().contains(golden.family())).toList();
      double bound =
          own.stream()
              .flatMapToDouble(golden -> golden.compared().stream().mapToDouble(golden::bound))
              .max()
              .orElseThrow();
      assertThat(row.files()).as("files of " + row).isEqualTo(own.size());
      assertThat(row.bound()).as("bound of " + row).isEqualTo(ImportTable.number(bound));
      assertThat(row.error()).as("error of " + row).isPositive().isLessThanOrEqualTo(bound);
    }
  }

  /**
   * A head of SwinV2 at its highest temperature multiplies what its cosines are off by a hundred.
   */
  @Test
  void oneFamilyAloneMayBeFurtherThanOneInAHundredThousand() throws IOException {
    assertThat(rows().stream().filter(row -> Double.parseDouble(row.bound()) > 1e-5))
        .extracting(Row::families)
        .containsExactly(List.of("swin_v2"));
  }
}
