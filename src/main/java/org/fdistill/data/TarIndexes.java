package org.fdistill.data;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.fdistill.config.UserError;
import org.fdistill.data.tar.TarIndex;
import org.fdistill.data.tfrecord.FilePatterns;
import org.fdistill.proto.DataConfig;
import org.fdistill.proto.TarSource;

/** Where the indexes of tar files are kept, and which are still to be made. */
public final class TarIndexes {
  private TarIndexes() {}

  /**
   * Whether a file is a tar file, or a pattern stands for some, by the name or, where that says
   * nothing, by the content. Compressed ones are among them.
   */
  public static boolean isTar(String pathOrPattern) {
    String name = pathOrPattern.toLowerCase(Locale.ROOT);
    return name.endsWith(".tgz")
        || name.matches("(?s).*\\.tar(\\.[a-z0-9]+)?")
        || TarIndex.isTar(FilePatterns.path(pathOrPattern));
  }

  /** The patterns of a config; a folder stands for the tar files in it. */
  static List<String> patterns(TarSource config) {
    return config.getPathList().stream()
        .map(path -> Files.isDirectory(FilePatterns.path(path)) ? path + "/*.tar" : path)
        .toList();
  }

  /** The folder that a config names, else one in the user's folder for what can be made again. */
  static Path folder(TarSource config) {
    if (!config.getIndexFolder().isEmpty()) {
      return FilePatterns.path(config.getIndexFolder());
    }
    String cache = System.getenv("XDG_CACHE_HOME");
    Path root =
        cache == null || cache.isEmpty()
            ? Path.of(System.getProperty("user.home"), ".cache")
            : Path.of(cache);
    return root.resolve("fdistill").resolve("tar");
  }

  /**
   * The tar files of a config that are read from beginning to end before they are used.
   *
   * @return empty where there are none, or they are not there
   */
  public static List<Path> missing(DataConfig config) {
    if (!config.hasTar()) {
      return List.of();
    }
    try {
      Path root = folder(config.getTar());
      return FilePatterns.resolve(patterns(config.getTar())).stream()
          .filter(file -> TarIndex.isMissing(file, root))
          .toList();
    } catch (UserError e) {
      return List.of(); // Who opens them says it.
    }
  }
}
