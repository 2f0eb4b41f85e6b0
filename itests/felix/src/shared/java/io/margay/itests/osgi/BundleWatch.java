package io.margay.itests.osgi;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.SynchronousBundleListener;

/**
 * Runs inside a framework, in a bundle of its own, and writes what happens to bundles into a file: a line per event, its type and
 * the bundle's name. The file is told by the header {@value #FILE_HEADER}; it is there from the start on.
 */
public final class BundleWatch implements BundleActivator, SynchronousBundleListener {
  /** The header of the manifest with the file's path. */
  public static final String FILE_HEADER = "Itest-Events";

  /** Packages, with versions, that libraries of ours import if they are there. */
  public static final List<String> OPTIONAL_PACKAGES = List.of("reactor.blockhound", "reactor.blockhound.integration",
      "org.conscrypt;version=2.5.2", "org.bouncycastle.jcajce.provider;version=1.84.0");
  private static final long TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(60);

  private Path file;

  @Override
  public void start(BundleContext context) throws IOException {
    file = Path.of(context.getBundle().getHeaders("").get(FILE_HEADER));
    context.addBundleListener(this);
    Files.writeString(file, "");
  }

  @Override
  public void stop(BundleContext context) {
    context.removeBundleListener(this);
  }

  @Override
  public synchronized void bundleChanged(BundleEvent event) {
    try {
      Files.writeString(file, type(event.getType()) + " " + event.getBundle().getSymbolicName() + "\n", StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String type(int type) {
    return switch (type) {
      case BundleEvent.INSTALLED -> "INSTALLED";
      case BundleEvent.RESOLVED -> "RESOLVED";
      case BundleEvent.STARTING -> "STARTING";
      case BundleEvent.STARTED -> "STARTED";
      case BundleEvent.LAZY_ACTIVATION -> "LAZY_ACTIVATION";
      case BundleEvent.STOPPING -> "STOPPING";
      case BundleEvent.STOPPED -> "STOPPED";
      case BundleEvent.UPDATED -> "UPDATED";
      case BundleEvent.UNRESOLVED -> "UNRESOLVED";
      case BundleEvent.UNINSTALLED -> "UNINSTALLED";
      default -> Integer.toString(type);
    };
  }

  /** Waits until an event was written so many times. */
  public static void await(Path file, String event, int times) throws IOException {
    long deadline = System.nanoTime() + TIMEOUT_NANOS;
    while (Files.readAllLines(file).stream().filter(event::equals).count() < times) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("no " + event + " in " + Files.readAllLines(file));
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
    }
  }

  /**
   * What stopped, or lost what it was wired to, but for bundles of the tests themselves.
   *
   * @param before how many events there were when that began to count
   */
  public static List<String> stopped(Path file, int before) throws IOException {
    return Files.readAllLines(file).stream().skip(before).filter(e -> e.startsWith("STOP") || e.startsWith("UN"))
        .filter(e -> !e.contains(" itest-")).distinct().toList();
  }
}
