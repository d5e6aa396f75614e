package org.fdistill.data.tar;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.fdistill.config.UserError;
import org.fdistill.files.FileTrouble;
import us.hebi.matlab.mat.format.Mat5;
import us.hebi.matlab.mat.types.Sources;
import us.hebi.matlab.mat.types.Struct;

/**
 * The classes of ImageNet's validation images, from its development kit: {@code
 * data/ILSVRC2012_validation_ground_truth.txt} has the number of a synset for each image, and
 * {@code data/meta.mat} the name of each synset. Synsets that have no others below them are the
 * classes, numbered in the order of their names.
 */
public final class ImageNetLabels {
  private static final String TRUTH = "data/ILSVRC2012_validation_ground_truth.txt";
  private static final String SYNSETS = "data/meta.mat";
  private static final int MOST_BYTES = 64 << 20;
  private static final Pattern IMAGE = Pattern.compile("(?:.*/)?ILSVRC2012_val_(\\d{8})\\.JPEG");

  private final List<String> classNames;
  private final List<Long> labels;

  private ImageNetLabels(List<String> classNames, List<Long> labels) {
    this.classNames = classNames;
    this.labels = labels;
  }

  /**
   * Reads a kit.
   *
   * @param kit its archive, as it is published, or the folder that it was unpacked to
   * @throws UserError of kind input, where it is none
   */
  public static ImageNetLabels read(Path kit) {
    try {
      Map<String, byte[]> files =
          Files.isDirectory(kit)
              ? Map.of(
                  TRUTH, Files.readAllBytes(kit.resolve(TRUTH)),
                  SYNSETS, Files.readAllBytes(kit.resolve(SYNSETS)))
              : unpack(kit);
      return of(files.get(TRUTH), files.get(SYNSETS));
    } catch (IOException | RuntimeException e) {
      String reason = e instanceof IOException io ? FileTrouble.of(io).located() : e.getMessage();
      throw new UserError(
          UserError.Kind.INPUT,
          kit
              + " is not ImageNet's development kit: "
              + reason
              + ".\nExpected ILSVRC2012_devkit_t12.tar.gz, or the folder in it, with "
              + TRUTH
              + " and "
              + SYNSETS
              + ".",
          e);
    }
  }

  private static Map<String, byte[]> unpack(Path archive) throws IOException {
    Map<String, byte[]> files = new HashMap<>();
    try (InputStream in = new BufferedInputStream(Files.newInputStream(archive));
        TarArchiveInputStream tar = new TarArchiveInputStream(new GZIPInputStream(in))) {
      for (TarArchiveEntry e = tar.getNextEntry(); e != null; e = tar.getNextEntry()) {
        for (String wanted : List.of(TRUTH, SYNSETS)) {
          if (e.isFile() && ("/" + e.getName()).endsWith("/" + wanted)) {
            files.put(wanted, tar.readNBytes(MOST_BYTES));
          }
        }
      }
    }
    for (String wanted : List.of(TRUTH, SYNSETS)) {
      if (!files.containsKey(wanted)) {
        throw new IOException("it holds no " + wanted);
      }
    }
    return files;
  }

  private static ImageNetLabels of(byte[] truth, byte[] synsets) throws IOException {
    Map<Long, String> names = names(synsets);
    List<String> classNames = names.values().stream().sorted().toList();
    Map<String, Long> numbers = new HashMap<>();
    classNames.forEach(name -> numbers.put(name, (long) numbers.size()));
    List<Long> labels = new ArrayList<>();
    for (String line : new String(truth, StandardCharsets.US_ASCII).lines().toList()) {
      Long label = numbers.get(names.get(Long.parseLong(line.strip())));
      if (label == null) {
        throw new IOException("no class has the number " + line + ", which an image has");
      }
      labels.add(label);
    }
    return new ImageNetLabels(classNames, labels);
  }

  /** The names of the classes by number. */
  private static Map<Long, String> names(byte[] file) throws IOException {
    Struct synsets =
        Mat5.newReader(Sources.wrap(ByteBuffer.wrap(file))).readMat().getStruct("synsets");
    SortedMap<Long, String> names = new TreeMap<>();
    for (int i = 0; i < synsets.getNumElements(); i++) {
      if (synsets.getMatrix("num_children", i).getLong(0) == 0) {
        names.put(
            synsets.getMatrix("ILSVRC2012_ID", i).getLong(0),
            synsets.getChar("WNID", i).getString());
      }
    }
    return names;
  }

  /** The names of all classes, by label. */
  public List<String> classNames() {
    return classNames;
  }

  /**
   * The label of a validation image.
   *
   * @throws UserError of kind input, where there is none of this name
   */
  public long label(String member) {
    Matcher name = IMAGE.matcher(member);
    int number = name.matches() ? Integer.parseInt(name.group(1)) : 0;
    if (number < 1 || number > labels.size()) {
      throw UserError.input(
          "%s is none of the %d validation images that devkit has labels for. Leave devkit out."
              .formatted(member, labels.size()));
    }
    return labels.get(number - 1);
  }
}
