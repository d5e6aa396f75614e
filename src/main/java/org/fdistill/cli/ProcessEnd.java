package org.fdistill.cli;

import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerPointer;
import org.fdistill.files.Unfinished;
import org.tensorflow.internal.c_api.Deallocator_Pointer_long_Pointer;

/** The end of this process in the midst of what it computes. */
final class ProcessEnd {
  private ProcessEnd() {}

  /**
   * Removes what is {@link Unfinished} and ends the process. {@link Runtime#exit}, {@link
   * Runtime#halt} and Java's own answer to a signal would let C++ libraries clean up first, which
   * takes the code of products away under the threads of TensorFlow that are in it: the process
   * crashes, or hangs.
   *
   * @param code the exit code
   */
  static void now(int code) {
    try {
      Runtime.getRuntime().addShutdownHook(new Thread(() -> end(code)));
    } catch (IllegalStateException ending) {
      end(code);
    }
    // Another thread that wants to end the process with a code of its own waits from here on.
    Runtime.getRuntime().exit(code);
  }

  private static void end(int code) {
    Unfinished.removeAll();
    try {
      exitWithoutCleaningUp(code);
    } catch (LinkageError e) {
      // TensorFlow is not loaded, so nothing is computed.
    }
  }

  /**
   * Calls C's {@code void _exit(int)}, which Java 17 has no way to, through a type of TensorFlow's
   * for functions: its first argument goes where {@code _exit} looks for its own.
   */
  private static void exitWithoutCleaningUp(int code) {
    Pointer exit = Loader.addressof("_exit");
    if (exit != null) {
      // To JavaCPP a function is the place that holds its address.
      Pointer function = new PointerPointer<>(1).put(exit);
      new Deallocator_Pointer_long_Pointer(function).call(new Address(code), 0, null);
    }
  }

  /** A number as an address. */
  private static final class Address extends Pointer {
    Address(int number) {
      address = number;
    }
  }
}
