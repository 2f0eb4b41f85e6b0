package io.margay.storage.mapdb.internal;

import java.io.File;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import org.mapdb.DataInput2;
import org.mapdb.volume.Volume;

/** A file as MapDB sees it. A listener is called before each write, and may throw an exception. */
final class CountedVolume extends Volume {
  private final File file;
  private final RandomAccessFile access;
  private final Runnable beforeWrite;

  CountedVolume(File file, Runnable beforeWrite) {
    this.file = file;
    this.beforeWrite = beforeWrite;
    this.access = call(() -> new RandomAccessFile(file, "rw"));
  }

  /** A call of the file. */
  @FunctionalInterface
  private interface Call<T> {
    T run() throws IOException;
  }

  private static <T> T call(Call<T> call) {
    try {
      return call.run();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void write(long offset, ByteBuffer bytes) {
    beforeWrite.run();
    call(() -> access.getChannel().write(bytes, offset));
  }

  private ByteBuffer read(long offset, int count) {
    ByteBuffer bytes = ByteBuffer.allocate(count);
    call(() -> access.getChannel().read(bytes, offset));
    return bytes.clear();
  }

  private void setLength(long size) {
    beforeWrite.run();
    call(() -> {
      access.setLength(size);
      return null;
    });
  }

  @Override
  public void ensureAvailable(long offset) {
    if (length() < offset) {
      setLength((offset + 0xfffff) & ~0xfffffL);
    }
  }

  @Override
  public void truncate(long size) {
    setLength(size);
  }

  @Override
  public void putLong(long offset, long value) {
    write(offset, ByteBuffer.allocate(Long.BYTES).putLong(0, value));
  }

  @Override
  public void putInt(long offset, int value) {
    write(offset, ByteBuffer.allocate(Integer.BYTES).putInt(0, value));
  }

  @Override
  public void putByte(long offset, byte value) {
    write(offset, ByteBuffer.allocate(Byte.BYTES).put(0, value));
  }

  @Override
  public void putData(long offset, byte[] source, int from, int count) {
    write(offset, ByteBuffer.wrap(source, from, count));
  }

  @Override
  public void putData(long offset, ByteBuffer source) {
    write(offset, source.duplicate());
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
    read(offset, size).get(target, from, size);
  }

  @Override
  public void clear(long from, long to) {
    write(from, ByteBuffer.allocate((int) (to - from)));
  }

  @Override
  public void sync() {
    // What was written outlives a killed process.
  }

  @Override
  public void close() {
    call(() -> {
      access.close();
      return null;
    });
  }

  @Override
  public void deleteFile() {
    beforeWrite.run();
    file.delete();
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
    return call(access::length);
  }

  @Override
  public boolean isReadOnly() {
    return false;
  }

  @Override
  public File getFile() {
    return file;
  }

  @Override
  public boolean getFileLocked() {
    return true;
  }
}
