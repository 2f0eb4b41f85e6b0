package io.margay.spi.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A disk that takes a number of bytes more and then is full, and whose other calls may fail: for engines that open their files
 * through something that a test can replace.
 */
public final class FaultyDisk {
  private long left = Long.MAX_VALUE;
  private volatile boolean failTruncate;
  private volatile boolean failForce;
  private volatile Runnable afterForce = () -> { };
  private final Set<Path> forced = ConcurrentHashMap.newKeySet();
  private final Set<Path> written = ConcurrentHashMap.newKeySet();

  /** @param bytes how many more can be written */
  public synchronized void allow(long bytes) {
    left = bytes;
  }

  /** @param fail whether {@link FileChannel#truncate} fails */
  public void failTruncate(boolean fail) {
    failTruncate = fail;
  }

  /** @param fail whether {@link FileChannel#force} fails */
  public void failForce(boolean fail) {
    failForce = fail;
  }

  /** @param then runs once, in the thread that forces a file to the disk, after that is done and before it goes on */
  public void afterForce(Runnable then) {
    afterForce = then;
  }

  /** @return the files that were written to since the last call */
  public Set<Path> takeWritten() {
    Set<Path> taken = Set.copyOf(written);
    written.clear();
    return taken;
  }

  /** @return the files that were forced to the disk, and not written to after that */
  public Set<Path> forced() {
    return Set.copyOf(forced);
  }

  /** As {@link FileChannel#open(Path, OpenOption...)}. */
  public FileChannel open(Path path, OpenOption... options) throws IOException {
    return new Channel(FileChannel.open(path, options), path);
  }

  private final class Channel extends FileChannel {
    private final FileChannel real;
    private final Path path;

    Channel(FileChannel real, Path path) {
      this.real = real;
      this.path = path;
    }

    @Override
    public int write(ByteBuffer source, long position) throws IOException {
      forced.remove(path);
      written.add(path);
      synchronized (FaultyDisk.this) {
        if (left == 0) {
          throw new IOException("No space left on device");
        }
        int length = (int) Math.min(left, source.remaining());
        int limit = source.limit();
        source.limit(source.position() + length);
        try {
          int count = real.write(source, position);
          left -= count;
          return count;
        } finally {
          source.limit(limit);
        }
      }
    }

    @Override
    public FileChannel truncate(long size) throws IOException {
      if (failTruncate) {
        throw new IOException("Input/output error");
      }
      real.truncate(size);
      return this;
    }

    @Override
    public void force(boolean metaData) throws IOException {
      if (failForce) {
        throw new IOException("Input/output error");
      }
      real.force(metaData);
      forced.add(path);
      Runnable then = afterForce;
      afterForce = () -> { };
      then.run();
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
      return real.read(target);
    }

    @Override
    public long read(ByteBuffer[] targets, int offset, int length) throws IOException {
      return real.read(targets, offset, length);
    }

    @Override
    public int write(ByteBuffer source) throws IOException {
      return real.write(source);
    }

    @Override
    public long write(ByteBuffer[] sources, int offset, int length) throws IOException {
      return real.write(sources, offset, length);
    }

    @Override
    public long position() throws IOException {
      return real.position();
    }

    @Override
    public FileChannel position(long newPosition) throws IOException {
      real.position(newPosition);
      return this;
    }

    @Override
    public long size() throws IOException {
      return real.size();
    }

    @Override
    public long transferTo(long position, long count, WritableByteChannel target) throws IOException {
      return real.transferTo(position, count, target);
    }

    @Override
    public long transferFrom(ReadableByteChannel source, long position, long count) throws IOException {
      return real.transferFrom(source, position, count);
    }

    @Override
    public int read(ByteBuffer target, long position) throws IOException {
      return real.read(target, position);
    }

    @Override
    public MappedByteBuffer map(MapMode mode, long position, long size) throws IOException {
      return real.map(mode, position, size);
    }

    @Override
    public FileLock lock(long position, long size, boolean shared) throws IOException {
      return real.lock(position, size, shared);
    }

    @Override
    public FileLock tryLock(long position, long size, boolean shared) throws IOException {
      return real.tryLock(position, size, shared);
    }

    @Override
    protected void implCloseChannel() throws IOException {
      real.close();
    }
  }
}
