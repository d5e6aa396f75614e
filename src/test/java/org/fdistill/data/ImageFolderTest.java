package org.fdistill.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.fdistill.config.UserError;
import org.fdistill.data.InputPipeline.Options;
import org.fdistill.data.PipelineRun.Element;
import org.fdistill.proto.DataConfig;
import org.fdistill.proto.ImageFolderSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ImageFolderTest {
  @TempDir Path root;
  @TempDir Path elsewhere;

  private Path image(String name) throws IOException {
    Path file = root.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.write(file, Examples.jpeg(name.length()));
  }

  private List<String> names() {
    return ImageFolder.scan(root).files().stream().map(f -> root.relativize(f).toString()).toList();
  }

  private DataConfig config() {
    return DataConfig.newBuilder()
        .setImageSize(8)
        .setImageFolder(ImageFolderSource.newBuilder().setPath(root.toString()))
        .build();
  }

  @Test
  void aLinkToNoImageKeepsItsPlaceAndCannotBeRead() throws IOException {
    image("cat/a.jpg");
    image("cat/c.jpg");
    image("dog/a.jpg");
    Path link = root.resolve("cat/b.jpg");
    Files.createSymbolicLink(link, elsewhere.resolve("gone"));
    Path report = elsewhere.resolve("bad.txt");
    try (PipelineRun run = new PipelineRun(config(), Options.evaluation(4))) {
      List<Element> elements = run.elements(0, 4);
      assertThat(elements).extracting(Element::label).containsExactly(0L, 0L, 1L);
      assertThat(elements).extracting(Element::position).containsExactly(0L, 2L, 3L);
      BadExamples bad = new BadExamples(run.pipeline(), 0, report, 0.5);
      bad.observe(run.session(), elements.stream().mapToLong(Element::position).toArray());
      assertThat(report).hasContent(link + ": no such file");
    }
  }

  @Test
  void aLinkToNoFolderIsNamedForItWouldBeAClass() throws IOException {
    image("cat/a.jpg");
    image("dog/a.jpg");
    Files.createSymbolicLink(root.resolve("bird"), elsewhere.resolve("gone"));
    assertThatThrownBy(() -> ImageFolder.scan(root))
        .isInstanceOf(UserError.class)
        .hasMessageContaining(root.resolve("bird") + ": a link to nothing")
        .hasMessageContaining("class");
    assertThatThrownBy(() -> ClassNames.find(config())).hasMessageContaining("a link to nothing");
  }

  @Test
  void linksToFoldersAndImagesAreFollowed() throws IOException {
    Path image = Files.write(elsewhere.resolve("x"), Examples.jpeg(1));
    Path folder = Files.createDirectory(elsewhere.resolve("birds"));
    Files.write(folder.resolve("1.png"), Examples.image(1, 8, 8, "png"));
    Files.createDirectory(root.resolve("cat"));
    Files.createSymbolicLink(root.resolve("cat/linked.jpg"), image);
    Files.createSymbolicLink(root.resolve("bird"), folder);
    assertThat(names()).containsExactly("bird/1.png", "cat/linked.jpg");
    Files.createSymbolicLink(folder.resolve("again"), folder);
    assertThatThrownBy(() -> ImageFolder.scan(root))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("bird/again: a link to a folder that it lies in");
  }

  @Test
  void hiddenFoldersAreLeftOutAtEveryDepth() throws IOException {
    image("cat/a.jpg");
    image("cat/.ipynb_checkpoints/a-checkpoint.jpg");
    image("cat/deep/.thumbnails/deeper/a.jpg");
    image("cat/deep/b.jpg");
    image(".git/c.jpg");
    ImageFolder folder = ImageFolder.scan(root);
    assertThat(names()).containsExactly("cat/a.jpg", "cat/deep/b.jpg");
    assertThat(folder.classNames()).containsExactly("cat");
    assertThat(folder.leftOut()).isEmpty();
  }

  @Test
  void otherKindsOfFilesAreCounted() throws IOException {
    for (String name : List.of("a.jpg", "b.JFIF", "c.jpe", "d.webp", "e.WebP", "f.tif", "README")) {
      image("cat/" + name);
    }
    image("notes.a b");
    Files.createSymbolicLink(root.resolve("cat/nothing"), elsewhere.resolve("gone"));
    ImageFolder folder = ImageFolder.scan(root);
    assertThat(names()).containsExactly("cat/a.jpg", "cat/b.JFIF", "cat/c.jpe");
    assertThat(folder.leftOut())
        .isEqualTo(
            "6 files: 2 .webp, 1 .tif, 1 links to nothing, 1 of other kinds, 1 without an ending");
    assertThat(ExampleSource.open(config()).leftOut()).isEqualTo(folder.leftOut());
  }

  @Test
  void aFolderOfOtherKindsSaysWhichItHolds() throws IOException {
    image("a.webp");
    image("b.webp");
    assertThatThrownBy(() -> ImageFolder.scan(root))
        .isInstanceOf(UserError.class)
        .hasMessageContaining(root + " holds no images")
        .hasMessageContaining("Not read: 2 files: 2 .webp.");
  }

  /** Java's text of such a name is not the name. */
  @Test
  void namesThatAreNoUtf8AreReadAllTheSame() throws IOException {
    Path odd = Path.of(URI.create(root.resolve("x").toUri() + "%FF%20%C3%BC%25.jpg"));
    Files.write(odd, Examples.jpeg(1));
    image("z.jpg");
    try (PipelineRun run = new PipelineRun(config(), Options.evaluation(2))) {
      assertThat(run.each(0, 2, Element::position)).containsExactly(0L, 1L);
    }
  }

  @Test
  void whatIsNoPathIsAUsersMistake() {
    assertThatThrownBy(() -> ImageFolder.scan("a\0b"))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("'a?b' is no path");
  }
}
