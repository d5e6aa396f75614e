package org.fdistill.weights;

import java.io.IOException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.ZipEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipFile;
import org.fdistill.config.UserError;

/** The entries of a zip file, each with the place of its data. */
final class ZipDirectory {
  /** Deflate makes at most 1032 bytes of one. */
  private static final long MAX_RATIO = 1032;

  private static final long SMALL = 1 << 10;

  private final SourceFile file;
  private final Map<String, ZipMember> members = new LinkedHashMap<>();

  private ZipDirectory(SourceFile file) {
    this.file = file;
  }

  static ZipDirectory read(SourceFile file) {
    ZipDirectory directory = new ZipDirectory(file);
    try (ZipFile zip = ZipFile.builder().setPath(file.path()).get()) {
      for (ZipArchiveEntry entry : Collections.list(zip.getEntries())) {
        directory.add(entry);
      }
    } catch (UserError e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      // On damaged directories the library throws a variety of unchecked exceptions, too.
      throw new UserError(
          UserError.Kind.INPUT,
          ("%s is damaged: it starts as a zip archive, but its directory cannot be read (%s)."
                  + " A download that was cut short looks so. Download or copy it again.")
              .formatted(file.path(), e.getMessage()),
          e);
    }
    return directory;
  }

  private void add(ZipArchiveEntry entry) {
    ZipMember member =
        new ZipMember(
            entry.getName(),
            entry.getDataOffset(),
            entry.getCompressedSize(),
            entry.getSize(),
            entry.getGeneralPurposeBit().usesEncryption() ? -1 : entry.getMethod(),
            entry.getCrc());
    if (members.put(member.name(), member) != null) {
      throw file.damaged("it holds two entries called " + member.name());
    }
  }

  Map<String, ZipMember> members() {
    return members;
  }

  /** The data of an entry; its sizes are checked against the file's first. */
  Region region(ZipMember member) {
    long start = member.start();
    if (start < 0 || member.stored() < 0 || start > file.length() - member.stored()) {
      throw file.damaged(
          "entry %s should have %d bytes from byte %d on, but the file ends at byte %d"
              .formatted(member.name(), member.stored(), start, file.length()));
    }
    Region stored = file.part(start, member.stored());
    if (member.method() == ZipEntry.STORED && member.size() == member.stored()) {
      return stored;
    }
    boolean possible = member.size() >= 0 && member.size() - SMALL <= MAX_RATIO * member.stored();
    if (member.method() == ZipEntry.DEFLATED && possible) {
      return new InflatedRegion(file, member, stored);
    }
    if (member.method() == ZipEntry.STORED || member.method() == ZipEntry.DEFLATED) {
      throw file.damaged(
          "entry %s cannot hold %d bytes in %d"
              .formatted(member.name(), member.size(), member.stored()));
    }
    throw file.refused(
        "entry %s is encrypted or compressed with a method other than deflate"
            .formatted(member.name()),
        "Unpack it and pack it again without compression.");
  }
}
