package io.margay.itests;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A program that was run to its end.
 *
 * @param exit its exit code
 * @param output what it printed, standard error included
 */
public record Run(int exit, String output) {
  private static final int TIMEOUT_SECONDS = 120;

  public static Run of(Map<String, String> environment, byte[] input, String... command) {
    try {
      Path out = Files.createTempFile(Files.createDirectories(Path.of(System.getProperty("work.dir"))), "run", ".out");
      ProcessBuilder b = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(out.toFile());
      b.environment().putAll(environment);
      Process p = b.start();
      try (OutputStream to = p.getOutputStream()) {
        if (input != null) {
          to.write(input);
        }
      }
      if (!p.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
        p.destroyForcibly();
        throw new IllegalStateException(String.join(" ", command) + " did not end:\n" + Files.readString(out));
      }
      String text = Files.readString(out, StandardCharsets.UTF_8);
      Files.delete(out);
      return new Run(p.exitValue(), text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  public static Run of(byte[] input, String... command) {
    return of(Map.of(), input, command);
  }

  /** Runs a class of Kafka's tools. */
  public static Run tool(byte[] input, String mainClass, String... args) {
    return java(System.getProperty("tools.lib"), input, mainClass, args);
  }

  /** Runs a class on all jars of a folder and the classes of these tests. */
  public static Run java(String lib, byte[] input, String mainClass, String... args) {
    List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx256m",
        "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp",
        lib + "/*" + File.pathSeparator + System.getProperty("test.classes"), mainClass));
    command.addAll(List.of(args));
    return of(input, command.toArray(String[]::new));
  }

  /** Whether a program can be found on the PATH. */
  static boolean available(String program) {
    for (String dir : System.getenv("PATH").split(File.pathSeparator)) {
      if (Files.isExecutable(Path.of(dir, program))) {
        return true;
      }
    }
    return false;
  }

  /** Fails with the output when the exit code is not 0. */
  public Run ok() {
    if (exit != 0) {
      throw new AssertionError("exit code " + exit + ":\n" + output);
    }
    return this;
  }
}
