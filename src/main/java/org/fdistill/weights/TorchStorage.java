package org.fdistill.weights;

import java.nio.ByteOrder;

/** The memory behind one or more tensors of PyTorch. */
final class TorchStorage {
  /**
   * The class of a storage, as a pickle names it.
   *
   * @param elementType null for plain bytes
   */
  record Type(String name, ElementType elementType) {
    /** Bytes of one of its elements. */
    int elementBytes() {
      return elementType == null ? 1 : elementType.bytes();
    }
  }

  private final String key;
  private final long bytes;
  private final ElementType elementType;
  private Region region;
  private long start;
  private ByteOrder order = ByteOrder.LITTLE_ENDIAN;
  private TorchStorage root = this;

  /**
   * A storage whose place in the file is not known yet.
   *
   * @param key what the file calls it
   * @param elementType null where the storage is of plain bytes and its tensors say what they are
   */
  TorchStorage(String key, long bytes, ElementType elementType) {
    this.key = key;
    this.bytes = bytes;
    this.elementType = elementType;
  }

  /** A part of it as a storage of its own; the caller has checked that it lies inside. */
  TorchStorage view(String viewKey, long fromByte, long viewBytes) {
    TorchStorage view = new TorchStorage(viewKey, viewBytes, elementType);
    view.root = this;
    view.start = fromByte;
    return view;
  }

  String key() {
    return key;
  }

  long bytes() {
    return bytes;
  }

  ElementType elementType() {
    return elementType;
  }

  /** Says where it lies; legacy files tell after their tensors. The caller checks the size. */
  void place(Region region, long start, ByteOrder order) {
    this.region = region;
    this.start = start;
    this.order = order;
  }

  boolean isPlaced() {
    return region != null;
  }

  /** Its tensor; the caller has checked that it lies inside. */
  StoredTensor tensor(String name, TorchTensor tensor) {
    StridedLayout layout =
        new StridedLayout(tensor.shape(), tensor.strides(), tensor.elementType(), root.order);
    long rootStart = root == this ? 0 : root.start;
    long first = rootStart + start + tensor.offset() * tensor.elementType().bytes();
    return new RegionTensor(name, layout, root.region, first);
  }
}
