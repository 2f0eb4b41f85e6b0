package io.margay.launcher;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.Locale;

/** Puts failures of the file system into words: the JDK's messages are often the bare path. */
final class FileErrors {
  private FileErrors() { }

  /** What failed and why, in one sentence without a full stop. */
  static String explain(IOException e) {
    if (!(e instanceof FileSystemException failed) || failed.getFile() == null) {
      return e.getMessage();
    }
    return "cannot use " + failed.getFile() + ": " + reason(failed);
  }

  private static String reason(FileSystemException e) {
    if (e instanceof AccessDeniedException) {
      return "permission denied; choose another MARGAY_DATA, or give this user the right to write there";
    } else if (e instanceof NoSuchFileException) {
      return "no such file or directory; choose another MARGAY_DATA";
    } else if (e instanceof NotDirectoryException || e instanceof FileAlreadyExistsException) {
      return "it is a file, and a directory is needed; choose another MARGAY_DATA";
    }
    String reason = e.getReason() == null ? e.getClass().getSimpleName() : e.getReason().toLowerCase(Locale.ROOT);
    return reason + (reason.equals("not a directory") ? "; choose another MARGAY_DATA" : "");
  }
}
