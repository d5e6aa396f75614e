package org.fdistill.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.fdistill.config.UserError;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportFileTest {
  @TempDir Path root;

  @Test
  void figuresReplaceThoseOfBeforeAndLeaveNothingElse() throws IOException {
    Path path = root.resolve("figures.json");
    new ReportFile(path).write("1\n");
    new ReportFile(path).write("2\n");
    assertThat(path).hasContent("2\n");
    assertThat(root).isDirectoryNotContaining("glob:**.partial");
  }

  @Test
  void aPlaceThatCannotBeWrittenIsRefusedBeforeTheWork() {
    assertThatThrownBy(() -> new ReportFile(root.resolve("no/figures.json")))
        .isInstanceOfSatisfying(
            UserError.class, e -> assertThat(e.kind()).isEqualTo(UserError.Kind.USAGE))
        .hasMessageContaining("there is no folder " + root.resolve("no"));
    assertThatThrownBy(() -> new ReportFile(root)).hasMessageContaining("this is a folder");
  }

  @Test
  void aFullDiskIsNamedWithWhatToDo() {
    assertThatThrownBy(() -> new ReportFile(Path.of("/dev/full")).write("1"))
        .hasMessage(
            "/dev/full: the figures could not be written: No space left on device. Make room.");
  }

  @Test
  void aFolderThatGoesAwayMeanwhileIsNamedWithTheReason() throws IOException {
    Path folder = Files.createDirectory(root.resolve("short"));
    ReportFile file = new ReportFile(folder.resolve("figures.json"));
    Files.delete(folder);
    assertThatThrownBy(() -> file.write("1"))
        .hasMessage(
            folder
                + "/figures.json: the figures could not be written: there is no such file or"
                + " folder.");
  }
}
