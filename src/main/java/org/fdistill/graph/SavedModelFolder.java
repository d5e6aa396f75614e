package org.fdistill.graph;

import com.google.protobuf.CodedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.fdistill.config.UserError;
import org.fdistill.files.FileTrouble;
import org.fdistill.files.Lookalikes;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.SavedModel;

/**
 * A SavedModel on disk, read but not loaded.
 *
 * @param path the folder that holds {@code saved_model.pb}
 * @param metaGraph the graph that is tagged {@value #SERVE}
 */
public record SavedModelFolder(Path path, MetaGraphDef metaGraph) {
  /** The tag of graphs for inference. */
  public static final String SERVE = "serve";

  /** The file that makes a folder a SavedModel. */
  public static final String FILE = "saved_model.pb";

  /** The config of the run that made a model, or that describes its network, in its folder. */
  public static final Path CONFIG = Path.of("assets.extra", "config.txtpb");

  private static final String VERSION = "\\d+";

  /**
   * Reads a model.
   *
   * @param path the model's folder, or a parent of numbered versions, of which the highest is taken
   */
  public static SavedModelFolder read(Path path) {
    Path folder = find(path);
    return new SavedModelFolder(folder, serving(folder, parse(folder.resolve(FILE))));
  }

  /** Whether a folder is a SavedModel or holds numbered versions of one. */
  public static boolean isAt(Path path) {
    return versionIn(path).isPresent();
  }

  /**
   * The prefix of the weights' files, as restore ops take it.
   *
   * @throws UserError where they are missing, or their index is damaged
   */
  public Path weights() {
    Path prefix = path.resolve("variables").resolve("variables");
    Path index = Path.of(prefix + BundleIndex.SUFFIX);
    if (!Files.isRegularFile(index)) {
      throw UserError.input(
          "SavedModel "
              + path
              + ": its graph has variables, but "
              + index
              + " is missing.\nExpected variables/variables.index and variables/variables.data-*"
              + " beside "
              + FILE
              + ".\nCopy the whole folder of the model, not the .pb alone.");
    }
    BundleIndex.read(prefix);
    return prefix;
  }

  /**
   * Refuses a model whose graph lacks nodes.
   *
   * @param parts of the model's graph
   * @param ends names of nodes, which it must have with all that they depend on
   */
  void requireNodes(Subgraph parts, Collection<String> ends) {
    Set<String> absent = parts.absent(ends, Set.of());
    if (!absent.isEmpty()) {
      throw UserError.input(
          "SavedModel %s: its signatures or nodes refer to %s, which its graph has not got.\nThe model is damaged, or was cut after it was written. Export it again."
              .formatted(
                  path,
                  absent.stream().limit(3).collect(Collectors.joining(", "))
                      + (absent.size() > 3 ? " and " + (absent.size() - 3) + " more nodes" : "")));
    }
  }

  /** The model's name: its folder's, or for a numbered version its parent's. */
  public String name() {
    Path absolute = path.toAbsolutePath().normalize();
    boolean numbered = absolute.getFileName().toString().matches(VERSION);
    return (numbered ? absolute.getParent() : absolute).getFileName().toString();
  }

  private static Path find(Path path) {
    if (!Files.isDirectory(path)) {
      throw UserError.input(
          "SavedModel "
              + path
              + ": "
              + (Files.exists(path) ? "this is a file" : "there is no such folder")
              + ".\nExpected a folder that holds "
              + FILE
              + ", or a parent of numbered versions of one.\nRelative paths start at "
              + Path.of("").toAbsolutePath()
              + ".");
    }
    return versionIn(path)
        .orElseThrow(
            () ->
                UserError.input(
                    "SavedModel "
                        + path
                        + ": no "
                        + FILE
                        + " in it, nor in a numbered subfolder.\nIt holds: "
                        + listing(path)
                        + ".\nGive the folder that holds "
                        + FILE
                        + "."
                        + Lookalikes.hint(path, SavedModelFolder::isAt)));
  }

  private static Optional<Path> versionIn(Path path) {
    if (Files.isRegularFile(path.resolve(FILE))) {
      return Optional.of(path);
    }
    return children(path).stream()
        .filter(child -> child.getFileName().toString().matches(VERSION))
        .filter(child -> Files.isRegularFile(child.resolve(FILE)))
        .max(Comparator.comparing(child -> new java.math.BigInteger(child.getFileName() + "")));
  }

  private static String listing(Path path) {
    List<String> names = new ArrayList<>();
    children(path).forEach(child -> names.add(child.getFileName().toString()));
    return names.isEmpty() ? "nothing" : String.join(", ", names.stream().sorted().toList());
  }

  private static List<Path> children(Path path) {
    if (!Files.isDirectory(path)) {
      return List.of();
    }
    try (Stream<Path> children = Files.list(path)) {
      return children.toList();
    } catch (IOException e) {
      throw new UserError(
          UserError.Kind.INPUT,
          path + ": this folder cannot be read: " + FileTrouble.of(e).reason(),
          e);
    }
  }

  private static SavedModel parse(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      CodedInputStream coded = CodedInputStream.newInstance(in);
      coded.setSizeLimit(Integer.MAX_VALUE);
      SavedModel model = SavedModel.parseFrom(coded);
      coded.checkLastTagWas(0);
      return model;
    } catch (IOException e) {
      throw new UserError(
          UserError.Kind.INPUT,
          file
              + ": this is no readable SavedModel: "
              + FileTrouble.of(e).reason()
              + "\nExpected TensorFlow's binary SavedModel format. Copy or download it again.",
          e);
    }
  }

  private static MetaGraphDef serving(Path folder, SavedModel model) {
    return model.getMetaGraphsList().stream()
        .filter(graph -> graph.getMetaInfoDef().getTagsList().contains(SERVE))
        .findFirst()
        .orElseThrow(
            () ->
                UserError.input(
                    "SavedModel "
                        + folder
                        + ": no graph is tagged \""
                        + SERVE
                        + "\".\nIts graphs are tagged: "
                        + tags(model)
                        + ".\nExport the model for inference (tag serve)."));
  }

  private static String tags(SavedModel model) {
    List<String> all = new ArrayList<>();
    model.getMetaGraphsList().forEach(g -> all.add(g.getMetaInfoDef().getTagsList().toString()));
    return all.isEmpty() ? "(there is none)" : String.join(", ", all);
  }
}
