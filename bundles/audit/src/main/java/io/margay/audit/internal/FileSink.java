package io.margay.audit.internal;

import io.margay.spi.audit.AuditReader;
import io.margay.spi.audit.AuditSink;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/**
 * Events in files, a line each: {@code audit.jsonl} is written, {@code audit.1.jsonl} is the one before, and so on. Readable by the user of the
 * process alone. Bounded by the number of files and their size. A file ends with a whole line: after a crash, what follows the last line end is cut
 * off before the next event is written. {@link #write} is called by one thread, {@link #newestFirst} by any.
 */
final class FileSink implements AuditSink, AuditReader, AutoCloseable {
  static final String NAME = "file";
  private static final String CURRENT = "audit.jsonl";
  private static final String OWN = "rw-------";
  private static final int PIECE_BYTES = 64 * 1024;
  private static final int LINE_BYTES_MAX = 1 << 20;

  private final Path directory;
  private final LongSupplier maxBytes;
  private final IntSupplier maxFiles;
  private FileChannel channel;

  FileSink(Path directory, LongSupplier maxBytes, IntSupplier maxFiles) {
    this.directory = directory;
    this.maxBytes = maxBytes;
    this.maxFiles = maxFiles;
  }

  @Override
  public synchronized CompletionStage<Void> write(List<Line> lines) {
    try {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      for (Line line : lines) {
        bytes.writeBytes(line.json());
        bytes.write('\n');
      }
      open();
      if (channel.size() > 0 && channel.size() + bytes.size() > maxBytes.getAsLong()) {
        roll();
        open();
      }
      long before = channel.size();
      try {
        for (ByteBuffer left = ByteBuffer.wrap(bytes.toByteArray()); left.hasRemaining();) {
          channel.write(left);
        }
      } catch (IOException e) {
        channel.truncate(before); // all or nothing, because the same lines come again
        throw e;
      }
      return CompletableFuture.completedFuture(null);
    } catch (IOException | RuntimeException e) {
      close();
      return CompletableFuture.failedFuture(e);
    }
  }

  private void open() throws IOException {
    if (channel != null) {
      return;
    }
    makeDirectory(directory);
    channel = channel(directory.resolve(CURRENT));
    long size = channel.size();
    channel.truncate(wholeLines(size));
    channel.position(channel.size());
  }

  /** Creates a directory for the user of the process alone, unless it is there. Its parents get the usual rights. */
  static void makeDirectory(Path directory) throws IOException {
    Files.createDirectories(directory.getParent());
    Files.createDirectories(directory, rights(directory, "rwx------"));
  }

  /** A new file has its rights before anyone can open it; one that is there gets them. */
  private static FileChannel channel(Path file) throws IOException {
    try {
      return FileChannel.open(file, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE), rights(file, OWN));
    } catch (FileAlreadyExistsException e) {
      if (isPosix(file)) {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(OWN));
      }
      return FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
    }
  }

  private static FileAttribute<?>[] rights(Path path, String rights) {
    return isPosix(path) ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(rights))}
        : new FileAttribute<?>[0];
  }

  private static boolean isPosix(Path path) {
    return path.getFileSystem().supportedFileAttributeViews().contains("posix");
  }

  /** Where the last whole line ends. */
  private long wholeLines(long size) throws IOException {
    long from = Math.max(0, size - LINE_BYTES_MAX);
    ByteBuffer tail = ByteBuffer.allocate((int) (size - from));
    while (tail.hasRemaining() && channel.read(tail, from + tail.position()) > 0) {
      continue;
    }
    for (int i = tail.position(); i > 0; i--) {
      if (tail.get(i - 1) == '\n') {
        return from + i;
      }
    }
    return from;
  }

  private void roll() throws IOException {
    close();
    int keep = maxFiles.getAsInt();
    for (int i = keep - 1; Files.exists(file(i)); i++) {
      Files.deleteIfExists(file(i));
    }
    for (int i = keep - 2; i >= 0; i--) {
      if (Files.exists(file(i))) {
        Files.move(file(i), file(i + 1), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      }
    }
  }

  private Path file(int number) {
    return directory.resolve(number == 0 ? CURRENT : "audit." + number + ".jsonl");
  }

  @Override
  public void newestFirst(Predicate<String> line) throws IOException {
    boolean more = true;
    for (int i = 0; more; i++) {
      try (RandomAccessFile in = new RandomAccessFile(opened(i), "r")) {
        more = backwards(in, line);
      } catch (NoSuchFileException e) {
        return;
      }
    }
  }

  private File opened(int number) throws NoSuchFileException {
    if (!Files.exists(file(number))) {
      throw new NoSuchFileException(file(number).toString());
    }
    return file(number).toFile();
  }

  /** In pieces from the end, so that a large file takes no memory. @return whether more is wanted */
  private static boolean backwards(RandomAccessFile in, Predicate<String> line) throws IOException {
    byte[] rest = new byte[0];
    for (long end = in.length(); end > 0;) {
      int size = (int) Math.min(PIECE_BYTES, end);
      end -= size;
      byte[] piece = new byte[size + rest.length];
      in.seek(end);
      in.readFully(piece, 0, size);
      System.arraycopy(rest, 0, piece, size, rest.length);
      int last = piece.length;
      for (int i = piece.length - 1; i >= 0; i--) {
        if (piece[i] == '\n') {
          if (last > i + 1 && !line.test(new String(piece, i + 1, last - i - 1, StandardCharsets.UTF_8))) {
            return false;
          }
          last = i;
        }
      }
      rest = last > LINE_BYTES_MAX ? new byte[0] : Arrays.copyOf(piece, last);
    }
    return rest.length == 0 || line.test(new String(rest, StandardCharsets.UTF_8));
  }

  @Override
  public synchronized void close() {
    if (channel == null) {
      return;
    }
    try {
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      channel = null;
    }
  }
}
