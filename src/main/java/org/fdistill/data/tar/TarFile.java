package org.fdistill.data.tar;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.fdistill.config.UserError;
import org.fdistill.files.FileTrouble;

/**
 * Goes through a tar file from its beginning to its end: plain, with PAX or GNU headers. Names are
 * taken as names, never as paths of files. Folders, links, devices and sparse files are not members
 * in this sense: their bytes do not lie in the file as they are.
 */
final class TarFile {
  private static final int BUFFER = 1 << 20;

  private final Path file;
  private final Visitor visitor;

  private TarFile(Path file, Visitor visitor) {
    this.file = file;
    this.visitor = visitor;
  }

  /**
   * A file in a tar file.
   *
   * @param name with the folders before it
   * @param offset of its first byte in the whole file
   * @param size bytes
   */
  record Member(String name, long offset, long size) {
    /** Whether it is itself a tar file, by its name. */
    boolean isTar() {
      return name.toLowerCase(Locale.ROOT).endsWith(".tar");
    }
  }

  /** Sees the members in order. */
  interface Visitor {
    /**
     * Sees one.
     *
     * @param within the tar file in this one that holds it; null for one of this
     * @param content its bytes, of which as many may be read as are of interest
     */
    void member(Member within, Member member, InputStream content) throws IOException;

    /** Sees a member whose bytes do not lie in the file as they are. */
    void other(String name);
  }

  /**
   * Goes through a file and the tar files in it.
   *
   * @throws UserError of kind input, where it is no tar file, compressed, damaged or cut short
   */
  static void walk(Path file, Visitor visitor) {
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file), BUFFER)) {
      requireTar(file, in);
      new TarFile(file, visitor).walk(in, null);
    } catch (IOException e) {
      throw new UserError(UserError.Kind.INPUT, message(file, e), e);
    }
  }

  private static void requireTar(Path file, InputStream in) throws IOException {
    in.mark(TarConstants.DEFAULT_RCDSIZE);
    byte[] start = in.readNBytes(TarConstants.DEFAULT_RCDSIZE);
    in.reset();
    String kind = Compression.of(start);
    if (!kind.isEmpty()) {
      throw UserError.input(
          "%s is compressed with %s; members are read in place, which needs a plain tar file."
                  .formatted(file, kind)
              + " Decompress it: images do not get smaller by it.");
    }
    if (!TarArchiveInputStream.matches(start, start.length) && !isOld(start)) {
      throw UserError.input(file + " is no tar file.");
    }
  }

  /** A header without a magic number, as before POSIX: its checksum fits all the same. */
  private static boolean isOld(byte[] start) {
    try {
      return start.length == TarConstants.DEFAULT_RCDSIZE
          && start[0] != 0
          && new TarArchiveEntry(start).isCheckSumOK();
    } catch (RuntimeException e) { // no number where a header has one
      return false;
    }
  }

  private static String message(Path file, IOException e) {
    if (Files.isDirectory(file)) {
      return file + " is a folder; name files, such as " + file + "/*.tar.";
    }
    return e instanceof BadTar || e instanceof EOFException
        ? "%s is damaged: %s. Copy it again.".formatted(file, e.getMessage())
        : "Cannot read %s: %s.".formatted(file, FileTrouble.of(e).reason());
  }

  /** That the content is wrong, rather than that it cannot be read. */
  private static final class BadTar extends IOException {
    private static final long serialVersionUID = 1;

    BadTar(String message, Exception cause) {
      super(message, cause);
    }
  }

  /** Counts what was taken of a stream. */
  private static final class Counted extends FilterInputStream {
    private long count;

    Counted(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      int next = super.read();
      count += next < 0 ? 0 : 1;
      return next;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      int read = super.read(bytes, offset, length);
      count += Math.max(0, read);
      return read;
    }

    @Override
    public long skip(long bytes) throws IOException {
      long skipped = super.skip(bytes);
      count += skipped;
      return skipped;
    }
  }

  /**
   * Knows where it is, which the stream itself loses at a sparse member, and whether the mark was
   * seen that a tar file ends with, a record of zeros.
   */
  private static final class Entries extends TarArchiveInputStream {
    private final Counted taken;
    private boolean ended;

    Entries(Counted in) {
      super(
          in,
          TarConstants.DEFAULT_BLKSIZE,
          TarConstants.DEFAULT_RCDSIZE,
          StandardCharsets.UTF_8.name(),
          false);
      taken = in;
    }

    @Override
    protected boolean isEOFRecord(byte[] record) {
      boolean end = super.isEOFRecord(record);
      ended |= end && record != null;
      return end;
    }
  }

  private void walk(InputStream in, Member within) throws IOException {
    Entries tar =
        new Entries(new Counted(in)); // not closed, for that would close the stream around it
    String last = "its beginning";
    for (TarArchiveEntry entry = next(tar, last); entry != null; entry = next(tar, last)) {
      last = entry.getName();
      visit(tar, entry, within);
    }
    if (!tar.ended) {
      String name = within == null ? "it" : within.name();
      throw new BadTar("%s ends after %s, without an end mark".formatted(name, last), null);
    }
  }

  private static TarArchiveEntry next(TarArchiveInputStream tar, String last) throws IOException {
    try {
      TarArchiveEntry entry = tar.getNextEntry();
      if (entry != null && !entry.isCheckSumOK()) {
        throw new BadTar("the header after " + last + " has a wrong checksum", null);
      }
      return entry;
    } catch (BadTar e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      throw new BadTar("what follows " + last + " is no header: " + e.getMessage(), e);
    }
  }

  private void visit(Entries tar, TarArchiveEntry entry, Member within) throws IOException {
    if (entry.isDirectory()) {
      return;
    }
    byte kind = entry.getLinkFlag();
    boolean file =
        kind == TarConstants.LF_NORMAL
            || kind == TarConstants.LF_OLDNORM
            || kind == TarConstants.LF_CONTIG;
    if (!file || entry.isSparse()) {
      visitor.other(entry.getName());
      return;
    }
    // What was taken ends with the header.
    long offset = tar.taken.count + (within == null ? 0 : within.offset());
    Member member = new Member(entry.getName(), offset, entry.getSize());
    requireInside(member, within);
    try {
      if (within == null && member.isTar()) {
        walk(new BufferedInputStream(tar, BUFFER), member);
      } else {
        visitor.member(within, member, tar);
      }
    } catch (EOFException e) {
      throw new BadTar("it ends within " + member.name(), e);
    }
  }

  private void requireInside(Member member, Member within) throws IOException {
    long end = within == null ? Files.size(file) : within.offset() + within.size();
    if (member.size() < 0 || member.size() > end - member.offset()) {
      throw new BadTar(
          "%s has %d bytes, and from byte %d on there are %d"
              .formatted(
                  member.name(),
                  member.size(),
                  member.offset(),
                  Math.max(0, end - member.offset())),
          null);
    }
  }
}
