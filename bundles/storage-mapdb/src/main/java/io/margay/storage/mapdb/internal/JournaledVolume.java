package io.margay.storage.mapdb.internal;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.mapdb.DataInput2;
import org.mapdb.volume.Volume;

/**
 * MapDB's view of the {@link PageStore}: an endless sequence of bytes. MapDB's own write-ahead log is not used, because it is not
 * read when a file is opened (3.1.0). For threads, the rules of the page store apply. An I/O error reaches MapDB's caller as an
 * {@link UncheckedIOException}.
 */
final class JournaledVolume extends Volume {
  private final PageStore store;
  private final Path directory;
  /** For numbers; used by the one thread that writes. */
  private final ByteBuffer number = ByteBuffer.allocate(Long.BYTES);

  JournaledVolume(PageStore store, Path directory) {
    this.store = store;
    this.directory = directory;
  }

  private void write(long offset, byte[] source, int from, int count) {
    try {
      store.write(offset, source, from, count);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private byte[] read(long offset, byte[] target, int from, int count) {
    try {
      store.read(offset, target, from, count);
      return target;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private ByteBuffer read(long offset, int count) {
    return ByteBuffer.wrap(read(offset, new byte[count], 0, count));
  }

  @Override
  public void ensureAvailable(long offset) {
    // The page store grows with what is written.
  }

  @Override
  public void truncate(long size) {
    throw new UnsupportedOperationException("the database is not truncated");
  }

  @Override
  public void putLong(long offset, long value) {
    write(offset, number.putLong(0, value).array(), 0, Long.BYTES);
  }

  @Override
  public void putInt(long offset, int value) {
    write(offset, number.putInt(0, value).array(), 0, Integer.BYTES);
  }

  @Override
  public void putByte(long offset, byte value) {
    write(offset, number.put(0, value).array(), 0, Byte.BYTES);
  }

  @Override
  public void putData(long offset, byte[] source, int from, int count) {
    write(offset, source, from, count);
  }

  @Override
  public void putData(long offset, ByteBuffer source) {
    byte[] bytes = new byte[source.remaining()];
    source.duplicate().get(bytes);
    write(offset, bytes, 0, bytes.length);
  }

  @Override
  public long getLong(long offset) {
    return read(offset, Long.BYTES).getLong();
  }

  @Override
  public int getInt(long offset) {
    return read(offset, Integer.BYTES).getInt();
  }

  @Override
  public byte getByte(long offset) {
    return read(offset, Byte.BYTES).get();
  }

  @Override
  public DataInput2 getDataInput(long offset, int size) {
    return new DataInput2.ByteArray(read(offset, size).array());
  }

  @Override
  public void getData(long offset, byte[] target, int from, int size) {
    read(offset, target, from, size);
  }

  @Override
  public void clear(long from, long to) {
    byte[] zeros = new byte[Page.SIZE];
    for (long at = from; at < to; at += zeros.length) {
      write(at, zeros, 0, (int) Math.min(zeros.length, to - at));
    }
  }

  /** Does nothing: {@link Database} decides when a change is complete. */
  @Override
  public void sync() {
  }

  /** Does nothing: the files belong to the page store. */
  @Override
  public void close() {
  }

  @Override
  public int sliceSize() {
    return -1;
  }

  @Override
  public boolean isSliced() {
    return false;
  }

  @Override
  public long length() {
    return store.length();
  }

  @Override
  public boolean isReadOnly() {
    return false;
  }

  @Override
  public File getFile() {
    return directory.toFile();
  }

  @Override
  public boolean getFileLocked() {
    return true;
  }
}
