package org.fdistill.graph;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.javacpp.PointerScope;
import org.tensorflow.internal.c_api.TFE_CustomDeviceTensorHandle.Deallocator_Pointer;
import org.tensorflow.internal.c_api.TFE_CustomDeviceTensorHandle.Num_dims_Pointer_TF_Status;
import org.tensorflow.internal.c_api.TF_Buffer.Data_deallocator_Pointer_long;

/**
 * Takes what the process writes to standard error, native libraries included, which write past
 * {@link System#err}. The text waits in memory (a memfd), so that nothing has to read while it is
 * written.
 *
 * <p>Java has no call for this. The C library's functions are called through function pointers of
 * TensorFlow Java that happen to have their shapes: one or two integers in, an integer or nothing
 * out.
 */
final class StandardErrorCapture implements AutoCloseable {
  private static final int STANDARD_ERROR = 2;

  private final int memory;
  private final int original;
  private boolean open = true;

  private StandardErrorCapture(int memory, int original) {
    this.memory = memory;
    this.original = original;
  }

  /** A file descriptor as an argument of a native function. */
  private static final class Descriptor extends Pointer {
    Descriptor(int number) {
      address = number;
    }
  }

  /**
   * Starts to take.
   *
   * @return null where this system cannot: standard error stays as it is
   */
  static StandardErrorCapture start() {
    Loader.load(org.tensorflow.internal.c_api.global.tensorflow.class);
    if (Loader.addressof("memfd_create") == null) {
      return null;
    }
    try (PointerScope scope = new PointerScope()) {
      int memory =
          new Num_dims_Pointer_TF_Status(function("memfd_create"))
              .call(new BytePointer("stderr"), null);
      int original =
          new Num_dims_Pointer_TF_Status(function("dup"))
              .call(new Descriptor(STANDARD_ERROR), null);
      if (memory < 0 || original < 0) {
        return null; // No descriptor is free, which whoever needs one next will say.
      }
      replaceStandardError(memory);
      return new StandardErrorCapture(memory, original);
    }
  }

  /** Gives standard error back; what was written meanwhile is returned and has not reached it. */
  byte[] end() {
    try (PointerScope scope = new PointerScope()) {
      open = false;
      replaceStandardError(original);
      byte[] written = Files.readAllBytes(Path.of("/proc/self/fd/" + memory));
      Deallocator_Pointer close = new Deallocator_Pointer(function("close"));
      close.call(new Descriptor(original));
      close.call(new Descriptor(memory));
      return written;
    } catch (IOException e) {
      throw new IllegalStateException("what was written to standard error is lost", e);
    }
  }

  /** Lets through all that was written, where {@link #end} was not reached. */
  @Override
  public void close() {
    if (open) {
      write(end());
    }
  }

  /** Writes as native libraries do. */
  static void write(byte[] text) {
    try {
      new FileOutputStream(FileDescriptor.err).write(text);
    } catch (IOException nobodyReads) {
      // Standard error is closed: so it was for the library.
    }
  }

  private static void replaceStandardError(int by) {
    new Data_deallocator_Pointer_long(function("dup2")).call(new Descriptor(by), STANDARD_ERROR);
  }

  /** A function of the C library as JavaCPP keeps one: a place that holds its address. */
  private static Pointer function(String name) {
    PointerPointer<Pointer> place = new PointerPointer<>(1);
    return place.put(0, Loader.addressof(name));
  }
}
