package io.margay.launcher;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.File;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.Enumeration;
import java.util.concurrent.TimeUnit;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;

/**
 * Creates the archive of classes that later starts load: {@code margay train} runs a broker on a free port, sends the requests of a
 * first client to it, and ends. The JVM writes the archive when it exits.
 */
final class Training {
  private static final int TIMEOUT_MS = 5_000;
  private static final short API_VERSIONS = 18;
  private static final short METADATA = 3;
  private static final byte[] CLIENT_ID = "margay-train".getBytes(StandardCharsets.US_ASCII);
  /** The training waits that long, because a broker is busy after its start while its clients connect. */
  private static final long DELAY_MS = 20_000;

  private Training() {}

  /**
   * Starts a training in a process of low priority, once this broker has settled. The next start uses its result; if it fails, only
   * time is lost. The training ends after a bounded time, and does not start if this process stops before.
   */
  static void startLater(Layout layout) throws InterruptedException {
    Thread.sleep(DELAY_MS);
    try {
      new ProcessBuilder("nice", "-n", "19", layout.home().resolve("bin/margay").toString(), "train")
          .redirectInput(new File("/dev/null")).redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .redirectError(ProcessBuilder.Redirect.DISCARD).start();
    } catch (IOException e) {
      System.err.println("margay: no archive of classes: " + e.getMessage());
    }
  }

  /**
   * Sends the requests of a client that connects: so their classes are in the archive too.
   *
   * @param address what the server said, HOST:PORT first; null if it did not serve in time, then nothing is sent
   */
  static void exercise(String address) {
    if (address == null) {
      return;
    }
    int end = address.indexOf(',') < 0 ? address.length() : address.indexOf(',');
    int colon = address.lastIndexOf(':', end - 1);
    try (Socket socket = new Socket()) {
      socket.setSoTimeout(TIMEOUT_MS);
      socket.connect(new InetSocketAddress(address.substring(0, colon), Integer.parseInt(address.substring(colon + 1, end))), TIMEOUT_MS);
      DataOutputStream out = new DataOutputStream(socket.getOutputStream());
      DataInputStream in = new DataInputStream(socket.getInputStream());
      // Version 0 of ApiVersions has no body; the body of Metadata version 1 is a null array: all topics.
      call(out, in, API_VERSIONS, (short) 0, new byte[0]);
      call(out, in, METADATA, (short) 1, new byte[] {-1, -1, -1, -1});
    } catch (IOException | RuntimeException e) {
      System.err.println("margay: training: " + e);
    }
  }

  /**
   * Has the JVM load and link every class of our own bundles: only such are written to the archive, and a broker looks at many in its
   * first second that no single request needs.
   */
  static void linkClasses(BundleContext context) {
    for (Bundle bundle : context.getBundles()) {
      Enumeration<URL> entries = bundle.getSymbolicName().startsWith("io.margay.")
          ? bundle.findEntries("/", "*.class", true) : null;
      while (entries != null && entries.hasMoreElements()) {
        String path = entries.nextElement().getPath();
        try {
          // The methods themselves are not needed: the JVM links a class before it lists them.
          bundle.loadClass(path.substring(1, path.length() - ".class".length()).replace('/', '.')).getDeclaredMethods();
        } catch (ClassNotFoundException | LinkageError e) {
          // A class for an optional library that is not installed: a broker would not load it either.
          continue;
        }
      }
    }
  }

  /** Sends one request with header version 1 and skips the answer. */
  private static void call(DataOutputStream out, DataInputStream in, short apiKey, short version, byte[] body) throws IOException {
    out.writeInt(2 + 2 + 4 + 2 + CLIENT_ID.length + body.length);
    out.writeShort(apiKey);
    out.writeShort(version);
    out.writeInt(apiKey);
    out.writeShort(CLIENT_ID.length);
    out.write(CLIENT_ID);
    out.write(body);
    out.flush();
    in.skipNBytes(in.readInt());
  }

  /** Ends the process if the training takes too long. */
  static void bound() {
    Thread watchdog = new Thread(() -> {
      try {
        TimeUnit.SECONDS.sleep(40);
      } catch (InterruptedException e) {
        return;
      }
      System.err.println("margay: training took too long");
      Runtime.getRuntime().halt(1);
    }, "margay-train-bound");
    watchdog.setDaemon(true);
    watchdog.start();
  }
}
