package org.fdistill.weights;

import java.util.function.Function;
import java.util.function.Supplier;
import org.fdistill.weights.pickle.CopyLimit;
import org.fdistill.weights.pickle.MalformedPickleException;
import org.fdistill.weights.pickle.PickleInput;
import org.fdistill.weights.pickle.RefusedPickleException;
import org.fdistill.weights.pickle.Tuple;
import org.fdistill.weights.pickle.Unpickler;

/** Reads the pickles of PyTorch's files and says in the user's terms what is wrong with them. */
final class TorchPickle {
  private static final String NEXT =
      "If you trust the file, load it in Python and save the state dict alone:"
          + " torch.save(model.state_dict(), \"weights.pth\"), or with safetensors.";

  private final SourceFile file;
  private final PickleInput in;
  private final CopyLimit limit;
  private final boolean scripted;
  private final Function<Tuple, TorchStorage> storages;

  /**
   * A reader of the pickles that stand one after another in an input.
   *
   * @param limit counts what is copied
   * @param scripted whether it is a TorchScript archive's
   * @param storages finds the storage of (storage, type, key, device, elements, ...)
   */
  TorchPickle(
      SourceFile file,
      PickleInput in,
      CopyLimit limit,
      boolean scripted,
      Function<Tuple, TorchStorage> storages) {
    this.file = file;
    this.in = in;
    this.limit = limit;
    this.scripted = scripted;
    this.storages = storages;
  }

  /** The next pickle's value. */
  Object read() {
    return guarded(() -> Unpickler.read(in, new TorchGlobals(limit, scripted, storages)));
  }

  /** A value's tensors and attributes by their paths. */
  TorchContents contents(Object value) {
    return guarded(() -> new TorchContents(value, limit, scripted));
  }

  private <T> T guarded(Supplier<T> action) {
    try {
      return action.get();
    } catch (MalformedPickleException e) {
      throw file.damaged(
          "in the pickle before byte %d, %s".formatted(in.position(), e.getMessage()));
    } catch (RefusedPickleException e) {
      throw file.refused(
          "in the pickle before byte %d, %s".formatted(in.position(), e.getMessage()), NEXT);
    }
  }
}
