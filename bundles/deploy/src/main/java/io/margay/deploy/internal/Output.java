package io.margay.deploy.internal;

import java.io.PrintStream;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * Runs a deployment on a thread of its own, and prints its lines on the caller's, for as long as the caller is there: who goes away, by
 * Ctrl-C or because his console is replaced, does not leave half a deployment behind.
 */
final class Output {
  private static final String END = "";

  private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
  private volatile Exception failure;

  /** One line for the user. */
  void line(String text) {
    lines.add(text + "\n");
  }

  /** @throws Exception of the task; {@link InterruptedException} when the caller goes away, while the task goes on */
  void run(Callable<Void> task, PrintStream out) throws Exception {
    Thread thread = new Thread(() -> {
      try {
        task.call();
      } catch (Exception e) {
        failure = e;
      } catch (Throwable e) { // also an Error: the caller waits for the end
        failure = new DeployException(e.toString());
      } finally {
        lines.add(END);
      }
    }, "margay-deploy");
    thread.setDaemon(true);
    thread.start();
    for (String line = lines.take(); !line.equals(END); line = lines.take()) {
      out.print(line);
      out.flush();
    }
    if (failure != null) {
      throw failure;
    }
  }
}
