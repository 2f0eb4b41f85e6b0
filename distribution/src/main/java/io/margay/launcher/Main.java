package io.margay.launcher;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import org.osgi.framework.BundleException;

/** Entry point of {@code bin/margay}. Exit codes: 0 done, 1 failed, 2 wrong usage, 3 (status) not running. */
public final class Main {
  private Main() {}

  /** Runs one command; does not return. */
  public static void main(String[] args) {
    int code;
    try {
      code = run(CommandLine.parse(args));
    } catch (IllegalArgumentException e) {
      System.err.println("margay: " + e.getMessage());
      code = 2;
    } catch (IOException e) {
      System.err.println("margay: " + FileErrors.explain(e));
      code = 1;
    } catch (BundleException e) {
      System.err.println("margay: " + e.getMessage());
      code = 1;
    } catch (InterruptedException e) {
      System.err.println("margay: interrupted");
      code = 1;
    }
    System.exit(code);
  }

  private static int run(CommandLine line) throws IOException, BundleException, InterruptedException {
    Layout layout = Layout.fromSystemProperties();
    return switch (line.command()) {
      case RUN -> new Broker(layout, line.console() && Boolean.getBoolean("margay.terminal"), ProcessClock.startMs()).run();
      case START -> Background.start(layout);
      case STOP -> Background.stop(layout);
      case STATUS -> Background.status(layout);
      case SHELL, DEPLOY -> shell(layout, line.text(), line.role());
      case UNSET -> print(OfflineUnset.write(layout, line.text()));
      case CERTS -> print(DevelopmentCertificates.make(line.text()));
      case CLUSTER -> LocalCluster.run(layout, line.text());
      case VERSION -> print("Margay " + version() + " on Java " + Runtime.version() + "\n");
      case HELP -> print(CommandLine.USAGE);
    };
  }

  private static int shell(Layout layout, String command, String role) throws IOException, InterruptedException {
    if (command.isEmpty()) {
      return new RemoteConsole(layout, () -> ShellClient.connect(layout, role, () -> InstanceLock.owner(layout.pidFile()).isPresent()))
          .run(System.console() != null);
    }
    SocketChannel channel = ShellClient.connect(layout, role, () -> InstanceLock.owner(layout.pidFile()).isPresent());
    return ShellClient.execute(channel, command, System.in, System.out, System.err);
  }

  private static String version() {
    String version = Main.class.getPackage().getImplementationVersion();
    return version == null ? "(not packaged)" : version;
  }

  private static int print(String text) {
    System.out.print(text);
    return 0;
  }
}
