package org.fdistill.cli;

import java.util.Locale;
import org.fdistill.cache.CacheSummary;
import org.fdistill.config.TextProtos;
import org.fdistill.proto.CachedFeatureLayout;
import org.fdistill.proto.CachedFeatureOrigin;

/** What {@code inspect} says of a cache of features. */
final class FeatureCacheReport {
  private FeatureCacheReport() {}

  static void print(CacheSummary cache, Console console) {
    CachedFeatureOrigin origin = cache.identity().getMadeOf();
    CachedFeatureLayout layout = cache.identity().getLayout();
    Table table = new Table("cache of features", cache.folder().toString());
    table.row("teacher, SHA-256", origin.getTeacherDigest());
    table.row("examples", count(cache.identity().getDataFiles().getExamples()));
    table.row("views of each", origin.getViews());
    table.row(
        "features of a view",
        (layout.getClassToken() ? "class token and " : "")
            + layout.getGrid()
            + " x "
            + layout.getGrid()
            + " tokens, "
            + layout.getWidth()
            + " wide");
    table.row("stored as", origin.getPrecision());
    table.row("files that are whole", count(cache.whole()) + " of " + count(cache.files()));
    table.row("views in them", count(cache.records()));
    table.row("GB", String.format(Locale.ROOT, "%,.3f", cache.bytes() / 1e9));
    table.row("views left out, of unreadable images", count(cache.leftOut()));
    table.row("written by fdistill", cache.identity().getFdistillVersion());
    table.row("with TensorFlow", cache.identity().getTensorflowVersion());
    console.print(table);
    console.print("");
    console.print("made of");
    TextProtos.toText(origin).lines().forEach(line -> console.print("  " + line));
  }

  private static String count(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }
}
