package org.fdistill.cache;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import org.fdistill.config.ConfigDiff;
import org.fdistill.config.TextProtos;
import org.fdistill.config.UserError;
import org.fdistill.data.DataIdentity;
import org.fdistill.proto.AugmentConfig;
import org.fdistill.proto.CachedDataFiles;
import org.fdistill.proto.CachedFeatureOrigin;
import org.fdistill.proto.DataConfig;
import org.fdistill.proto.FeatureCacheIdentity;
import org.fdistill.proto.TeacherConfig;
import org.tensorflow.TensorFlow;

/** The file {@value #FILE} of a cache: what its features follow from, and how they are stored. */
final class CacheIdentity {
  static final String FILE = "identity.txtpb";
  static final int FORMAT = 1;

  private static final String HEADER =
      "A cache of a teacher's features, written by fdistill cache. Do not change this file: the"
          + " records hold its checksum.";

  private CacheIdentity() {}

  /** A teacher's description without what its features do not follow from. */
  static TeacherConfig described(TeacherConfig teacher) {
    return teacher.toBuilder()
        .clearPath()
        .clearName()
        .clearTrust()
        .clearLicence()
        .clearArchitecture()
        .clearWeight()
        .build();
  }

  /**
   * What of a config decides on views.
   *
   * @param random whether they are cut at random, by the config's augmentation
   */
  static DataConfig viewsOf(DataConfig data, boolean random) {
    DataConfig.Builder views = DataConfig.newBuilder().setImageSize(data.getImageSize());
    if (data.hasNoise()) {
      views.setNoise(data.getNoise());
    }
    return random
        ? views.setAugment(geometry(data.getAugment())).build()
        : views.setEvalCrop(data.getEvalCrop()).build();
  }

  private static AugmentConfig geometry(AugmentConfig augment) {
    return AugmentConfig.newBuilder()
        .setMinScale(augment.getMinScale())
        .setMaxScale(augment.getMaxScale())
        .setMinRatio(augment.getMinRatio())
        .setMaxRatio(augment.getMaxRatio())
        .setInterpolation(augment.getInterpolation())
        .setFlipProbability(augment.getFlipProbability())
        .build();
  }

  static CachedDataFiles dataFiles(DataIdentity data) {
    return CachedDataFiles.newBuilder()
        .setExamples(data.examples())
        .setFiles(data.files())
        .setDigest(data.digest())
        .putAllSizes(data.sizes())
        .build();
  }

  private static DataIdentity dataIdentity(CachedDataFiles data) {
    return new DataIdentity(
        data.getExamples(), data.getFiles(), data.getDigest(), new TreeMap<>(data.getSizesMap()));
  }

  static FeatureCacheIdentity.Builder ofThisVersion() {
    String version = CacheIdentity.class.getPackage().getImplementationVersion();
    return FeatureCacheIdentity.newBuilder()
        .setFormat(FORMAT)
        .setFdistillVersion(version == null ? "development" : version)
        .setTensorflowVersion(TensorFlow.version());
  }

  /** Whether a folder has one. */
  static boolean isIn(Path folder) {
    return Files.isRegularFile(folder.resolve(FILE));
  }

  /**
   * Reads a folder's.
   *
   * @throws UserError of kind input, where it is not one of this version's
   */
  static FeatureCacheIdentity read(Path folder) {
    Path file = folder.resolve(FILE);
    FeatureCacheIdentity identity;
    try {
      identity = TextProtos.read(file, FeatureCacheIdentity.getDefaultInstance());
    } catch (UserError e) {
      throw new UserError(
          UserError.Kind.INPUT,
          file + ": not the identity of a cache of features.\n" + e.getMessage(),
          e);
    }
    if (identity.getFormat() != FORMAT) {
      throw UserError.input(
          "%s: a cache of format %d, but this version of fdistill reads format %d.\nDelete the folder or name another one."
              .formatted(file, identity.getFormat(), FORMAT));
    }
    return identity;
  }

  static void write(Path folder, FeatureCacheIdentity identity) throws IOException {
    TextProtos.write(folder.resolve(FILE), identity, HEADER);
  }

  /** What stands in every record, so that none is taken for another cache's. */
  static long key(FeatureCacheIdentity identity) {
    FeatureCacheIdentity named =
        FeatureCacheIdentity.newBuilder()
            .setMadeOf(identity.getMadeOf())
            .setDataFiles(identity.getDataFiles())
            .build();
    byte[] text = TextProtos.toText(named).getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.wrap(ModelDigest.sha256().digest(text)).getLong();
  }

  /**
   * Refuses a cache that is not of this origin.
   *
   * @param folder of the cache
   * @param theirs the cache's
   * @param origin the run's
   * @throws UserError of kind usage, saying what differs
   */
  static void requireSame(
      Path folder, FeatureCacheIdentity theirs, CachedFeatureOrigin origin, DataIdentity data) {
    List<String> lines = new ArrayList<>(ConfigDiff.between(theirs.getMadeOf(), origin, Set.of()));
    lines.addAll(dataIdentity(theirs.getDataFiles()).differences(data));
    if (!lines.isEmpty()) {
      throw UserError.usage(
          "%s: this cache holds other features than the run learns (cache -> run):\n  %s\n"
                  .formatted(folder, String.join("\n  ", lines))
              + "Name another folder in distill.cache.path, or delete this one.");
    }
  }

  /**
   * Refuses to go on with a cache that another version began.
   *
   * @throws UserError of kind usage
   */
  static void requireVersion(Path folder, FeatureCacheIdentity theirs) {
    FeatureCacheIdentity ours = ofThisVersion().build();
    boolean same =
        theirs.getFdistillVersion().equals(ours.getFdistillVersion())
            && theirs.getTensorflowVersion().equals(ours.getTensorflowVersion());
    if (!same) {
      throw UserError.usage(
          "%s: this cache is not complete, and was begun by fdistill %s with TensorFlow %s; this is %s with %s.\nGo on with that version, or delete the folder."
              .formatted(
                  folder,
                  theirs.getFdistillVersion(),
                  theirs.getTensorflowVersion(),
                  ours.getFdistillVersion(),
                  ours.getTensorflowVersion()));
    }
  }
}
