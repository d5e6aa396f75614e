package org.fdistill.cache;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.fdistill.config.UserError;
import org.fdistill.data.Batch;
import org.fdistill.data.DataIdentity;
import org.fdistill.data.ExampleSource;
import org.fdistill.data.FixedViews;
import org.fdistill.data.ImageView;
import org.fdistill.data.View;
import org.fdistill.data.tfrecord.FilePatterns;
import org.fdistill.files.FileTrouble;
import org.fdistill.graph.Precision;
import org.fdistill.graph.SavedModelFolder;
import org.fdistill.model.Endpoints;
import org.fdistill.proto.CachedFeatureLayout;
import org.fdistill.proto.CachedFeatureOrigin;
import org.fdistill.proto.DataConfig;
import org.fdistill.proto.FeatureCacheConfig;
import org.fdistill.proto.FeatureCacheIdentity;
import org.fdistill.teacher.Teacher;
import org.tensorflow.op.Ops;

/**
 * The features of one teacher for the views of one data set, as a run asks for them, whether or not
 * they are on disk. Letters: K views, n examples, B batch.
 */
public final class FeatureCache {
  /** Which part of a run the data set is. */
  public enum Split {
    /** Of {@code train_data}. */
    TRAIN("train"),
    /** Of {@code validation_data}. */
    VALIDATION("validation");

    private final String folder;

    Split(String folder) {
      this.folder = folder;
    }

    /** The name of its folder. */
    public String folder() {
      return folder;
    }
  }

  private static final long MEGABYTE = 1_000_000;

  private final FeatureCacheConfig config;
  private final Teacher teacher;
  private final Precision products;
  private final DataConfig data;
  private final Split split;
  private final FeatureFields fields;

  /**
   * As a run asks for it; nothing is read.
   *
   * @param teacher opened
   * @param number of the teacher among the run's, from 0
   * @param run the precision of the run's products
   * @param data of the split, resolved
   */
  public FeatureCache(
      FeatureCacheConfig config,
      Teacher teacher,
      int number,
      Precision run,
      DataConfig data,
      Split split) {
    this.config = config;
    this.teacher = teacher;
    this.products = teacher.products(run);
    this.data = data;
    this.split = split;
    this.fields =
        FeatureFields.of(
            number, FeatureShape.of(teacher), FeatureEncoding.of(config.getPrecision()));
  }

  private boolean isRandom() {
    return isRandom(data, split);
  }

  /** The file that names images that could not be read. */
  public Path unreadable() {
    return folder().resolve(StoredFeatures.UNREADABLE);
  }

  /** Whether views are random: without augmentation all are the same. */
  private static boolean isRandom(DataConfig data, Split split) {
    return split == Split.TRAIN && data.hasAugment();
  }

  /** K. */
  public int views() {
    return isRandom() ? config.getViews() : 1;
  }

  /**
   * The views that a cache holds the features of, without features: what a run sees that is to be
   * compared with one that reads the cache.
   *
   * @param source of the split's data
   */
  public static FixedViews fixedViews(
      FeatureCacheConfig config, ExampleSource source, DataConfig data, Split split) {
    int views = isRandom(data, split) ? config.getViews() : 1;
    return new FixedViews(source, views, config.getSeed());
  }

  /**
   * Opens the data that it is of.
   *
   * @throws UserError where they cannot be had
   */
  public ExampleSource openExamples() {
    return ExampleSource.open(data);
  }

  /** Which part of the run they are. */
  public Split split() {
    return split;
  }

  /** Where the caches of all teachers stand: {@code distill.cache.path}. */
  public Path root() {
    return FilePatterns.path(config.getPath());
  }

  /** Its folder. */
  public Path folder() {
    return root().resolve(teacher.name().replaceAll("[^A-Za-z0-9_.-]", "_")).resolve(split.folder);
  }

  /** The examples in the views that the cache is of. */
  FixedViews fixedViews(ExampleSource source) {
    return fixedViews(config, source, data, split);
  }

  /** What the teacher sees of an example. */
  ImageView imageView() {
    return isRandom() ? ImageView.training(data) : ImageView.evaluation(data);
  }

  /** Whether the run's batches of the split are full; else the last one may be smaller. */
  boolean hasFullBatches() {
    return split == Split.TRAIN;
  }

  Teacher teacher() {
    return teacher;
  }

  DataConfig data() {
    return data;
  }

  FeatureFields fields() {
    return fields;
  }

  /** The fields of an example that hold its features. */
  public View view() {
    return View.further(fields.shapes());
  }

  /** What the teacher gave for a batch of {@link #examples}. */
  public Endpoints features(Ops tf, Batch batch) {
    return fields.of(tf, batch);
  }

  /**
   * Examples with the stored features of several teachers.
   *
   * @param caches of one split of one run
   * @throws UserError where one is not complete, damaged, or holds other features
   */
  public static ExampleSource examples(ExampleSource source, List<FeatureCache> caches) {
    List<RecordLookup> lookups = new ArrayList<>();
    DataIdentity files = source.identity();
    for (FeatureCache cache : caches) {
      StoredFeatures stored = cache.stored(files);
      stored.requireComplete();
      lookups.add(new RecordLookup(stored, cache.fields));
    }
    return new CachedExamples(caches.get(0).fixedViews(source), lookups);
  }

  /**
   * What lies in the folder.
   *
   * @throws UserError where there is nothing, or something else
   */
  StoredFeatures stored(DataIdentity files) {
    if (!CacheIdentity.isIn(folder())) {
      throw UserError.input(
          "%s: no features are stored here.\nWrite them first: fdistill cache CONFIG."
              .formatted(folder()));
    }
    StoredFeatures stored = StoredFeatures.read(folder());
    CacheIdentity.requireSame(folder(), stored.identity(), origin(), files);
    return stored;
  }

  private CachedFeatureOrigin origin() {
    Path model = SavedModelFolder.read(Path.of(teacher.description().getPath())).path();
    return CachedFeatureOrigin.newBuilder()
        .setTeacherDigest(ModelDigest.of(model))
        .setTeacher(CacheIdentity.described(teacher.description()))
        .setProducts(products.name())
        .setViewsOf(CacheIdentity.viewsOf(data, isRandom()))
        .setViews(views())
        .setSeed(config.getSeed())
        .setPrecision(config.getPrecision())
        .build();
  }

  /**
   * Its size and what of it is missing.
   *
   * @param examples n
   */
  public CacheSize size(long examples) {
    ShardLayout layout = layout(examples);
    return new CacheSize(
        teacher.name(),
        split,
        folder(),
        views(),
        layout.records(),
        layout.bytes(),
        layout.shards());
  }

  private ShardLayout layout(long examples) {
    long shard = config.getShardMegabytes() * MEGABYTE;
    return ShardLayout.of(
        examples, views(), fields.shape(), fields.encoding(), data.getBatchSize(), shard);
  }

  /**
   * Takes the folder for writing: reads what is there, or begins.
   *
   * @throws UserError where it holds other features, or what another version began
   */
  StoredFeatures begin(ExampleSource source) throws IOException {
    DataIdentity files = source.identity();
    if (CacheIdentity.isIn(folder())) {
      StoredFeatures stored = stored(files);
      if (!stored.missing().isEmpty()) {
        CacheIdentity.requireVersion(folder(), stored.identity());
      }
      return stored;
    }
    FeatureCacheIdentity identity =
        CacheIdentity.ofThisVersion()
            .setMadeOf(origin())
            .setDataFiles(CacheIdentity.dataFiles(files))
            .setLayout(layoutOf(layout(source.size())))
            .build();
    try {
      CacheIdentity.write(folder(), identity);
    } catch (IOException e) {
      throw new UserError(
          UserError.Kind.RUN,
          folder() + ": the cache cannot be written: " + FileTrouble.of(e).sentence(),
          e);
    }
    return StoredFeatures.read(folder());
  }

  private CachedFeatureLayout layoutOf(ShardLayout layout) {
    FeatureShape shape = fields.shape();
    return CachedFeatureLayout.newBuilder()
        .setClassToken(shape.classToken())
        .setGrid(shape.grid())
        .setWidth(shape.width())
        .setStride(shape.stride())
        .setRecordBytes(layout.recordBytes())
        .setRecordsPerFile(layout.perShard())
        .setBatchSize(data.getBatchSize())
        .build();
  }
}
